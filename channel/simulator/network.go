package simulator

import (
	"context"
	"log/slog"
	"net"
	"net/http"
	"time"
)

// Network is what a provider is given: the threads of persons, faults, the
// counts, the post office and the clock, which all providers share.
type Network struct {
	s        *Simulator
	provider Provider
	name     string
	channel  string
	words    *vocabulary
	routes   []route
	claims   []claim
}

type route struct {
	pattern string
	handler http.HandlerFunc
}

// claim takes requests by their address where a pattern cannot tell them apart.
type claim struct {
	mine    func(r *http.Request) bool
	handler http.Handler
}

// Handle registers a route, as http.ServeMux knows patterns.
func (n *Network) Handle(pattern string, h http.HandlerFunc) {
	n.routes = append(n.routes, route{pattern, h})
}

// HandleWhere registers a handler for requests that no pattern can name without
// meeting another provider's, such as everything below any version number.
func (n *Network) HandleWhere(mine func(r *http.Request) bool, h http.Handler) {
	n.claims = append(n.claims, claim{mine, h})
}

// Context ends when the simulator is closed.
func (n *Network) Context() context.Context { return n.s.ctx }

// Now is the simulator's time, which can be moved.
func (n *Network) Now() time.Time { return n.s.now() }

// Log is where to log.
func (n *Network) Log() *slog.Logger { return n.s.log }

// PublicURL is where others reach the simulator, without a trailing slash; "":
// nobody said.
func (n *Network) PublicURL() string { return n.s.public }

// Settings are the settings that all providers share.
func (n *Network) Settings() Settings { return *n.s.settings.Load() }

// Bounds are the bounds of what is remembered.
func (n *Network) Bounds() Limits { return n.s.ledger.limits }

// Hex returns prefix and 32 hexadecimal digits that were never returned before.
func (n *Network) Hex(prefix string) string { return n.s.random.sid(prefix) }

// Chance is true with probability p.
func (n *Network) Chance(p float64) bool { return n.s.random.chance(p) }

// Do sends a request as a webhook is sent: it waits 15 seconds, and reads 64 KiB
// of the answer.
func (n *Network) Do(r *http.Request) (WebhookAnswer, error) { return n.s.do(r) }

// HTTP is the client of Do, for answers that are not a webhook's.
func (n *Network) HTTP() *http.Client { return n.s.http }

// After has do done by the post office once d has passed, unless the simulator
// was closed.
func (n *Network) After(d time.Duration, do func()) { n.s.post.after(d, do) }

// Publish tells everyone who watches the page that something changed.
func (n *Network) Publish(kind string, data any) { n.s.stream.publish(kind, data) }

// Decide counts a well authenticated send and returns what becomes of it: by
// rule, by magic recipient, or success.
func (n *Network) Decide(account, from, to string) Outcome {
	n.s.ledger.request(to)
	c := n.s.settings.Load()
	return n.s.decide(n.words, account, from, to, c)
}

// DecideAbout returns what a rule makes of something that is no send: of the
// actions that are about it. from and to are what their rules match.
func (n *Network) DecideAbout(about, account, from, to string) (Outcome, bool) {
	out, _, struck := n.s.rules.apply(n.s.random, n.words, about, account, from, to)
	if struck {
		n.s.tellStruck()
	}
	return out, struck
}

// Wait waits as long as the settings and the fate say before an answer, even
// when the caller left: its message is sent all the same.
func (n *Network) Wait(ctx context.Context, fate *Outcome) {
	n.s.sleep(ctx, millis(n.s.settings.Load().LatencyMs)+fate.Delay)
	if n.s.ctx.Err() != nil {
		panic(http.ErrAbortHandler)
	}
}

// BreakOff answers in the ways that are the same for every provider: not at
// all, by closing or by resetting the connection. It returns when fate asks for
// none of them.
func (n *Network) BreakOff(w http.ResponseWriter, r *http.Request, fate *Outcome) {
	n.s.breakOff(w, r, fate)
}

// Add puts a message on its person's thread. View's person, direction and sid
// must be set; a message from the business that was taken is counted. Copies of
// one message share nothing with v afterwards.
func (n *Network) Add(v View) *Message {
	now := n.s.now()
	m := &Message{
		provider: n.name, channel: n.channel, owner: v.Person, sid: v.SID, account: v.AccountSID,
		service: v.MessagingServiceSID, direction: v.Direction, from: v.From, to: v.To, created: now,
	}
	if v.UpdatedAt.IsZero() {
		v.UpdatedAt = now
	}
	m.set(v)
	if v.Direction == Outbound {
		n.s.ledger.accepted(v.To, v.Body)
	}
	n.s.ledger.add(m)
	n.s.noticed(m)
	n.s.stream.publishView(n.s.ledger, m)
	return m
}

// Find returns a message of this provider by its sid.
func (n *Network) Find(sid string) (*Message, bool) {
	var found *Message
	n.s.ledger.get("", sid, func(m *Message) {
		if m.provider == n.name {
			found = m
		}
	})
	return found, found != nil
}

// See returns a message as it is now.
func (n *Network) See(m *Message) View { return n.s.ledger.change(m, func(*Message) {}) }

// Change alters what may change of a message, and shows it.
func (n *Network) Change(m *Message, how func(*View)) View {
	out := n.s.ledger.change(m, func(m *Message) {
		v := m.view()
		how(&v)
		v.UpdatedAt = n.s.now()
		m.set(v)
	})
	n.s.stream.publish("message", out)
	return out
}

// Newest calls use for this provider's messages, the newest first, until it
// returns false. use must not call the network.
func (n *Network) Newest(use func(View) bool) {
	n.s.ledger.newest(func(m *Message) bool { return m.provider != n.name || use(m.view()) })
}

// Follow makes a taken message run through its fate.
func (n *Network) Follow(t Track) { n.s.follow(&t) }

// Tell sends a webhook now, and later again when it was not taken.
func (n *Network) Tell(m *Message, w Webhook) WebhookState {
	started := time.Now()
	a, why := n.s.deliver(m, &w, n.s.settings.Load().Duplicate, 0)
	n.s.stream.publishView(n.s.ledger, m)
	return WebhookState{Taken: why == "", Status: a.Status, Error: why, Ms: time.Since(started).Milliseconds()}
}

// Block notes that a person refuses senders, and Unblock that no more; it says
// whether the person did.
func (n *Network) Block(person string, senders ...string) { n.s.blocks.add(person, senders...) }

// Unblock lifts what Block noted and says whether there was any.
func (n *Network) Unblock(person string, senders ...string) bool {
	return n.s.blocks.remove(person, senders...)
}

// Blocked says whether a person refuses a sender.
func (n *Network) Blocked(person, sender string) bool { return n.s.blocks.has(person, sender) }

// Split tells how the network carries a text: its encoding and number of parts.
func (n *Network) Split(text string) (encoding string, parts int) { return split(text) }

// breakOff answers by not answering, when fate says so.
func (s *Simulator) breakOff(w http.ResponseWriter, r *http.Request, fate *Outcome) {
	switch fate.Answer {
	case AnswerHang:
		hold := fate.Hold
		if hold == 0 {
			hold = 10 * time.Minute // far beyond any caller's patience
		}
		s.sleep(r.Context(), hold)
		panic(http.ErrAbortHandler)
	case AnswerLost:
		panic(http.ErrAbortHandler)
	case AnswerReset:
		reset(w)
	}
}

// reset closes the connection with a reset, as a peer does that wants no more.
func reset(w http.ResponseWriter) {
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	if tcp, ok := conn.(*net.TCPConn); ok {
		_ = tcp.SetLinger(0)
	}
	_ = conn.Close()
}
