package webhook

import (
	"context"
	"sync"
	"time"

	"heliograph"
)

// timeouts breaks off calls that take longer than callTimeout. All of them may
// take equally long, so they are due in the order in which they began, and one
// timer serves them all: it is set about once in callTimeout, not for each call.
type timeouts struct {
	now   heliograph.Clock
	after After

	mu          sync.Mutex
	first, last *timeout    // of the calls under way, by their beginning
	stop        func() bool // of the timer, which goes off no later than the first is due; nil: it is not set
}

// timeout is that of one call after the other.
type timeout struct {
	cancel     context.CancelCauseFunc
	at         time.Time
	prev, next *timeout
	running    bool
}

// begin has c cancelled in callTimeout, unless it ends, and returns the time.
func (t *timeouts) begin(c *timeout) time.Time {
	t.mu.Lock()
	defer t.mu.Unlock()
	now := t.now()
	c.at, c.prev, c.next, c.running = now.Add(callTimeout), t.last, nil, true
	if t.last == nil {
		t.first = c
	} else {
		t.last.next = c
	}
	t.last = c
	if t.stop == nil {
		t.stop = t.after(callTimeout, t.fire)
	}
	return now
}

// end is called when a call has ended. c is cancelled before it returns, or not
// at all.
func (t *timeouts) end(c *timeout) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if c.running {
		t.remove(c)
	}
}

func (t *timeouts) remove(c *timeout) {
	c.running = false
	if c.prev == nil {
		t.first = c.next
	} else {
		c.prev.next = c.next
	}
	if c.next == nil {
		t.last = c.prev
	} else {
		c.next.prev = c.prev
	}
	c.prev, c.next = nil, nil
}

// fire cancels what is due.
func (t *timeouts) fire() {
	t.mu.Lock()
	defer t.mu.Unlock()
	now := t.now()
	for t.first != nil && !t.first.at.After(now) {
		c := t.first
		t.remove(c)
		c.cancel(errSlow)
	}
	t.stop = nil
	if t.first != nil {
		t.stop = t.after(t.first.at.Sub(now), t.fire)
	}
}

// halt stops the timer. No call is under way any more.
func (t *timeouts) halt() {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.stop != nil {
		t.stop()
		t.stop = nil
	}
}
