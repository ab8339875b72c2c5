package store

// This file is per dialect: only SQLite's log is ours to sync.

import (
	"errors"
	"fmt"
	"os"
	"sync"
	"time"

	"heliograph"
)

// syncer makes committed transactions durable beside the writer, and only then
// answers those that wait for them: what SQLite does within a commit at
// synchronous=FULL, except that the next transaction runs while the disk works.
type syncer struct {
	w    *writers
	path string // SQLite's log
	file *os.File
	info os.FileInfo
	keep func(*os.File) error // what makes a file durable
	in   chan committed
	once sync.Once
	done chan struct{}
	err  error
}

// committed is a transaction that is in the log and may not be on the disk.
type committed struct {
	batch   []*job
	started time.Time
}

func startSyncer(w *writers, path string, keep func(*os.File) error) *syncer {
	y := &syncer{w: w, path: path, keep: keep, in: make(chan committed, 1), done: make(chan struct{})}
	go y.loop()
	return y
}

// hand passes a transaction on. It waits while another waits for the disk
// already, so that the writer does not run away from it.
func (y *syncer) hand(c committed) { y.in <- c }

// stop waits until all that was handed over is answered.
func (y *syncer) stop() {
	y.once.Do(func() { close(y.in) })
	<-y.done
	if y.file != nil {
		_ = y.file.Close()
	}
}

func (y *syncer) loop() {
	defer close(y.done)
	var all []committed
	for c := range y.in {
		all = append(all[:0], c)
		select {
		case c, ok := <-y.in: // it was committed before the sync begins, which covers it
			if ok {
				all = append(all, c)
			}
		default:
		}
		y.settle(all)
		clear(all)
	}
}

func (y *syncer) settle(all []committed) {
	if y.err == nil {
		if y.err = y.flush(); y.err != nil {
			y.w.s.Log.Error("the disk did not take what was committed", "error", y.err)
			y.w.fail(y.err)
		}
	}
	for _, c := range all {
		if y.err == nil {
			y.w.answer(c)
			continue
		}
		for _, j := range c.batch {
			j.done(errNotDurable)
		}
	}
}

// errNotDurable says that a change is in the database as others see it, and may
// be gone after a power failure.
var errNotDurable = &heliograph.Error{
	Kind: heliograph.Unavailable, Code: heliograph.CodeUnavailable, RetryAfter: time.Second,
	Message: "the disk did not confirm that this was stored; it may be. The server is stopping",
}

// flush makes the log durable. SQLite keeps one file for it as long as somebody
// has the database open; that it is still the same is looked at each time, for
// to sync another would keep no promise.
func (y *syncer) flush() error {
	info, err := os.Stat(y.path)
	if err != nil {
		return err
	}
	if y.file == nil || !os.SameFile(info, y.info) {
		if err := y.open(); err != nil {
			return err
		}
	}
	return y.keep(y.file)
}

func (y *syncer) open() (err error) {
	if y.file != nil {
		err = y.file.Close()
	}
	f, openErr := os.OpenFile(y.path, os.O_RDWR, 0)
	if err = errors.Join(err, openErr); err != nil {
		return fmt.Errorf("the database's log cannot be opened: %w", err)
	}
	y.file = f
	y.info, err = f.Stat()
	return err
}
