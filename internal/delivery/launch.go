package delivery

import (
	"errors"
	"time"

	"heliograph"
)

// maxClaims bounds one claim, so that its commit stays short.
const maxClaims = 256

// launch claims as many items as there are free senders, taking apps in turn,
// and within an app its lanes in turn.
func (e *Engine) launch(now heliograph.Millis) {
	for e.inflight < e.Senders {
		claims := make([]*Claim, 0, 32)
		for len(claims) < maxClaims && e.inflight < e.Senders {
			it := e.pick(now)
			if it == nil {
				break
			}
			e.inflight++
			claims = append(claims, &Claim{Item: it, Attempt: it.Delivery.Attempts + 1, At: now, Process: e.Process})
		}
		if len(claims) == 0 {
			return
		}
		e.Store.Claim(claims, func(err error) { e.post(func(e *Engine) { e.claimed(claims, err) }) })
	}
}

// pick takes the next item that may be attempted now.
func (e *Engine) pick(now heliograph.Millis) *Item {
	for {
		ring, ok := e.apps.PopFront()
		if !ok {
			return nil
		}
		it := e.pickFrom(ring, now)
		if ring.lanes.Len() > 0 {
			e.apps.PushBack(ring)
		} else {
			ring.queued = false
		}
		if it != nil {
			return it
		}
	}
}

// pickFrom tries the lane whose turn it is.
func (e *Engine) pickFrom(ring *appRing, now heliograph.Millis) *Item {
	l, ok := ring.lanes.PopFront()
	if !ok {
		return nil
	}
	l.state = laneIdle
	if l.len() == 0 {
		e.refill(l)
		return nil
	}
	if !e.admits(l, now) {
		return nil
	}
	it := l.next()
	if it == nil {
		e.refill(l)
		return nil
	}
	l.inflight++
	if l.failures >= breakerLimit {
		l.trial = true
	}
	e.count(l, it, -1)
	if l.len() > 0 {
		e.activate(l)
	}
	e.refill(l)
	return it
}

// admits says whether the lane may start an attempt now; if not, it has put the
// lane where it will be woken.
func (e *Engine) admits(l *lane, now heliograph.Millis) bool {
	if err := e.refresh(l); err != nil {
		if heliograph.IsKind(err, heliograph.NotFound) {
			e.abandon(l)
			return false
		}
		e.unopened(l, err)
		e.wait(l, heliograph.At(e.Now()).Add(l.lookupWait()))
		return false
	}
	if l.integration.Delivery.Failover != nil && l.closed(now) {
		if to := e.standIn(l); to != nil {
			e.divertReady(l, to, now)
			return false
		}
	}
	switch {
	case l.integration.PausedUntil > now:
		// Resuming is a write of another process or surface: look every second.
		e.wait(l, min(l.integration.PausedUntil, now.Add(time.Second)))
	case l.openTill > now:
		e.wait(l, l.openTill)
	case l.inflight >= e.concurrency(l):
		l.state = laneCrowded
		e.crowded = append(e.crowded, l)
	default:
		return e.takeToken(l, now)
	}
	return false
}

// unopened tells the log why a lane waits, once for all lanes that do.
func (e *Engine) unopened(l *lane, err error) {
	if !errors.Is(err, errBlind) {
		e.Log.Error("an integration cannot be opened; its lane waits", "integration", l.id.String(), "error", err)
	}
}

// takeToken takes one of the lane's budget, or puts the lane to wait for it.
func (e *Engine) takeToken(l *lane, now heliograph.Millis) bool {
	if d := l.token(now); d > 0 {
		e.wait(l, now.Add(d))
		return false
	}
	return true
}

// token takes one of the lane's budget, or returns how long there is none.
func (l *lane) token(now heliograph.Millis) time.Duration {
	if l.limiter == nil {
		return 0
	}
	t := now.Time()
	r := l.limiter.ReserveN(t, 1)
	d := r.DelayFrom(t)
	if d == 0 {
		return 0
	}
	r.CancelAt(t)
	return d + time.Millisecond
}

// abandon fails what is queued for an integration that no longer exists.
func (e *Engine) abandon(l *lane) {
	l.gone = true
	for c := range l.ready {
		for {
			it, ok := l.ready[c].PopFront()
			if !ok {
				break
			}
			l.inflight++
			e.inflight++
			if l.busy[it.Delivery.Address] == nil {
				l.busy[it.Delivery.Address] = &address{}
			}
			e.count(l, it, -1)
			o := e.failure(it, it.Delivery.Attempts, heliograph.ReasonIntegrationGone, "the integration was deleted", "gate", "reachable")
			e.finish(l, o)
		}
	}
	e.refill(l)
}

// claimed starts the attempts that were recorded.
func (e *Engine) claimed(claims []*Claim, err error) {
	now := heliograph.At(e.Now())
	for _, c := range claims {
		l := e.lane(c.Item.Delivery.Integration, c.Item.Delivery.App)
		switch {
		case err != nil && e.slots[c.Item.Delivery.Slot]:
			// Nothing was recorded: the item stays ready.
			e.settle(l)
			e.again(l, c.Item, now.Add(time.Second))
		case err != nil || !c.Taken:
			// Cancelled, or another process works on it, or on its slot.
			e.settle(l)
			delete(l.known, c.Item.Delivery.ID)
			e.release(l, c.Item.Delivery.Address)
		default:
			e.start(l, c)
		}
	}
	if err != nil {
		e.Log.Error("attempts could not be recorded", "count", len(claims), "error", err)
	}
}

// settle gives a sender back.
func (e *Engine) settle(l *lane) {
	e.inflight--
	l.inflight--
	if l.doubtful.Len() > 0 { // they have waited long, and are few
		e.resolveNext(l)
	}
	for _, c := range e.crowded {
		if c.state == laneCrowded {
			c.state = laneIdle
			if c.len() > 0 {
				e.activate(c)
			}
		}
	}
	e.crowded = e.crowded[:0]
}

// again makes an item ready at a later time. Its address stays busy until then,
// so that nothing overtakes it.
func (e *Engine) again(l *lane, it *Item, at heliograph.Millis) {
	l.know(it)
	it.timed = true
	e.timers.Add(at, func() {
		if !l.knows(it) {
			return // whoever dropped it freed its address
		}
		it.timed = false
		if !it.parked {
			e.count(l, it, 1)
		}
		it.parked = false
		a := l.busy[it.Delivery.Address]
		if a == nil {
			a = &address{}
			l.busy[it.Delivery.Address] = a
		}
		a.head = it
		l.ready[it.Delivery.Class].PushFront(it)
		e.activate(l)
	})
}

// park is again for an item that only waits for its lane to open: it goes on
// counting as waiting, so that what stands still does not fill the memory.
func (e *Engine) park(l *lane, it *Item, at heliograph.Millis) {
	it.parked = true
	e.count(l, it, 1)
	e.again(l, it, at)
}
