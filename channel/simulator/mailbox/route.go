package mailbox

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/smtp"
	"net/textproto"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// Route says where mail to some addresses goes.
type Route struct {
	// Match is an address, with a star at its start or end for anything.
	Match string `json:"match"`
	// SMTP is the host and port of a server that takes the mail.
	SMTP string `json:"smtp,omitempty"`
	// URL is where the whole mail is posted as message/rfc822.
	URL string `json:"url,omitempty"`
	// Token is sent to URL as a bearer token.
	Token string `json:"token,omitempty"`
}

// Outgoing is a mail on its way to one recipient.
type Outgoing struct {
	From string // of the envelope; "" for a bounce
	To   string
	Raw  []byte
}

// Forwarder takes the mail for some addresses in a way of its own.
type Forwarder interface {
	// Forward says with ok that the address is its own.
	Forward(ctx context.Context, out Outgoing) (told Told, ok bool)
}

// Routes takes what people send to where it goes: by the routes that were set,
// else by a provider that receives for its customers, else into the mailbox of
// that address when there is one.
type Routes struct {
	b          *Boxes
	forwarders []Forwarder

	mu    sync.Mutex
	table []Route
}

func newRoutes(b *Boxes) *Routes { return &Routes{b: b} }

// Ask makes f take mail too. It is called before the first mail is sent.
func (r *Routes) Ask(f Forwarder) { r.forwarders = append(r.forwarders, f) }

// Set makes a route, in place of one with the same match.
func (r *Routes) Set(one Route) {
	one.Match = Normal(one.Match)
	r.mu.Lock()
	defer r.mu.Unlock()
	r.table = slices.DeleteFunc(r.table, func(o Route) bool { return o.Match == one.Match })
	r.table = append(r.table, one)
}

// Remove takes a route out, or every one when match is empty.
func (r *Routes) Remove(match string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.table = slices.DeleteFunc(r.table, func(o Route) bool { return match == "" || o.Match == Normal(match) })
}

// List returns the routes. Their tokens are left out.
func (r *Routes) List() []Route {
	r.mu.Lock()
	defer r.mu.Unlock()
	out := slices.Clone(r.table)
	if out == nil {
		out = []Route{}
	}
	for i := range out {
		out[i].Token = ""
	}
	return out
}

func (r *Routes) find(to string) (Route, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, one := range r.table {
		if fits(one.Match, Normal(to)) {
			return one, true
		}
	}
	return Route{}, false
}

func fits(pattern, value string) bool {
	front, begins := strings.CutPrefix(pattern, "*")
	middle, ends := strings.CutSuffix(front, "*")
	switch {
	case pattern == "*":
		return true
	case begins && ends:
		return strings.Contains(value, middle)
	case begins:
		return strings.HasSuffix(value, front)
	case ends:
		return strings.HasPrefix(value, middle)
	}
	return pattern == value
}

// Send takes a mail to where it goes.
func (r *Routes) Send(ctx context.Context, out Outgoing) Told {
	if one, ok := r.find(out.To); ok {
		told := Told{}
		if one.SMTP != "" {
			told = r.bySMTP(ctx, one.SMTP, out)
		} else {
			told = r.byHTTP(ctx, one, out)
		}
		told.routed = true
		return told
	}
	for _, f := range r.forwarders {
		if told, ok := f.Forward(ctx, out); ok {
			return told
		}
	}
	if r.b.has(out.To) {
		r.b.Bring(Incoming{Envelope: out.From, To: out.To, Raw: out.Raw})
		return Told{Target: Normal(out.To), Taken: true}
	}
	return Told{Error: fmt.Sprintf(`nobody receives for %s; POST /sim/mail/routes {"match": "*@…", "smtp": "127.0.0.1:2525"} or "url"`, out.To)}
}

func (b *Boxes) has(address string) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.boxes[Normal(address)] != nil
}

func (r *Routes) byHTTP(ctx context.Context, one Route, out Outgoing) Told {
	told := Told{Target: one.URL}
	ctx, cancel := context.WithTimeout(ctx, 15*time.Second)
	defer cancel()
	q, err := http.NewRequestWithContext(ctx, http.MethodPost, one.URL, bytes.NewReader(out.Raw))
	if err != nil {
		told.Error = err.Error()
		return told
	}
	q.Header.Set("Content-Type", "message/rfc822")
	q.Header.Set("X-Envelope-From", out.From)
	q.Header.Set("X-Envelope-To", out.To)
	if one.Token != "" {
		q.Header.Set("Authorization", "Bearer "+one.Token)
	}
	return Answered(r.b.o.HTTP, q)
}

// Answered makes a request and says how it was answered.
func Answered(client *http.Client, q *http.Request) Told {
	told := Told{Target: q.URL.Redacted()}
	res, err := client.Do(q)
	if err != nil {
		told.Error = err.Error()
		return told
	}
	_ = res.Body.Close()
	told.Status = res.StatusCode
	if told.Taken = res.StatusCode >= 200 && res.StatusCode < 300; !told.Taken {
		told.Error = "answered " + strconv.Itoa(res.StatusCode)
	}
	return told
}

func (r *Routes) bySMTP(ctx context.Context, address string, out Outgoing) Told {
	told := Told{Target: address}
	err := deliver(ctx, address, r.b.o.Hello, out)
	if err == nil {
		told.Taken, told.Status = true, 250
		return told
	}
	told.Error = err.Error()
	if refused, ok := errors.AsType[*textproto.Error](err); ok {
		told.Status = refused.Code
	}
	return told
}

// deliver hands a mail to a server, with STARTTLS where it is offered and
// whatever its certificate says, as mail servers do among each other.
func deliver(ctx context.Context, address, hello string, out Outgoing) error {
	dialer := net.Dialer{Timeout: 5 * time.Second}
	conn, err := dialer.DialContext(ctx, "tcp", address)
	if err != nil {
		return err
	}
	_ = conn.SetDeadline(time.Now().Add(30 * time.Second))
	host, _, _ := net.SplitHostPort(address)
	c, err := smtp.NewClient(conn, host)
	if err != nil {
		_ = conn.Close()
		return err
	}
	defer c.Close()
	steps := []func() error{
		func() error { return c.Hello(hello) },
		func() error { return opportunistic(c, host) },
		func() error { return c.Mail(out.From) },
		func() error { return c.Rcpt(out.To) },
		func() error {
			w, err := c.Data()
			if err != nil {
				return err
			}
			if _, err := w.Write(out.Raw); err != nil {
				return err
			}
			return w.Close()
		},
	}
	for _, step := range steps {
		if err := step(); err != nil {
			return err
		}
	}
	_ = c.Quit() // the mail is taken, whatever this says
	return nil
}
