package store

import (
	"context"
	"time"

	"heliograph"
)

// Leases says which process works on which slots.
type Leases struct{ *Store }

// fillLeases makes the row of every slot.
func (s *Store) fillLeases(ctx context.Context) error {
	for slot := range heliograph.Slots {
		if _, err := s.write.ExecContext(ctx, s.sql(`INSERT INTO leases (slot, epoch) VALUES ($1, 0) ON CONFLICT DO NOTHING`), slot); err != nil {
			return err
		}
	}
	return nil
}

// Beat records that a process lives and returns how many do: those that were
// heard of since a moment.
func (s Leases) Beat(ctx context.Context, id heliograph.ProcessID, host string, now, since heliograph.Millis) (living int, err error) {
	err = s.Atomically(ctx, func(ctx context.Context) error {
		if _, err := s.exec(ctx, `INSERT INTO processes (id, host, started_at, heartbeat_at) VALUES ($1, $2, $3, $4)
			ON CONFLICT (id) DO UPDATE SET heartbeat_at = excluded.heartbeat_at`, id, host, now, now); err != nil {
			return err
		}
		if err := (Presence{s.Store}).forget(ctx, since.Add(-forgetPresence)); err != nil {
			return err
		}
		if _, err := s.exec(ctx, `DELETE FROM processes WHERE heartbeat_at < $1`, since.Add(-24*time.Hour)); err != nil {
			return err
		}
		return s.row(ctx, `SELECT count(*) FROM processes WHERE heartbeat_at >= $1`, since).Scan(&living)
	})
	if err == nil {
		s.voice.accompanied(living)
	}
	return living, err
}

// Take gives a process up to most slots: it keeps
// those it has and takes those whose process was not heard of since a
// moment. It returns all it has then. A slot that changes hands gets a
// higher epoch.
func (s Leases) Take(ctx context.Context, id heliograph.ProcessID, most int, since heliograph.Millis) ([]int, error) {
	var mine []int
	err := s.Atomically(ctx, func(ctx context.Context) error {
		mine = nil
		rows, err := collect(ctx, s.Store, func(row scanner) (l lease, err error) { return l, row.Scan(&l.slot, &l.process, &l.alive) },
			`SELECT l.slot, l.process, EXISTS (SELECT 1 FROM processes p WHERE p.id = l.process AND p.heartbeat_at >= $1) FROM leases l ORDER BY l.slot /*for update*/`, since)
		if err != nil {
			return err
		}
		for _, l := range rows {
			if l.process == id {
				mine = append(mine, l.slot)
			}
		}
		for _, l := range rows {
			if l.alive || l.process == id || len(mine) >= most {
				continue
			}
			if _, err := s.exec(ctx, `UPDATE leases SET process = $1, epoch = epoch + 1 WHERE slot = $2`, id, l.slot); err != nil {
				return err
			}
			mine = append(mine, l.slot)
		}
		return nil
	})
	return mine, err
}

// Release gives one slot of a process back.
func (s Leases) Release(ctx context.Context, id heliograph.ProcessID, slot int) error {
	_, err := s.exec(ctx, `UPDATE leases SET process = NULL WHERE slot = $1 AND process = $2`, slot, id)
	return err
}

type lease struct {
	slot    int
	process heliograph.ProcessID
	alive   bool
}

// Leave gives every slot of a process back, and forgets its devices.
func (s Leases) Leave(ctx context.Context, id heliograph.ProcessID) error {
	return s.Atomically(ctx, func(ctx context.Context) error {
		if _, err := s.exec(ctx, `UPDATE leases SET process = NULL WHERE process = $1`, id); err != nil {
			return err
		}
		if _, err := s.exec(ctx, `DELETE FROM presence WHERE process_id = $1`, id); err != nil {
			return err
		}
		_, err := s.exec(ctx, `DELETE FROM processes WHERE id = $1`, id)
		return err
	})
}
