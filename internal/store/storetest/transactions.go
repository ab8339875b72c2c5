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

// Transactions checks what is promised of Atomically: all or nothing, alone.
func Transactions(t *testing.T, open func(*testing.T) *store.Store) {
	write := func(ctx context.Context, s *store.Store, key string) error {
		_, err := (store.Idempotency{Store: s}).Reserve(ctx, heliograph.AppID{1}, "r", key, []byte{1}, 10, 0)
		return err
	}
	has := func(t *testing.T, s *store.Store, key string) bool {
		t.Helper()
		digest, _, _, err := (store.Idempotency{Store: s}).Find(t.Context(), heliograph.AppID{1}, "r", key, 0)
		if err != nil {
			t.Fatal(err)
		}
		return digest != nil
	}
	boom := errors.New("boom")
	t.Run("what fails leaves nothing, and takes nobody with it", func(t *testing.T) {
		t.Parallel()
		s := open(t)
		var wg sync.WaitGroup
		var failures atomic.Int32
		for i := range 40 {
			wg.Go(func() {
				key := string(rune('a' + i))
				err := s.Atomically(t.Context(), func(ctx context.Context) error {
					if err := write(ctx, s, key); err != nil {
						return err
					}
					if i%2 == 1 {
						return boom
					}
					return nil
				})
				if errors.Is(err, boom) {
					failures.Add(1)
				} else if err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		if failures.Load() != 20 {
			t.Errorf("%d failed, want 20", failures.Load())
		}
		for i := range 40 {
			if got, want := has(t, s, string(rune('a'+i))), i%2 == 0; got != want {
				t.Errorf("write %d kept: %v, want %v", i, got, want)
			}
		}
	})
	t.Run("a panic is an error of its caller alone", func(t *testing.T) {
		t.Parallel()
		s := open(t)
		err := func() (err error) {
			defer func() {
				if p := recover(); p != nil {
					err = errors.New("panicked")
				}
			}()
			return s.Atomically(t.Context(), func(ctx context.Context) error {
				_ = write(ctx, s, "p")
				panic("boom")
			})
		}()
		if err == nil || has(t, s, "p") {
			t.Errorf("err %v; kept %v", err, has(t, s, "p"))
		}
		if err := write(t.Context(), s, "q"); err != nil || !has(t, s, "q") {
			t.Errorf("the store does not go on after a panic: %v", err)
		}
	})
	t.Run("what is to happen after the commit happens only then", func(t *testing.T) {
		t.Parallel()
		s := open(t)
		var ran []string
		_ = s.Atomically(t.Context(), func(ctx context.Context) error {
			s.AfterCommit(ctx, func() { ran = append(ran, "failed") })
			return boom
		})
		err := s.Atomically(t.Context(), func(ctx context.Context) error {
			s.AfterCommit(ctx, func() { ran = append(ran, "kept") })
			if len(ran) > 0 {
				t.Error("ran before the commit")
			}
			return write(ctx, s, "x")
		})
		if err != nil || len(ran) != 1 || ran[0] != "kept" {
			t.Errorf("err %v, ran %v", err, ran)
		}
	})
	t.Run("a caller that has gone is not waited for by others", func(t *testing.T) {
		t.Parallel()
		s := open(t)
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if err := s.Atomically(ctx, func(ctx context.Context) error { return write(ctx, s, "gone") }); err == nil {
			t.Error("a cancelled caller's write went through")
		}
		if has(t, s, "gone") {
			t.Error("a cancelled caller's write was kept")
		}
	})
	t.Run("closing waits for writes and refuses later ones", func(t *testing.T) {
		t.Parallel()
		s := open(t)
		if err := write(t.Context(), s, "before"); err != nil {
			t.Fatal(err)
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		if err := write(t.Context(), s, "after"); err == nil {
			t.Error("a closed store took a write")
		}
	})
}
