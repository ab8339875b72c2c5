package store

import (
	"context"

	"heliograph"
)

// fillLeases makes the row of every slot.
func (s *Store) fillLeases(ctx context.Context) error {
	for slot := range heliograph.Slots {
		if _, err := s.write.ExecContext(ctx, s.sql(`INSERT INTO leases (slot, epoch) VALUES ($1, 0) ON CONFLICT DO NOTHING`), slot); err != nil {
			return err
		}
	}
	return nil
}
