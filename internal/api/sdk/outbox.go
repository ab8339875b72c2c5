package sdk

import (
	"net"
	"runtime"
	"sync"
	"syscall"
	"time"

	"heliograph/internal/fifo"
)

// The bounds of what waits to be written to one connection, and the patience with
// one that takes nothing.
const (
	maxQueuedFrames = 512
	maxQueuedBytes  = 1 << 20
	writePatience   = 30 * time.Second
	closePatience   = 3 * time.Second
)

// outbox is what waits to be written to one connection, as whole frames. No goroutine
// belongs to it while it is empty.
type outbox struct {
	conn net.Conn
	raw  syscall.RawConn // nil: it cannot be written to without waiting

	mu     sync.Mutex
	queue  [][]byte
	size   int  // of the queue, and of what is being written
	busy   bool // somebody writes, or is about to
	ending bool // nothing more is taken
	gone   bool // nobody reads any more: it is closed once it is empty
	// emptied, which may be nil, is called once when everything is written.
	emptied func()
	ended   func() // called when everything is written and ending is set
}

// put queues a frame. refused says that none is taken any more, full that this is
// why.
func (b *outbox) put(frame []byte, w *writers) (refused, full bool) {
	b.mu.Lock()
	switch {
	case b.ending:
		b.mu.Unlock()
		return true, false
	case len(b.queue) >= maxQueuedFrames, b.size > 0 && b.size+len(frame) > maxQueuedBytes:
		b.mu.Unlock()
		return true, true
	}
	b.add(frame, w)
	return false, false
}

// add queues a frame and has it written. The lock must be held; it is given up.
func (b *outbox) add(frame []byte, w *writers) {
	b.queue = append(b.queue, frame)
	b.size += len(frame)
	start := !b.busy
	b.busy = true
	b.mu.Unlock()
	if start {
		w.add(b)
	}
}

// end has last be the last that is written. With drop, what is queued is forgotten.
// It is false when the end was set before.
func (b *outbox) end(drop bool, w *writers, last ...[]byte) bool {
	b.mu.Lock()
	if b.ending {
		b.mu.Unlock()
		return false
	}
	b.ending = true
	if drop {
		for _, f := range b.queue {
			b.size -= len(f)
		}
		b.queue = nil
	}
	if b.busy { // whoever takes nothing is not waited for
		_ = b.conn.SetWriteDeadline(time.Now().Add(closePatience))
	}
	for _, f := range last[:len(last)-1] {
		b.queue = append(b.queue, f)
		b.size += len(f)
	}
	b.add(last[len(last)-1], w)
	return true
}

// hangUp closes the connection once everything is written.
func (b *outbox) hangUp() {
	b.mu.Lock()
	b.gone, b.ending = true, true
	busy := b.busy
	b.mu.Unlock()
	if busy {
		_ = b.conn.SetWriteDeadline(time.Now().Add(closePatience))
		return
	}
	_ = b.conn.Close()
}

// cut closes the connection as it is.
func (b *outbox) cut() {
	b.mu.Lock()
	b.ending = true
	b.queue, b.size = nil, 0
	b.mu.Unlock()
	_ = b.conn.Close()
}

// take moves what is queued to list. When there is nothing, the caller is no longer
// who writes.
func (b *outbox) take(list [][]byte) [][]byte {
	b.mu.Lock()
	if len(b.queue) > 0 {
		list = append(list, b.queue...)
		clear(b.queue)
		b.queue = b.queue[:0]
		if cap(b.queue) > 8 {
			b.queue = nil
		}
		b.mu.Unlock()
		return list
	}
	b.busy = false
	emptied, ending, gone := b.emptied, b.ending, b.gone
	b.emptied = nil
	b.mu.Unlock()
	switch {
	case gone:
		_ = b.conn.Close()
	case ending && b.ended != nil:
		b.ended()
	case emptied != nil:
		emptied()
	}
	return list
}

// wrote notes that n bytes are no longer waiting.
func (b *outbox) wrote(n int) {
	b.mu.Lock()
	b.size -= n
	b.mu.Unlock()
}

// writers write to connections that take what they are given at once. They exist
// only while there is something to write.
type writers struct {
	mu      sync.Mutex
	ready   fifo.Deque[*outbox]
	running int
}

func (w *writers) add(b *outbox) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.ready.PushBack(b)
	if w.running < runtime.GOMAXPROCS(0) {
		w.running++
		go w.work()
	}
}

func (w *writers) work() {
	t := newTrial()
	var batch [16]*outbox
	for {
		n := 0
		w.mu.Lock()
		for ; n < len(batch); n++ {
			b, ok := w.ready.PopFront()
			if !ok {
				break
			}
			batch[n] = b
		}
		if n == 0 {
			w.running--
			w.mu.Unlock()
			return
		}
		w.mu.Unlock()
		for i, b := range batch[:n] {
			b.write(t)
			batch[i] = nil
		}
	}
}

// write writes what is queued, as long as the connection takes it at once. What it
// does not take is written by a goroutine that waits.
func (b *outbox) write(t *trial) {
	for {
		t.list = b.take(t.list[:0])
		if len(t.list) == 0 {
			return
		}
		if b.raw == nil {
			go b.wait(joined(t.list))
			break
		}
		text := t.join()
		n, err := t.try(b.raw, text)
		if err != nil {
			b.cut()
			n = 0
			text = nil
		}
		b.wrote(n)
		if n < len(text) {
			go b.wait(append([]byte(nil), text[n:]...))
			break
		}
	}
	clear(t.list)
}

// wait writes text and whatever is queued meanwhile, with the patience that a slow
// line needs.
func (b *outbox) wait(text []byte) {
	var list [][]byte
	for {
		b.patient(time.Now().Add(writePatience))
		if _, err := b.conn.Write(text); err != nil {
			b.cut()
		}
		b.wrote(len(text))
		b.patient(time.Time{})
		if list = b.take(list[:0]); len(list) == 0 {
			return
		}
		text = joined(list)
	}
}

// patient sets until when a write may wait, unless the end has set that.
func (b *outbox) patient(until time.Time) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if !b.ending {
		_ = b.conn.SetWriteDeadline(until)
	}
}

func joined(list [][]byte) []byte {
	if len(list) == 1 {
		return list[0]
	}
	n := 0
	for _, f := range list {
		n += len(f)
	}
	out := make([]byte, 0, n)
	for _, f := range list {
		out = append(out, f...)
	}
	return out
}

// trial is one writer's attempt to write without waiting.
type trial struct {
	list [][]byte
	text []byte
	room []byte
	n    int
	err  error
	f    func(fd uintptr) bool
}

func newTrial() *trial {
	t := &trial{}
	t.f = t.write
	return t
}

// join returns the list as one text. It holds until the next call.
func (t *trial) join() []byte {
	if len(t.list) == 1 {
		return t.list[0]
	}
	t.room = t.room[:0]
	for _, f := range t.list {
		t.room = append(t.room, f...)
	}
	if cap(t.room) > maxQueuedBytes/4 {
		room := t.room
		t.room = nil
		return room
	}
	return t.room
}

// try writes what the connection takes at once.
func (t *trial) try(raw syscall.RawConn, text []byte) (int, error) {
	t.text, t.n, t.err = text, 0, nil
	if err := raw.Write(t.f); err != nil {
		return 0, err
	}
	t.text = nil
	return t.n, t.err
}
