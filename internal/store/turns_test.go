package store

import (
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"heliograph"
)

// TestTurns: whatever the order in which commits are heard of, what they tell is
// passed on in the order in which they took their turn; what failed is not.
func TestTurns(t *testing.T) {
	t.Parallel()
	const all = 200
	for range 20 {
		var got []byte
		o := turns{offer: func(told []heliograph.Told) {
			for _, e := range told {
				got = append(got, e.Event.ID[0])
			}
		}}
		var want []byte
		var open []*turn
		for i := range byte(all) {
			open = append(open, o.take([]heliograph.Told{{Event: &heliograph.Event{ID: heliograph.EventID{i}}}}))
			if i%3 != 0 {
				want = append(want, i)
			}
		}
		order := rand.Perm(all)
		var wg sync.WaitGroup
		for part := range slices.Chunk(order, all/4) {
			wg.Go(func() {
				for _, i := range part {
					o.end(open[i], i%3 != 0)
				}
			})
		}
		wg.Wait()
		o.mu.Lock() // its timer may still go off
		if !slices.Equal(got, want) {
			t.Fatalf("passed on %v", got)
		}
		if len(o.open) > 0 || o.busy {
			t.Fatal("something is left")
		}
		o.mu.Unlock()
	}
}

// One that has not ended holds back those behind it, and nothing else.
func TestTurnsWaitForTheFirst(t *testing.T) {
	t.Parallel()
	passed := 0
	o := turns{offer: func(told []heliograph.Told) { passed += len(told) }}
	one := []heliograph.Told{{Event: &heliograph.Event{}}}
	first, second := o.take(one), o.take(one)
	if o.end(second, true); passed != 0 {
		t.Error("the second overtook the first")
	}
	if o.end(first, true); passed != 2 {
		t.Errorf("%d passed on", passed)
	}
}

// One whose commit is answered late holds the others back for a moment only, and
// passes its own on when it ends.
func TestTurnsPassOneThatHangs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		passed := 0
		o := turns{offer: func(told []heliograph.Told) { passed += len(told) }}
		one := []heliograph.Told{{Event: &heliograph.Event{}}}
		first := o.take(one)
		for range 1000 {
			o.end(o.take(one), true)
		}
		time.Sleep(turnPatience - time.Millisecond)
		if synctest.Wait(); passed != 0 {
			t.Errorf("%d overtook", passed)
		}
		time.Sleep(time.Millisecond)
		if synctest.Wait(); passed != 1000 || len(o.open) != 0 {
			t.Errorf("%d passed on, %d kept", passed, len(o.open))
		}
		o.end(o.take(one), true)
		if o.end(first, true); passed != 1002 {
			t.Errorf("%d passed on", passed)
		}
	})
}

// One that tells nothing holds nobody back.
func TestTurnsOfNothing(t *testing.T) {
	t.Parallel()
	passed := 0
	o := turns{offer: func(told []heliograph.Told) { passed += len(told) }}
	nothing := o.take(nil)
	if o.end(o.take([]heliograph.Told{{}}), true); passed != 1 {
		t.Error("held back by one that tells nothing")
	}
	o.end(nothing, true)
}
