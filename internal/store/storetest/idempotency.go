package storetest

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"

	"heliograph"
	"heliograph/internal/store"
)

// Idempotency checks what the store promises of kept answers.
func Idempotency(t *testing.T, open func(*testing.T) *store.Store) {
	t.Run("a key is taken once", func(t *testing.T) { reserve(t, open(t)) })
	t.Run("a transaction that fails gives its key back", func(t *testing.T) { giveBack(t, open(t)) })
	t.Run("of twins one works", func(t *testing.T) { twins(t, open(t)) })
	t.Run("prune", func(t *testing.T) { prune(t, open(t)) })
}

func reserve(t *testing.T, s *store.Store) {
	ctx, w := t.Context(), newTenant(t, s)
	other := newApp(t, s, w.org)
	answers := store.Idempotency{Store: s}
	take := func(want bool, at, since int64, route, key string) {
		t.Helper()
		got, err := answers.Reserve(ctx, w.app.ID, route, key, []byte{7}, heliograph.Millis(at), heliograph.Millis(since))
		must(t, err)
		same(t, got, want)
	}
	_, status, _, err := answers.Find(ctx, w.app.ID, "r", "k", 0)
	must(t, err)
	same(t, status, 0)
	take(true, 100, 0, "r", "k")
	take(false, 101, 0, "r", "k")
	take(true, 101, 0, "other route", "k")
	take(true, 101, 0, "r", "other key")
	got, err := answers.Reserve(ctx, other.ID, "r", "k", []byte{7}, 101, 0)
	must(t, err)
	same(t, got, true)

	must(t, answers.Complete(ctx, w.app.ID, "r", "k", 201, `{"a":1}`))
	digest, status, answer, err := answers.Find(ctx, w.app.ID, "r", "k", 99)
	must(t, err)
	same(t, digest, []byte{7})
	same(t, status, 201)
	same(t, answer, `{"a":1}`)
	_, status, _, err = answers.Find(ctx, other.ID, "r", "k", 0)
	must(t, err)
	same(t, status, 0)

	// After its time a key stands for nothing any more.
	_, status, _, err = answers.Find(ctx, w.app.ID, "r", "k", 100)
	must(t, err)
	same(t, status, 0)
	take(true, 200, 100, "r", "k")
	_, status, _, err = answers.Find(ctx, w.app.ID, "r", "k", 100)
	must(t, err)
	same(t, status, 0)
}

func giveBack(t *testing.T, s *store.Store) {
	ctx, w := t.Context(), newTenant(t, s)
	answers := store.Idempotency{Store: s}
	fail := errors.New("fail")
	err := s.Atomically(ctx, func(ctx context.Context) error {
		if _, err := answers.Reserve(ctx, w.app.ID, "r", "k", []byte{7}, 1, 0); err != nil {
			return err
		}
		return fail
	})
	if !errors.Is(err, fail) {
		t.Fatal(err)
	}
	free, err := answers.Reserve(ctx, w.app.ID, "r", "k", []byte{7}, 1, 0)
	must(t, err)
	same(t, free, true)
}

func twins(t *testing.T, s *store.Store) {
	w := newTenant(t, s)
	answers := store.Idempotency{Store: s}
	var won atomic.Int32
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			err := s.Atomically(context.Background(), func(ctx context.Context) error {
				free, err := answers.Reserve(ctx, w.app.ID, "r", "k", []byte{7}, 1, 0)
				if err != nil || !free {
					return err
				}
				won.Add(1)
				return answers.Complete(ctx, w.app.ID, "r", "k", 200, "{}")
			})
			if err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	same(t, won.Load(), 1)
}

func prune(t *testing.T, s *store.Store) {
	ctx, w := t.Context(), newTenant(t, s)
	answers := store.Idempotency{Store: s}
	for n, key := range []string{"a", "b", "c", "d"} {
		_, err := answers.Reserve(ctx, w.app.ID, "r", key, []byte{7}, heliograph.Millis(n), -1)
		must(t, err)
	}
	for _, want := range []int64{2, 1, 0} {
		n, err := answers.Prune(ctx, 2, 2)
		must(t, err)
		same(t, n, want)
	}
}
