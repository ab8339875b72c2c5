package app

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"testing"
	"time"

	"heliograph"
	"heliograph/internal/config"
	"heliograph/internal/store"
)

// testClock is a clock that the test moves.
type testClock struct{ at time.Time }

func (c *testClock) now() time.Time { return c.at }

// worker is a laneUser that notes its slots.
type worker struct{ slots []int }

func (w *worker) gained(s []int) { w.slots = append(w.slots, s...) }
func (w *worker) lost(s []int) {
	w.slots = slices.DeleteFunc(w.slots, func(have int) bool { return slices.Contains(s, have) })
}

// laneRig is a database that several processes share.
type laneRig struct {
	t     *testing.T
	data  *data
	clock *testClock
}

func newLaneRig(t *testing.T) *laneRig {
	t.Helper()
	clock := &testClock{time.UnixMilli(1_800_000_000_000)}
	c := config.Default()
	c.Data = t.TempDir()
	d, err := openData(t.Context(), &c.Storage, dataOptions{log: slog.New(slog.DiscardHandler), now: clock.now})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = d.close() })
	return &laneRig{t, d, clock}
}

func (r *laneRig) process() (*lanes, *worker) {
	w := &worker{}
	return &lanes{
		leases: store.Leases{Store: r.data.Store}, id: r.data.ids.Process(), host: "test", lease: 20 * time.Second,
		now: r.clock.now, log: slog.New(slog.DiscardHandler), poll: func() {}, users: []laneUser{{w.gained, w.lost}},
	}, w
}

// turns lets each process have a turn, and moves the clock by the time between.
func (r *laneRig) turns(n int, all ...*lanes) {
	for range n {
		for _, l := range all {
			l.turn(r.t.Context())
		}
		r.clock.at = r.clock.at.Add(5 * time.Second)
	}
}

func TestLanesOfOneProcess(t *testing.T) {
	t.Parallel()
	r := newLaneRig(t)
	l, w := r.process()
	if l.ready(t.Context()) == nil {
		t.Error("ready before the first turn")
	}
	r.turns(1, l)
	if len(w.slots) != heliograph.Slots || l.ready(t.Context()) != nil {
		t.Errorf("%d slots, %v", len(w.slots), l.ready(t.Context()))
	}
}

func TestLanesAreShared(t *testing.T) {
	t.Parallel()
	r := newLaneRig(t)
	a, wa := r.process()
	b, wb := r.process()
	r.turns(1, a)
	r.turns(2, a, b)
	if len(wa.slots) != 32 || len(wb.slots) != 0 {
		t.Errorf("the shares are %d and %d; what is under way must end before slots change hands", len(wa.slots), len(wb.slots))
	}
	r.turns(3, a, b)
	if len(wb.slots) != 0 {
		t.Errorf("the second process has %d slots before the first one's calls must have ended", len(wb.slots))
	}
	for range 8 {
		r.turns(1, a, b)
		for _, s := range wa.slots {
			if slices.Contains(wb.slots, s) {
				t.Fatalf("two processes work on slot %d", s)
			}
		}
	}
	if len(wa.slots) != 32 || len(wb.slots) != 32 {
		t.Errorf("the shares are %d and %d", len(wa.slots), len(wb.slots))
	}
}

func TestLanesOfADeadProcess(t *testing.T) {
	t.Parallel()
	r := newLaneRig(t)
	a, _ := r.process()
	b, wb := r.process()
	r.turns(9, a, b)
	r.turns(3, b) // 15 s: the lease of a still runs
	if len(wb.slots) != 32 {
		t.Errorf("%d slots before the lease ended", len(wb.slots))
	}
	r.turns(2, b)
	if len(wb.slots) != heliograph.Slots {
		t.Errorf("%d slots after the lease ended", len(wb.slots))
	}
}

func TestLanesGivenBack(t *testing.T) {
	t.Parallel()
	r := newLaneRig(t)
	a, _ := r.process()
	a.start(t.Context())
	a.stop(t.Context())
	b, wb := r.process()
	r.turns(1, b)
	if len(wb.slots) != heliograph.Slots {
		t.Errorf("%d slots right after the other one stopped", len(wb.slots))
	}
}

func TestLanesOfTheSoleProcess(t *testing.T) {
	t.Parallel()
	r := newLaneRig(t)
	dead, _ := r.process()
	r.turns(1, dead)
	l, w := r.process()
	l.sole = true
	r.turns(1, l)
	if len(w.slots) != heliograph.Slots {
		t.Errorf("%d slots; a process that is killed must not hold up its successor", len(w.slots))
	}
}

// away is a database that does not answer.
type away struct{ leases }

func (away) Beat(context.Context, heliograph.ProcessID, string, heliograph.Millis, heliograph.Millis) (int, error) {
	return 0, errors.New("away")
}

func TestLanesWithoutTheDatabase(t *testing.T) {
	t.Parallel()
	r := newLaneRig(t)
	l, w := r.process()
	r.turns(1, l)
	back := l.leases
	l.leases = away{}
	r.turns(1, l)
	if len(w.slots) != heliograph.Slots {
		t.Error("one failed turn gave up the lanes")
	}
	r.turns(2, l)
	if len(w.slots) != 0 || l.ready(t.Context()) == nil {
		t.Error("the lanes are worked on although nobody knows whose they are")
	}
	l.leases = back
	r.turns(1, l)
	if len(w.slots) != heliograph.Slots || l.ready(t.Context()) != nil {
		t.Errorf("%d slots after it came back", len(w.slots))
	}
}
