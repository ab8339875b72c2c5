package httpx

import (
	"encoding/hex"
	"net/http"
	"strconv"
	"sync/atomic"
)

// requestIDHeader carries the id by which a request is found in the logs.
const requestIDHeader = "X-Request-Id"

// RequestID returns the id of the request that w answers; "" outside Wrap.
func RequestID(w http.ResponseWriter) string { return w.Header().Get(requestIDHeader) }

// requestIDs numbers requests. Its prefix tells processes apart.
type requestIDs struct {
	prefix string
	last   atomic.Uint64
}

func newRequestIDs(random [6]byte) *requestIDs {
	return &requestIDs{prefix: hex.EncodeToString(random[:]) + "-"}
}

// of returns the id that the caller gave the request, or a new one.
func (n *requestIDs) of(r *http.Request) string {
	if id := r.Header.Get(requestIDHeader); plausible(id) {
		return id
	}
	return n.prefix + strconv.FormatUint(n.last.Add(1), 36)
}

// plausible keeps out of the log what could be mistaken for something else in it.
func plausible(id string) bool {
	if id == "" || len(id) > 64 {
		return false
	}
	for i := range len(id) {
		switch c := id[i]; {
		case c >= '0' && c <= '9', c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c == '-', c == '_', c == '.', c == ':':
		default:
			return false
		}
	}
	return true
}
