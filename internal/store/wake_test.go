package store_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"heliograph/internal/testkit/pgtest"
)

func TestWakeReachesOtherProcesses(t *testing.T) {
	t.Parallel()
	o := options(t)
	o.URL = pgtest.URL(t)
	a, b := open(t, o), open(t, o)
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	heard := make(chan []int, 100)
	go b.Listen(ctx, func(slots []int) { heard <- slots })
	again := time.NewTicker(50 * time.Millisecond) // until the listener is there
	defer again.Stop()
	for {
		select {
		case got := <-heard:
			if !slices.Equal(got, []int{3, 63}) {
				t.Errorf("heard %v", got)
			}
			return
		case <-again.C:
			if err := a.Wake(ctx, []int{3, 63}); err != nil {
				t.Fatal(err)
			}
		case <-ctx.Done():
			t.Fatal("nothing was heard")
		}
	}
}
