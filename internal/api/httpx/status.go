// Package httpx is what every HTTP surface shares: statuses of errors, request
// ids, the access log, and the recovery from a panic. It knows no surface's
// paths and no surface's shapes.
package httpx

import (
	"net/http"
	"strconv"
	"time"

	"heliograph"
)

// Status returns the HTTP status of a kind of error.
func Status(k heliograph.Kind) int {
	switch k {
	case heliograph.Invalid:
		return http.StatusBadRequest
	case heliograph.Unauthenticated:
		return http.StatusUnauthorized
	case heliograph.Forbidden:
		return http.StatusForbidden
	case heliograph.NotFound:
		return http.StatusNotFound
	case heliograph.Conflict:
		return http.StatusConflict
	case heliograph.TooLarge:
		return http.StatusRequestEntityTooLarge
	case heliograph.Locked:
		return http.StatusLocked
	case heliograph.RateLimited:
		return http.StatusTooManyRequests
	case heliograph.Unavailable:
		return http.StatusServiceUnavailable
	}
	return http.StatusInternalServerError
}

// RetryAfter tells the caller when to come back, in whole seconds, at least one.
func RetryAfter(w http.ResponseWriter, e *heliograph.Error) {
	if e.Kind != heliograph.RateLimited && e.Kind != heliograph.Unavailable {
		return
	}
	seconds := max(1, int64((e.RetryAfter+time.Second-1)/time.Second))
	w.Header().Set("Retry-After", strconv.FormatInt(seconds, 10))
}
