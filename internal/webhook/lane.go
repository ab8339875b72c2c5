package webhook

import (
	"iter"
	"slices"
	"time"

	"heliograph"
)

// lane is one webhook's work in memory. All of it is guarded by the
// dispatcher's lock.
type lane struct {
	id     heliograph.WebhookID
	app    heliograph.AppID
	target *target // nil: not known yet
	reload bool    // the webhook has changed
	closed bool    // it was disabled or gone when last looked up: nothing is told
	reopen bool    // it was closed before the look-up that is due

	lines  map[[12]byte]*line
	parked map[*line]struct{} // lines of one parked entry each
	ready  fifo[*line]
	inRing bool
	feeds  map[int]*feed                   // by slot
	known  map[heliograph.EventID]struct{} // in memory, or not recorded yet
	again  map[heliograph.EventID]struct{} // of them those that were replayed before they were recorded
	held   int
	behind int // feeds that are

	calls   int
	limit   int  // calls that may be under way now
	suspect bool // its last call hung

	fails     int               // in a row
	gone      int               // answers 410 in a row
	since     heliograph.Millis // when the first of them was
	noted     bool              // since is stored
	disabling bool
}

// line is what is to be told of one key, oldest first. Only its head is worked on.
type line struct {
	key   [12]byte
	slot  int
	items []*item
	room  [1]*item // what most lines need
	state lineState
	lost  bool // no longer ours
}

func newLine(it *item) *line {
	n := &line{key: it.Key, slot: it.Slot}
	n.items = n.room[:0]
	return n
}

type lineState uint8

const (
	idle    lineState = iota // its head is not prepared
	waiting                  // its head is not due
	ready                    // its head may be told
	flying                   // its head is being told
)

// item is an entry in memory.
type item struct {
	Entry
	with     Context
	prepared bool
	line     *line
	suspect  bool // the call counts among the suspects'
}

func (d *Dispatcher) lane(id heliograph.WebhookID, app heliograph.AppID) *lane {
	l := d.lanes[id]
	if l == nil {
		l = &lane{
			id: id, limit: d.Limits.PerWebhook, lines: map[[12]byte]*line{}, parked: map[*line]struct{}{}, feeds: map[int]*feed{},
			known: map[heliograph.EventID]struct{}{}, again: map[heliograph.EventID]struct{}{},
		}
		d.lanes[id] = l
	}
	if l.app.IsZero() {
		l.app = app
	}
	return l
}

// enter puts an item into memory, behind the older events of its key.
func (d *Dispatcher) enter(l *lane, it *item) {
	if _, known := l.known[it.ID]; known {
		return
	}
	l.review()
	l.known[it.ID] = struct{}{}
	l.held++
	d.held++
	n := l.lines[it.Key]
	switch {
	case it.Parked:
		// It holds no other event back, and none holds it.
		n = newLine(it)
		l.parked[n] = struct{}{}
	case n == nil:
		n = newLine(it)
		l.lines[it.Key] = n
	}
	it.line = n
	n.insert(it)
	if it.prepared = l.target != nil && !l.reload && d.complete(l, it); !it.prepared {
		d.raw = append(d.raw, it)
		d.prepareBell.ring()
	}
	d.advance(l, n)
}

// review has a closed webhook looked up again: something came for it, so it may
// have been enabled.
func (l *lane) review() {
	if l.closed {
		l.closed, l.target, l.reopen, l.reload = false, nil, true, true
	}
}

// insert keeps the line in the order of events; a head that is worked on stays.
func (n *line) insert(it *item) {
	i := len(n.items)
	for i > 0 && slices.Compare(n.items[i-1].ID[:], it.ID[:]) > 0 && (i > 1 || n.state == idle) {
		i--
	}
	n.items = slices.Insert(n.items, i, it)
}

// complete reports whether an item's body can be made as it is.
func (d *Dispatcher) complete(l *lane, it *item) bool {
	if it.Body != nil || it.Event == nil {
		return true
	}
	_, missing := wanted(it.Event, l.target.hook, &it.with)
	return !missing
}

// advance makes the line's head ready when it can be told.
func (d *Dispatcher) advance(l *lane, n *line) {
	if n.state != idle || n.lost {
		return
	}
	if len(n.items) == 0 {
		delete(l.parked, n)
		if l.lines[n.key] == n {
			delete(l.lines, n.key)
		}
		return
	}
	head := n.items[0]
	if !head.prepared {
		return
	}
	if head.Attempt > 0 {
		if wait := head.Due.Sub(heliograph.At(d.Now())); wait > 0 {
			n.state = waiting
			d.After(wait, func() { d.wake(l, n) })
			return
		}
	}
	n.state = ready
	l.ready.push(n)
	d.join(l)
}

// wake is called when a line's head is due.
func (d *Dispatcher) wake(l *lane, n *line) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if n.state == waiting && !n.lost {
		n.state = idle
		d.advance(l, n)
		d.spawn()
	}
}

// pop removes the line's head from memory. It stays known until what became of
// it is recorded.
func (d *Dispatcher) pop(l *lane, n *line) {
	n.items[0] = nil
	n.items = n.items[1:]
	l.held--
	d.held--
	if l.behind > 0 && (l.held <= ownRoom/2 || l.held <= d.Limits.Window/2 && d.held < d.Limits.Memory) {
		d.feedBell.ring()
	}
}

// drop forgets a line; its entries stay in the queue. A call under way ends by itself.
func (d *Dispatcher) drop(l *lane, n *line) {
	n.lost = true
	for _, it := range n.items {
		delete(l.known, it.ID)
		delete(l.again, it.ID)
	}
	l.held -= len(n.items)
	d.held -= len(n.items)
	n.items = nil
	delete(l.parked, n)
	if l.lines[n.key] == n {
		delete(l.lines, n.key)
	}
}

// all is every line in memory.
func (l *lane) all() iter.Seq[*line] {
	return func(yield func(*line) bool) {
		for _, n := range l.lines {
			if !yield(n) {
				return
			}
		}
		for n := range l.parked {
			if !yield(n) {
				return
			}
		}
	}
}

func (d *Dispatcher) dropSlot(l *lane, slot int) {
	for n := range l.all() {
		if n.slot == slot {
			d.drop(l, n)
		}
	}
	if f := l.feeds[slot]; f != nil {
		if f.behind {
			l.behind--
		}
		f.behind = false
		delete(l.feeds, slot)
	}
}

// close drops everything of a webhook that is disabled or gone.
func (d *Dispatcher) close(l *lane) {
	l.closed = true
	l.since, l.noted, l.fails, l.gone = 0, false, 0, 0
	for n := range l.all() {
		d.drop(l, n)
	}
	for slot := range l.feeds {
		d.dropSlot(l, slot)
	}
	d.discard(l)
}

// hang notes how a call went for how many may be under way: a receiver that
// hangs keeps few senders, one that answers gets them back soon.
func (d *Dispatcher) hang(l *lane, slow bool) {
	d.suspect(l, slow)
	if slow {
		l.limit = max(2, l.limit/2)
		return
	}
	l.limit = min(d.Limits.PerWebhook, l.limit*2)
}

// slowCall is how long a failed call must have taken to count as hanging.
const slowCall = 2 * time.Second

// fifo is a queue.
type fifo[T any] struct {
	items []T
	first int
}

func (q *fifo[T]) len() int { return len(q.items) - q.first }

func (q *fifo[T]) push(v T) {
	if q.first > 64 && q.first*2 > len(q.items) {
		q.items = q.items[:copy(q.items, q.items[q.first:])]
		q.first = 0
	}
	q.items = append(q.items, v)
}

func (q *fifo[T]) pop() T {
	var none T
	v := q.items[q.first]
	q.items[q.first] = none
	if q.first++; q.first == len(q.items) {
		q.items, q.first = q.items[:0], 0
	}
	return v
}
