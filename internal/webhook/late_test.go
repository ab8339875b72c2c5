package webhook_test

import (
	"testing"

	"heliograph"
	"heliograph/internal/testkit"
)

// An event that was read from the database, told and recorded before it was
// offered is not told again.
func TestOfferedAfterItWasTold(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	sink := testkit.NewSink(t, nil)
	h := w.hook(sink.URL)
	var late []heliograph.Told
	w.st.OnTold(func(told []heliograph.Told) { late = append(late, told...) })
	conv := w.ids.Conversation()
	w.happen(conv, 3)
	w.d.Look()
	w.until("the record", func() bool { return len(w.calls(h, "done")) == 3 && w.queued() == 0 })
	w.d.Offer(late)
	w.st.OnTold(w.d.Offer)
	w.happen(conv, 2)
	w.until("the rest", func() bool { return len(w.calls(h, "done")) >= 5 && w.queued() == 0 })
	if n := len(sink.All()); n != 5 {
		t.Errorf("%d calls for 5 events", n)
	}
}
