package fifo_test

import (
	"slices"
	"testing"

	"pgregory.net/rapid"

	"heliograph"
	"heliograph/internal/fifo"
)

func TestDequeAgainstSlice(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		var d fifo.Deque[int]
		var want []int
		for i, op := range rapid.SliceOf(rapid.IntRange(0, 3)).Draw(t, "ops") {
			switch op {
			case 0:
				d.PushBack(i)
				want = append(want, i)
			case 1:
				d.PushFront(i)
				want = slices.Insert(want, 0, i)
			case 2:
				v, ok := d.PopFront()
				if ok != (len(want) > 0) || (ok && v != want[0]) {
					t.Fatalf("popped %d, %v; want the front of %v", v, ok, want)
				}
				if ok {
					want = want[1:]
				}
			case 3:
				d.Filter(func(v int) bool { return v%3 != 0 })
				want = slices.DeleteFunc(want, func(v int) bool { return v%3 == 0 })
			}
			if d.Len() != len(want) {
				t.Fatalf("length %d, want %d", d.Len(), len(want))
			}
		}
		for _, w := range want {
			if v, _ := d.PopFront(); v != w {
				t.Fatalf("drained %d, want %d", v, w)
			}
		}
	})
}

func TestTimersInOrder(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		at := rapid.SliceOf(rapid.Int64Range(0, 100)).Draw(t, "times")
		var timers fifo.Timers[int64]
		for _, a := range at {
			timers.Add(heliograph.Millis(a), a)
		}
		slices.Sort(at)
		for _, want := range at {
			if _, ok := timers.Pop(heliograph.Millis(want) - 1); ok {
				t.Fatal("a timer fired before its time")
			}
			if got, ok := timers.Pop(heliograph.Millis(want)); !ok || got != want {
				t.Fatalf("got %d, %v; want %d", got, ok, want)
			}
		}
	})
}
