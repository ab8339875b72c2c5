package main

import (
	"database/sql"
	"fmt"
	"path/filepath"
	"time"
)

// startEmpty measures the first start, and what a server takes that has nothing
// to do.
func (b *bench) startEmpty() error {
	var took, idle []float64
	for range 3 {
		s, err := b.newSite(siteOptions{})
		if err != nil {
			return err
		}
		took = append(took, s.started.Seconds())
		err = pause(b.ctx, 2*time.Second)
		now, _ := s.prog.memory()
		idle = append(idle, now/1e6)
		s.close()
		if err != nil {
			return err
		}
	}
	b.report.atMost("start on an empty database", median(took), "s", 2, 0, "")
	b.report.atMost("memory when idle", median(idle), "MB", 80, 0, "resident")
	return nil
}

// startFull measures the start with everything stored and 100,000 queued.
func (b *bench) startFull(k *stock) error {
	const queued = 100_000
	// A provider that does not answer keeps them queued.
	k.prov.latency.Store(int64(20 * time.Second))
	defer k.prov.latency.Store(0)
	_, err := k.on(k.full, nil, func() error {
		n, err := k.campaign(queued)
		if err == nil && n < queued {
			err = fmt.Errorf("only %d of %d were accepted", n, queued)
		}
		k.prog.kill() // a crash is the harder start
		return err
	})
	if err != nil && k.prog.cmd.ProcessState == nil {
		return err
	}
	left, err := k.queued()
	if err != nil {
		return err
	}
	var took float64
	start, err := k.on(k.full, nil, func() error {
		now, peak := k.prog.memory()
		b.report.plain("memory after that start", now/1e6, "MB", fmt.Sprintf("peak %.0f MB", peak/1e6))
		k.prog.kill()
		return nil
	})
	if err != nil && start == 0 {
		return err
	}
	took = start.Seconds()
	b.report.atMost(fmt.Sprintf("start with %d stored", b.rows), took, "s", 5, 0, fmt.Sprintf("after a crash, %.0f queued", left))
	return nil
}

func (k *stock) queued() (n float64, err error) {
	db, err := sql.Open("sqlite", "file:"+filepath.Join(k.full, "heliograph.db"))
	if err != nil {
		return 0, err
	}
	defer db.Close()
	return n, db.QueryRowContext(k.b.ctx, "SELECT count(*) FROM queue").Scan(&n)
}
