package webhook_test

import (
	"slices"
	"testing"

	"heliograph"
	"heliograph/internal/store"
	"heliograph/internal/testkit"
	"heliograph/internal/testkit/pgtest"
	"heliograph/internal/webhook"
)

// Two processes share the work: each tells what is in its slots, whichever of
// them appended it, in order, and what one leaves the other takes up.
func TestTwoProcessesShareTheWork(t *testing.T) {
	t.Parallel()
	o := store.Options{URL: pgtest.URL(t)}
	clock := newTimers()
	shared := func(d *webhook.Deps) { d.Shared = true }
	a, b := newProcess(t, clock, 1, o, shared), newProcess(t, clock, 2, o, shared)
	b.app = a.app
	half := heliograph.Slots / 2
	a.d.Gained(slots()[:half]...)
	b.d.Gained(slots()[half:]...)
	sink := testkit.NewSink(t, nil)
	h := a.hook(sink.URL)

	of := map[string]heliograph.ConversationID{}
	tell := func(w *world) {
		for range 20 {
			conv := w.ids.Conversation()
			for _, e := range w.happen(conv, 5) {
				of[e.ID.String()] = conv
			}
		}
	}
	told := func(n int) func() bool {
		return func() bool {
			step(clock, []*testkit.Sink{sink}, a, b)
			return len(a.calls(h, "done")) == n && a.queued() == 0
		}
	}
	tell(a)
	tell(b)
	a.until("all to be told", told(200))

	b.d.Lost(slots()[half:]...)
	tell(b)
	a.d.Gained(slots()[half:]...)
	a.until("the rest to be told", told(300))

	var ids []string
	for _, r := range sink.All() {
		ids = append(ids, r.Header.Get("X-Event-Id"))
	}
	inOrder(t, of, ids)
	if slices.Sort(ids); len(ids) != 300 || len(slices.Compact(ids)) != 300 {
		t.Errorf("%d calls for 300 events", len(ids))
	}
}
