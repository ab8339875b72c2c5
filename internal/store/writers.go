package store

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"heliograph"
)

// lane is the priority of a hot write. Within a batch the earlier lanes run
// first, and when the window is nearly full only they are let in.
type lane int

const (
	laneOutcome lane = iota // what is already under way comes first: it frees senders
	laneAccept              // a caller waits
	laneBulk                // nobody waits for a single one
	lanes
)

// gather is how long a writer that is busy waits for more before its next
// transaction: a commit costs as much as dozens of operations, so a caller gets
// sooner what waits a little. It never waits when little is going on.
const (
	gather     = time.Millisecond
	gatherFrom = 8   // operations of the last batch that make a writer busy
	gatherFull = 256 // operations that are enough
)

// maxBatch bounds one transaction, so that no caller waits for a giant one.
const maxBatch = 2048

// Watch is told how the writers fare.
type Watch interface {
	Committed(operations int, took time.Duration)
	Refused() // the window was full
}

type noWatch struct{}

func (noWatch) Committed(int, time.Duration) {}
func (noWatch) Refused()                     {}

// verb is a hot write: it runs the operations of many callers at once. run gets
// arguments of one type; it must set every result in them anew, because a batch
// may be run again.
type verb struct {
	name string
	lane lane
	// last makes it run after everything else of its transaction, for a verb that
	// takes rows without waiting for them: whoever waits for it then never holds
	// it up.
	last bool
	run  func(ctx context.Context, tx *hotTx, args []any) error
}

// job is one operation that waits for its commit.
type job struct {
	verb  *verb
	arg   any
	fn    func(context.Context) error // instead of verb: a closure
	ctx   context.Context             // the closure's
	done  func(error)
	after []func()
	err   error // the closure's own failure
}

// rank is when a job runs within its transaction.
func (j *job) rank() int {
	if j.verb != nil && j.verb.last {
		return 1
	}
	return 0
}

// writers run hot writes in shared transactions: whatever arrived while the
// last commit was under way is the next batch, so there is no timer, and the
// batches grow with the load. SQLite has one writer, which runs every write.
type writers struct {
	s  *Store
	mu sync.Mutex
	// wake has one waiter per idle writer, and help one per idle writer of the
	// reserve.
	wake    *sync.Cond
	help    *sync.Cond
	late    int // writers whose transaction takes long
	queue   [lanes][]*job
	waiting int
	aside   func(*hotConn) error // to be run between two transactions
	closed  bool
	broken  error // the disk refused: nothing is written any more
	wg      sync.WaitGroup
	disk    *syncer // SQLite's; nil: a commit is durable
}

func startWriters(ctx context.Context, s *Store) (*writers, error) {
	w := &writers{s: s}
	w.wake, w.help = sync.NewCond(&w.mu), sync.NewCond(&w.mu)
	if s.d.rowwise {
		w.disk = startSyncer(w, s.File+"-wal", s.keep)
	}
	for i := range s.Writers {
		c, err := openHot(ctx, s, w.stopping)
		if err != nil {
			w.stop()
			return nil, err
		}
		w.wg.Go(func() {
			defer c.close()
			if i == 0 || s.Patience < 0 {
				w.loop(c)
			} else {
				w.standBy(c)
			}
		})
	}
	return w, nil
}

// stop lets the queued writes finish.
func (w *writers) stop() {
	w.mu.Lock()
	w.closed = true
	w.wake.Broadcast()
	w.help.Broadcast()
	w.mu.Unlock()
	w.wg.Wait()
	if w.disk != nil {
		w.disk.stop()
	}
}

// fail has every later write refused, and says why the server must end.
func (w *writers) fail(cause error) {
	w.mu.Lock()
	w.broken = cause
	w.mu.Unlock()
	if w.s.Broken != nil {
		w.s.Broken(cause)
	}
}

func (w *writers) stopping() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.closed
}

var errClosed = &heliograph.Error{Kind: heliograph.Unavailable, Code: heliograph.CodeUnavailable, Message: "the server is stopping", RetryAfter: time.Second}

// submit queues a job. done is called from a writer once the outcome is known:
// it must be quick. A full window refuses what is not already under way.
func (w *writers) submit(l lane, j *job) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	switch {
	case w.broken != nil:
		return errNotDurable
	case w.closed:
		return errClosed
	}
	if l != laneOutcome && w.waiting >= w.s.Window {
		w.s.Watch.Refused()
		return &heliograph.Error{
			Kind: heliograph.RateLimited, Code: heliograph.CodeOverloaded, RetryAfter: time.Second,
			Message: "more is waiting to be written than the server takes in; try again shortly",
		}
	}
	w.queue[l] = append(w.queue[l], j)
	w.waiting++
	w.wake.Signal()
	if w.wanted() {
		w.help.Signal()
	}
	return nil
}

// do runs one operation of v and returns when it is committed.
func (w *writers) do(ctx context.Context, v *verb, arg any) error {
	done := make(chan error, 1)
	if err := w.submit(v.lane, &job{verb: v, arg: arg, done: func(err error) { done <- err }}); err != nil {
		return err
	}
	select {
	case err := <-done:
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}

// async runs one operation of v and calls done when its outcome is known.
func (w *writers) async(v *verb, arg any, done func(error)) { w.asyncIn(v.lane, v, arg, done) }

// asyncIn is async in another lane than the verb's own. Whatever the lane, the
// operations of a verb run together: they lock in one order.
func (w *writers) asyncIn(l lane, v *verb, arg any, done func(error)) {
	if err := w.submit(l, &job{verb: v, arg: arg, done: done}); err != nil {
		done(err)
	}
}

// closure runs fn in a shared transaction, undone alone when it fails.
func (w *writers) closure(ctx context.Context, fn func(context.Context) error) error {
	done := make(chan error, 1)
	j := &job{fn: fn, ctx: ctx, done: func(err error) { done <- err }}
	if err := w.submit(laneAccept, j); err != nil {
		return err
	}
	// Not ctx.Done: fn must not still be running when its caller goes on.
	return <-done
}

func (w *writers) loop(c *hotConn) {
	for {
		batch := w.take()
		if batch == nil {
			return
		}
		inTime := w.expect()
		w.commit(c, batch)
		inTime()
		w.stepAside(c)
		if len(batch) >= gatherFrom {
			w.gather()
		}
	}
}

// between has f run on the writer's connection between two transactions, after
// the next one.
func (w *writers) between(f func(*hotConn) error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.aside = f
}

func (w *writers) stepAside(c *hotConn) {
	if w.s.checkpoints != nil {
		w.s.checkpoints.committed()
	}
	w.mu.Lock()
	f := w.aside
	w.aside = nil
	w.mu.Unlock()
	if f == nil {
		return
	}
	if err := f(c); err != nil {
		w.s.Log.Warn("upkeep of the database failed", "error", err)
	}
}

// gather waits a little for more work, unless there is plenty or the writers
// are to stop.
func (w *writers) gather() {
	w.mu.Lock()
	wait := w.waiting < gatherFull && !w.closed
	w.mu.Unlock()
	if wait {
		time.Sleep(gather)
	}
}

// take waits for work and returns up to maxBatch jobs, earlier lanes first; nil
// when the writers are stopped and nothing is left.
func (w *writers) take() []*job {
	w.mu.Lock()
	defer w.mu.Unlock()
	for w.waiting == 0 {
		if w.closed {
			return nil
		}
		w.wake.Wait()
	}
	return w.batch()
}

// batch takes jobs from the queue.
func (w *writers) batch() []*job {
	var batch []*job
	for l := range w.queue {
		// Every lane gets a share, so that none starves.
		room := maxBatch - len(batch)
		if l == int(laneOutcome) {
			room = maxBatch * 3 / 4
		}
		n := min(room, len(w.queue[l]))
		batch = append(batch, w.queue[l][:n]...)
		rest := copy(w.queue[l], w.queue[l][n:])
		clear(w.queue[l][rest:])
		w.queue[l] = w.queue[l][:rest]
	}
	w.waiting -= len(batch)
	return batch
}

// commit runs the batch in one transaction. When that fails for other reasons
// than a lost race, the halves are tried by themselves, so that a bad operation
// fails alone.
func (w *writers) commit(c *hotConn, batch []*job) {
	const tries = 4
	started := time.Now()
	var err error
	for range tries {
		// A unique key that was taken meanwhile is found at the next try.
		if err = w.try(c, batch); err == nil || !isTransient(err) && !isUnique(err) {
			break
		}
	}
	switch {
	case err == nil && w.disk != nil:
		w.disk.hand(committed{batch, started})
	case err == nil:
		w.answer(committed{batch, started})
	case len(batch) == 1 || c.lost(): // its parts would fare no better
		for _, j := range batch {
			j.done(asAway(err))
		}
	default:
		w.s.Log.Warn("a batch of writes failed; trying its parts", "operations", len(batch), "error", err)
		half := len(batch) / 2
		w.commit(c, batch[:half])
		w.commit(c, batch[half:])
	}
}

// answer tells everyone who waits for a transaction that is durable.
func (w *writers) answer(c committed) {
	for _, j := range c.batch {
		for _, f := range j.after {
			f()
		}
		j.done(asAway(j.err))
	}
	w.s.Watch.Committed(len(c.batch), time.Since(c.started))
}

func (w *writers) try(c *hotConn, batch []*job) error {
	ctx := context.Background()
	for _, j := range batch {
		j.after, j.err = nil, nil
	}
	tx, err := c.begin(ctx)
	if err != nil {
		return err
	}
	if err := w.run(ctx, tx, batch); err != nil {
		return errors.Join(err, tx.rollback(ctx))
	}
	return tx.commit(ctx)
}

// run runs neighbouring jobs of one verb together.
func (w *writers) run(ctx context.Context, tx *hotTx, batch []*job) error {
	batch = slices.Clone(batch)
	slices.SortStableFunc(batch, func(a, b *job) int { return a.rank() - b.rank() })
	if err := lockQueued(tx, batch); err != nil {
		return err
	}
	for len(batch) > 0 {
		n := 1
		if batch[0].fn != nil {
			if err := w.runClosure(tx, batch[0]); err != nil {
				return err
			}
		} else {
			v := batch[0].verb
			args := make([]any, 0, len(batch))
			rest := batch[:0:0]
			for _, j := range batch {
				if j.verb == v {
					args = append(args, j.arg)
					tx.jobs = append(tx.jobs, j)
				} else {
					rest = append(rest, j)
				}
			}
			if err := w.runVerb(ctx, tx, v, args); err != nil {
				return err
			}
			tx.jobs = tx.jobs[:0]
			batch, n = rest, 0
		}
		batch = batch[n:]
	}
	return nil
}

func (w *writers) runVerb(ctx context.Context, tx *hotTx, v *verb, args []any) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("%s panicked: %v", v.name, p)
		}
	}()
	if err := v.run(ctx, tx, args); err != nil {
		return fmt.Errorf("%s: %w", v.name, err)
	}
	return nil
}

// runClosure runs a closure in a savepoint of the shared transaction. Its own
// failure is kept for its caller; only a broken transaction is returned.
func (w *writers) runClosure(tx *hotTx, j *job) error {
	if j.ctx.Err() != nil {
		j.err = j.ctx.Err()
		return nil
	}
	if err := tx.plain("SAVEPOINT closure"); err != nil {
		return err
	}
	state := &txState{q: tx.c.general}
	// The caller's cancellation must not break a transaction shared with others.
	ctx := context.WithValue(context.WithoutCancel(j.ctx), txKey{}, state)
	if j.err = runSafely(ctx, j.fn); j.err != nil {
		if err := tx.plain("ROLLBACK TO closure"); err != nil {
			return err
		}
	}
	j.after = state.after
	if len(state.hints) > 0 {
		j.after = append(j.after, func() { w.s.Tell(state.hints) })
	}
	if j.err != nil {
		j.after = nil
	}
	return tx.plain("RELEASE closure")
}

func runSafely(ctx context.Context, fn func(context.Context) error) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("a write panicked: %v", p)
		}
	}()
	return fn(ctx)
}
