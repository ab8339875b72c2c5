package webhook_test

import (
	"context"
	"net/http"
	"strconv"
	"sync"
	"testing"
	"time"

	"heliograph"
	"heliograph/internal/testkit"
	"heliograph/internal/webhook"
)

// inOrder checks that what a sink accepted of each conversation came in order.
func inOrder(t *testing.T, of map[string]heliograph.ConversationID, accepted []string) {
	t.Helper()
	last := map[heliograph.ConversationID]string{}
	for _, id := range accepted {
		conv := of[id]
		if id <= last[conv] {
			t.Errorf("%s came after %s", id, last[conv])
		}
		last[conv] = id
	}
}

func TestOrderIsKeptUnderRetries(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	var mu sync.Mutex
	var accepted []string
	tries := map[string]int{}
	sink := testkit.NewSink(t, func(rw http.ResponseWriter, r *testkit.Received) {
		mu.Lock()
		defer mu.Unlock()
		id := r.Header.Get("X-Event-Id")
		if tries[id]++; tries[id] == 1 && len(tries)%3 == 0 {
			rw.WriteHeader(http.StatusServiceUnavailable)
			return
		}
		accepted = append(accepted, id)
	})
	h := w.hook(sink.URL)
	of := map[string]heliograph.ConversationID{}
	const conversations, each = 20, 10
	for range conversations {
		conv := w.ids.Conversation()
		for _, e := range w.happen(conv, each) {
			of[e.ID.String()] = conv
		}
	}
	w.until("all to be told", func() bool {
		step(w.clock, []*testkit.Sink{sink}, w)
		return len(w.calls(h, "done")) == conversations*each
	})
	mu.Lock()
	defer mu.Unlock()
	inOrder(t, of, accepted)
	if len(accepted) != conversations*each {
		t.Errorf("%d accepted of %d", len(accepted), conversations*each)
	}
}

func TestSequenceIncreasesWithinAKey(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	sink := testkit.NewSink(t, nil)
	w.hook(sink.URL)
	conv := w.ids.Conversation()
	for range 5 {
		w.happen(conv, 20)
		w.clock.Advance(700 * time.Millisecond)
	}
	var last uint64
	for _, r := range sink.WaitCount(t, 100) {
		n, err := strconv.ParseUint(r.Header.Get("X-Event-Sequence"), 10, 64)
		if err != nil || n <= last {
			t.Fatalf("%d after %d (%v)", n, last, err)
		}
		last = n
	}
}

// What does not fit into memory is told from the database, in order and once.
func TestOverflowIsToldFromTheDatabase(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(d *webhook.Deps) { d.Limits.Window = 16 })
	gate := make(chan struct{})
	var mu sync.Mutex
	var accepted []string
	sink := testkit.NewSink(t, func(_ http.ResponseWriter, r *testkit.Received) {
		<-gate
		mu.Lock()
		defer mu.Unlock()
		accepted = append(accepted, r.Header.Get("X-Event-Id"))
	})
	h := w.hook(sink.URL)
	of := map[string]heliograph.ConversationID{}
	convs := []heliograph.ConversationID{w.ids.Conversation(), w.ids.Conversation(), w.ids.Conversation()}
	tell := func() {
		for i := range 200 {
			for _, e := range w.happen(convs[i%3], 3) {
				of[e.ID.String()] = convs[i%3]
			}
		}
	}
	tell()
	close(gate)
	tell() // while it is being drained
	w.until("all to be told", func() bool { return len(w.calls(h, "done")) == 1000 && w.queued() == 0 })
	mu.Lock()
	defer mu.Unlock()
	inOrder(t, of, accepted)
	if len(accepted) != 1200 {
		t.Errorf("%d calls for 1200 events", len(accepted))
	}
}

// lossy is a queue whose process dies before it notes what was told.
type lossy struct {
	webhook.Queue
	dead chan struct{}
}

func (q lossy) Done(ctx context.Context, o []webhook.Outcome) error {
	select {
	case <-q.dead:
		return context.Canceled
	default:
		return q.Queue.Done(ctx, o)
	}
}

// A process that dies between the call and its record tells the event again,
// with the same id; what was noted is not told again.
func TestCrashTellsAgainWithTheSameID(t *testing.T) {
	t.Parallel()
	dead := make(chan struct{})
	w := newWorld(t, func(d *webhook.Deps) { d.Queue = lossy{d.Queue, dead} })
	sink := testkit.NewSink(t, nil)
	h := w.hook(sink.URL)
	conv := w.ids.Conversation()
	w.happen(conv, 3)
	w.until("the record", func() bool { return len(w.calls(h, "done")) == 3 })
	close(dead)
	lost := w.happen(conv, 4)
	sink.WaitCount(t, 7)
	w.stop()

	w.deps.Queue = w.deps.Queue.(lossy).Queue
	w.start()
	w.d.Gained(slots()...)
	all := sink.WaitCount(t, 11)
	for i, r := range all[7:] {
		if got, want := r.Header.Get("X-Event-Id"), lost[i].ID.String(); got != want || string(r.Body) != string(all[3+i].Body) {
			t.Errorf("call %d is of %s, not %s", 8+i, got, want)
		}
	}
	w.until("an empty queue", func() bool { return w.queued() == 0 })
	if n := len(sink.All()); n != 11 {
		t.Errorf("%d calls", n)
	}
}

func TestStopWaitsForCalls(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	gate := make(chan struct{})
	sink := testkit.NewSink(t, func(http.ResponseWriter, *testkit.Received) { <-gate })
	h := w.hook(sink.URL)
	w.happen(w.ids.Conversation(), 1)
	sink.WaitCount(t, 1)
	stopped := make(chan struct{})
	go func() {
		w.d.Stop(context.Background())
		close(stopped)
	}()
	close(gate)
	<-stopped
	if log := w.calls(h, "done"); len(log) != 1 {
		t.Errorf("log %+v", log)
	}
	if n := w.queued(); n != 0 {
		t.Errorf("%d are queued", n)
	}
}

// A slot that goes to another process is left alone.
func TestLostSlotsAreLeftAlone(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	sink := testkit.NewSink(t, nil)
	w.hook(sink.URL)
	conv := w.ids.Conversation()
	w.d.Lost(heliograph.KeySlot(conv))
	w.happen(conv, 2)
	if w.queued() != 2 || len(sink.All()) != 0 {
		t.Errorf("%d are queued, %d were told", w.queued(), len(sink.All()))
	}
	w.d.Gained(heliograph.KeySlot(conv))
	sink.WaitCount(t, 2)
}
