package realtime

import (
	"slices"

	"heliograph"
)

// Seat is one connection of a device. Its exported fields are set before Join,
// and not changed afterwards.
type Seat struct {
	App    heliograph.AppID
	User   heliograph.UserID
	Client heliograph.ClientID
	// Conversation is the zero id while it has not started; the seat gets it when it
	// does.
	Conversation heliograph.ConversationID
	// Cursor is what the device has: everything received up to there.
	Cursor heliograph.Millis
	// Fresh says that the device wants what comes from now on, whatever Cursor is.
	Fresh bool
	Sink  Sink

	// Of the hub's lock.
	feed       *feed
	here       bool
	foreground bool
	rechecking bool
	// Of the feed's turn.
	pos   heliograph.Millis
	ready bool
	// Of the feed's lock.
	left  bool
	index int // among the feed's seats, from 1; 0: not there
}

// Join takes a seat. The hub tells the connection that it is ready, what the device
// missed, and then what comes. It is false when the hub has stopped or the device
// has too many connections; the seat is not taken then. A seat is taken once.
func (h *Hub) Join(s *Seat, foreground bool) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	p := h.people[s.User]
	if h.stopped || s.here || p.count(s.Client) >= maxSeats {
		return false
	}
	if p == nil {
		p = &person{app: s.App}
		h.people[s.User] = p
	}
	s.here, s.foreground, s.pos = true, foreground, s.Cursor
	h.seats++
	h.moved(s, func() { p.seats = append(p.seats, s) })
	if s.Conversation.IsZero() {
		p.homeless++
		s.Sink.Ready(nil, 0)
		// It may have begun before the hints for it found this seat.
		h.pool.add(func() { h.findHomes([]*Seat{s}) })
		return true
	}
	h.settle(s)
	return true
}

// settle has a seat wait at its conversation's feed. The lock must be held.
func (h *Hub) settle(s *Seat) {
	f := h.feeds[s.Conversation]
	if f == nil {
		f = &feed{app: s.App, id: s.Conversation}
		h.feeds[s.Conversation] = f
	}
	f.members++
	s.feed = f
	f.arriving = append(f.arriving, s)
	h.queue(f)
}

// house gives seats of a user that had no conversation the one that there is now.
// All of it is new to them. The lock must be held.
func (h *Hub) house(p *person, c heliograph.ConversationID) {
	for _, s := range p.seats {
		if s.feed == nil {
			s.Conversation, s.Fresh, s.pos = c, false, 0
			h.settle(s)
		}
	}
	p.homeless = 0
}

// Leave gives a seat up. Once it has returned, the hub calls nothing of the
// connection but a Recheck that was under way. A seat may be left twice.
func (h *Hub) Leave(s *Seat) {
	h.mu.Lock()
	if !s.here {
		h.mu.Unlock()
		return
	}
	s.here = false
	h.seats--
	f := s.feed
	h.moved(s, func() { h.gone(s) })
	if f == nil {
		h.mu.Unlock()
		return
	}
	if f.members--; f.members == 0 && h.feeds[f.id] == f {
		delete(h.feeds, f.id)
	}
	h.mu.Unlock()
	f.remove(s)
}

// gone takes a seat from its person. The lock must be held.
func (h *Hub) gone(s *Seat) {
	p := h.people[s.User]
	if i := slices.Index(p.seats, s); i >= 0 {
		last := len(p.seats) - 1
		p.seats[i], p.seats[last] = p.seats[last], nil
		p.seats = p.seats[:last]
	}
	if s.feed == nil {
		p.homeless--
	}
	if len(p.seats) == 0 {
		delete(h.people, s.User)
	}
}

// Next says that everything that was queued for a seat has been written, after the
// hub has asked for that by Sink.More.
func (h *Hub) Next(s *Seat) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if s.here && s.feed != nil {
		s.feed.arriving = append(s.feed.arriving, s)
		h.queue(s.feed)
	}
}

// Foreground says that a person looks at the device, or no longer does.
func (h *Hub) Foreground(s *Seat, on bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if s.here && s.foreground != on {
		h.moved(s, func() { s.foreground = on })
	}
}

// Recheck has a seat's session looked at.
func (h *Hub) Recheck(s *Seat) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if s.here {
		h.recheckSeat(s)
	}
}

// IsForeground reports whether a person looks at the device.
func (h *Hub) IsForeground(s *Seat) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	return s.foreground
}
