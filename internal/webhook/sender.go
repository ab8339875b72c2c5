package webhook

import "heliograph"

// job is an entry to tell, and whom to tell it.
type job struct {
	l  *lane
	t  *target
	it *item
}

// sender tells entries, one after the other, in a goroutine of its own. It is
// kept when there is nothing to tell: a new goroutine would have to grow its
// stack again, which costs more than a call does.
type sender struct {
	d *Dispatcher
	x *exchange // nil: to be made
	// work wakes it when it is idle; closed, it ends it. There is room for one
	// job, so that whoever assigns it does not wait.
	work chan job
}

// assign has a sender do a job: the one that was idle the shortest, whose stack
// and memory are most likely at hand. The lock must be held.
func (d *Dispatcher) assign(j job) {
	last := len(d.idle) - 1
	if last < 0 {
		s := &sender{d: d, work: make(chan job, 1)}
		d.wg.Go(func() { s.run(j) })
		return
	}
	s := d.idle[last]
	d.idle[last] = nil
	d.idle = d.idle[:last]
	d.spare = min(d.spare, last)
	s.work <- j
}

// rest ends the senders that had nothing to do since it was last called. The
// lock must be held.
func (d *Dispatcher) rest() {
	for _, s := range d.idle[:d.spare] {
		close(s.work)
	}
	kept := copy(d.idle, d.idle[d.spare:])
	clear(d.idle[kept:])
	d.idle = d.idle[:kept]
	d.spare = kept
}

func (s *sender) run(j job) {
	for ok := true; ok; j, ok = <-s.work {
		if !s.send(j) {
			break
		}
	}
	if s.x != nil {
		s.x.cancel(nil)
	}
}

// send tells entries until there is nothing left to tell, and reports whether
// the sender may be given work again.
func (s *sender) send(j job) bool {
	d := s.d
	for {
		r := s.tell(j)
		body := s.x.data
		s.recycle()
		d.mu.Lock()
		d.settle(j.l, j.it, &r, body)
		next, ok := d.next()
		if !ok {
			kept := !d.stopping
			if kept {
				d.idle = append(d.idle, s)
			}
			d.mu.Unlock()
			return kept
		}
		d.spawn()
		d.mu.Unlock()
		j = next
	}
}

// recycle gives an exchange up that the transport may still use.
func (s *sender) recycle() {
	if !s.x.reusable() {
		s.x.cancel(nil)
		s.x = nil
	}
}

// tell makes the body, unless it is kept from an earlier attempt, and one call.
func (s *sender) tell(j job) result {
	d, it := s.d, j.it
	if s.x == nil {
		s.x = newExchange(d.ctx, d.caller.agent)
	}
	x := s.x
	x.data = x.data[:0]
	switch {
	case it.Body != nil:
		x.data = append(x.data, it.Body...)
	case it.Event == nil:
		return result{at: heliograph.At(d.Now()), lost: true, err: "the event is no longer kept"}
	default:
		data, err := d.Renderer.Body(x.data, j.t.hook, it.Event, &it.with)
		if err != nil {
			return result{at: heliograph.At(d.Now()), lost: true, err: "its body cannot be made", detail: clip(err.Error())}
		}
		x.data = data
	}
	return d.caller.call(x, j.t, &it.Entry)
}
