package store

import (
	"math/rand/v2"
	"slices"
	"sync"
	"testing"

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
		if !slices.Equal(got, want) {
			t.Fatalf("passed on %v", got)
		}
		if len(o.open) > 0 || o.busy {
			t.Fatal("something is left")
		}
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
