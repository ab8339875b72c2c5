package webhook

import (
	"context"
	"testing"
	"time"
)

// hand is a clock with one timer, both moved by hand.
type hand struct {
	now  time.Time
	wait time.Duration // what the last timer was set to
	set  int           // timers set
}

func (h *hand) after(d time.Duration, _ func()) func() bool {
	h.wait, h.set = d, h.set+1
	return func() bool { return true }
}

func TestTimeoutsShareOneTimer(t *testing.T) {
	t.Parallel()
	h := &hand{now: time.Unix(0, 0)}
	all := &timeouts{now: func() time.Time { return h.now }, after: h.after}
	begin := func() (context.Context, *timeout) {
		c := &timeout{}
		ctx, cancel := context.WithCancelCause(t.Context())
		c.cancel = cancel
		all.begin(c)
		return ctx, c
	}
	at := func(s int) { h.now = time.Unix(int64(s), 0) }
	ctxA, a := begin()
	at(5)
	ctxB, _ := begin()
	ctxC, c := begin()
	at(6)
	ctxD, _ := begin()
	at(10)
	all.end(a)
	at(20)
	all.fire()
	if ctxB.Err() != nil || h.wait != 5*time.Second {
		t.Errorf("after 20 s: %v, and a timer of %v", ctxB.Err(), h.wait)
	}
	all.end(c)
	at(25)
	all.fire()
	if context.Cause(ctxB) != errSlow || h.wait != time.Second {
		t.Errorf("after 25 s: %v, and a timer of %v", context.Cause(ctxB), h.wait)
	}
	at(26)
	all.fire()
	if context.Cause(ctxD) != errSlow || ctxA.Err() != nil || ctxC.Err() != nil {
		t.Errorf("after 26 s: %v, %v, %v", context.Cause(ctxD), ctxA.Err(), ctxC.Err())
	}
	if h.set != 3 || all.stop != nil {
		t.Errorf("%d timers were set", h.set)
	}
	all.begin(a)
	if h.set != 4 || h.wait != callTimeout {
		t.Errorf("the next call's timer is of %v", h.wait)
	}
	all.halt()
	if all.stop != nil {
		t.Error("the timer is still set")
	}
}
