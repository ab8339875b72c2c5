package store

import "time"

// On PostgreSQL one writer does most of the work: two that share it make twice
// as many transactions of half the size, which cost nearly twice as much. The
// reserve helps when there is more than a batch should hold, or when the writer
// is late, because it waits for the database or for somebody's lock.

// usualPatience is how long a transaction takes before the reserve helps.
const usualPatience = 20 * time.Millisecond

// expect has the reserve help unless inTime is called soon.
func (w *writers) expect() (inTime func()) {
	patience := w.s.Patience
	switch {
	case w.s.Writers == 1 || patience < 0:
		return func() {}
	case patience == 0:
		patience = usualPatience
	}
	late := time.AfterFunc(patience, func() {
		w.mu.Lock()
		defer w.mu.Unlock()
		w.late++
		w.help.Broadcast()
	})
	return func() {
		if late.Stop() {
			return
		}
		w.mu.Lock()
		defer w.mu.Unlock()
		w.late--
	}
}

// wanted reports whether there is work for the reserve.
func (w *writers) wanted() bool {
	return w.waiting >= gatherFull || w.waiting > 0 && w.late > 0
}

// standBy is the loop of a writer of the reserve.
func (w *writers) standBy(c *hotConn) {
	for {
		w.mu.Lock()
		for !w.wanted() && !w.closed {
			w.help.Wait()
		}
		if w.waiting == 0 {
			w.mu.Unlock()
			return // closed
		}
		batch := w.batch()
		w.mu.Unlock()
		w.commit(c, batch)
	}
}
