package store

import (
	"sync"
	"time"

	"heliograph"
)

// turns passes events on in the order in which their transactions were
// committed. PostgreSQL has several writers: one that waited for another's rows
// may hear of its own commit first, and what it tells would overtake.
type turns struct {
	offer func([]heliograph.Told)
	mu    sync.Mutex
	open  []*turn
	busy  bool // somebody passes events on
	timed bool // a timer goes on
}

// turn is a transaction that is about to be committed.
type turn struct {
	told  []heliograph.Told
	since time.Time
	over  bool
	alone bool // the others wait no longer: it passes its own on when it ends
}

// turnPatience is how long a transaction holds back what others tell. After that
// the answer to its commit is late, and what it holds back would fill memory, and
// be found in the queue and told before it is passed on.
const turnPatience = 200 * time.Millisecond

// take is called when a transaction holds all its locks, before its commit is
// sent. One that tells nothing takes no turn.
func (o *turns) take(told []heliograph.Told) *turn {
	if len(told) == 0 {
		return nil
	}
	t := &turn{told: told, since: time.Now()}
	o.mu.Lock()
	defer o.mu.Unlock()
	o.open = append(o.open, t)
	return t
}

// end passes on what a transaction tells, if it was committed, once all that
// took their turn before have ended.
func (o *turns) end(t *turn, committed bool) {
	if t == nil {
		return
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	t.over = true
	if !committed {
		t.told = nil
	}
	if t.alone {
		o.mu.Unlock()
		o.offer(t.told)
		o.mu.Lock()
		return
	}
	o.pass()
}

// pass passes on what need not wait. The lock must be held.
func (o *turns) pass() {
	if o.busy {
		return
	}
	o.busy = true
	for len(o.open) > 0 {
		first := o.open[0]
		if !first.over {
			wait := turnPatience - time.Since(first.since)
			if wait > 0 {
				if !o.timed && len(o.open) > 1 {
					o.timed = true
					time.AfterFunc(wait, o.late)
				}
				break
			}
			first.alone = true
		}
		o.open[0] = nil
		o.open = o.open[1:]
		if first.alone {
			continue
		}
		o.mu.Unlock()
		o.offer(first.told)
		o.mu.Lock()
	}
	o.busy = false
}

func (o *turns) late() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.timed = false
	o.pass()
}
