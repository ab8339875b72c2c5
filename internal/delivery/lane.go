package delivery

import (
	"context"
	"errors"
	"time"

	"golang.org/x/time/rate"

	"heliograph"
	"heliograph/channel"
	"heliograph/internal/fifo"
)

// lane is the way out through one integration: the part of it that this
// process works on.
type lane struct {
	id   heliograph.IntegrationID
	app  heliograph.AppID
	ring *appRing

	ready   [heliograph.Classes]fifo.Deque[*Item]
	waiting [heliograph.Classes]int // items in memory that are not in flight
	busy    map[string]*address
	sources map[Source]*source
	known   map[heliograph.NotificationID]*Item // all that is in memory, waiting or under way

	state    laneState
	inflight int
	limiter  *rate.Limiter
	rate     float64 // what limiter was made for
	picks    uint    // for the shares of the lower classes

	doubtful  fifo.Deque[*Item] // whose echo window has ended
	asking    int               // look-ups under way
	resolving bool              // a timer goes on with doubtful

	failures int // in a row, for the breaker
	openTill heliograph.Millis
	trial    bool // the breaker lets one attempt through

	idle heliograph.Millis // since when it has been seen unused; 0: it is used
	gone bool              // its integration was deleted

	// The integration as last looked up.
	hangs       int // look-ups in a row that did not end in time
	integration *heliograph.Integration
	channel     channel.Channel
	kind        *channel.Type
}

// source is what is known of the rows of one source that are not in memory.
type source struct {
	more    bool // ready rows wait in the database
	loading bool
	missed  bool // rows were left to the database while loading
	next    heliograph.Millis
	swept   Place // up to where what is too late was looked for
}

type laneState uint8

const (
	laneIdle    laneState = iota // nothing ready
	laneActive                   // in its app's ring
	laneCrowded                  // waits for a free sender
	laneWaiting                  // waits for a time: rate, pause, breaker
)

// appRing is the active lanes of one app. Apps take turns, and within an app
// its lanes do.
type appRing struct {
	app    heliograph.AppID
	lanes  fifo.Deque[*lane]
	queued bool // in the engine's ring
}

func (e *Engine) lane(id heliograph.IntegrationID, app heliograph.AppID) *lane {
	l := e.lanes[id]
	if l == nil {
		ring := e.rings[app]
		if ring == nil {
			ring = &appRing{app: app}
			e.rings[app] = ring
		}
		l = &lane{id: id, app: app, ring: ring, busy: map[string]*address{}, sources: map[Source]*source{}, known: map[heliograph.NotificationID]*Item{}}
		e.lanes[id] = l
	}
	return l
}

func (l *lane) source(s Source) *source {
	src := l.sources[s]
	if src == nil {
		src = &source{}
		l.sources[s] = src
	}
	return src
}

// know keeps an item in memory.
func (l *lane) know(it *Item) {
	it.lane = l
	l.known[it.Delivery.ID] = it
}

func (l *lane) knows(it *Item) bool { return l.known[it.Delivery.ID] == it }

func (l *lane) len() int {
	n := 0
	for c := range l.ready {
		n += l.ready[c].Len()
	}
	return n
}

// activate puts a lane in its app's ring, unless it waits for something.
func (e *Engine) activate(l *lane) {
	if l.state != laneIdle {
		return
	}
	l.state = laneActive
	l.ring.lanes.PushBack(l)
	if !l.ring.queued {
		l.ring.queued = true
		e.apps.PushBack(l.ring)
	}
}

// wait takes a lane out of its ring until at.
func (e *Engine) wait(l *lane, at heliograph.Millis) {
	l.state = laneWaiting
	e.timers.Add(at, func() {
		if l.state == laneWaiting {
			l.state = laneIdle
			e.activate(l)
		}
	})
}

// class picks the class to serve: the first that has anything, but every
// eighth and sixteenth turn goes to the lower ones, so that they stay alive.
func (l *lane) class() int {
	l.picks++
	order := [3]int{0, 1, 2}
	switch {
	case l.picks%16 == 0:
		order = [3]int{2, 1, 0}
	case l.picks%8 == 0:
		order = [3]int{1, 2, 0}
	}
	for _, c := range order {
		if l.ready[c].Len() > 0 {
			return c
		}
	}
	return -1
}

// address keeps the order of one address: one item is under way (or waits for
// its next attempt), the others stand behind it.
type address struct {
	head   *Item // ready again as the next one; it may pass
	behind fifo.Deque[*Item]
}

// next takes the next item whose address is free, and marks it busy.
func (l *lane) next() *Item {
	for {
		c := l.class()
		if c < 0 {
			return nil
		}
		it, _ := l.ready[c].PopFront()
		a := l.busy[it.Delivery.Address]
		if a == nil {
			l.busy[it.Delivery.Address] = &address{}
			return it
		}
		if a.head == it {
			a.head = nil
			return it
		}
		a.behind.PushBack(it)
	}
}

// release frees an address for the next item that stands behind it.
func (e *Engine) release(l *lane, addr string) {
	a := l.busy[addr]
	if a == nil {
		return
	}
	for {
		it, ok := a.behind.PopFront()
		if !ok {
			delete(l.busy, addr)
			return
		}
		if l.knows(it) { // else dropped meanwhile
			a.head = it
			l.ready[it.Delivery.Class].PushFront(it)
			e.activate(l)
			return
		}
	}
}

// A look-up that takes longer has failed: the dispatcher has more to do than to
// wait for it.
const lookupLimit = 2 * time.Second

// lookupPause is how long nothing is looked up after that. A lane whose look-ups
// do so again and again waits twice as long each time, so that it cannot hold
// the others up.
const lookupPause = time.Second

var errBlind = errors.New("integrations cannot be looked up for now")

// refresh looks the integration up. The look-up is cached by its owner.
func (e *Engine) refresh(l *lane) error {
	if e.blind > heliograph.At(e.Now()) {
		return errBlind
	}
	ctx, cancel := context.WithTimeout(context.Background(), lookupLimit)
	defer cancel()
	i, ch, kind, err := e.Integrations.Lookup(ctx, l.id)
	if err != nil {
		if ctx.Err() != nil {
			l.hangs++
			e.blind = heliograph.At(e.Now()).Add(lookupPause)
		}
		return err
	}
	l.hangs = 0
	l.integration, l.channel, l.kind = i, ch, kind
	budget := i.Delivery.RatePerSecond
	if budget == 0 {
		budget = kind.RatePerSecond
	}
	share := budget * float64(e.owned) / heliograph.Slots
	if e.spread(i) == 1 {
		share = budget
	}
	if share != l.rate || l.limiter == nil {
		l.rate, l.limiter = share, nil
		if share > 0 {
			l.limiter = rate.NewLimiter(rate.Limit(share), max(1, int(share/10)))
		}
	}
	return nil
}

// lookupWait is how long a lane waits after a look-up that failed.
func (l *lane) lookupWait() time.Duration {
	return lookupPause << min(l.hangs, 5)
}

// concurrency is how many calls this process may have in flight on the lane.
func (e *Engine) concurrency(l *lane) int {
	most := e.Senders
	if c := l.integration.Delivery.Concurrency; c > 0 {
		most = c
		if e.spread(l.integration) > 1 {
			most = max(1, c*e.owned/heliograph.Slots)
		}
	}
	if l.trial || l.failures >= breakerLimit {
		most = 1
	}
	return min(most, e.Senders-e.inflight)
}

// spread is over how many slots an integration's addresses go. A small budget
// stays in one slot, so that it is exact.
func (e *Engine) spread(i *heliograph.Integration) int {
	if d := i.Delivery; (d.RatePerSecond > 0 && d.RatePerSecond < 64) || (d.Concurrency > 0 && d.Concurrency < 64) {
		return 1
	}
	return e.Spread
}

// breakerLimit is how many attempts in a row must fail for other reasons than
// their recipient before a lane stops for a while.
const breakerLimit = 5

// trip counts an attempt that failed for reasons of the provider's, and stops
// the lane when there were too many: 1 s, 2 s, 4 s … 60 s.
func (e *Engine) trip(l *lane, after time.Duration, now heliograph.Millis) {
	l.failures++
	l.trial = false
	if l.failures < breakerLimit {
		return
	}
	pause := min(time.Second<<min(l.failures-breakerLimit, 6), time.Minute)
	l.openTill = max(l.openTill, now.Add(max(pause, min(after, time.Minute))))
}
