package webhook

import "slices"

// ring is webhooks with something ready, which take turns. Those that hang have
// a ring of their own, which is not looked at while they have all senders that
// they may have: however many they are, they cost the others nothing.
type ring struct {
	lanes []*lane
	turn  int
}

// join has a lane take its turns.
func (d *Dispatcher) join(l *lane) {
	if l.inRing {
		return
	}
	l.inRing = true
	r := d.ring(l)
	r.lanes = append(r.lanes, l)
}

func (d *Dispatcher) ring(l *lane) *ring {
	if l.suspect {
		return &d.hanging
	}
	return &d.healthy
}

// suspect notes whether a lane's last call hung. The lock must be held.
func (d *Dispatcher) suspect(l *lane, yes bool) {
	if l.suspect == yes {
		return
	}
	if !l.inRing {
		l.suspect = yes
		return
	}
	r := d.ring(l)
	r.remove(slices.Index(r.lanes, l))
	l.suspect = yes
	d.join(l)
}

// pick returns the next lane that has something ready and may begin it; nil
// when there is none. free is how many senders are.
func (r *ring) pick(free int) *lane {
	for range len(r.lanes) {
		if r.turn >= len(r.lanes) {
			r.turn = 0
		}
		l := r.lanes[r.turn]
		if !l.prune() {
			r.remove(r.turn)
			continue
		}
		r.turn++
		if l.calls < min(l.limit, free) {
			return l
		}
	}
	return nil
}

// remove takes out the lane at i; the last one takes its place.
func (r *ring) remove(i int) {
	last := len(r.lanes) - 1
	r.lanes[i].inRing = false
	r.lanes[i], r.lanes[last] = r.lanes[last], nil
	r.lanes = r.lanes[:last]
}
