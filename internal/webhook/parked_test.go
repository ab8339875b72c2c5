package webhook_test

import (
	"context"
	"net/http"
	"sync/atomic"
	"testing"
	"time"

	"heliograph"
	"heliograph/internal/testkit"
	"heliograph/internal/webhook"
)

// between is a queue with something to do once what it was asked for is done.
type between struct {
	webhook.Queue
	done   atomic.Pointer[func()]
	parked atomic.Pointer[func(found int)]
}

// into puts q between a dispatcher and its queue.
func (q *between) into(d *webhook.Deps) { q.Queue, d.Queue = d.Queue, q }

// looks counts how often what is parked is looked at from now on.
func (q *between) looks() *atomic.Int32 {
	n := &atomic.Int32{}
	count := func(int) { n.Add(1) }
	q.parked.Store(&count)
	return n
}

func (q *between) Done(ctx context.Context, o []webhook.Outcome) error {
	err := q.Queue.Done(ctx, o)
	if f := q.done.Swap(nil); f != nil {
		(*f)()
	}
	return err
}

func (q *between) Parked(ctx context.Context, slots []int, skip []heliograph.WebhookID, due heliograph.Millis, limit int) ([]*webhook.Entry, error) {
	list, err := q.Queue.Parked(ctx, slots, skip, due, limit)
	if f := q.parked.Load(); f != nil {
		(*f)(len(list))
	}
	return list, err
}

// setAside is a world with one event that is parked; everything else was told.
type setAside struct {
	*world
	queue *between
	sink  *testkit.Sink
	hook  *heliograph.Webhook
	event *heliograph.Event
	due   heliograph.Millis
	told  atomic.Int32 // calls with the event since it was parked
}

func newSetAside(t *testing.T, answer func()) *setAside {
	p := &setAside{queue: &between{}}
	p.world = newWorld(t, p.queue.into)
	w := p.world
	var repaired atomic.Bool
	id := w.ids.Event()
	p.sink = testkit.NewSink(t, func(rw http.ResponseWriter, r *testkit.Received) {
		switch {
		case r.Header.Get("X-Event-Id") != id.String():
		case !repaired.Load():
			rw.WriteHeader(http.StatusInternalServerError)
		default:
			p.told.Add(1)
			answer()
		}
	})
	p.hook = w.hook(p.sink.URL)
	p.event = &heliograph.Event{ID: id, App: w.app, Type: heliograph.EventRead, At: heliograph.At(w.clock.Now()), Conversation: w.ids.Conversation()}
	if err := w.st.AppendEvents(t.Context(), p.event); err != nil {
		t.Fatal(err)
	}
	w.until("it is parked", func() bool {
		step(w.clock, []*testkit.Sink{p.sink}, w)
		return w.waits(1) == 1
	})
	list, err := p.queue.Queue.Parked(t.Context(), slots(), nil, 1<<60, 10)
	if err != nil || len(list) != 1 {
		t.Fatal(list, err)
	}
	p.due = list[0].Due
	w.happen(w.ids.Conversation(), 1) // succeeds: the webhook is well, and is forgotten when idle
	w.until("the other is told", func() bool { return len(w.calls(p.hook, "done")) == 1 })
	repaired.Store(true)
	return p
}

// An event that was parked, and is replayed while its call is being recorded, is
// told again although nothing else of its webhook is in memory.
func TestReplayOfAParkedOneWhileItIsRecorded(t *testing.T) {
	t.Parallel()
	p := newSetAside(t, func() {})
	replay := func() {
		if got, err := p.svc.Replay(context.Background(), p.app, p.hook.ID, webhook.Replay{Event: p.event.ID}); err != nil || got.Queued != 1 {
			t.Errorf("%+v, %v", got, err)
		}
	}
	// A few ticks forget the webhook. Whether they did cannot be seen from here.
	p.until("ticks", p.ticks(5))
	p.queue.done.Store(&replay)
	p.clock.Advance(p.due.Time().Sub(p.clock.Now()) + time.Second)
	p.until("it is told twice", func() bool {
		p.clock.Advance(time.Second)
		return p.told.Load() == 2
	})
}

// ticks lets seconds pass, and counts how often what is parked was looked at.
func (p *setAside) ticks(n int32) func() bool {
	looks := p.queue.looks()
	return func() bool {
		p.clock.Advance(time.Second)
		return looks.Load() >= n
	}
}

// A parked event that succeeds while what is parked is read is not told again.
func TestParkedIsReadWhileItIsRecorded(t *testing.T) {
	t.Parallel()
	release := make(chan struct{})
	p := newSetAside(t, func() { <-release })
	p.clock.Advance(p.due.Time().Sub(p.clock.Now()) + time.Second)
	p.until("its call", func() bool { return p.told.Load() == 1 })
	read, goOn := make(chan struct{}), make(chan struct{})
	wait := func(found int) {
		if found > 0 {
			p.queue.parked.Store(nil)
			close(read)
			<-goOn
		}
	}
	p.queue.parked.Store(&wait)
	p.until("it is read", func() bool {
		select {
		case <-read:
			return true
		default:
			p.clock.Advance(time.Second)
			return false
		}
	})
	close(release) // the clock stands still, so that the call does not time out
	p.until("it is recorded", func() bool { return p.waits(1) == 0 })
	p.happen(p.ids.Conversation(), 1)
	p.until("what was recorded is forgotten", func() bool { return len(p.calls(p.hook, "done")) == 3 })
	close(goOn)
	p.until("more ticks", p.ticks(5))
	if n := p.told.Load(); n != 1 {
		t.Errorf("told %d times although it succeeded at once", n)
	}
}
