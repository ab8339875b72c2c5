package suncov1

import (
	"math"
	"net/http"
	"strconv"
	"sync"
	"time"

	"heliograph"
)

// Limit is how many calls each app may make of this process. The zero value is
// no limit.
type Limit struct {
	PerSecond float64
	Burst     int // at once; 0: those of two seconds
}

// maxLimited bounds how many apps are watched. Beyond it the ones that wait
// longest are forgotten, which gives them their calls back.
const maxLimited = 1 << 14

// limiter counts the calls of apps: each has a bucket of calls, which fills
// again at the rate.
type limiter struct {
	rate, burst float64
	now         heliograph.Clock

	mu      sync.Mutex
	buckets map[heliograph.AppID]bucket
}

// bucket is how many calls an app had left at a moment.
type bucket struct {
	left float64
	at   time.Time
}

// newLimiter returns a limiter, or nil when there is no limit.
func newLimiter(l Limit, now heliograph.Clock) *limiter {
	if l.PerSecond <= 0 {
		return nil
	}
	burst := float64(l.Burst)
	if burst < 1 {
		burst = max(1, math.Ceil(2*l.PerSecond))
	}
	return &limiter{rate: l.PerSecond, burst: burst, now: now, buckets: map[heliograph.AppID]bucket{}}
}

// take takes one of the app's calls, and tells in the answer's header how many
// are left. With none left it is an error of kind RateLimited.
func (l *limiter) take(h http.Header, app heliograph.AppID) error {
	left, wait := l.count(app)
	h.Set("RateLimit-Limit", strconv.Itoa(int(l.burst)))
	h.Set("RateLimit-Remaining", strconv.Itoa(int(max(0, left))))
	h.Set("RateLimit-Reset", strconv.Itoa(int(math.Ceil((l.burst-left)/l.rate))))
	if wait == 0 {
		return nil
	}
	return &heliograph.Error{
		Kind: heliograph.RateLimited, Code: heliograph.CodeTooManyRequests, RetryAfter: wait,
		Message: "this app makes more calls than the " + strconv.FormatFloat(l.rate, 'f', -1, 64) + " per second that it may make",
	}
}

// count takes one call. wait is when there is one again, if there is none now.
func (l *limiter) count(app heliograph.AppID) (left float64, wait time.Duration) {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := l.now()
	b, known := l.buckets[app]
	if !known {
		l.forget(now)
		b = bucket{left: l.burst, at: now}
	}
	if passed := now.Sub(b.at); passed > 0 {
		b.left = min(l.burst, b.left+passed.Seconds()*l.rate)
		b.at = now
	}
	if b.left >= 1 {
		b.left--
	} else {
		wait = time.Duration((1 - b.left) / l.rate * float64(time.Second))
		wait = max(wait, time.Millisecond)
	}
	l.buckets[app] = b
	return b.left, wait
}

// forget makes room for one more app: first of those whose buckets are full again.
func (l *limiter) forget(now time.Time) {
	if len(l.buckets) < maxLimited {
		return
	}
	var oldest heliograph.AppID
	at := now
	for app, b := range l.buckets {
		if b.left+now.Sub(b.at).Seconds()*l.rate >= l.burst {
			delete(l.buckets, app)
		} else if !b.at.After(at) {
			oldest, at = app, b.at
		}
	}
	if len(l.buckets) >= maxLimited {
		delete(l.buckets, oldest)
	}
}
