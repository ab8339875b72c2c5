package delivery

import "heliograph"

// Gained tells the engine that it now works on slots.
func (e *Engine) Gained(slots []int) {
	e.post(func(e *Engine) {
		e.takeover++
		for _, s := range slots {
			if !e.slots[s] {
				e.slots[s] = true
				e.owned++
			}
			e.taking[s] = e.takeover
		}
		for _, l := range e.lanes {
			l.limiter = nil // its share changed
		}
		go e.recover(slots, e.takeover)
	})
}

// Lost tells the engine that another process works on slots now. Attempts under
// way end as they do; their outcomes still count unless the other has decided.
func (e *Engine) Lost(slots []int) {
	e.post(func(e *Engine) {
		lost := map[int]bool{}
		for _, s := range slots {
			if e.slots[s] {
				e.slots[s], lost[s] = false, true
				e.owned--
			}
			e.taking[s] = 0
			delete(e.late, s)
		}
		for _, l := range e.lanes {
			l.limiter = nil
			for src := range l.sources {
				if lost[src.Slot] {
					delete(l.sources, src)
				}
			}
			for c := range l.ready {
				l.ready[c].Filter(func(it *Item) bool {
					if !lost[it.Delivery.Slot] {
						return true
					}
					e.forget(it)
					return false
				})
			}
			l.letGo(e, lost)
		}
	})
}

// letGo drops what waits of lost slots outside the lane's turn: behind others
// of its address, for its retry, or in doubt. Whoever gains the slot finds it in
// the database, as it is by then.
func (l *lane) letGo(e *Engine, lost map[int]bool) {
	for _, a := range l.busy {
		a.behind.Filter(func(it *Item) bool {
			if !lost[it.Delivery.Slot] {
				return true
			}
			e.forget(it)
			return false
		})
	}
	for _, it := range l.known {
		if lost[it.Delivery.Slot] {
			e.waitsNoMore(l, it)
		}
	}
	for addr, a := range l.busy {
		if a.head != nil && !l.knows(a.head) {
			a.head = nil
			e.release(l, addr)
		}
	}
}

// Cancelled tells the engine of a delivery that was taken from the queue: what
// stands behind it need not wait for its time.
func (e *Engine) Cancelled(d *heliograph.Delivery) {
	e.post(func(e *Engine) {
		if l := e.lanes[d.Integration]; l != nil && l.known[d.ID] != nil {
			e.waitsNoMore(l, l.known[d.ID])
		}
	})
}

// waitsNoMore drops an item if all that it does is wait for a time.
func (e *Engine) waitsNoMore(l *lane, it *Item) {
	if it.timed {
		if it.parked {
			it.parked = false
			e.count(l, it, -1)
		}
		delete(l.known, it.Delivery.ID)
		e.release(l, it.Delivery.Address)
	}
}
