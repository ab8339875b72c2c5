package realtime

import (
	"context"
	"slices"
	"time"

	"heliograph"
)

// person is a user with connections.
type person struct {
	app      heliograph.AppID
	seats    []*Seat
	homeless int // seats without a conversation
}

// count returns how many connections a device has.
func (p *person) count(c heliograph.ClientID) (n int) {
	if p == nil {
		return 0
	}
	for _, s := range p.seats {
		if s.Client == c {
			n++
		}
	}
	return n
}

// state returns what is known of a device.
func (p *person) state(c heliograph.ClientID) (online, foreground bool) {
	if p == nil {
		return false, false
	}
	for _, s := range p.seats {
		if s.Client == c {
			online = true
			foreground = foreground || s.foreground
		}
	}
	return online, foreground
}

// Online returns the devices of a user that are connected to this process.
func (h *Hub) Online(app heliograph.AppID, user heliograph.UserID) []heliograph.PresentDevice {
	h.mu.Lock()
	defer h.mu.Unlock()
	p := h.people[user]
	if p == nil || p.app != app {
		return nil
	}
	var out []heliograph.PresentDevice
	for _, s := range p.seats {
		i := slices.IndexFunc(out, func(d heliograph.PresentDevice) bool { return d.Client == s.Client })
		if i < 0 {
			i = len(out)
			out = append(out, heliograph.PresentDevice{Client: s.Client})
		}
		out[i].Foreground = out[i].Foreground || s.foreground
	}
	return out
}

// Present returns every device that is connected to this process.
func (h *Hub) Present() []Presence {
	h.mu.Lock()
	defer h.mu.Unlock()
	var out []Presence
	for user, p := range h.people {
		seen := map[heliograph.ClientID]bool{}
		for _, s := range p.seats {
			if !seen[s.Client] {
				seen[s.Client] = true
				_, fg := p.state(s.Client)
				out = append(out, Presence{App: p.app, User: user, Client: s.Client, Online: true, Foreground: fg})
			}
		}
	}
	return out
}

// moved does what changes a seat, and notes what that means for its device. The
// lock must be held.
func (h *Hub) moved(s *Seat, do func()) {
	if h.Watch == nil {
		do()
		return
	}
	online, fg := h.people[s.User].state(s.Client)
	do()
	nowOnline, nowFg := h.people[s.User].state(s.Client)
	if online == nowOnline && fg == nowFg {
		return
	}
	if p := h.changes[s.Client]; !nowOnline && p.Online && p.User != s.User {
		return // another connection of the device came as somebody else since: that is the last word
	}
	h.changes[s.Client] = Presence{App: s.App, User: s.User, Client: s.Client, Online: nowOnline, Foreground: nowFg}
	if !h.telling && !h.stopped {
		h.telling = true
		h.tellLater(presenceDelay)
	}
}

func (h *Hub) tellLater(after time.Duration) {
	time.AfterFunc(after, func() {
		h.mu.Lock()
		defer h.mu.Unlock()
		if !h.stopped { // a process that ends is gone for the others as a whole
			h.pool.add(h.tellPresence)
		}
	})
}

// tellPresence tells Watch what changed until there is nothing left to tell. Only
// one does so at a time, so that what is stored last is what was last.
func (h *Hub) tellPresence() {
	for batch := h.takeChanges(); len(batch) > 0; batch = h.takeChanges() {
		ctx, cancel := context.WithTimeout(context.Background(), readTimeout)
		err := h.Watch.Present(ctx, batch)
		cancel()
		if err != nil {
			h.Log.Warn("who is connected could not be stored", "err", err)
			h.putBack(batch)
			h.tellLater(h.vary(presenceRetry))
			return
		}
	}
}

// takeChanges returns some of what is to be told.
func (h *Hub) takeChanges() []Presence {
	h.mu.Lock()
	defer h.mu.Unlock()
	var batch []Presence
	for c, p := range h.changes {
		if len(batch) == maxPresence {
			break
		}
		batch = append(batch, p)
		delete(h.changes, c)
	}
	h.telling = len(batch) > 0
	return batch
}

// putBack keeps what was not stored, unless there is later word.
func (h *Hub) putBack(batch []Presence) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, p := range batch {
		if _, later := h.changes[p.Client]; !later {
			h.changes[p.Client] = p
		}
	}
}

// vary spreads a time by a quarter.
func (h *Hub) vary(d time.Duration) time.Duration {
	return d*3/4 + time.Duration(h.Jitter()*float64(d)/2)
}
