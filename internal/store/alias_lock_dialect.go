package store

// This file is per dialect: SQLite has one writer, and nothing to wait for.

import (
	"context"
	"encoding/binary"
	"hash/fnv"

	"heliograph"
)

// Lock keeps others from changing what names of a channel stand for until the
// transaction ends. Names that stand for nothing yet have no rows that could be
// held: two who learn of the same person at once would each make the other's
// address a name of theirs.
func (s Aliases) Lock(ctx context.Context, app heliograph.AppID, kind string) error {
	if s.d.rowwise {
		return nil
	}
	sum := fnv.New64a()
	_, _ = sum.Write(app[:])
	_, _ = sum.Write([]byte(kind))
	key := int64(binary.BigEndian.Uint64(sum.Sum(nil)))
	var none any
	return s.row(ctx, `SELECT pg_advisory_xact_lock($1)::text`, key).Scan(&none)
}
