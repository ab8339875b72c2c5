package webhook_test

import (
	"testing"
	"time"

	"heliograph"
	"heliograph/internal/testkit"
	"heliograph/internal/webhook"
)

func TestReplay(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	sink := testkit.NewSink(t, nil)
	h := w.hook(sink.URL)
	from := heliograph.At(w.clock.Now())
	conv := w.ids.Conversation()
	events := w.happen(conv, 3)
	w.clock.Advance(time.Minute)
	later := heliograph.At(w.clock.Now())
	w.happen(conv, 2)
	w.until("the queue to be empty", func() bool { return len(w.calls(h, "done")) == 5 && w.queued() == 0 })

	got, err := w.svc.Replay(t.Context(), w.app, h.ID, webhook.Replay{Event: events[1].ID})
	if err != nil || got.Queued != 1 {
		t.Fatalf("one event: %+v, %v", got, err)
	}
	all := sink.WaitCount(t, 6)
	if id := all[5].Header.Get("X-Event-Id"); id != events[1].ID.String() {
		t.Errorf("replayed %s", id)
	}
	w.until("the queue to be empty", func() bool { return w.queued() == 0 })

	got, err = w.svc.Replay(t.Context(), w.app, h.ID, webhook.Replay{From: from, To: later})
	if err != nil || got.Queued != 3 || got.More {
		t.Fatalf("a range: %+v, %v", got, err)
	}
	for i, r := range sink.WaitCount(t, 9)[6:] {
		if id := r.Header.Get("X-Event-Id"); id != events[i].ID.String() {
			t.Errorf("call %d is of %s", i, id)
		}
	}
	w.until("the queue to be empty", func() bool { return w.queued() == 0 })
}

func TestReplayIsRefused(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	h := w.hook(testkit.NewSink(t, nil).URL)
	other := w.hook(testkit.NewSink(t, nil).URL, heliograph.TriggerMessage)
	e := w.happen(w.ids.Conversation(), 1)[0]
	tests := []struct {
		name string
		app  heliograph.AppID
		hook heliograph.WebhookID
		r    webhook.Replay
		kind heliograph.Kind
	}{
		{"neither event nor range", w.app, h.ID, webhook.Replay{}, heliograph.Invalid},
		{"a range backwards", w.app, h.ID, webhook.Replay{From: 10, To: 10}, heliograph.Invalid},
		{"an unknown event", w.app, h.ID, webhook.Replay{Event: w.ids.Event()}, heliograph.NotFound},
		{"an event of no concern", w.app, other.ID, webhook.Replay{Event: e.ID}, heliograph.Invalid},
		{"another app", w.ids.App(), h.ID, webhook.Replay{Event: e.ID}, heliograph.NotFound},
	}
	for _, tt := range tests {
		if _, err := w.svc.Replay(t.Context(), tt.app, tt.hook, tt.r); !heliograph.IsKind(err, tt.kind) {
			t.Errorf("%s: %v", tt.name, err)
		}
	}
}
