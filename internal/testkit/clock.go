package testkit

import (
	"sync"
	"time"
)

// Epoch is where a test's clock starts.
var Epoch = time.Date(2026, time.January, 2, 3, 4, 5, 0, time.UTC)

// Clock is a clock that stands still until it is moved. Its Now method is a
// heliograph.Clock.
type Clock struct {
	mu  sync.Mutex
	now time.Time
}

// NewClock returns a clock that shows Epoch.
func NewClock() *Clock { return &Clock{now: Epoch} }

// Now returns the time the clock shows.
func (c *Clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

// Advance moves the clock by d and returns the new time.
func (c *Clock) Advance(d time.Duration) time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
	return c.now
}

// Random is a reader of bytes that look random and are the same in every run
// of the same seed. It is safe for concurrent use.
type Random struct {
	mu    sync.Mutex
	state uint64
}

// NewRandom returns the bytes of a seed.
func NewRandom(seed uint64) *Random { return &Random{state: seed} }

// Read fills p; it never fails. The bytes come from SplitMix64.
func (r *Random) Read(p []byte) (int, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for i := range p {
		r.state += 0x9e3779b97f4a7c15
		z := r.state
		z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
		z = (z ^ z>>27) * 0x94d049bb133111eb
		p[i] = byte(z ^ z>>31)
	}
	return len(p), nil
}
