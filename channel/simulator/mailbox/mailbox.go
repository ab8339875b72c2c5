// Package mailbox is the people behind the simulator's e-mail addresses: their
// mailboxes, and what a person or a mailbox provider does with a mail. Whoever
// brings mail here says how the sender is told of it (see Carrier). It must not
// know any provider, nor import a channel.
package mailbox

import (
	"context"
	"log/slog"
	"net/http"
	"sync"
	"time"
)

// Mail is one mail in a mailbox. What may change is guarded by the lock of its
// Boxes; copies are handed out.
type Mail struct {
	ID        string
	Box       string // the address whose mailbox this is
	Via       string // the provider that brought it; "" for what the person sent
	Reference string // the provider's own name of it
	Sent      bool   // by the person
	Auto      bool   // by nobody: a bounce, or an answer in absence
	At        time.Time
	Envelope  string // the envelope's sender
	Raw       []byte
	*Parsed

	Read         bool
	Spam         bool
	Unsubscribed bool
	History      []Entry
}

// Entry is one thing that happened to a mail.
type Entry struct {
	At   time.Time `json:"at"`
	Kind string    `json:"kind"`
	Note string    `json:"note,omitempty"`
	Told *Told     `json:"told,omitempty"`
}

// Told is what became of telling the sender.
type Told struct {
	Target string `json:"target,omitempty"` // a URL, or an SMTP host and port
	Taken  bool   `json:"taken"`
	Status int    `json:"status,omitempty"` // of HTTP, or of SMTP
	Error  string `json:"error,omitempty"`

	routed bool // by a route that was set
}

// What happens to a mail, as its history calls it.
const (
	Delivered    = "delivered"
	Opened       = "opened"
	Clicked      = "clicked"
	Replied      = "replied"
	Unsubscribed = "unsubscribed"
	Complained   = "complained"
	AutoReplied  = "auto-replied"
	Bounced      = "bounced"
)

// Carrier tells the sender of a mail that a person called it spam, in the way
// of the provider that brought it. A nil *Told means that it never tells.
type Carrier interface {
	Complain(ctx context.Context, m Mail) *Told
}

// Options is what mailboxes are made from. The zero value works.
type Options struct {
	Now  func() time.Time
	ID   func() string // of mails; needed
	HTTP *http.Client  // for one-click unsubscription and hooks; nil: one of our own
	Log  *slog.Logger
	// Changed is told of every mail that came or changed. May be nil.
	Changed func(Mail)
	// Routed is told of a mail that a person sent, for each recipient to whom a
	// route took it. May be nil.
	Routed func(m Mail, to string)
	// After runs a function later. nil: at once.
	After func(time.Duration, func())
	// Hello is what the simulator calls itself to SMTP servers.
	Hello  string
	Limits Limits
}

// Limits bounds what is remembered. A zero field means its default.
type Limits struct {
	Mails int // in all; default 5,000
	Bytes int // of raw mails in all; default 256 MB
}

// Boxes are all mailboxes. Every address is one.
type Boxes struct {
	o        Options
	carriers map[string]Carrier
	routes   *Routes

	mu    sync.Mutex
	byID  map[string]*Mail
	boxes map[string]*box
	order []*Mail // the oldest first
	bytes int
}

type box struct {
	address string
	mails   []*Mail // the oldest first
	absent  string  // what an answer in absence says; "": nobody is absent
	// answered holds who got an answer in absence: each gets one.
	answered map[string]bool
	last     time.Time
}

// New returns empty mailboxes.
func New(o Options) *Boxes {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.HTTP == nil {
		o.HTTP = &http.Client{Timeout: 15 * time.Second,
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	}
	if o.After == nil {
		o.After = func(_ time.Duration, f func()) { f() }
	}
	if o.Hello == "" {
		o.Hello = "simulator.invalid"
	}
	if o.Limits.Mails <= 0 {
		o.Limits.Mails = 5_000
	}
	if o.Limits.Bytes <= 0 {
		o.Limits.Bytes = 256 << 20
	}
	b := &Boxes{o: o, carriers: map[string]Carrier{}, byID: map[string]*Mail{}, boxes: map[string]*box{}}
	b.routes = newRoutes(b)
	return b
}

// Carry makes c the carrier of what comes via a provider. It is called before
// the first mail comes.
func (b *Boxes) Carry(via string, c Carrier) { b.carriers[via] = c }

// Routes returns where what people send goes.
func (b *Boxes) Routes() *Routes { return b.routes }
