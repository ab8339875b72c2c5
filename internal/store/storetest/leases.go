package storetest

import (
	"crypto/rand"
	"testing"
	"time"

	"heliograph"
	"heliograph/internal/store"
)

// Leases checks who works on which slots.
func Leases(t *testing.T, open func(*testing.T) *store.Store) {
	t.Run("slots are taken once, kept, and taken over from the dead", func(t *testing.T) {
		t.Parallel()
		view := store.Leases{Store: open(t)}
		ids := heliograph.NewIDMaker(time.Now, rand.Reader)
		a, b := ids.Process(), ids.Process()
		beat := func(id heliograph.ProcessID, now, since heliograph.Millis) int {
			n, err := view.Beat(t.Context(), id, "host", now, since)
			if err != nil {
				t.Fatal(err)
			}
			return n
		}
		take := func(id heliograph.ProcessID, most int, since heliograph.Millis) []int {
			slots, err := view.Take(t.Context(), id, most, since)
			if err != nil {
				t.Fatal(err)
			}
			return slots
		}
		beat(a, 1000, 900)
		if got := take(a, heliograph.Slots, 900); len(got) != heliograph.Slots {
			t.Fatalf("the only process has %d slots", len(got))
		}
		if n := beat(b, 1000, 900); n != 2 {
			t.Errorf("%d processes live, want 2", n)
		}
		if got := take(b, 32, 900); len(got) != 0 {
			t.Errorf("%d slots were taken from a living process", len(got))
		}
		for slot := range 32 {
			if err := view.Release(t.Context(), a, slot); err != nil {
				t.Fatal(err)
			}
		}
		if got := take(b, 32, 900); len(got) != 32 {
			t.Errorf("got %d of the slots given back, want 32", len(got))
		}
		if got := take(a, 32, 900); len(got) != 32 {
			t.Errorf("the first process kept %d, want 32", len(got))
		}
		// a dies: it is not heard of since 1001.
		beat(b, 2000, 1001)
		if got := take(b, heliograph.Slots, 1001); len(got) != heliograph.Slots {
			t.Errorf("took over %d slots in all, want %d", len(got), heliograph.Slots)
		}
		if err := view.Leave(t.Context(), b); err != nil {
			t.Fatal(err)
		}
		beat(a, 2000, 1900)
		if got := take(a, heliograph.Slots, 1900); len(got) != heliograph.Slots {
			t.Errorf("got %d slots of a process that left", len(got))
		}
	})
}
