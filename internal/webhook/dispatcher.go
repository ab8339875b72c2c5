// Package webhook tells receivers of events: who subscribes to what, and the
// signed calls, at least once and in order for each key. It renders nothing and
// stores nothing itself; both are ports.
package webhook

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"heliograph"
)

// Deps is what a dispatcher is handed. Fields without a remark must be set.
type Deps struct {
	Queue    Queue
	Hooks    Hooks
	Contexts Contexts
	Renderer Renderer
	Events   Events
	Atomic   Atomic
	HTTP     HTTP
	Now      heliograph.Clock
	After    After          // nil: RealTime
	Jitter   func() float64 // from -1 to 1; nil: none
	IDs      *heliograph.IDMaker
	Log      *slog.Logger
	Watch    Watch  // nil: nobody watches
	Agent    string // the User-Agent of calls; "": heliograph

	Limits Limits
	// Shared says that other processes append to the same queue, so that it has
	// to be looked at even when nothing was offered.
	Shared bool
}

// Limits bound the dispatcher. Zero values mean the defaults.
type Limits struct {
	Senders      int           // calls under way; 512
	PerWebhook   int           // calls under way to one webhook; 64
	Window       int           // entries of one webhook in memory; 4,096
	Memory       int           // entries in memory; 32,768
	DisableAfter time.Duration // of nothing but failures; 72 h
	GoneAnswers  int           // answers 410 in a row that disable a webhook; 10
}

func (l Limits) withDefaults() Limits {
	set := func(v *int, d int) {
		if *v == 0 {
			*v = d
		}
	}
	set(&l.Senders, 512)
	set(&l.PerWebhook, 64)
	set(&l.Window, 4096)
	set(&l.Memory, 32768)
	set(&l.GoneAnswers, 10)
	if l.DisableAfter == 0 {
		l.DisableAfter = 72 * time.Hour
	}
	return l
}

// Dispatcher tells webhooks of events. Fresh events are offered to it; the
// rest it finds in the queue. It works on the slots it was given.
type Dispatcher struct {
	Deps
	caller caller
	ctx    context.Context // ends calls under way
	cancel context.CancelFunc
	wg     sync.WaitGroup

	prepareBell, feedBell, recordBell bell

	mu       sync.Mutex
	lanes    map[heliograph.WebhookID]*lane
	healthy  ring // those with something ready
	hanging  ring // those of them whose last call hung
	turn     bool // which ring comes first
	slots    [heliograph.Slots]slotState
	held     int       // entries in memory
	calls    int       // senders at work
	suspects int       // of them at suspect webhooks
	idle     []*sender // the one that was idle the shortest last
	spare    int       // how many of them had nothing to do since the last rest
	raw      []*item
	outcomes []Outcome                                  // not recorded yet
	chores   []func()                                   // for the feeder
	dead     map[heliograph.WebhookID]heliograph.Millis // when their last alert was
	told     map[toldID]struct{}                        // finished with while parked entries are read; nil: none are
	stopping bool
	quiet    chan struct{} // closed when stopping and no call is under way
}

type slotState struct {
	owned   bool
	scanned bool // what was queued when it was gained is known of
}

// New returns a dispatcher that owns no slot yet.
func New(d Deps) *Dispatcher {
	d.Limits = d.Limits.withDefaults()
	if d.After == nil {
		d.After = RealTime
	}
	if d.Jitter == nil {
		d.Jitter = func() float64 { return 0 }
	}
	if d.Watch == nil {
		d.Watch = noWatch{}
	}
	if d.Agent == "" {
		d.Agent = "heliograph"
	}
	w := &Dispatcher{
		Deps: d, lanes: map[heliograph.WebhookID]*lane{}, dead: map[heliograph.WebhookID]heliograph.Millis{},
		prepareBell: newBell(), feedBell: newBell(), recordBell: newBell(), quiet: make(chan struct{}),
	}
	w.caller = caller{http: d.HTTP, now: d.Now, agent: []string{d.Agent}, timeouts: timeouts{now: d.Now, after: d.After}}
	w.ctx, w.cancel = context.WithCancel(context.Background())
	return w
}

// Start begins to work.
func (d *Dispatcher) Start() {
	d.wg.Go(d.prepare)
	d.wg.Go(d.feed)
	d.wg.Go(d.record)
}

// Stop makes no new calls and waits for those under way, until ctx ends; then
// they are broken off. What has been told is recorded before it returns.
func (d *Dispatcher) Stop(ctx context.Context) {
	d.mu.Lock()
	if !d.stopping {
		d.stopping = true
		if d.calls == 0 {
			close(d.quiet)
		}
	}
	d.spare = len(d.idle)
	d.rest()
	d.mu.Unlock()
	select {
	case <-d.quiet:
	case <-ctx.Done():
		d.cancel()
		<-d.quiet
	}
	d.cancel()
	d.prepareBell.ring()
	d.feedBell.ring()
	d.recordBell.ring()
	d.wg.Wait()
	d.caller.timeouts.halt()
}

// Gained tells that this process now works on slots.
func (d *Dispatcher) Gained(slots ...int) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, s := range slots {
		if !d.slots[s].owned {
			d.slots[s] = slotState{owned: true}
		}
	}
	d.feedBell.ring()
}

// Lost tells that another process works on slots. Calls under way end.
func (d *Dispatcher) Lost(slots ...int) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, s := range slots {
		d.slots[s] = slotState{}
		for _, l := range d.lanes {
			d.dropSlot(l, s)
		}
	}
}

// Offer hands over events right after their commit. It is quick: what does not
// fit is found in the queue later.
func (d *Dispatcher) Offer(told []heliograph.Told) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for i := range told {
		t := &told[i]
		key := t.Event.Key()
		it := &item{Entry: Entry{
			Slot: heliograph.KeySlot(key), Webhook: t.Webhook, App: t.Event.App, ID: t.Event.ID, Key: key, Due: t.Event.At, Event: t.Event,
		}}
		if c := t.Context; c != nil {
			it.with = Context{Delivery: c.Delivery, User: c.User, Message: c.Message, Content: c.Content}
		}
		if !d.comesAgain(it) {
			d.take(it)
		}
	}
	d.spawn()
}

// Changed tells that a webhook was changed, enabled or deleted.
func (d *Dispatcher) Changed(id heliograph.WebhookID) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if l := d.lanes[id]; l != nil {
		l.review()
		l.reload = true
		d.prepareBell.ring()
	}
}

// Removed tells that a webhook was deleted: what was queued for it is discarded.
func (d *Dispatcher) Removed(app heliograph.AppID, id heliograph.WebhookID) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.lane(id, app).reload = true
	d.prepareBell.ring()
}

// bell wakes one waiting goroutine; ringing twice is ringing once.
type bell chan struct{}

func newBell() bell { return make(bell, 1) }

func (b bell) ring() {
	select {
	case b <- struct{}{}:
	default:
	}
}

// pause waits for d or the end of ctx, and reports which it was.
func (d *Dispatcher) pause(t time.Duration) bool {
	done := make(chan struct{})
	stop := d.After(t, func() { close(done) })
	defer stop()
	select {
	case <-done:
		return true
	case <-d.ctx.Done():
		return false
	}
}
