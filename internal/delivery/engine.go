package delivery

import (
	"context"
	"log/slog"
	"math/rand/v2"
	"sync"
	"time"

	"heliograph"
	"heliograph/channel"
	"heliograph/internal/fifo"
)

// Options configure an Engine. Zero values mean the defaults.
type Options struct {
	Store        Store
	Integrations Integrations
	Observer     Observer
	Surroundings Surroundings // nil: no channel needs any
	Identities   Identities   // nil: no channel tells any
	Devices      Devices      // nil: no channel pushes
	States       States       // nil: no client runs our SDK
	Watch        Watch
	Now          heliograph.Clock
	IDs          *heliograph.IDMaker
	Log          *slog.Logger

	// Senders bounds the calls in flight of this process; 0: 2048. One
	// integration gets at most half of what is free, so that a provider that
	// hangs cannot take them all.
	Senders int
	// Window bounds the items of one class of a lane that wait in memory; the
	// rest waits in the database. 0: 4096.
	Window int
	// Memory bounds the items that wait in memory in all. 0: 65536.
	Memory int
	// Timeout bounds one call of a channel, which may have a shorter bound of its
	// own; 0: 15 s. It must end before the lease on the slots does.
	Timeout time.Duration
	// Process is this process, when others may be at work on the same database:
	// it then claims only while it has the lease of a slot.
	Process heliograph.ProcessID
	// Spread is over how many slots an integration's addresses go; 0: 1.
	Spread int
}

// Engine takes queued deliveries out through their lanes.
//
// One goroutine, the dispatcher, owns the lanes; everything reaches it through
// the inbox. Calls to providers run in goroutines of their own.
type Engine struct {
	Options
	chain []Gate

	mu      sync.Mutex
	inbox   []message
	running bool // somebody reads the inbox
	wake    chan struct{}
	stop    context.CancelFunc
	done    sync.WaitGroup

	// What follows belongs to the dispatcher.
	draining bool
	ended    bool         // no attempt may begin any more
	away     map[int]bool // slots of others that were queued in since the last wake-up
	lanes    map[heliograph.IntegrationID]*lane
	apps     fifo.Deque[*appRing]
	rings    map[heliograph.AppID]*appRing
	slots    [heliograph.Slots]bool
	taking   [heliograph.Slots]int // slots of which is not known yet what they hold: which take-over; 0: none
	takeover int
	late     map[int][]*lane // that were offered something in such a slot
	owned    int
	timers   fifo.Timers[func()]
	crowded  []*lane // lanes that wait for a free sender
	inflight int
	waiting  int // items in memory that are not in flight
	seen     heliograph.Millis
	blind    heliograph.Millis // until when no integration is looked up
	expiring int               // items whose expiry is being stored
	moreLate bool              // more than may be told at once is too late
	sweeping bool              // the queue is being looked through for what is too late
	rng      *rand.Rand
}

// message is what the dispatcher is told.
type message func(e *Engine)

// New returns an engine; it owns no slot until Gained is called.
func New(o Options) *Engine {
	if o.Senders == 0 {
		o.Senders = 2048
	}
	if o.Window == 0 {
		o.Window = 4096
	}
	if o.Memory == 0 {
		o.Memory = 65536
	}
	if o.Timeout == 0 {
		o.Timeout = defaultTimeout
	}
	if o.Spread == 0 {
		o.Spread = 1
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Watch == nil {
		o.Watch = noWatch{}
	}
	return &Engine{
		Options: o, chain: gates, wake: make(chan struct{}, 1),
		lanes: map[heliograph.IntegrationID]*lane{}, rings: map[heliograph.AppID]*appRing{}, late: map[int][]*lane{},
		rng: rand.New(rand.NewPCG(rand.Uint64(), rand.Uint64())),
	}
}

type noWatch struct{}

func (noWatch) Attempted(string, channel.Class, time.Duration) {}
func (noWatch) Failed(string, string)                          {}

// Start runs the dispatcher until Stop.
func (e *Engine) Start(ctx context.Context) {
	ctx, e.stop = context.WithCancel(context.WithoutCancel(ctx))
	e.mu.Lock()
	e.running = true
	e.mu.Unlock()
	e.post(func(e *Engine) { e.keepHouse() })
	e.done.Go(func() { e.dispatch(ctx) })
}

// keepHouse sets off what is done from time to time.
func (e *Engine) keepHouse() {
	now := heliograph.At(e.Now())
	e.timers.Add(now.Add(expireEvery), e.expireAll)
	e.timers.Add(now.Add(tidyEvery), e.tidy)
}

// Drain stops new attempts; those under way go on.
func (e *Engine) Drain() {
	e.post(func(e *Engine) { e.draining = true })
}

// Stop ends the dispatcher after the attempts under way have ended and their
// outcomes are stored, or when ctx ends: what is then still under way is
// recovered as unknown at the next start.
func (e *Engine) Stop(ctx context.Context) {
	if e.stop == nil {
		return
	}
	idle := make(chan struct{})
	e.post(func(e *Engine) {
		e.draining = true
		e.whenIdle(idle)
	})
	select {
	case <-idle:
	case <-ctx.Done():
	}
	e.stop()
	e.done.Wait()
	e.stop = nil
}

func (e *Engine) whenIdle(idle chan struct{}) {
	if e.inflight == 0 {
		close(idle)
		return
	}
	e.timers.Add(heliograph.At(e.Now()).Add(10*time.Millisecond), func() { e.whenIdle(idle) })
}

// post hands a message to the dispatcher.
func (e *Engine) post(m message) {
	e.mu.Lock()
	e.inbox = append(e.inbox, m)
	e.mu.Unlock()
	e.nudge()
}

// nudge wakes the dispatcher.
func (e *Engine) nudge() {
	select {
	case e.wake <- struct{}{}:
	default:
	}
}

// read handles what came in, and remembers whether it will again. It returns
// what it read, to be written over.
func (e *Engine) read(batch []message, again bool) []message {
	e.mu.Lock()
	batch, e.inbox, e.running = e.inbox, batch[:0], again
	e.mu.Unlock()
	for i, m := range batch {
		m(e)
		batch[i] = nil
	}
	return batch
}

// dispatch is the dispatcher. It wakes for messages and for the next timer.
func (e *Engine) dispatch(ctx context.Context) {
	timer := time.NewTimer(time.Hour)
	defer timer.Stop()
	var batch []message
	for ctx.Err() == nil {
		batch = e.read(batch, true)
		now := heliograph.At(e.Now())
		e.follow(now)
		for f, ok := e.timers.Pop(now); ok; f, ok = e.timers.Pop(now) {
			f()
		}
		if !e.draining {
			e.launch(now)
		}
		if next, ok := e.timers.Next(); ok {
			timer.Reset(max(next.Sub(now), time.Millisecond))
		} else {
			timer.Reset(time.Hour)
		}
		select {
		case <-ctx.Done():
		case <-e.wake:
		case <-timer.C:
		}
	}
	e.draining, e.ended = true, true
	e.read(batch, false)
}

// follow moves what waits when the clock steps back, so that it waits no longer
// than it was meant to. What the database says to be due later is looked for
// again when its time comes.
func (e *Engine) follow(now heliograph.Millis) {
	if back := e.seen.Sub(now); back > 0 {
		e.timers.Shift(-back)
		e.blind = e.blind.Add(-back)
		for _, l := range e.lanes {
			l.openTill = l.openTill.Add(-back)
		}
	}
	e.seen = now
}

// Offer hands over a delivery that was just committed as ready. What does not
// fit in memory is found in the database later.
func (e *Engine) Offer(it *Item) { e.post(func(e *Engine) { e.offer(it) }) }

func (e *Engine) offer(it *Item) {
	d := it.Delivery
	if !e.slots[d.Slot] {
		e.wakeOthers(d.Slot)
		return
	}
	l := e.lane(d.Integration, d.App)
	if l.known[d.ID] != nil {
		return
	}
	src := l.source(Source{d.Slot, d.Integration, d.Class})
	now := heliograph.At(e.Now())
	switch {
	case e.taking[d.Slot] != 0: // what the slot holds goes first
		if !src.more {
			src.more = true
			e.late[d.Slot] = append(e.late[d.Slot], l)
		}
	case d.Due > now:
		e.remember(l, src, d.Due)
	case src.more || src.loading || l.ready[d.Class].Len() >= e.Window || e.room(l, d.Class) == 0:
		src.more, src.missed = true, src.loading
		e.refill(l)
	default:
		e.admit(l, it)
	}
}

// admit puts an item in its lane, in memory.
func (e *Engine) admit(l *lane, it *Item) {
	l.know(it)
	e.count(l, it, 1)
	l.ready[it.Delivery.Class].PushBack(it)
	e.activate(l)
}

// forget drops a waiting item from memory.
func (e *Engine) forget(it *Item) {
	if it.lane.knows(it) {
		delete(it.lane.known, it.Delivery.ID)
		e.count(it.lane, it, -1)
	}
}

// count keeps count of what waits in memory.
func (e *Engine) count(l *lane, it *Item, n int) {
	e.waiting += n
	l.waiting[it.Delivery.Class] += n
}

// spare is how many items of a class of a lane find room even in a full memory,
// so that nobody waits for another's to go.
const spare = 16

// room returns how many more items of a class of a lane may come into memory at
// once. Those that stand behind others of their address count too, so that a
// few addresses cannot fill it.
func (e *Engine) room(l *lane, c heliograph.Class) int {
	switch {
	case e.waiting < e.Memory && l.waiting[c] < max(e.Memory/2, spare):
		return page
	case l.waiting[c] < spare:
		return spare
	}
	return 0
}
