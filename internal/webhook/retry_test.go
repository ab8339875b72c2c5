package webhook_test

import (
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"heliograph"
	"heliograph/internal/testkit"
	"heliograph/internal/webhook"
)

func TestRetriesAreEqualUntilOneSucceeds(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	sink := testkit.NewSink(t, statuses(500, 500, 200))
	h := w.hook(sink.URL)
	e := w.happen(w.ids.Conversation(), 1)[0]
	w.outcomes(1)
	w.clock.Advance(9 * time.Second)
	if n := len(sink.All()); n != 1 {
		t.Fatalf("%d calls before 10 s have passed", n)
	}
	w.clock.Advance(time.Second)
	w.outcomes(2)
	w.clock.Advance(time.Minute)
	if got := w.outcomes(3); !slices.Equal(got, []string{"retry", "retry", "done"}) {
		t.Fatal(got)
	}
	for i, r := range sink.All() {
		if string(r.Body) != string(sink.All()[0].Body) {
			t.Errorf("body %d is %s", i+1, r.Body)
		}
		if got := r.Header.Get("X-Attempt"); got != string(rune('1'+i)) {
			t.Errorf("attempt %d says %s", i+1, got)
		}
		if r.Header.Get("X-Event-Id") != e.ID.String() || r.Header.Get("X-Event-Sequence") != webhook.Sequence(e.ID) {
			t.Errorf("headers %v", r.Header)
		}
		if r.Header.Get("X-API-Key") != h.Secret.Reveal() || r.Header.Get("Content-Type") != "application/json" {
			t.Errorf("headers %v", r.Header)
		}
		if !authentic(r.Header, r.Body, h.Secret.Reveal(), w.clock.Now()) {
			t.Errorf("signature %q does not hold", r.Header.Get("X-Signature"))
		}
	}
	w.until("an empty queue", func() bool { return w.queued() == 0 })
	if log := w.calls(h, ""); len(log) != 3 || log[0].Outcome != "done" || log[2].Status != 500 {
		t.Errorf("log %+v", log)
	}
}

func TestRefusalIsFinal(t *testing.T) {
	t.Parallel()
	for _, status := range []int{400, 401, 403, 404, 406} {
		w := newWorld(t)
		sink := testkit.NewSink(t, statuses(status, 200))
		h := w.hook(sink.URL)
		w.happen(w.ids.Conversation(), 2)
		if got := w.outcomes(2); !slices.Equal(got, []string{"refused", "done"}) {
			t.Errorf("%d: %v", status, got)
		}
		w.until("an empty queue", func() bool { return w.queued() == 0 })
		if log := w.calls(h, "refused"); len(log) != 1 || log[0].Status != status {
			t.Errorf("%d: log %+v", status, log)
		}
	}
}

func TestARedirectIsNoSuccess(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	other := testkit.NewSink(t, nil)
	sink := testkit.NewSink(t, func(rw http.ResponseWriter, _ *testkit.Received) {
		rw.Header().Set("Location", other.URL)
		rw.WriteHeader(http.StatusTemporaryRedirect)
	})
	w.hook(sink.URL)
	w.happen(w.ids.Conversation(), 1)
	if got := w.outcomes(1); got[0] != "retry" || len(other.All()) > 0 {
		t.Errorf("%v, %d calls at the redirect's target", got, len(other.All()))
	}
}

func TestASlowReceiverIsToldAgain(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	release := make(chan struct{})
	var calls atomic.Int32
	sink := testkit.NewSink(t, func(http.ResponseWriter, *testkit.Received) {
		if calls.Add(1) == 1 {
			<-release
		}
	})
	defer close(release)
	h := w.hook(sink.URL)
	w.happen(w.ids.Conversation(), 1)
	sink.WaitCount(t, 1)
	w.clock.Advance(20 * time.Second)
	if got := w.outcomes(1); got[0] != "retry" {
		t.Fatal(got)
	}
	w.clock.Advance(10 * time.Second)
	if got := w.outcomes(2); got[1] != "done" {
		t.Fatal(got)
	}
	w.until("the log", func() bool { return len(w.calls(h, "done")) == 1 })
	if log := w.calls(h, "retry"); len(log) != 1 || log[0].Status != 0 || log[0].Took != 20000 {
		t.Errorf("log %+v", log[0])
	}
}

// A failing event holds the later ones of its key for 15 minutes and no longer;
// it is told until it is three days old, and then given up with an alert.
func TestHoldParkAndGiveUp(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	conv := w.ids.Conversation()
	bad := w.ids.Event()
	sink := testkit.NewSink(t, func(rw http.ResponseWriter, r *testkit.Received) {
		if r.Header.Get("X-Event-Id") == bad.String() {
			rw.WriteHeader(http.StatusBadGateway)
		}
	})
	alerts := testkit.NewSink(t, nil)
	h := w.hook(sink.URL)
	w.hook(alerts.URL, heliograph.TriggerWebhookDead)
	start := w.clock.Now()
	first := &heliograph.Event{ID: bad, App: w.app, Type: heliograph.EventRead, At: heliograph.At(start), Conversation: conv}
	if err := w.st.AppendEvents(t.Context(), first); err != nil {
		t.Fatal(err)
	}
	w.outcomes(1)
	second := w.happen(conv, 1)[0].ID.String()
	for i, pause := range []time.Duration{10 * time.Second, time.Minute, 4 * time.Minute, 10 * time.Minute} {
		if n := len(sink.All()); n != i+1 {
			t.Fatalf("%d calls after %d attempts", n, i+1)
		}
		w.clock.Advance(pause)
		w.outcomes(i + 2)
	}
	sink.WaitFor(t, "the next event of the key", func(r *testkit.Received) bool { return r.Header.Get("X-Event-Id") == second })
	if held := w.clock.Now().Sub(start); held > 16*time.Minute {
		t.Errorf("the key was held for %v", held)
	}
	w.outcomes(6)
	w.until("the fate of the first to be stored", func() bool { return len(w.calls(h, "retry")) == 5 && len(w.calls(h, "done")) == 1 })
	for range 200 {
		if _, _, _ = w.watch.look(); len(w.calls(h, "dead")) > 0 {
			break
		}
		before, _, _ := w.watch.look()
		w.clock.Advance(time.Hour)
		// The parked event is looked for at the next tick after its time.
		w.until("a look at the queue", func() bool {
			step(w.clock, []*testkit.Sink{sink, alerts}, w)
			now, _, _ := w.watch.look()
			return len(now) > len(before) || w.notDue(h)
		})
	}
	dead := w.calls(h, "dead")
	if len(dead) != 1 || dead[0].Event != first.ID {
		t.Fatalf("dead: %+v", dead)
	}
	if age := dead[0].At.Time().Sub(start); age < 71*time.Hour || age > 80*time.Hour {
		t.Errorf("given up after %v", age)
	}
	w.until("an empty queue", func() bool { return w.queued() == 0 })
	r := alerts.WaitCount(t, 1)[0].JSON()
	if r["trigger"] != "webhook:dead" || r["about"] != h.ID.String() {
		t.Errorf("alert %v", r)
	}
}

func (w *world) notDue(h *heliograph.Webhook) bool {
	due, err := w.deps.Queue.Parked(w.Context(), slots(), nil, heliograph.At(w.clock.Now()), 10)
	return err == nil && len(due) == 0
}

func TestADeadTargetIsDisabled(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(d *webhook.Deps) { d.Limits.DisableAfter = time.Hour })
	sink := testkit.NewSink(t, statuses(500))
	others := testkit.NewSink(t, nil)
	h := w.hook(sink.URL)
	w.hook(others.URL, heliograph.TriggerWebhookDisabled)
	for i := range 5 {
		w.happen(w.ids.Conversation(), 1)
		w.outcomes(i + 1)
	}
	w.clock.Advance(time.Hour)
	r := others.WaitCount(t, 1)[0].JSON()
	if r["trigger"] != "webhook:disabled" || r["about"] != h.ID.String() || !strings.Contains(r["reason"].(string), "every call has failed") {
		t.Errorf("alert %v", r)
	}
	w.until("an empty queue", func() bool { return w.queued() == 0 })
	got, err := w.svc.Get(t.Context(), w.app, h.ID)
	if err != nil || got.Disabled == "" {
		t.Errorf("webhook %+v, %v", got, err)
	}
	if _, _, n := w.watch.look(); n != 1 {
		t.Errorf("%d times counted", n)
	}
	calls := len(sink.All())
	w.happen(w.ids.Conversation(), 1)
	if w.queued() != 0 || len(sink.All()) != calls {
		t.Error("a disabled webhook is still told")
	}
	if _, err := w.svc.Enable(t.Context(), w.app, h.ID); err != nil {
		t.Fatal(err)
	}
	w.happen(w.ids.Conversation(), 1)
	sink.WaitCount(t, calls+1)
}

func TestGoneTargetIsDisabled(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	h := w.hook(testkit.NewSink(t, statuses(410)).URL)
	for i := range 10 {
		w.happen(w.ids.Conversation(), 1)
		w.outcomes(i + 1)
	}
	w.until("the webhook to be disabled", func() bool {
		got, err := w.svc.Get(t.Context(), w.app, h.ID)
		return err == nil && strings.Contains(got.Disabled, "410")
	})
}
