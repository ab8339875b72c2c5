package suncov1

import (
	"math"
	"net/http"
	"strconv"

	"heliograph"
	"heliograph/internal/api/httpx"
)

// Limit is how many calls each app may make of this process. The zero value is
// no limit.
type Limit struct {
	PerSecond float64
	Burst     int // at once; 0: those of two seconds
}

// limiter counts the calls of apps.
type limiter struct {
	*httpx.Buckets[heliograph.AppID]
}

// newLimiter returns a limiter, or nil when there is no limit.
func newLimiter(l Limit, now heliograph.Clock) *limiter {
	if l.PerSecond <= 0 {
		return nil
	}
	return &limiter{httpx.NewBuckets[heliograph.AppID](l.PerSecond, float64(l.Burst), now)}
}

// take takes one of the app's calls, and tells in the answer's header how many
// are left. With none left it is an error of kind RateLimited.
func (l *limiter) take(h http.Header, app heliograph.AppID) error {
	left, wait := l.Take(app)
	h.Set("RateLimit-Limit", strconv.Itoa(int(l.Burst)))
	h.Set("RateLimit-Remaining", strconv.Itoa(int(max(0, left))))
	h.Set("RateLimit-Reset", strconv.Itoa(int(math.Ceil((l.Burst-left)/l.Rate))))
	if wait == 0 {
		return nil
	}
	return &heliograph.Error{
		Kind: heliograph.RateLimited, Code: heliograph.CodeTooManyRequests, RetryAfter: wait,
		Message: "this app makes more calls than the " + strconv.FormatFloat(l.Rate, 'f', -1, 64) + " per second that it may make",
	}
}
