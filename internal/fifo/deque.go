// Package fifo holds the queues that lanes are made of. It is pure: no time, no
// goroutines, no locks; its users bring those.
package fifo

// Deque is a queue with two ends. The zero value is empty and ready.
type Deque[T any] struct {
	ring []T
	head int
	n    int
}

// Len returns how many values are in it.
func (d *Deque[T]) Len() int { return d.n }

// PushBack adds v at the back.
func (d *Deque[T]) PushBack(v T) {
	d.grow()
	d.ring[(d.head+d.n)&(len(d.ring)-1)] = v
	d.n++
}

// PushFront adds v at the front.
func (d *Deque[T]) PushFront(v T) {
	d.grow()
	d.head = (d.head - 1) & (len(d.ring) - 1)
	d.ring[d.head] = v
	d.n++
}

// PopFront takes the value at the front.
func (d *Deque[T]) PopFront() (v T, ok bool) {
	if d.n == 0 {
		return v, false
	}
	var zero T
	v, d.ring[d.head] = d.ring[d.head], zero
	d.head = (d.head + 1) & (len(d.ring) - 1)
	d.n--
	if d.n == 0 && len(d.ring) > 1024 {
		d.ring, d.head = nil, 0 // a burst must not keep its memory for ever
	}
	return v, true
}

// Filter keeps the values for which keep returns true, in order.
func (d *Deque[T]) Filter(keep func(T) bool) {
	for range d.n {
		v, _ := d.PopFront()
		if keep(v) {
			d.PushBack(v)
		}
	}
}

// grow makes room for one more. The ring's size is a power of two.
func (d *Deque[T]) grow() {
	if d.n < len(d.ring) {
		return
	}
	ring := make([]T, max(8, 2*len(d.ring)))
	for i := range d.n {
		ring[i] = d.ring[(d.head+i)&(len(d.ring)-1)]
	}
	d.ring, d.head = ring, 0
}
