package webhook

import (
	"encoding/binary"
	"time"

	"heliograph"
)

const (
	tick        = time.Second
	pageSize    = 512
	parkedBatch = 4096
	sideRoom    = 1024
	// lateCommit is how long after an event's id was made it may be committed by
	// another process and still be found by the quick look at recent entries; what
	// comes later is found by the sweep.
	lateCommit = 30 * time.Second
	sweepEvery = 60 // ticks
	restEvery  = 10 // ticks
)

// feed is what is known of a place's entries in the database. While it is
// behind, there may be entries that are not in memory, and fresh ones are left
// in the database too, so that they do not overtake.
type feed struct {
	behind bool
	cursor heliograph.EventID // entries up to here are in memory
	missed bool               // an entry came behind the cursor and was not taken
	paging bool
	side   []*item // offered while a page is read

	reading bool                            // a page, or recent entries
	gone    map[heliograph.EventID]struct{} // finished with meanwhile
}

// read begins or ends the reading of entries.
func (f *feed) read(on bool) {
	f.reading = on
	clear(f.gone)
}

// finish notes that an entry is finished with: what is being read may still show it.
func (f *feed) finish(id heliograph.EventID) {
	if !f.reading {
		return
	}
	if f.gone == nil {
		f.gone = map[heliograph.EventID]struct{}{}
	}
	f.gone[id] = struct{}{}
}

func (f *feed) finished(id heliograph.EventID) bool {
	_, yes := f.gone[id]
	return yes
}

func (l *lane) feed(slot int) *feed {
	f := l.feeds[slot]
	if f == nil {
		f = &feed{}
		l.feeds[slot] = f
	}
	return f
}

func (l *lane) fallBehind(f *feed) {
	if !f.behind {
		f.behind, f.cursor, f.missed = true, heliograph.EventID{}, false
		l.behind++
	}
}

// take lets a fresh entry into memory, or leaves it in the database. The lock
// must be held.
func (d *Dispatcher) take(it *item) {
	s := &d.slots[it.Slot]
	if !s.owned || d.stopping {
		return
	}
	l := d.lane(it.Webhook, it.App)
	f := l.feed(it.Slot)
	switch {
	case !s.scanned:
		l.fallBehind(f)
	case f.behind && f.paging && len(f.side) < sideRoom:
		f.side = append(f.side, it)
	case f.behind:
		f.missed = f.missed || less(it.ID, f.cursor)
	case d.room(l) <= 0:
		l.fallBehind(f)
	case !less(f.cursor, it.ID) && !l.knows(it.ID):
		// It may have been read, told and recorded before it was offered: only the
		// database knows whether it is still to be told.
		l.fallBehind(f)
		d.feedBell.ring()
	default:
		d.enter(l, it)
	}
}

func (l *lane) knows(id heliograph.EventID) bool {
	_, yes := l.known[id]
	return yes
}

func less(a, b heliograph.EventID) bool { return string(a[:]) < string(b[:]) }

// feed brings entries from the database into memory: what was there at the
// start, what did not fit, what is parked and due, what other processes appended.
func (d *Dispatcher) feed() {
	ticks := 0
	timer := newBell()
	stop := d.After(tick, timer.ring)
	defer func() { stop() }()
	for d.ctx.Err() == nil {
		d.doChores()
		err := d.scanGained()
		select {
		case <-timer:
			stop = d.After(tick, timer.ring)
			ticks++
			if err == nil {
				err = d.onTick(ticks)
			}
		default:
		}
		if err == nil {
			err = d.loadPages()
		}
		if err != nil && d.ctx.Err() == nil {
			d.Log.Error("the webhook queue could not be read", "error", err)
			d.pause(tick)
			continue
		}
		select {
		case <-d.feedBell:
		case <-timer:
			timer.ring()
		case <-d.ctx.Done():
		}
	}
}

func (d *Dispatcher) doChores() {
	d.mu.Lock()
	chores := d.chores
	d.chores = nil
	d.mu.Unlock()
	for _, f := range chores {
		f()
	}
}

// scanGained learns where something is queued in the slots that are new to us.
func (d *Dispatcher) scanGained() error {
	var fresh []int
	for _, s := range d.owned() {
		if !d.scanned(s) {
			fresh = append(fresh, s)
		}
	}
	if len(fresh) == 0 {
		return nil
	}
	places, err := d.Queue.Waiting(d.ctx, fresh)
	if err != nil {
		return err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, s := range fresh {
		d.slots[s].scanned = d.slots[s].owned
	}
	d.markBehind(places)
	return nil
}

// markBehind has places read from their beginning.
func (d *Dispatcher) markBehind(places []Place) {
	for _, p := range places {
		if d.slots[p.Slot].owned {
			l := d.lane(p.Webhook, heliograph.AppID{})
			l.fallBehind(l.feed(p.Slot))
		}
	}
}

func (d *Dispatcher) owned() (slots []int) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for s := range d.slots {
		if d.slots[s].owned {
			slots = append(slots, s)
		}
	}
	return slots
}

func (d *Dispatcher) scanned(slot int) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.slots[slot].scanned
}

// onTick looks for what nobody rings a bell for.
func (d *Dispatcher) onTick(ticks int) error {
	if ticks%restEvery == 0 {
		d.mu.Lock()
		d.rest()
		d.mu.Unlock()
	}
	slots := d.owned()
	if len(slots) == 0 {
		return nil
	}
	now := heliograph.At(d.Now())
	if err := d.loadParked(slots, now); err != nil {
		return err
	}
	d.mu.Lock()
	d.forget()
	d.mu.Unlock()
	if d.Shared {
		return d.lookAround(slots, now, ticks%sweepEvery == 0)
	}
	return nil
}

// lookAround finds what other processes appended to our slots, and has the
// webhooks that we work on looked up again. A sweep reads everything.
func (d *Dispatcher) lookAround(slots []int, now heliograph.Millis, sweep bool) error {
	places, err := d.Queue.Waiting(d.ctx, slots)
	if err != nil {
		return err
	}
	d.mu.Lock()
	for _, l := range d.lanes {
		l.reload = l.reload || l.target != nil
	}
	d.prepareBell.ring()
	if sweep {
		d.markBehind(places)
		d.mu.Unlock()
		return nil
	}
	fresh, known := d.partPlaces(places)
	d.markBehind(fresh)
	d.mu.Unlock()
	since := IDAt(now.Add(-lateCommit))
	for id := range known {
		if err := d.loadRecent(slots, id, since); err != nil {
			return err
		}
	}
	return nil
}

// Look has all of the queue read again: another process put something there.
func (d *Dispatcher) Look() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.chore(func() {
		places, err := d.Queue.Waiting(d.ctx, d.owned())
		if err != nil {
			d.Log.Error("the webhook queue could not be read", "error", err)
			return
		}
		d.mu.Lock()
		defer d.mu.Unlock()
		d.markBehind(places)
	})
}

// partPlaces parts the places that were never read from the webhooks whose
// entries are in memory up to now.
func (d *Dispatcher) partPlaces(places []Place) (fresh []Place, known map[heliograph.WebhookID]struct{}) {
	known = map[heliograph.WebhookID]struct{}{}
	for _, p := range places {
		if l := d.lanes[p.Webhook]; l == nil || l.feeds[p.Slot] == nil {
			fresh = append(fresh, p)
		} else if !l.feeds[p.Slot].behind {
			known[p.Webhook] = struct{}{}
		}
	}
	return fresh, known
}

func (d *Dispatcher) loadRecent(slots []int, id heliograph.WebhookID, since heliograph.EventID) error {
	d.expect(id, true)
	defer d.expect(id, false)
	entries, err := d.Queue.Recent(d.ctx, slots, id, since, pageSize)
	if err != nil {
		return err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, e := range entries {
		l := d.lane(e.Webhook, e.App)
		if !l.feed(e.Slot).finished(e.ID) {
			d.take(&item{Entry: *e})
		}
	}
	d.spawn()
	return nil
}

// expect has a webhook's feeds remember what is finished with while entries are
// read, so that it is not told again.
func (d *Dispatcher) expect(id heliograph.WebhookID, on bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if l := d.lanes[id]; l != nil {
		for _, f := range l.feeds {
			f.read(on)
		}
	}
}

// IDAt is before every id made at t or later.
func IDAt(t heliograph.Millis) (id heliograph.EventID) {
	binary.BigEndian.PutUint32(id[:4], uint32(t/1000))
	return id
}

// forget drops webhooks of which nothing is to be remembered.
func (d *Dispatcher) forget() {
	for id, l := range d.lanes {
		if l.held == 0 && l.behind == 0 && l.calls == 0 && len(l.known) == 0 && l.since == 0 && !l.inRing && !l.disabling && !l.reload {
			delete(d.lanes, id)
		}
	}
	now := heliograph.At(d.Now())
	for id, last := range d.dead {
		if now.Sub(last) >= alertPause {
			delete(d.dead, id)
		}
	}
}

// parkedOfOne is how many parked entries of a webhook are in memory, so that one
// that hangs leaves others room.
const parkedOfOne = ParkedOfPlace * heliograph.Slots

// maxSkipped bounds how many webhooks a look at what is parked leaves out.
const maxSkipped = 1000

// toldID is an entry of the queue.
type toldID struct {
	webhook heliograph.WebhookID
	event   heliograph.EventID
}

// loadParked brings what is parked and due into memory, a share of each webhook.
func (d *Dispatcher) loadParked(slots []int, now heliograph.Millis) error {
	var skip []heliograph.WebhookID
	d.mu.Lock()
	for id, l := range d.lanes {
		if len(skip) < maxSkipped && (len(l.parked) >= parkedOfOne || d.room(l) <= 0) {
			skip = append(skip, id)
		}
	}
	d.told = map[toldID]struct{}{}
	d.mu.Unlock()
	due, err := d.Queue.Parked(d.ctx, slots, skip, now, parkedBatch)
	d.mu.Lock()
	defer d.mu.Unlock()
	told := d.told
	d.told = nil
	for _, e := range due {
		_, over := told[toldID{e.Webhook, e.ID}]
		if l := d.lane(e.Webhook, e.App); !over && d.slots[e.Slot].owned && len(l.parked) < parkedOfOne && d.room(l) > 0 {
			d.enter(l, &item{Entry: *e})
		}
	}
	d.spawn()
	return err
}
