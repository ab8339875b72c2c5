package storetest

import (
	"fmt"
	"sync"
	"testing"

	"heliograph/internal/store"
)

// CrossingBulk checks that bulk notifications and others to the same people, and
// to people who are met for the first time, do not wait for each other in a
// circle when they share transactions. deadlocks counts those of a store that is
// closed.
func CrossingBulk(t *testing.T, open func(*testing.T) *store.Store, deadlocks func() int) {
	const rounds, people = 30, 60
	f := newSender(t, open)
	for round := range rounds {
		var wg sync.WaitGroup
		for i := range people {
			known, stranger := fmt.Sprintf("+1%03d", i), fmt.Sprintf("+2%03d%03d", round, i)
			for _, bulk := range []bool{i%2 == 0, i%2 != 0} {
				wg.Go(func() {
					for _, address := range []string{known, stranger} {
						if err := Accept(f.s, f.make(address, "x"), bulk); err != nil {
							t.Error(err)
						}
					}
				})
			}
		}
		wg.Wait()
	}
	if err := f.s.Close(); err != nil {
		t.Fatal(err)
	}
	if n := deadlocks(); n > 0 {
		t.Errorf("%d deadlocks", n)
	}
}
