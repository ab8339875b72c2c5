package realtime

import (
	"context"
	"slices"
	"sync"
	"time"

	"heliograph"
)

// feed is a conversation that somebody has open. It has turns, one at a time: in
// a turn it reads what came since its position, once for all its seats, and then
// catches up those that arrive. So a seat that is among its seats has everything
// up to the position and nothing beyond, and what is read next is next for all.
type feed struct {
	app heliograph.AppID
	id  heliograph.ConversationID

	// Of the hub's lock.
	queued   bool // it has its turn, or waits for it
	look     bool // the row is to be read
	extras   []heliograph.Hint
	lost     bool // there were too many extras
	arriving []*Seat
	members  int
	known    state // as of its last turn
	retry    time.Duration

	// Of the turn.
	placed bool
	pos    heliograph.Millis // everything up to here was told
	told   state

	mu    sync.Mutex // a seat's connection is called with it held
	seats []*Seat
}

// state is what is told of a conversation besides its messages, and how far those go.
type state struct {
	last, businessRead, userRead heliograph.Millis
	unread                       int64
}

// told is s without what messages tell by themselves.
func (s state) told() state {
	s.last = 0
	return s
}

func stateOf(c *heliograph.Conversation) state {
	return state{c.LastReceived, c.BusinessRead, c.UserRead, c.Unread}
}

// note keeps a hint that is told as it is. The hub's lock must be held.
func (f *feed) note(t *heliograph.Hint) {
	if len(f.extras) < maxExtras {
		f.extras = append(f.extras, *t)
	} else if t.Kind != heliograph.HintTyping {
		f.lost = true
	}
}

// task is what a turn has to do.
type task struct {
	extras   []heliograph.Hint
	lost     bool
	look     bool
	arriving []*Seat
}

// turn does what there is to do for a feed. What an error kept it from doing is
// done again later.
func (h *Hub) turn(f *feed) {
	h.mu.Lock()
	t := task{f.extras, f.lost, f.look, f.arriving}
	f.extras, f.lost, f.look, f.arriving = nil, false, false, nil
	h.mu.Unlock()
	ctx, cancel := context.WithTimeout(context.Background(), readTimeout)
	err := h.work(ctx, f, &t)
	cancel()
	h.mu.Lock()
	defer h.mu.Unlock()
	f.known = f.told
	f.queued = false
	f.look = f.look || t.look
	f.lost = f.lost || t.lost
	f.extras = append(t.extras, f.extras...)
	f.arriving = append(t.arriving, f.arriving...)
	switch {
	case f.members == 0:
	case err != nil:
		h.again(f, err)
	case f.look || f.lost || len(f.extras) > 0 || len(f.arriving) > 0:
		f.retry = 0
		h.queue(f)
	default:
		f.retry = 0
	}
}

// again gives a feed another turn after a while. The lock must be held.
func (h *Hub) again(f *feed, err error) {
	f.retry = min(max(2*f.retry, retryFirst), retryMost)
	h.Figures.LiveReads("retry")
	h.Log.Warn("a conversation could not be read for connected devices", "conversation", f.id.String(), "again_in", f.retry, "err", err)
	f.queued = true // until then
	time.AfterFunc(h.vary(f.retry), func() {
		h.mu.Lock()
		defer h.mu.Unlock()
		f.queued = false
		h.queue(f)
	})
}

// work does a turn's task. What is done it takes off the task.
func (h *Hub) work(ctx context.Context, f *feed, t *task) error {
	if t.look || len(t.arriving) > 0 {
		row, news, err := h.news(ctx, f)
		if heliograph.IsKind(err, heliograph.NotFound) {
			h.orphan(f, t)
			return nil
		}
		if err != nil {
			return err
		}
		if t.look, err = h.advance(ctx, f, row, news); err != nil {
			t.look = true
			return err
		}
		if err := h.admit(ctx, f, t, row); err != nil {
			return err
		}
	}
	if t.lost {
		f.tell(h, h.Frames.User(), heliograph.ClientID{})
		t.lost = false
	}
	for len(t.extras) > 0 {
		if err := h.extra(ctx, f, &t.extras[0]); err != nil {
			return err
		}
		t.extras = t.extras[1:]
	}
	return nil
}

// orphan has every session of a conversation looked at that is no more: its user was
// merged or deleted.
func (h *Hub) orphan(f *feed, t *task) {
	f.mu.Lock()
	seats := append(slices.Clone(f.seats), t.arriving...)
	f.mu.Unlock()
	*t = task{}
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, s := range seats {
		if s.here {
			h.recheckSeat(s)
		}
	}
}

// news reads a conversation and what came since a feed's position, when anybody
// waits for that.
func (h *Hub) news(ctx context.Context, f *feed) (*heliograph.Conversation, []*heliograph.Message, error) {
	if !f.placed || f.empty() {
		row, err := h.Source.Conversation(ctx, f.app, f.id)
		return row, nil, err
	}
	return h.Source.News(ctx, f.app, f.id, f.pos, pageSize)
}

// advance tells a feed's seats what came since its position, as far as row says
// that there is anything. more says that it is to go on in another turn.
func (h *Hub) advance(ctx context.Context, f *feed, row *heliograph.Conversation, news []*heliograph.Message) (more bool, err error) {
	if !f.placed || f.empty() {
		// Nobody waits for what lies before: who arrives catches up by itself.
		f.placed, f.pos, f.told = true, row.LastReceived, stateOf(row)
		return false, nil
	}
	for range pagesPerTurn {
		if len(news) == 0 {
			break
		}
		h.Figures.LiveReads("feed")
		f.tell(h, h.Frames.Messages(row, news, true), heliograph.ClientID{})
		f.pos = news[len(news)-1].Received
		f.told = stateOf(row)
		if len(news) < pageSize {
			return false, nil
		}
		if news, err = h.Source.After(ctx, f.app, f.id, f.pos, pageSize); err != nil {
			return true, err
		}
	}
	if len(news) > 0 {
		return true, nil
	}
	if now := stateOf(row); now.told() != f.told.told() {
		f.tell(h, h.Frames.Conversation(row), heliograph.ClientID{})
	}
	f.told = stateOf(row)
	return false, nil
}

// admit takes arriving seats in. One that has missed more than a page is given
// that, and comes again when its connection has written it.
func (h *Hub) admit(ctx context.Context, f *feed, t *task, row *heliograph.Conversation) error {
	for len(t.arriving) > 0 {
		s := t.arriving[0]
		if !s.ready {
			if s.Fresh || s.pos > f.pos {
				s.pos = f.pos
			}
		}
		var missed []*heliograph.Message
		more := false
		if s.pos < f.pos {
			list, err := h.Source.After(ctx, f.app, f.id, s.pos, pageSize)
			if err != nil {
				return err
			}
			h.Figures.LiveReads("seat")
			more = len(list) == pageSize && list[len(list)-1].Received < f.pos
			missed = slices.DeleteFunc(list, func(m *heliograph.Message) bool { return m.Received > f.pos })
		}
		f.seat(h, s, row, missed, more)
		t.arriving = t.arriving[1:]
	}
	t.arriving = nil
	return nil
}

// seat gives an arriving seat what it missed, and a place among the others when
// that is all.
func (f *feed) seat(h *Hub, s *Seat, row *heliograph.Conversation, missed []*heliograph.Message, more bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if s.left {
		return
	}
	if !s.ready {
		if !s.Sink.Ready(row, s.pos) {
			return
		}
		s.ready = true
	}
	if len(missed) > 0 {
		if !s.Sink.Put(h.Frames.Messages(row, missed, false)) {
			return
		}
		h.Figures.LiveFrames(1)
		s.pos = missed[len(missed)-1].Received
	}
	if more {
		s.Sink.More()
		return
	}
	s.pos = f.pos
	f.seats = append(f.seats, s)
	s.index = len(f.seats)
}

// extra tells what a hint says besides that there are messages.
func (h *Hub) extra(ctx context.Context, f *feed, t *heliograph.Hint) error {
	switch {
	case t.Kind == heliograph.HintTyping && t.Typing != nil:
		f.tell(h, h.Frames.Typing(t.Typing), t.Client)
	case t.Kind == heliograph.HintRemoved:
		f.tell(h, h.Frames.Removed(t.Message), heliograph.ClientID{})
	case t.Kind == heliograph.HintChanged:
		if f.empty() {
			return nil
		}
		m, err := h.Source.Message(ctx, f.app, t.Message)
		if heliograph.IsKind(err, heliograph.NotFound) {
			return nil // its removal is told by another hint
		}
		if err != nil {
			return err
		}
		if m.Conversation == f.id && m.Received <= f.pos {
			f.tell(h, h.Frames.Changed(m), heliograph.ClientID{})
		}
	}
	return nil
}

// tell puts a frame into the queue of every seat but those of one device.
func (f *feed) tell(h *Hub, frame *Frame, but heliograph.ClientID) {
	f.mu.Lock()
	defer f.mu.Unlock()
	n := 0
	for i := 0; i < len(f.seats); {
		s := f.seats[i]
		if !but.IsZero() && s.Client == but {
			i++
			continue
		}
		if !s.Sink.Put(frame) {
			f.drop(s)
			continue
		}
		n++
		i++
	}
	h.Figures.LiveFrames(n)
}

func (f *feed) empty() bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return len(f.seats) == 0
}

// remove takes a seat that was left.
func (f *feed) remove(s *Seat) {
	f.mu.Lock()
	defer f.mu.Unlock()
	s.left = true
	f.drop(s)
}

// drop takes a seat out of those that are told. The feed's lock must be held.
func (f *feed) drop(s *Seat) {
	if s.index == 0 {
		return
	}
	last := len(f.seats) - 1
	moved := f.seats[last]
	f.seats[s.index-1], moved.index = moved, s.index
	f.seats[last] = nil
	f.seats, s.index = f.seats[:last], 0
}
