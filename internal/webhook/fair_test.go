package webhook_test

import (
	"net/http"
	"sync"
	"testing"

	"heliograph/internal/testkit"
	"heliograph/internal/webhook"
)

// Receivers that hang keep few senders: the others' events get through while
// every hanging call is still open, and memory is full of what waits for them.
func TestHangingReceiversLeaveSendersFree(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(d *webhook.Deps) { d.Limits.Senders, d.Limits.PerWebhook, d.Limits.Memory = 32, 8, 100 })
	release := make(chan struct{})
	var once sync.Once
	defer once.Do(func() { close(release) })
	hang := testkit.NewSink(t, func(http.ResponseWriter, *testkit.Received) { <-release })
	good := testkit.NewSink(t, nil)
	for range 8 {
		w.hook(hang.URL)
	}
	h := w.hook(good.URL)
	for range 50 {
		w.happen(w.ids.Conversation(), 4)
	}
	good.WaitCount(t, 200)
	w.until("all to be noted", func() bool { return len(w.calls(h, "done")) == 200 })
	if open := len(hang.All()); open >= 32 {
		t.Errorf("%d calls hang", open)
	}
	once.Do(func() { close(release) })
}
