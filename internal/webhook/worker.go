package webhook

// maxUnrecorded is how many outcomes may wait for the database before no new
// calls are made.
const maxUnrecorded = 8192

// spawn has as many senders work as there is work that may begin now. The lock
// must be held.
func (d *Dispatcher) spawn() {
	for {
		j, ok := d.next()
		if !ok {
			return
		}
		d.assign(j)
	}
}

// next takes the next entry to tell, one webhook after the other. A webhook may
// hold no more senders than are left free, so that none ever holds most of
// them, and those that hang share a quarter. The lock must be held.
func (d *Dispatcher) next() (job, bool) {
	if d.stopping || len(d.outcomes) >= maxUnrecorded || d.calls >= d.Limits.Senders {
		return job{}, false
	}
	d.turn = !d.turn
	for _, hanging := range [...]bool{d.turn, !d.turn} {
		r := &d.healthy
		if hanging {
			if r = &d.hanging; d.suspects >= max(1, d.Limits.Senders/4) {
				continue
			}
		}
		if l := r.pick(d.Limits.Senders - d.calls); l != nil {
			return d.begin(l), true
		}
	}
	return job{}, false
}

// prune drops lost lines from the front, and reports whether one is ready.
func (l *lane) prune() bool {
	for l.ready.len() > 0 && l.ready.items[l.ready.first].lost {
		l.ready.pop()
	}
	return l.ready.len() > 0
}

func (d *Dispatcher) begin(l *lane) job {
	n := l.ready.pop()
	n.state = flying
	it := n.items[0]
	l.calls++
	d.calls++
	if it.suspect = l.suspect; it.suspect {
		d.suspects++
	}
	return job{l: l, t: l.target, it: it}
}
