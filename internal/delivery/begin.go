package delivery

import "heliograph"

// Begin calls store once, as a rule from the dispatcher: with the start of d's
// first attempt when its lane is free, so that both are recorded in one commit,
// else with nil, as always while the engine does not run. With a start, Began
// must follow; the lane's budget, a sender and the address are taken until then.
func (e *Engine) Begin(d *heliograph.Delivery, c *heliograph.Content, store func(*heliograph.Start)) {
	e.mu.Lock()
	running := e.running
	if running {
		e.inbox = append(e.inbox, func(e *Engine) { store(e.begin(d, c)) })
	}
	e.mu.Unlock()
	if !running {
		store(nil)
		return
	}
	e.nudge()
}

func (e *Engine) begin(d *heliograph.Delivery, c *heliograph.Content) *heliograph.Start {
	now := heliograph.At(e.Now())
	if e.draining || !e.slots[d.Slot] || e.taking[d.Slot] != 0 || d.Due > now || e.inflight >= e.Senders || e.apps.Len() > 0 {
		return nil
	}
	l := e.lane(d.Integration, d.App)
	if l.state != laneIdle || l.len() > 0 || l.busy[d.Address] != nil || l.behind(d.Slot) || !e.admits(l, now) {
		return nil
	}
	l.know(&Item{Delivery: d, Content: c})
	l.busy[d.Address] = &address{}
	l.inflight++
	e.inflight++
	if l.failures >= breakerLimit {
		l.trial = true
	}
	return &heliograph.Start{At: now, Process: e.Process}
}

// behind reports whether the database may hold ready rows of a slot that are
// not in memory: one of them could be for the same address.
func (l *lane) behind(slot int) bool {
	for c := range heliograph.Class(heliograph.Classes) {
		if src := l.sources[Source{slot, l.id, c}]; src != nil && (src.more || src.loading) {
			return true
		}
	}
	return false
}

// Began makes the attempt that was recorded with d, whose address belongs to u;
// or gives back what it had taken, when d was not stored. An engine that has
// stopped leaves the attempt to be recovered as unknown.
func (e *Engine) Began(d *heliograph.Delivery, s *heliograph.Start, u *heliograph.User, stored bool) {
	e.post(func(e *Engine) { e.began(d, s, u, stored) })
}

func (e *Engine) began(d *heliograph.Delivery, s *heliograph.Start, u *heliograph.User, stored bool) {
	if e.ended {
		return
	}
	l := e.lane(d.Integration, d.App)
	it := l.known[d.ID]
	it.User = u
	if stored && s.Taken {
		e.start(l, &Claim{Item: it, Attempt: 1, At: s.At, Suppressed: s.Suppressed})
		return
	}
	e.settle(l)
	delete(l.known, d.ID)
	e.release(l, d.Address)
	if stored { // another process works on its slot now
		e.offer(it)
	}
}
