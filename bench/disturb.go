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

// readers: somebody holds a transaction open, so that the log cannot be cut and
// grows. Beside it runs a twin whose log is cut as always.
func (b *bench) readers(k *stock, args []string) error {
	held := time.Minute
	if b.large {
		held = 10 * time.Minute
	}
	same := *k.site
	twin := &stock{site: &same, users: k.users, full: filepath.Join(k.dir, "twin")}
	if err := copyData(k.full, twin.full); err != nil {
		return err
	}
	defer os.RemoveAll(twin.full)
	var pairs []pair
	_, err := k.on(k.full, args, func() error {
		_, err := twin.on(twin.full, args, func() (err error) {
			release, err := k.hold()
			if err != nil {
				return err
			}
			defer release()
			for until := time.Now().Add(held); len(pairs) < b.pairs || time.Now().Before(until); {
				p, err := b.pair(len(pairs), func(reader bool) (float64, error) {
					if reader {
						return k.now()
					}
					return twin.now()
				})
				if err != nil {
					return err
				}
				pairs = append(pairs, p)
			}
			return nil
		})
		return err
	})
	if err != nil {
		return err
	}
	late := pairs[len(pairs)/2:]
	b.report.pairs("rate while a reader holds on, to none", ratio(late), 0.80, false, fmt.Sprintf("the later half of %v", held))
	return nil
}

// now measures J1 on the server that runs.
func (k *stock) now() (float64, error) {
	f, err := k.measure(k.notifications(post{users: k.users}), k.hook.channel.Load)
	return f.rate, err
}

// hold begins to read, and keeps the transaction until release.
func (k *stock) hold() (release func(), err error) {
	db, err := sql.Open("sqlite", "file:"+filepath.Join(k.full, "heliograph.db")+"?mode=ro")
	if err != nil {
		return nil, err
	}
	tx, err := db.BeginTx(k.b.ctx, nil)
	if err != nil {
		_ = db.Close()
		return nil, err
	}
	release = func() { _ = tx.Rollback(); _ = db.Close() }
	var n int
	if err := tx.QueryRowContext(k.b.ctx, "SELECT count(*) FROM apps").Scan(&n); err != nil {
		release()
		return nil, err
	}
	return release, nil
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
