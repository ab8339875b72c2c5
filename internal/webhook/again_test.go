package webhook_test

import (
	"net/http"
	"sync/atomic"
	"testing"
	"time"

	"heliograph"
	"heliograph/internal/testkit"
	"heliograph/internal/webhook"
)

// A webhook that was enabled is judged by what fails from then on.
func TestEnabledAgainStartsAfresh(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(d *webhook.Deps) { d.Limits.DisableAfter = time.Hour })
	sink := testkit.NewSink(t, statuses(500))
	h := w.hook(sink.URL)
	disabled := func() bool {
		got, err := w.svc.Get(t.Context(), w.app, h.ID)
		if err != nil {
			t.Fatal(err)
		}
		return got.Disabled != ""
	}
	fail := func(n int) {
		for range n {
			ended := len(w.outcomes(0))
			w.happen(w.ids.Conversation(), 1)
			w.outcomes(ended + 1)
		}
	}
	fail(5)
	w.clock.Advance(time.Hour)
	w.until("it is disabled", func() bool { return disabled() && w.queued() == 0 })
	w.clock.Advance(24 * time.Hour)
	if _, err := w.svc.Enable(t.Context(), w.app, h.ID); err != nil {
		t.Fatal(err)
	}
	fail(6) // one more than would have done
	if disabled() {
		t.Error("disabled again at once")
	}
}

// An event that is replayed while its last call is being recorded is told.
func TestReplayWhileItIsRecorded(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	sink := testkit.NewSink(t, nil)
	h := w.hook(sink.URL)
	e := w.happen(w.ids.Conversation(), 1)[0]
	sink.WaitCount(t, 1)
	for want := 2; want < 200; {
		got, err := w.svc.Replay(t.Context(), w.app, h.ID, webhook.Replay{Event: e.ID})
		if err != nil {
			t.Fatal(err)
		}
		if got.Queued == 1 {
			sink.WaitCount(t, want)
			want++
		}
	}
}

// What waits for a webhook that hangs does not hide what is due to others.
func TestOneThatHangsHidesNobody(t *testing.T) {
	t.Parallel()
	q := &between{}
	w := newWorld(t, q.into)
	var repaired atomic.Bool
	release := make(chan struct{})
	bad := testkit.NewSink(t, func(rw http.ResponseWriter, _ *testkit.Received) {
		if repaired.Load() {
			<-release
		}
		rw.WriteHeader(http.StatusInternalServerError)
	})
	good := testkit.NewSink(t, func(rw http.ResponseWriter, _ *testkit.Received) {
		if !repaired.Load() {
			rw.WriteHeader(http.StatusInternalServerError)
		}
	})
	t.Cleanup(func() { close(release) })
	const many = 600 // more than of one webhook are looked for at once
	w.hook(bad.URL)
	for range many {
		w.happen(w.ids.Conversation(), 1)
	}
	w.outcomes(many)
	w.clock.Advance(5 * time.Second)
	other := w.hook(good.URL)
	w.happen(w.ids.Conversation(), 1)
	w.until("all are set aside", func() bool {
		step(w.clock, []*testkit.Sink{bad, good}, w)
		return w.waits(1) >= many+2
	})
	var last heliograph.Millis
	due, err := w.deps.Queue.Parked(t.Context(), slots(), nil, 1<<60, many)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range due {
		last = max(last, e.Due)
	}
	repaired.Store(true)
	w.clock.Advance(last.Time().Sub(w.clock.Now()) + time.Second)
	told := func() bool { return len(w.calls(other, "done")) > 0 }
	looks := q.looks()
	for range 20 { // few of the calls that hang have ended by then
		if n := looks.Load(); !told() {
			w.clock.Advance(time.Second)
			w.until("a look at what is parked", func() bool { return looks.Load() > n })
		}
	}
	w.until("the other is told", told)
}
