package store

import (
	"context"
	"slices"

	"heliograph"
)

// maxList bounds an IN list.
const maxList = 256

// findAll runs a query that begins with an app ($1) and ends with "IN " for
// all of the ids. Lists are filled up to few lengths, so that there are few
// query texts to prepare.
func findAll[V any, K any](ctx context.Context, s *Store, scan func(scanner) (V, error), q string, app heliograph.AppID, ids []K) ([]V, error) {
	var out []V
	for chunk := range slices.Chunk(ids, maxList) {
		size := 1
		for size < len(chunk) {
			size *= 4
		}
		args := make([]any, 0, size+1)
		args = append(args, app)
		for i := range size {
			args = append(args, chunk[min(i, len(chunk)-1)])
		}
		found, err := collect(ctx, s, scan, q+`(`+placeholders(2, size)+`)`, args...)
		if err != nil {
			return nil, err
		}
		out = append(out, found...)
	}
	return out, nil
}
