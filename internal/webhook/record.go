package webhook

import (
	"context"
	"time"

	"heliograph"
)

// recordBatch is how many outcomes are written together.
const recordBatch = 512

// record writes outcomes: whatever came in while the last ones were written is
// the next batch.
func (d *Dispatcher) record() {
	for {
		batch, last := d.unrecorded()
		if len(batch) > 0 {
			d.write(batch)
			d.recorded(batch)
			continue
		}
		if last {
			return
		}
		<-d.recordBell
	}
}

func (d *Dispatcher) unrecorded() (batch []Outcome, last bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	n := min(len(d.outcomes), recordBatch)
	return d.outcomes[:n:n], d.stopping && d.calls == 0
}

// write tries until the database takes it. When the process is to end it gives
// up after some tries: the events are then told again, which receivers must
// expect.
func (d *Dispatcher) write(batch []Outcome) {
	for tries := 1; ; tries++ {
		err := d.Queue.Done(context.WithoutCancel(d.ctx), batch)
		if err == nil {
			return
		}
		d.Log.Error("outcomes of webhooks could not be stored", "count", len(batch), "error", err)
		if !d.pause(time.Second) && tries >= 3 {
			return
		}
	}
}

// recorded forgets the entries that are finished with.
func (d *Dispatcher) recorded(batch []Outcome) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for i := range batch {
		o := &batch[i]
		l := d.lanes[o.Webhook]
		if l == nil || o.Outcome == OutcomeRetry && !o.Parked {
			continue
		}
		delete(l.known, o.ID)
		if d.told != nil {
			d.told[toldID{o.Webhook, o.ID}] = struct{}{}
		}
		f := l.feeds[o.Slot]
		if _, again := l.again[o.ID]; again && f == nil && d.slots[o.Slot].owned {
			f = l.feed(o.Slot) // what is parked comes without one
		}
		if f != nil {
			f.finish(o.ID)
			d.tellAgain(l, f, o.ID)
		}
		delete(l.again, o.ID)
	}
	full := len(d.outcomes) >= maxUnrecorded
	rest := copy(d.outcomes, d.outcomes[len(batch):])
	clear(d.outcomes[rest:])
	d.outcomes = d.outcomes[:rest]
	if full {
		d.spawn()
	}
}

// comesAgain notes an event that is queued anew while its last call is being
// recorded: what is in the database when that is done is read from there.
func (d *Dispatcher) comesAgain(it *item) bool {
	l := d.lanes[it.Webhook]
	if l == nil {
		return false
	}
	_, known := l.known[it.ID]
	if known {
		l.again[it.ID] = struct{}{}
	}
	return known
}

// tellAgain has the place read from its beginning. What is being read now may
// still show the entry as it was, and does not count.
func (d *Dispatcher) tellAgain(l *lane, f *feed, id heliograph.EventID) {
	if _, again := l.again[id]; !again {
		return
	}
	if f.behind {
		f.missed = true
	}
	l.fallBehind(f)
	d.feedBell.ring()
}
