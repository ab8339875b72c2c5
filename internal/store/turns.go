package store

import (
	"sync"

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
}

// turn is a transaction that is about to be committed.
type turn struct {
	told []heliograph.Told
	over bool
}

// take is called when a transaction holds all its locks, before its commit is
// sent.
func (o *turns) take(told []heliograph.Told) *turn {
	t := &turn{told: told}
	o.mu.Lock()
	defer o.mu.Unlock()
	o.open = append(o.open, t)
	return t
}

// end passes on what a transaction tells, if it was committed, once all that
// took their turn before have ended.
func (o *turns) end(t *turn, committed bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	t.over = true
	if !committed {
		t.told = nil
	}
	if o.busy {
		return
	}
	o.busy = true
	for len(o.open) > 0 && o.open[0].over {
		told := o.open[0].told
		o.open[0] = nil
		o.open = o.open[1:]
		o.mu.Unlock()
		o.offer(told)
		o.mu.Lock()
	}
	o.busy = false
}
