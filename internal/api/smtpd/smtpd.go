// Package smtpd is where mail servers hand us mail: answers, bounces and
// complaints. It takes mail for addresses of integrations alone, relays none,
// and says that it has one only when what it tells is stored. It knows no
// channel.
package smtpd

import (
	"context"
	"crypto/tls"
	"log/slog"
	"net"
	"sync"
	"time"

	"github.com/emersion/go-smtp"
	"golang.org/x/net/netutil"

	"heliograph"
	"heliograph/channel"
)

// MaxMail bounds one mail, in bytes, unless Options say otherwise.
const MaxMail = 26 << 20

// LargeTime is how long a mail may take to come, from where it is no longer small,
// unless Options say otherwise.
const LargeTime = 2 * time.Minute

// Bounds of what strangers may do at once.
const (
	maxConnections = 200
	maxAtOnce      = 8 // mails that are held in memory, but for small ones
	smallMail      = 256 << 10
	maxRecipients  = 50
	maxLine        = 128 << 10       // far above the 998 characters of the standard, which many programs exceed
	patience       = 5 * time.Minute // of one command, or one mail
	findTime       = 5 * time.Second
	storeTime      = 30 * time.Second
	turnTime       = 20 * time.Second // for a mail to wait for its turn
)

// Box is an integration that takes mail.
type Box struct {
	Integration *heliograph.Integration
	Mailbox     channel.Mailbox
}

// Directory finds integrations.
type Directory interface {
	// Boxes returns the integrations that take mail for a normalised address.
	Boxes(ctx context.Context, address string) ([]Box, error)
}

// Inbox keeps what a mail tells, as it does what providers tell.
type Inbox interface {
	Apply(ctx context.Context, in *heliograph.Integration, raw []byte, facts []channel.Fact) error
}

// Options are what a server is made of. TLS, MaxMail and LargeTime may be left
// out.
type Options struct {
	Directory Directory
	Inbox     Inbox
	Name      string // what we call ourselves
	TLS       *tls.Config
	MaxMail   int64         // bytes; 0 is the constant of that name
	LargeTime time.Duration // 0 is the constant of that name
	Log       *slog.Logger
}

// Server takes mail by SMTP.
type Server struct {
	Options
	smtp  *smtp.Server
	ln    net.Listener
	turns chan struct{} // one for each mail that is being taken in
	ended chan struct{}
	once  sync.Once // of Stop
}

// New returns a server on a listener. It does nothing before Serve.
func New(ln net.Listener, o Options) *Server {
	s := &Server{Options: o, ln: netutil.LimitListener(ln, maxConnections), turns: make(chan struct{}, maxAtOnce), ended: make(chan struct{})}
	s.smtp = smtp.NewServer(smtp.BackendFunc(func(c *smtp.Conn) (smtp.Session, error) {
		return &session{server: s, conn: c}, nil
	}))
	s.smtp.Domain, s.smtp.TLSConfig, s.smtp.ErrorLog = o.Name, o.TLS, logger{o.Log}
	s.smtp.MaxMessageBytes, s.smtp.MaxRecipients = MaxMail, maxRecipients
	s.smtp.MaxLineLength = maxLine
	if o.MaxMail > 0 {
		s.smtp.MaxMessageBytes = o.MaxMail
	}
	if s.LargeTime == 0 {
		s.LargeTime = LargeTime
	}
	s.smtp.ReadTimeout, s.smtp.WriteTimeout = patience, time.Minute
	return s
}

// Serve takes mail until Stop.
func (s *Server) Serve() error {
	defer close(s.ended)
	return s.smtp.Serve(s.ln)
}

// Stop takes no more mails and waits for those that are being taken in, until
// ctx ends. What was not confirmed the sender's server sends again.
func (s *Server) Stop(ctx context.Context) { s.once.Do(func() { s.stop(ctx) }) }

func (s *Server) stop(ctx context.Context) {
	_ = s.ln.Close()
	for range maxAtOnce { // nothing can begin while all turns are ours
		select {
		case s.turns <- struct{}{}:
		case <-ctx.Done():
			_ = s.smtp.Close()
			return
		}
	}
	_ = s.smtp.Close()
}

// Ended is closed when Serve has returned.
func (s *Server) Ended() <-chan struct{} { return s.ended }

// logger has the library's complaints about its peers at debug level: they are
// the peers' business.
type logger struct{ log *slog.Logger }

func (l logger) Printf(format string, v ...any) {
	l.log.Debug("mail connection", slog.String("format", format), slog.Any("values", v))
}

func (l logger) Println(v ...any) { l.log.Debug("mail connection", slog.Any("values", v)) }
