package delivery

import (
	"context"
	"maps"
	"slices"
	"time"

	"heliograph"
)

// lowWater is how few ready items of a class make its lane look in the database.
const lowWater = 256

// page is how many items one look takes at most.
const page = 1024

// refill starts loading for every source of the lane that has more and whose
// class runs low.
func (e *Engine) refill(l *lane) {
	for key, src := range l.sources {
		if src.more && !src.loading && e.taking[key.Slot] == 0 && l.ready[key.Class].Len() < lowWater {
			if n := e.room(l, key.Class); n > 0 {
				e.load(l, key, src, n)
			}
		}
	}
}

func (e *Engine) load(l *lane, key Source, src *source, most int) {
	src.loading, src.missed = true, false
	now := heliograph.At(e.Now())
	have := maps.Clone(l.known)
	go func() {
		known := func(id heliograph.NotificationID) bool { return have[id] != nil }
		items, more, next, err := e.Store.Due(context.Background(), key, now, len(have)+most, known)
		e.post(func(e *Engine) { e.loaded(l, key, src, items, more, next, err) })
	}()
}

func (e *Engine) loaded(l *lane, key Source, src *source, items []*Item, more bool, next heliograph.Millis, err error) {
	src.loading = false
	if l.sources[key] != src {
		return // the slot was lost meanwhile
	}
	if err != nil {
		e.Log.Error("queued deliveries could not be loaded", "integration", key.Integration.String(), "error", err)
		src.more = true
		e.timers.Add(heliograph.At(e.Now()).Add(time.Second), func() { e.refill(l) })
		return
	}
	src.more = more || src.missed
	for _, it := range items {
		if l.known[it.Delivery.ID] == nil {
			e.admit(l, it)
		}
	}
	if next > 0 {
		e.remember(l, src, next)
	}
	if src.more && len(items) == 0 {
		e.refill(l)
	}
}

// remember wakes the source when its next row that is due later is due.
func (e *Engine) remember(l *lane, src *source, next heliograph.Millis) {
	if src.next != 0 && src.next <= next {
		return
	}
	src.next = next
	e.timers.Add(next, func() {
		if src.next == next {
			src.next, src.more = 0, true
			e.refill(l)
		}
	})
}

// Poll looks for work that other processes queued, as a net under Woken. With
// several processes it is called every few seconds.
func (e *Engine) Poll() {
	e.post(func(e *Engine) {
		slots := make([]int, 0, e.owned)
		for s, own := range e.slots {
			if own {
				slots = append(slots, s)
			}
		}
		go e.discover(slots, 0)
	})
}

// wakeDelay gathers what is queued for other processes, so that a burst costs
// them one wake-up.
const wakeDelay = 10 * time.Millisecond

// wakeOthers tells the process that works on a slot of what was queued there.
func (e *Engine) wakeOthers(slot int) {
	if e.away == nil {
		e.away = map[int]bool{}
		e.timers.Add(heliograph.At(e.Now()).Add(wakeDelay), func() {
			slots := slices.Collect(maps.Keys(e.away))
			e.away = nil
			go func() {
				if err := e.Store.Wake(context.Background(), slots); err != nil {
					e.Log.Warn("other processes could not be woken; they look by themselves", "error", err)
				}
			}()
		})
	}
	e.away[slot] = true
}

// Woken looks for work in slots: another process queued some there.
func (e *Engine) Woken(slots []int) {
	e.post(func(e *Engine) {
		var mine []int
		for _, s := range slots {
			if s >= 0 && s < len(e.slots) && e.slots[s] {
				mine = append(mine, s)
			}
		}
		if len(mine) > 0 {
			go e.discover(mine, 0)
		}
	})
}

// discover finds the sources of slots that hold anything. It ends a take-over
// of them; without one (0) it leaves slots alone that are being taken over.
func (e *Engine) discover(slots []int, takeover int) {
	for _, slot := range slots {
		sources, err := e.Store.Sources(context.Background(), slot)
		if err != nil {
			e.Log.Error("the queue could not be read", "slot", slot, "error", err)
			e.post(func(e *Engine) {
				e.timers.Add(heliograph.At(e.Now()).Add(time.Second), func() { go e.discover([]int{slot}, takeover) })
			})
			continue
		}
		e.post(func(e *Engine) { e.discovered(slot, sources, takeover) })
	}
}

func (e *Engine) discovered(slot int, sources []AppSource, takeover int) {
	if !e.slots[slot] || e.taking[slot] != takeover {
		return
	}
	e.taking[slot] = 0
	for _, s := range sources {
		l := e.lane(s.Integration, s.App)
		src := l.source(s.Source)
		src.more = true
		src.missed = src.loading
		e.refill(l)
	}
	for _, l := range e.late[slot] {
		e.refill(l)
	}
	delete(e.late, slot)
}

// recover takes over slots: attempts that were under way are in doubt now, and
// what waits for its time keeps its address. Only then may anything else go.
func (e *Engine) recover(slots []int, takeover int) {
	for _, slot := range slots {
		held, err := e.Store.Held(context.Background(), slot)
		if err != nil {
			e.Log.Error("the queue could not be read", "slot", slot, "error", err)
			e.post(func(e *Engine) {
				e.timers.Add(heliograph.At(e.Now()).Add(time.Second), func() { go e.recover([]int{slot}, takeover) })
			})
			continue
		}
		e.post(func(e *Engine) {
			if e.taking[slot] != takeover {
				return
			}
			for _, it := range held {
				e.takeOver(it)
			}
			go e.discover([]int{slot}, takeover)
		})
	}
}

// takeOver puts one item that has an attempt behind it back where it belongs.
func (e *Engine) takeOver(it *Item) {
	l := e.lane(it.Delivery.Integration, it.Delivery.App)
	if l.known[it.Delivery.ID] != nil {
		return
	}
	l.hold(it)
	switch it.State {
	case InFlight:
		l.know(it)
		e.inflight++
		l.inflight++
		e.finish(l, e.doubt(l, it, it.Delivery.Attempts, "the process ended during the attempt", "recovery"))
	case InDoubt:
		l.know(it)
		it.timed = true
		e.timers.Add(it.Delivery.Due, func() { e.resolve(l, it) })
	case Ready:
		e.again(l, it, it.Delivery.Due)
	}
}

// hold marks an item's address busy on its behalf. The first one there is stays
// first.
func (l *lane) hold(it *Item) {
	if l.busy[it.Delivery.Address] == nil {
		l.busy[it.Delivery.Address] = &address{}
	}
}
