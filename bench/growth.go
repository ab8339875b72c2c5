package main

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"
)

// stock is a site with two databases to choose from: one that knows its users
// and nothing else, and one that also holds what was sent to them.
type stock struct {
	*site
	empty, full string // data folders
	users       int64
}

// past is how far back the stored notifications reach. Nothing of it is too old
// for the server's own retention.
const past = 60 * 24 * time.Hour

// newStock makes both databases. The server is stopped.
func (b *bench) newStock() (_ *stock, err error) {
	s, err := b.newSite(siteOptions{triggers: deliveryTriggers})
	if err != nil {
		return nil, err
	}
	k := &stock{site: s, empty: filepath.Join(s.dir, "empty"), full: filepath.Join(s.dir, "full"), users: int64(max(b.users, b.rows/10))}
	defer func() {
		if err != nil {
			s.close()
		}
	}()
	if err := k.sendOne(); err != nil {
		return nil, err
	}
	if err := s.prog.stop(); err != nil {
		return nil, err
	}
	data := filepath.Join(s.dir, "data")
	for dir, n := range map[string]int64{k.empty: 0, k.full: int64(b.rows)} {
		if err := copyData(data, dir); err != nil {
			return nil, err
		}
		began := time.Now()
		if err := fill(b.ctx, filepath.Join(dir, "heliograph.db"), k.users, n, past); err != nil {
			return nil, fmt.Errorf("fill %s: %w", dir, err)
		}
		b.say("%d users and %d notifications in %v", k.users, n, time.Since(began).Round(time.Second))
	}
	return k, nil
}

// sendOne sends the notification that the stored ones are made from, with its
// receipts.
func (k *stock) sendOne() error {
	k.prov.calls.Store(true)
	defer k.prov.calls.Store(false)
	err := k.call(k.auth, "POST", "/v1.1/apps/"+k.app+"/notifications", map[string]any{
		"destination": map[string]any{"integrationId": k.integration, "destinationId": phone(9_999_999)},
		"author":      map[string]any{"role": "appMaker"},
		"message":     map[string]any{"type": "text", "text": plainText(0)},
	}, nil)
	if err != nil {
		return err
	}
	if err := drain(k.b.ctx, 10*time.Second, k.hook.channel.Load, 1); err != nil {
		return err
	}
	if err := drain(k.b.ctx, 10*time.Second, k.prov.count.Load, 1); err != nil {
		return err
	}
	return k.prov.quiet(k.b.ctx)
}

// copyData copies a data folder of a stopped server.
func copyData(from, to string) error {
	if err := os.RemoveAll(to); err != nil {
		return err
	}
	if err := os.MkdirAll(to, 0o700); err != nil {
		return err
	}
	for _, name := range []string{"heliograph.db", "master.key"} {
		if err := copyFile(filepath.Join(from, name), filepath.Join(to, name)); err != nil {
			return err
		}
	}
	return nil
}

func copyFile(from, to string) error {
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer in.Close()
	out, err := os.OpenFile(to, os.O_CREATE|os.O_WRONLY|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	if _, err := io.Copy(out, in); err != nil {
		_ = out.Close()
		return err
	}
	return out.Close()
}

// on starts the server on a data folder, runs work, and stops it.
func (k *stock) on(data string, args []string, work func() error) (start time.Duration, err error) {
	all := append([]string{"--data=" + data, "--provider-url=twilio=" + k.prov.url()}, args...)
	if k.prog, err = newProgram(k.b.bin, all...); err != nil {
		return 0, err
	}
	if start, err = k.prog.start(k.b.ctx); err != nil {
		return 0, err
	}
	if err = work(); err == nil {
		err = k.prog.stop()
	}
	k.prog.kill()
	return start, err
}

// rate measures J1 on a data folder.
func (k *stock) rate(data string, args ...string) (rate float64, err error) {
	_, err = k.on(data, args, func() error {
		f, err := k.measure(k.notifications(post{users: k.users}), k.hook.channel.Load)
		rate = f.rate
		return err
	})
	return rate, err
}

// growth compares a database that holds much with one that is empty.
func (b *bench) growth() error {
	k, err := b.newStock()
	if err != nil {
		return err
	}
	defer k.close()
	size, err := os.Stat(filepath.Join(k.full, "heliograph.db"))
	if err != nil {
		return err
	}
	var args []string
	note := fmt.Sprintf("%.1f GB", float64(size.Size())/1e9)
	if b.large {
		cache := size.Size() / 4 >> 20
		args = []string{fmt.Sprintf("--cache-mb=%d", cache)}
		note += fmt.Sprintf(", with a cache of %d MB", cache)
	}
	pristine := filepath.Join(k.dir, "pristine")
	if err := copyData(k.empty, pristine); err != nil {
		return err
	}
	i, err := b.compare(func(full bool) (float64, error) {
		if full {
			return k.rate(k.full, args...)
		}
		if err := copyData(pristine, k.empty); err != nil {
			return 0, err
		}
		return k.rate(k.empty, args...)
	})
	if err != nil {
		return err
	}
	b.report.pairs(fmt.Sprintf("rate with %d stored, to none", b.rows), i, 0.85, true, note)
	if err := b.disturbed(k, args); err != nil {
		return err
	}
	return b.startFull(k)
}
