package main

import (
	"context"
	"database/sql"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"time"
)

// disturbed compares the rate on the full database with the rate while
// something else is at work on it.
func (b *bench) disturbed(k *stock, args []string) error {
	if err := b.backups(k, args); err != nil {
		return err
	}
	if err := b.readers(k, args); err != nil {
		return err
	}
	return b.retention(k, args)
}

// backups: one is always under way.
func (b *bench) backups(k *stock, args []string) error {
	made := 0
	var last error
	i, err := b.compare(func(busy bool) (rate float64, err error) {
		if !busy {
			return k.rate(k.full, args...)
		}
		ctx, cancel := context.WithCancel(b.ctx)
		done := make(chan struct{})
		go func() {
			defer close(done)
			for ctx.Err() == nil {
				if err := k.backup(ctx); err != nil {
					if ctx.Err() == nil {
						last = err
					}
					return
				}
				made++
			}
		}()
		rate, err = k.rate(k.full, args...)
		cancel()
		<-done
		return rate, err
	})
	if err == nil {
		err = last
	}
	if err == nil {
		b.report.pairs("rate during backups, to none", i, 0.80, false, fmt.Sprintf("%d backups were completed", made))
	}
	return err
}

// backup copies the database as an operator would, into a file of its own.
func (k *stock) backup(ctx context.Context) error {
	file := filepath.Join(k.dir, fmt.Sprintf("backup-%d.db", time.Now().UnixNano()))
	defer os.Remove(file)
	defer os.Remove(file + ".part")
	cmd := exec.CommandContext(ctx, k.b.bin, "backup", "--data="+k.full, file)
	cmd.Env = cleanEnv()
	cmd.SysProcAttr = dieWithUs()
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("backup: %w\n%s", err, out)
	}
	return nil
}

// readers: somebody holds a transaction open, so that the log cannot be cut.
// The two halves run one after the other on one server, because what costs is
// the length of the log.
func (b *bench) readers(k *stock, args []string) error {
	held := time.Minute
	if b.large {
		held = 10 * time.Minute
	}
	var free, during []float64
	_, err := k.on(k.full, args, func() error {
		slices := max(2, int(held.Seconds()/b.seconds))
		for range min(3, slices) {
			f, err := k.measure(k.notifications(post{users: k.users}), k.hook.channel.Load)
			if err != nil {
				return err
			}
			free = append(free, f.rate)
		}
		db, err := sql.Open("sqlite", "file:"+filepath.Join(k.full, "heliograph.db")+"?mode=ro")
		if err != nil {
			return err
		}
		defer db.Close()
		tx, err := db.BeginTx(b.ctx, nil)
		if err != nil {
			return err
		}
		defer func() { _ = tx.Rollback() }()
		var n int
		if err := tx.QueryRowContext(b.ctx, "SELECT count(*) FROM apps").Scan(&n); err != nil {
			return err
		}
		until := time.Now().Add(held)
		for time.Now().Before(until) {
			f, err := k.measure(k.notifications(post{users: k.users}), k.hook.channel.Load)
			if err != nil {
				return err
			}
			b.say("%.0f/s with a reader that holds on", f.rate)
			during = append(during, f.rate)
		}
		return nil
	})
	if err != nil {
		return err
	}
	last := during[len(during)/2:]
	r := median(last) / median(free)
	b.report.atLeast("rate with a reader that holds a transaction, to none", r, "", 0.80, 0, fmt.Sprintf("the later half of %v", held))
	return nil
}

// retention: history is being removed all the while. Each turn lets the server
// keep less, so that there is always something to remove.
func (b *bench) retention(k *stock, args []string) error {
	keep := past
	before, err := k.count()
	if err != nil {
		return err
	}
	i, err := b.compare(func(removing bool) (float64, error) {
		if !removing {
			return k.rate(k.full, args...)
		}
		keep -= past / time.Duration(b.pairs+2)
		with := append([]string{"--retain-events=" + keep.String(), "--retain-messages=" + keep.String(), "--retain-webhooks=" + keep.String(), "--retention-interval=1s"}, args...)
		return k.rate(k.full, with...)
	})
	if err != nil {
		return err
	}
	after, err := k.count()
	if err != nil {
		return err
	}
	b.say("the oldest of %.0f stored notifications went; %.0f are there", before, after)
	b.report.pairs("rate while history is removed, to none", i, 0.80, false, "")
	return nil
}

// count counts the stored notifications.
func (k *stock) count() (n float64, err error) {
	db, err := sql.Open("sqlite", "file:"+filepath.Join(k.full, "heliograph.db"))
	if err != nil {
		return 0, err
	}
	defer db.Close()
	return n, db.QueryRowContext(k.b.ctx, "SELECT count(*) FROM deliveries").Scan(&n)
}
