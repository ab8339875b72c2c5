// Package realtime tells connected devices what is new in their conversations.
// It is told by hints that there may be something, reads what it is from the
// database, once for all devices of a conversation, and hands every connection
// each message once and in order. It knows no transport and no wire form, and
// keeps nothing that the database does not have.
package realtime

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"heliograph"
)

// Options are what a hub is handed.
type Options struct {
	Source  Source
	Frames  Frames
	Watch   Watch // nil: nobody else asks who is here
	Figures Figures
	// Shared says that other processes write to the database. Their hints may be
	// lost, so the hub looks by itself more often.
	Shared bool
	// Workers is how many reads are under way at once; 0 means 8.
	Workers int
	// Jitter is a random number from 0 to 1.
	Jitter func() float64
	Log    *slog.Logger
}

// Hub is where connected devices have their seats. It is safe for concurrent use.
type Hub struct {
	Options
	pool pool

	mu       sync.Mutex
	feeds    map[heliograph.ConversationID]*feed
	people   map[heliograph.UserID]*person
	changes  map[heliograph.ClientID]Presence // not told to Watch yet
	telling  bool                             // somebody tells, or is about to
	seats    int
	sweeping *time.Timer
	stopped  bool
}

// New returns a hub. It does nothing while nobody is there.
func New(o Options) *Hub {
	if o.Workers == 0 {
		o.Workers = 8
	}
	return &Hub{
		Options: o, pool: pool{limit: o.Workers}, feeds: map[heliograph.ConversationID]*feed{}, people: map[heliograph.UserID]*person{},
		changes: map[heliograph.ClientID]Presence{},
	}
}

// Start begins to look for what hints did not tell.
func (h *Hub) Start() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.sweepLater()
}

// Connected returns how many seats are taken.
func (h *Hub) Connected() int {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.seats
}

// Stop ends every connection, spread over a while so that not all come back at
// once, and waits for the work under way. Nobody can join afterwards.
func (h *Hub) Stop(ctx context.Context) {
	h.mu.Lock()
	h.stopped = true
	if h.sweeping != nil {
		h.sweeping.Stop()
	}
	var all []*Seat
	for _, p := range h.people {
		all = append(all, p.seats...)
	}
	h.mu.Unlock()
	h.spread(ctx, all)
	h.pool.wait(ctx)
}

// spread ends connections, at most 2,000 in 100 ms.
func (h *Hub) spread(ctx context.Context, all []*Seat) {
	const most = 2000
	for len(all) > 0 {
		n := min(most, len(all))
		for _, s := range all[:n] {
			s.Sink.Stop()
		}
		if all = all[n:]; len(all) == 0 {
			return
		}
		select {
		case <-time.After(100 * time.Millisecond):
		case <-ctx.Done(): // the rest at once
		}
	}
}

// Changed takes hints. It never waits for the database or a connection.
func (h *Hub) Changed(hints []heliograph.Hint) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.stopped || h.seats == 0 {
		return
	}
	for i := range hints {
		h.take(&hints[i])
	}
}

// take notes one hint. The lock must be held.
func (h *Hub) take(t *heliograph.Hint) {
	if t.Kind == heliograph.HintUser {
		h.recheck(t)
		return
	}
	if t.Conversation.IsZero() {
		return
	}
	if p := h.people[t.User]; p != nil && p.homeless > 0 {
		h.house(p, t.Conversation)
	}
	f := h.feeds[t.Conversation]
	if f == nil || f.app != t.App {
		return
	}
	switch t.Kind {
	case heliograph.HintMessages, heliograph.HintState:
		f.look = true
	case heliograph.HintChanged:
		if t.Message.IsZero() { // what a merge brought lies before what devices have, too
			f.look, f.lost = true, true
			break
		}
		f.note(t)
	case heliograph.HintTyping, heliograph.HintRemoved:
		f.note(t)
	}
	h.queue(f)
}

// recheck has the sessions of a user, or of one device, looked at. The lock must
// be held.
func (h *Hub) recheck(t *heliograph.Hint) {
	p := h.people[t.User]
	if p == nil {
		return
	}
	for _, s := range p.seats {
		if t.Client.IsZero() || s.Client == t.Client {
			h.recheckSeat(s)
		}
	}
}

// recheckSeat has a session looked at, once however often it is asked for before
// that begins. The lock must be held.
func (h *Hub) recheckSeat(s *Seat) {
	if s.rechecking || h.stopped {
		return
	}
	s.rechecking = true
	h.pool.add(func() {
		h.mu.Lock()
		s.rechecking = false
		h.mu.Unlock()
		ctx, cancel := context.WithTimeout(context.Background(), readTimeout)
		defer cancel()
		s.Sink.Recheck(ctx)
	})
}

// queue gives a feed its turn. The lock must be held.
func (h *Hub) queue(f *feed) {
	if f.queued || h.stopped {
		return
	}
	f.queued = true
	h.pool.add(func() { h.turn(f) })
}
