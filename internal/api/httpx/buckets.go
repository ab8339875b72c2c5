package httpx

import (
	"math"
	"sync"
	"time"

	"heliograph"
)

// maxBuckets bounds how many keys are watched. Beyond it the ones that wait
// longest are forgotten, which gives them their calls back.
const maxBuckets = 1 << 14

// Buckets counts calls by key: each has a bucket of calls, which fills again at
// the rate. It is safe for concurrent use.
type Buckets[K comparable] struct {
	Rate, Burst float64
	now         heliograph.Clock

	mu  sync.Mutex
	all map[K]bucket
}

// bucket is how many calls a key had left at a moment.
type bucket struct {
	left float64
	at   time.Time
}

// NewBuckets returns buckets of burst calls that fill at rate calls a second. A
// burst below 1 means the calls of two seconds.
func NewBuckets[K comparable](rate, burst float64, now heliograph.Clock) *Buckets[K] {
	if burst < 1 {
		burst = max(1, math.Ceil(2*rate))
	}
	return &Buckets[K]{Rate: rate, Burst: burst, now: now, all: map[K]bucket{}}
}

// Take takes one of the key's calls, and returns how many are left. With none left
// wait is when there is one again.
func (b *Buckets[K]) Take(key K) (left float64, wait time.Duration) {
	b.mu.Lock()
	defer b.mu.Unlock()
	now := b.now()
	one, known := b.all[key]
	if !known {
		b.forget(now)
		one = bucket{left: b.Burst, at: now}
	}
	if passed := now.Sub(one.at); passed > 0 {
		one.left = min(b.Burst, one.left+passed.Seconds()*b.Rate)
		one.at = now
	}
	if one.left >= 1 {
		one.left--
	} else {
		wait = time.Duration((1 - one.left) / b.Rate * float64(time.Second))
		wait = max(wait, time.Millisecond)
	}
	b.all[key] = one
	return one.left, wait
}

// forget makes room for one more key: first of those whose buckets are full again.
func (b *Buckets[K]) forget(now time.Time) {
	if len(b.all) < maxBuckets {
		return
	}
	var oldest K
	at := now
	for key, one := range b.all {
		if one.left+now.Sub(one.at).Seconds()*b.Rate >= b.Burst {
			delete(b.all, key)
		} else if !one.at.After(at) {
			oldest, at = key, one.at
		}
	}
	if len(b.all) >= maxBuckets {
		delete(b.all, oldest)
	}
}
