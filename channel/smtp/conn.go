package smtp

import (
	"context"
	"crypto/tls"
	"net"
	"sync"
	"time"

	"github.com/wneessen/go-mail/smtp"

	"heliograph/channel"
)

// Bounds of connections.
const (
	maxOpen  = 20 // at once, from one process; servers allow a client few
	maxIdle  = 4
	idleTime = 20 * time.Second // servers close after minutes; some after half of one
	maxMails = 100              // over one connection
)

// conn is a connection that has said hello and logged in.
type conn struct {
	*smtp.Client
	net   net.Conn
	since time.Time // idle since
	mails int
	stop  func() bool // ends the watch over its context
}

// pool keeps idle connections, the one used last at the end.
type pool struct {
	mu   sync.Mutex
	idle []*conn
}

// take returns an idle connection that is not too old; nil when there is none.
// Those that are, it closes.
func (p *pool) take(now time.Time) *conn {
	p.mu.Lock()
	defer p.mu.Unlock()
	for len(p.idle) > 0 {
		c := p.idle[len(p.idle)-1]
		p.idle = p.idle[:len(p.idle)-1]
		if age := now.Sub(c.since); age >= 0 && age < idleTime {
			return c
		}
		_ = c.net.Close()
	}
	return nil
}

func (p *pool) put(c *conn) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.idle) >= maxIdle {
		return false
	}
	p.idle = append(p.idle, c)
	return true
}

// release gives a connection back, or closes it.
func (c *conn) release(p *pool, usable bool, now time.Time) {
	if !c.stop() { // its context has ended, and with it the connection
		usable = false
	}
	c.since = now
	if usable && c.mails < maxMails && c.net.SetDeadline(time.Time{}) == nil && p.put(c) {
		return
	}
	_ = c.net.Close()
}

// watch makes the end of ctx end whatever the connection is waiting for.
func (c *conn) watch(ctx context.Context) {
	if end, ok := ctx.Deadline(); ok {
		_ = c.net.SetDeadline(end)
	} else {
		_ = c.net.SetDeadline(time.Time{})
	}
	c.stop = context.AfterFunc(ctx, func() { _ = c.net.SetDeadline(time.Unix(1, 0)) })
}

// failure is why there is no connection.
type failure struct {
	channel.Result
	field string // the setting that it is about
}

// connection returns a connection that is ready for a mail: an idle one that
// still answers, or a new one.
func (s *sender) connection(ctx context.Context) (*conn, *failure) {
	for {
		c := s.idle.take(s.deps.Clock())
		if c == nil {
			return s.connect(ctx)
		}
		c.watch(ctx)
		if c.Reset() == nil {
			return c, nil
		}
		c.stop()
		_ = c.net.Close()
	}
}

// connect makes a new connection, encrypts it and logs in.
func (s *sender) connect(ctx context.Context) (*conn, *failure) {
	raw, err := s.dial(ctx, "tcp", s.settings.address())
	if err != nil {
		return nil, &failure{retry("the mail server is out of reach: no connection could be made"), "host"}
	}
	c := &conn{net: raw}
	c.watch(ctx)
	if failed := s.greet(ctx, c); failed != nil {
		c.stop()
		_ = raw.Close()
		failed.Message = s.safe(failed.Message)
		return nil, failed
	}
	return c, nil
}

func (s *sender) greet(ctx context.Context, c *conn) *failure {
	if s.settings.Security == fullTLS {
		secure := tls.Client(c.net, s.tls)
		if err := secure.HandshakeContext(ctx); err != nil {
			return untrusted(err)
		}
		c.net = secure
	}
	var err error
	if c.Client, err = smtp.NewClient(c.net, s.settings.Host); err != nil {
		return greeting(err)
	}
	c.SkipSMTPUTF8(true)
	if err = c.Hello(s.name); err != nil {
		return greeting(err)
	}
	if s.settings.Security == startTLS {
		if ok, _ := c.Extension("STARTTLS"); !ok {
			return &failure{pause("the mail server offers no encryption; the setting security says that it must"), "security"}
		}
		if err = c.StartTLS(s.tls); err != nil {
			return untrusted(err)
		}
	}
	return s.login(c)
}

// login proves who we are, by the best way that the server knows.
func (s *sender) login(c *conn) *failure {
	if s.settings.Username == "" {
		return nil
	}
	ok, offered := c.Extension("AUTH")
	switch {
	case !ok && s.operators:
		return nil // a catcher of mails asks nobody who they are
	case !ok:
		return &failure{pause("the mail server takes no log-in on this connection"), "username"}
	}
	how := s.mechanism(offered)
	if how == nil {
		return &failure{pause("the mail server knows no way to log in that is known here"), "username"}
	}
	if err := c.Auth(how); err != nil {
		return refusedLogin(err)
	}
	return nil
}

// mechanism returns how to log in. Without encryption the password itself is
// sent only where the integration says that there is none to have.
func (s *sender) mechanism(offered string) smtp.Auth {
	user, password, host := s.settings.Username, s.settings.Password, s.settings.Host
	open := s.settings.Security == noTLS
	for _, m := range []struct {
		name string
		auth smtp.Auth
	}{
		{"SCRAM-SHA-256", smtp.ScramSHA256Auth(user, password)},
		{"PLAIN", smtp.PlainAuth("", user, password, host, open)},
		{"LOGIN", smtp.LoginAuth(user, password, host, open)},
		{"CRAM-MD5", smtp.CRAMMD5Auth(user, password)},
		{"SCRAM-SHA-1", smtp.ScramSHA1Auth(user, password)},
	} {
		if offers(offered, m.name) {
			return m.auth
		}
	}
	return nil
}
