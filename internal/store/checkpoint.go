package store

// This file is per dialect: only SQLite's log is ours to move into its file.

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"sync"
	"time"
)

const (
	// checkpointFrames is how long the log grows, in pages of 4 KiB, before it is
	// moved into the file: 32 MiB. A longer log saves writes of pages that change
	// often, and makes finding a page in it dearer.
	checkpointFrames = 8000
	// checkpointSelf is when SQLite does it by itself within a commit, should
	// nobody else have: a bound on the log's size, not a habit.
	checkpointSelf = 64000
	// checkpointEvery is the least time between two looks at the log.
	checkpointEvery = 50 * time.Millisecond
)

// checkpointer moves what SQLite's log holds into its file, beside the writer.
// Left to itself SQLite does so within a commit, and everyone who writes waits
// for tens of milliseconds. The log starts anew only when all of it has been
// moved; under load the writer adds to it meanwhile, so the little that was
// added last is moved by the writer itself, between two transactions.
type checkpointer struct {
	s     *Store
	db    *sql.DB
	grown chan struct{} // something was committed
	quit  chan struct{}
	once  sync.Once
	done  chan struct{}
	// tried is how long the log was when all that could be moved had been: a
	// reader may hold the rest, and trying again must wait for more.
	tried int64
}

func startCheckpointer(s *Store, db *sql.DB) *checkpointer {
	c := &checkpointer{s: s, db: db, grown: make(chan struct{}, 1), quit: make(chan struct{}), done: make(chan struct{})}
	go c.loop()
	return c
}

func (c *checkpointer) stop() error {
	c.once.Do(func() { close(c.quit) })
	<-c.done
	return c.db.Close()
}

// committed says that the log may have grown. It never waits.
func (c *checkpointer) committed() {
	select {
	case c.grown <- struct{}{}:
	default:
	}
}

func (c *checkpointer) loop() {
	defer close(c.done)
	pause := time.NewTimer(0)
	defer pause.Stop()
	for {
		select {
		case <-c.quit:
			return
		case <-c.grown:
		}
		if err := c.look(context.Background()); err != nil {
			c.s.Log.Warn("the database's log could not be moved into its file; SQLite will do so by itself", "error", err)
		}
		pause.Reset(checkpointEvery)
		select {
		case <-c.quit:
			return
		case <-pause.C:
		}
	}
}

// look moves the log when it has grown enough.
func (c *checkpointer) look(ctx context.Context) error {
	frames, moved, err := c.run(ctx, "NOOP")
	if err != nil {
		return err
	}
	if frames < c.tried { // it has started anew
		c.tried = 0
	}
	if frames-max(c.tried, moved) < checkpointFrames {
		return nil
	}
	if frames, moved, err = c.run(ctx, "PASSIVE"); err != nil {
		return err
	}
	c.tried = frames
	if moved == frames { // else a reader holds it
		c.s.writers.between(moveRest)
	}
	return nil
}

// run runs one checkpoint and returns how many frames the log has, and how many
// of them are in the file.
func (c *checkpointer) run(ctx context.Context, mode string) (frames, moved int64, err error) {
	var busy int64
	err = c.db.QueryRowContext(ctx, "PRAGMA wal_checkpoint("+mode+")").Scan(&busy, &frames, &moved)
	return frames, moved, err
}

// moveRest moves what was added to the log since it was last moved. The writer's
// next transaction then starts the log anew.
func moveRest(c *hotConn) error {
	tx := &hotTx{c: c}
	return tx.liteQuery("PRAGMA wal_checkpoint(PASSIVE)", []driver.NamedValue{}, func(cells) error { return nil })
}
