package webhook_test

import (
	"context"
	"encoding/json"
	"log/slog"
	"net/http"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"heliograph"
	"heliograph/internal/secret"
	"heliograph/internal/store"
	"heliograph/internal/testkit"
	"heliograph/internal/webhook"
)

// timers is a clock whose timers go off when it is moved.
type timers struct {
	mu   sync.Mutex
	now  time.Time
	list []*timer
}

type timer struct {
	at time.Time
	f  func()
}

func newTimers() *timers { return &timers{now: testkit.Epoch} }

func (c *timers) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *timers) After(d time.Duration, f func()) func() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	t := &timer{c.now.Add(d), f}
	c.list = append(c.list, t)
	return func() bool {
		c.mu.Lock()
		defer c.mu.Unlock()
		i := slices.Index(c.list, t)
		if i >= 0 {
			c.list = slices.Delete(c.list, i, i+1)
		}
		return i >= 0
	}
}

// Advance moves the clock, stopping at each timer on the way.
func (c *timers) Advance(d time.Duration) {
	c.mu.Lock()
	end := c.now.Add(d)
	for {
		var next *timer
		for _, t := range c.list {
			if !t.at.After(end) && (next == nil || t.at.Before(next.at)) {
				next = t
			}
		}
		if next == nil {
			break
		}
		c.list = slices.DeleteFunc(c.list, func(t *timer) bool { return t == next })
		if next.at.After(c.now) {
			c.now = next.at
		}
		c.mu.Unlock()
		next.f()
		c.mu.Lock()
	}
	c.now = end
	c.mu.Unlock()
}

// watch counts calls by outcome.
type watch struct {
	mu       sync.Mutex
	outcomes []string
	changed  chan struct{}
	disabled int
}

func (w *watch) WebhookCalled(outcome string, _ time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.outcomes = append(w.outcomes, outcome)
	close(w.changed)
	w.changed = make(chan struct{})
}
func (w *watch) WebhookDone(time.Duration) {}
func (w *watch) WebhookParked()            {}
func (w *watch) WebhookDead()              {}
func (w *watch) WebhookDisabled()          { w.mu.Lock(); w.disabled++; w.mu.Unlock() }

func (w *watch) look() ([]string, chan struct{}, int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return slices.Clone(w.outcomes), w.changed, w.disabled
}

// plain renders just what a test needs to see.
type plain struct{}

func (plain) Body(dst []byte, h *heliograph.Webhook, e *heliograph.Event, _ *webhook.Context) ([]byte, error) {
	b, err := json.Marshal(map[string]any{"event": e.ID, "trigger": e.Trigger(), "n": e.Data.Attempt, "about": e.Data.Webhook, "reason": e.Data.Reason})
	return append(dst, b...), err
}

// world is a store, a dispatcher and a clock.
type world struct {
	testing.TB
	st    *store.Store
	clock *timers
	ids   *heliograph.IDMaker
	watch *watch
	d     *webhook.Dispatcher
	svc   *webhook.Service
	app   heliograph.AppID
	deps  webhook.Deps
}

func newWorld(t testing.TB, change ...func(*webhook.Deps)) *world {
	t.Helper()
	o := store.Options{File: filepath.Join(t.TempDir(), "test.db")}
	if err := store.Migrate(t.Context(), o); err != nil {
		t.Fatal(err)
	}
	w := newProcess(t, newTimers(), 1, o, change...)
	w.d.Gained(slots()...)
	return w
}

// newProcess is a world on a database that others may use, too. It owns no slot.
func newProcess(t testing.TB, clock *timers, number uint64, o store.Options, change ...func(*webhook.Deps)) *world {
	t.Helper()
	ids := heliograph.NewIDMaker(clock.Now, testkit.NewRandom(number))
	seal, err := secret.NewRing(make([]byte, 32))
	if err != nil {
		t.Fatal(err)
	}
	o.Seal, o.IDs, o.Now = seal, ids, clock.Now
	st, err := store.Open(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	w := &world{TB: t, st: st, clock: clock, ids: ids, app: ids.App(), watch: &watch{changed: make(chan struct{})}}
	transport := &http.Transport{MaxIdleConnsPerHost: 64}
	w.deps = webhook.Deps{
		Queue: store.WebhookQueue{Store: st}, Hooks: store.Webhooks{Store: st}, Contexts: store.WebhookContexts{Store: st},
		Renderer: plain{}, Events: st, Atomic: st.Atomically, HTTP: transport, Now: clock.Now, After: clock.After,
		IDs: ids, Log: slog.New(slog.DiscardHandler), Watch: w.watch,
	}
	for _, f := range change {
		f(&w.deps)
	}
	t.Cleanup(func() {
		w.stop()
		transport.CloseIdleConnections()
		if err := st.Close(); err != nil {
			t.Error(err)
		}
	})
	w.start()
	return w
}

func (w *world) start() {
	w.d = webhook.New(w.deps)
	w.st.OnTold(w.d.Offer)
	w.svc = &webhook.Service{
		Store: store.Webhooks{Store: w.st}, Queue: store.WebhookQueue{Store: w.st}, Log: store.WebhookLog{Store: w.st},
		Dispatch: w.d, Atomic: w.st.Atomically, AfterCommit: w.st.AfterCommit, CheckURL: func(string) error { return nil },
		IDs: w.ids, Now: w.clock.Now, Random: testkit.NewRandom(7),
	}
	w.d.Start()
}

func (w *world) stop() {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	w.d.Stop(ctx)
}

func (w *world) hook(target string, triggers ...heliograph.Trigger) *heliograph.Webhook {
	w.Helper()
	if triggers == nil {
		triggers = []heliograph.Trigger{heliograph.TriggerConversationRead}
	}
	h, err := w.svc.Create(w.Context(), w.app, webhook.Change{Target: &target, Triggers: &triggers})
	if err != nil {
		w.Fatal(err)
	}
	return h
}

// happen appends events of one conversation, in one transaction.
func (w *world) happen(conv heliograph.ConversationID, n int) []*heliograph.Event {
	w.Helper()
	var events []*heliograph.Event
	for i := range n {
		e := &heliograph.Event{ID: w.ids.Event(), App: w.app, Type: heliograph.EventRead, At: heliograph.At(w.clock.Now()), Conversation: conv}
		e.Data.Attempt = i
		events = append(events, e)
	}
	if err := w.st.AppendEvents(w.Context(), events...); err != nil {
		w.Fatal(err)
	}
	return events
}

// outcomes waits for n calls to have ended, and for what follows from them to
// be arranged.
func (w *world) outcomes(n int) []string {
	w.Helper()
	late := time.After(testkit.Deadline)
	for {
		got, changed, _ := w.watch.look()
		if len(got) >= n {
			w.d.Gained() // takes the lock, under which a call is settled
			return got
		}
		select {
		case <-changed:
		case <-late:
			w.Fatalf("%d of %d calls ended: %v", len(got), n, got)
		}
	}
}

// until waits for a condition that nothing signals.
func (w *world) until(what string, ok func() bool) {
	w.Helper()
	late := time.After(testkit.Deadline)
	for !ok() {
		select {
		case <-late:
			w.Fatalf("waited for %s", what)
		case <-time.After(time.Millisecond):
		}
	}
}

// step lets a second pass, unless calls are under way: they take real time, and
// would be taken for slow.
func step(clock *timers, sinks []*testkit.Sink, worlds ...*world) {
	open := 0
	for _, s := range sinks {
		open += len(s.All())
	}
	for _, w := range worlds {
		ended, _, _ := w.watch.look()
		open -= len(ended)
	}
	if open <= 0 {
		clock.Advance(time.Second)
	}
}

// calls returns the log of a webhook, newest first.
func (w *world) calls(h *heliograph.Webhook, outcome string) []*webhook.Call {
	w.Helper()
	list, _, err := w.svc.Calls(w.Context(), webhook.CallQuery{App: w.app, Webhook: h.ID, Outcome: outcome, Limit: 1000})
	if err != nil {
		w.Fatal(err)
	}
	return list
}

// queued returns what waits in the database.
func (w *world) queued() int { return w.waits(0) + w.waits(1) }

// waits returns how many entries wait that are parked, 1, or not, 0.
func (w *world) waits(parked int) int {
	w.Helper()
	got, err := store.Figures{Store: w.st}.WebhookQueue(w.Context())
	if err != nil {
		w.Fatal(err)
	}
	return int([...]int64{got.Depth, got.Parked}[parked])
}

func slots() (all []int) {
	for s := range heliograph.Slots {
		all = append(all, s)
	}
	return all
}

// statuses answers with one status after the other, and then the last one.
func statuses(codes ...int) func(http.ResponseWriter, *testkit.Received) {
	var mu sync.Mutex
	return func(w http.ResponseWriter, _ *testkit.Received) {
		mu.Lock()
		defer mu.Unlock()
		w.WriteHeader(codes[0])
		if len(codes) > 1 {
			codes = codes[1:]
		}
	}
}
