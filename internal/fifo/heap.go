package fifo

import (
	"container/heap"
	"time"

	"heliograph"
)

// Timers holds values until their time. The zero value is empty and ready.
type Timers[T any] struct{ h timerHeap[T] }

// Add keeps v until at.
func (t *Timers[T]) Add(at heliograph.Millis, v T) { heap.Push(&t.h, timer[T]{at, v}) }

// Next returns the time of the earliest value.
func (t *Timers[T]) Next() (heliograph.Millis, bool) {
	if len(t.h) == 0 {
		return 0, false
	}
	return t.h[0].at, true
}

// Pop takes the earliest value when its time has come.
func (t *Timers[T]) Pop(now heliograph.Millis) (v T, ok bool) {
	if len(t.h) == 0 || t.h[0].at > now {
		return v, false
	}
	return heap.Pop(&t.h).(timer[T]).value, true
}

// Shift moves every value's time by d.
func (t *Timers[T]) Shift(d time.Duration) {
	for i := range t.h {
		t.h[i].at = t.h[i].at.Add(d)
	}
}

// Len returns how many values wait.
func (t *Timers[T]) Len() int { return len(t.h) }

type timer[T any] struct {
	at    heliograph.Millis
	value T
}

type timerHeap[T any] []timer[T]

func (h timerHeap[T]) Len() int           { return len(h) }
func (h timerHeap[T]) Less(i, j int) bool { return h[i].at < h[j].at }
func (h timerHeap[T]) Swap(i, j int)      { h[i], h[j] = h[j], h[i] }
func (h *timerHeap[T]) Push(v any)        { *h = append(*h, v.(timer[T])) }
func (h *timerHeap[T]) Pop() any {
	old := *h
	v := old[len(old)-1]
	old[len(old)-1] = timer[T]{}
	*h = old[:len(old)-1]
	return v
}
