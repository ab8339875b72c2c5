package webhook

import (
	"heliograph"
)

// maxUnrecorded is how many outcomes may wait for the database before no new
// calls are made.
const maxUnrecorded = 8192

// spawn starts as many senders as there is work that may begin now. The lock
// must be held.
func (d *Dispatcher) spawn() {
	if d.stopping || len(d.outcomes) >= maxUnrecorded {
		return
	}
	for range d.Limits.Senders - d.calls {
		l, it := d.next()
		if it == nil {
			return
		}
		go d.send(l, it)
	}
}

// next takes the next entry to tell, one webhook after the other. A webhook may
// hold no more senders than are left free, so that none ever holds most of
// them, and those that hang share a quarter. The lock must be held.
func (d *Dispatcher) next() (*lane, *item) {
	if d.stopping || len(d.outcomes) >= maxUnrecorded || d.calls >= d.Limits.Senders {
		return nil, nil
	}
	for tries := len(d.ring); tries > 0 && len(d.ring) > 0; tries-- {
		d.turn %= len(d.ring)
		l := d.ring[d.turn]
		if !l.prune() {
			l.inRing = false
			last := len(d.ring) - 1
			d.ring[d.turn], d.ring[last] = d.ring[last], nil
			d.ring = d.ring[:last]
			continue
		}
		d.turn++
		free := d.Limits.Senders - d.calls
		if l.calls >= min(l.limit, free) || l.suspect && d.suspects >= max(1, d.Limits.Senders/4) {
			continue
		}
		return l, d.begin(l)
	}
	return nil, nil
}

// prune drops lost lines from the front, and reports whether one is ready.
func (l *lane) prune() bool {
	for l.ready.len() > 0 && l.ready.items[l.ready.first].lost {
		l.ready.pop()
	}
	return l.ready.len() > 0
}

func (d *Dispatcher) begin(l *lane) *item {
	n := l.ready.pop()
	n.state = flying
	it := n.items[0]
	l.calls++
	d.calls++
	if it.suspect = l.suspect; it.suspect {
		d.suspects++
	}
	return it
}

// send tells entries until there is nothing left to tell.
func (d *Dispatcher) send(l *lane, it *item) {
	for it != nil {
		d.mu.Lock()
		t := l.target
		d.mu.Unlock()
		r, p := d.tell(t, it)
		d.mu.Lock()
		d.settle(l, it, &r, p)
		p.release()
		l, it = d.next()
		d.spawn()
		d.mu.Unlock()
	}
}

// tell makes the body, unless it is kept from an earlier attempt, and one call.
func (d *Dispatcher) tell(t *target, it *item) (result, *payload) {
	p := d.caller.payload()
	switch {
	case it.Body != nil:
		p.data = append(p.data, it.Body...)
	case it.Event == nil:
		return result{at: heliograph.At(d.Now()), lost: true, err: "the event is no longer kept"}, p
	default:
		data, err := d.Renderer.Body(p.data, t.hook, it.Event, &it.with)
		if err != nil {
			return result{at: heliograph.At(d.Now()), lost: true, err: "its body cannot be made", detail: clip(err.Error())}, p
		}
		p.data = data
	}
	return d.caller.call(d.ctx, t, &it.Entry, p), p
}
