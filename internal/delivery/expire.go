package delivery

import (
	"context"
	"time"

	"heliograph"
)

const (
	// expireEvery is how often what waits is looked through for what came too
	// late: a lane that stands still must not keep that to itself.
	expireEvery = 5 * time.Second
	// maxExpiring bounds the items that are told as expired at once.
	maxExpiring = 1024
	// expiryPages bounds how much of the queue one round reads; the next goes on
	// from there.
	expiryPages = 32
)

// expireAll tells what waits in memory and is too late, and has the lanes that
// stand still looked through in the database.
func (e *Engine) expireAll() {
	e.timers.Add(heliograph.At(e.Now()).Add(expireEvery), e.expireAll)
	e.expireSome()
}

// expireSome tells as many as may be told at once. When there are more it is
// called again as soon as they are stored.
func (e *Engine) expireSome() {
	if e.draining {
		return
	}
	now := heliograph.At(e.Now())
	for _, l := range e.lanes {
		e.expireLane(l, now)
	}
	e.expireStored(now)
}

// expireLane tells what waits in a lane's memory. Nothing need be kept in order
// for what is not sent, so that it does not wait for its address either.
func (e *Engine) expireLane(l *lane, now heliograph.Millis) {
	var late []*Item
	keep := func(it *Item) bool {
		if !it.late(now) || !l.knows(it) {
			return true
		}
		if e.expiring+len(late) >= maxExpiring {
			e.moreLate = true
			return true
		}
		late = append(late, it)
		return false
	}
	for c := range l.ready {
		l.ready[c].Filter(keep)
	}
	for _, a := range l.busy {
		a.behind.Filter(keep)
	}
	for _, it := range late {
		e.count(l, it, -1)
		if a := l.busy[it.Delivery.Address]; a != nil && a.head == it {
			a.head = nil
			e.release(l, it.Delivery.Address)
		}
		e.expire(l, it)
	}
	if len(late) > 0 {
		e.refill(l)
	}
}

func (it *Item) late(now heliograph.Millis) bool {
	return it.Delivery.Expires != 0 && it.Delivery.Expires <= now
}

// expire ends an item that is known, but nowhere in its lane any more.
func (e *Engine) expire(l *lane, it *Item) {
	e.expiring++
	e.recordExpired(l, e.tooLate(it))
}

// tooLate is the outcome of an item that is late.
func (e *Engine) tooLate(it *Item) *Outcome {
	v := expiry(&Question{Delivery: it.Delivery, Now: heliograph.At(e.Now())})
	v.Gate = "expiry"
	return e.stopped(it, v)
}

func (e *Engine) recordExpired(l *lane, o *Outcome) {
	e.record(o, func(err error) {
		e.post(func(e *Engine) {
			if err != nil {
				e.Log.Error("an expiry could not be stored; trying again", "delivery", o.Update.ID.String(), "error", err)
				e.timers.Add(heliograph.At(e.Now()).Add(time.Second), func() { e.recordExpired(l, o) })
				return
			}
			delete(l.known, o.Update.ID)
			if e.expiring--; e.expiring == 0 && e.moreLate {
				e.moreLate = false
				e.expireSome()
			}
		})
	})
}

// expireStored reads on in the queue of lanes that stand still, where more waits
// than is in memory. One round is under way at a time.
func (e *Engine) expireStored(now heliograph.Millis) {
	if e.sweeping {
		return
	}
	var todo []sweep
	for _, l := range e.lanes {
		if l.state != laneWaiting {
			continue
		}
		for key, src := range l.sources {
			if src.more && e.taking[key.Slot] == 0 && len(todo) < expiryPages {
				todo = append(todo, sweep{l, key, src})
			}
		}
	}
	if len(todo) == 0 {
		return
	}
	e.sweeping = true
	go e.sweep(todo, now)
}

// sweep is a source to be looked through.
type sweep struct {
	lane *lane
	key  Source
	src  *source
}

// sweep looks through pages of sources, each in its turn.
func (e *Engine) sweep(todo []sweep, now heliograph.Millis) {
	found := 0
	for pages := 0; pages < expiryPages && len(todo) > 0 && found < maxExpiring; pages++ {
		s := todo[0]
		todo = todo[1:]
		late, next, err := e.Store.Expired(context.Background(), s.key, now, s.src.swept, page)
		if err != nil {
			e.Log.Error("queued deliveries could not be looked through", "integration", s.key.Integration.String(), "error", err)
			break
		}
		// Only the one round that is under way uses this.
		if s.src.swept = next; next != (Place{}) {
			todo = append(todo, s)
		}
		found += len(late)
		e.post(func(e *Engine) { e.swept(&s, late) })
	}
	e.post(func(e *Engine) {
		e.sweeping = false
		e.moreLate = e.moreLate || found >= maxExpiring
	})
}

// swept tells what was found too late and is not in memory.
func (e *Engine) swept(s *sweep, late []*Item) {
	if s.lane.sources[s.key] != s.src {
		return // the slot was lost meanwhile
	}
	for _, it := range late {
		if s.lane.known[it.Delivery.ID] == nil {
			s.lane.know(it)
			e.expire(s.lane, it)
		}
	}
}
