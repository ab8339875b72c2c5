package webhook

import "heliograph"

// loadPages fills memory from places that are behind, a page of each in turn.
func (d *Dispatcher) loadPages() error {
	for d.ctx.Err() == nil {
		work := d.behind()
		if len(work) == 0 {
			return nil
		}
		for _, w := range work {
			if err := d.loadPage(w); err != nil {
				return err
			}
		}
	}
	return nil
}

// pageJob is one page to read.
type pageJob struct {
	l  *lane
	f  *feed
	at Place
}

// behind returns the places that are behind and have room in memory.
func (d *Dispatcher) behind() (work []pageJob) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for id, l := range d.lanes {
		if l.behind == 0 {
			continue
		}
		for slot, f := range l.feeds {
			if f.behind && d.room(l) > 0 {
				work = append(work, pageJob{l: l, f: f, at: Place{slot, id}})
			}
		}
	}
	return work
}

// ownRoom is how many entries of a webhook may be in memory however many others
// hold, so that receivers that fail cannot take all of it.
const ownRoom = 256

// room is how many more entries of a webhook may be in memory.
func (d *Dispatcher) room(l *lane) int {
	return min(d.Limits.Window-l.held, max(d.Limits.Memory-d.held, ownRoom-l.held))
}

func (d *Dispatcher) loadPage(w pageJob) error {
	d.mu.Lock()
	after := w.f.cursor
	w.f.paging = true
	w.f.read(true)
	d.mu.Unlock()
	entries, err := d.Queue.Page(d.ctx, w.at, after, pageSize)
	d.mu.Lock()
	defer d.mu.Unlock()
	side := w.f.side
	w.f.paging, w.f.side = false, nil
	if err == nil && w.l.feeds[w.at.Slot] == w.f && w.f.behind {
		d.applyPage(w, entries, side)
	}
	w.f.read(false)
	d.spawn()
	return err
}

// applyPage takes a page into memory, as far as there is room, and when it was
// the last one, what was offered meanwhile.
func (d *Dispatcher) applyPage(w pageJob, entries []*Entry, side []*item) {
	l, f := w.l, w.f
	last := len(entries) < pageSize
	for _, e := range entries {
		if d.room(l) <= 0 {
			last = false
			break
		}
		f.cursor = e.ID
		l.app = e.App
		if !f.finished(e.ID) {
			d.enter(l, &item{Entry: *e})
		}
	}
	if !last {
		for _, it := range side {
			f.missed = f.missed || less(it.ID, f.cursor)
		}
		return
	}
	if f.missed {
		f.missed, f.cursor = false, heliograph.EventID{}
		return
	}
	f.behind = false
	l.behind--
	for _, it := range side {
		d.take(it)
	}
}
