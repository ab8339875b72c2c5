package httpx

import (
	"net/http"
	"strings"

	"heliograph"
)

// MaxIdempotencyKey bounds a key, in bytes.
const MaxIdempotencyKey = 255

// IdempotencyKey returns a request's key. One that is there but empty, or twice,
// is a caller's mistake: passing it over would send twice what it was to keep single.
func IdempotencyKey(h http.Header) (string, error) {
	given := h.Values("Idempotency-Key")
	switch {
	case len(given) == 0:
		return "", nil
	case len(given) > 1:
		return "", heliograph.InvalidField("Idempotency-Key", "is given more than once")
	case given[0] == "":
		return "", heliograph.InvalidField("Idempotency-Key", "is empty; leave it out, or give 1 to %d printable ASCII characters", MaxIdempotencyKey)
	}
	return given[0], CheckIdempotencyKey("Idempotency-Key", given[0])
}

// CheckIdempotencyKey refuses what cannot be a key.
func CheckIdempotencyKey(field, key string) error {
	if len(key) > MaxIdempotencyKey || strings.ContainsFunc(key, func(r rune) bool { return r < ' ' || r > '~' }) {
		return heliograph.InvalidField(field, "must be 1 to %d printable ASCII characters", MaxIdempotencyKey)
	}
	return nil
}
