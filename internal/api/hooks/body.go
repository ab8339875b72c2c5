package hooks

import (
	"errors"
	"io"
	"net/http"
	"strconv"

	"heliograph"
	"heliograph/channel"
)

// MaxBody bounds a provider's request, unless its channel's type says otherwise,
// and what is kept of any as evidence.
const MaxBody = 1 << 20

// maxEvidence bounds what all facts of one request keep of it: MaxBody, and the
// request's line.
const maxEvidence = MaxBody + 64<<10

// maxLarge is how many requests above MaxBody are held in memory at once. Who
// sent them is not known before they are read.
const maxLarge = 8

// body reads a request's body, and answers one that cannot be read itself: then
// ok is false. done must be called when the body is needed no more.
func (h *Hooks) body(w http.ResponseWriter, r *http.Request, kind *channel.Type) (body []byte, done func(), ok bool) {
	done = func() {}
	most := max(kind.MaxBody, MaxBody)
	limited := http.MaxBytesReader(w, r.Body, most)
	body, err := io.ReadAll(io.LimitReader(limited, MaxBody+1))
	if err == nil && len(body) > MaxBody {
		if h.large.Add(1) > maxLarge {
			h.large.Add(-1)
			h.fail(w, r, heliograph.Errorf(heliograph.Unavailable, heliograph.CodeUnavailable, "too many large requests at once; send it again"))
			return nil, done, false
		}
		done = func() { h.large.Add(-1) }
		var rest []byte
		rest, err = io.ReadAll(limited)
		body = append(body, rest...)
	}
	if err == nil {
		return body, done, true
	}
	done()
	if _, over := errors.AsType[*http.MaxBytesError](err); over {
		refuse(w, http.StatusRequestEntityTooLarge, "the body is larger than "+strconv.FormatInt(most>>20, 10)+" MB")
	} else {
		refuse(w, http.StatusBadRequest, "the body ended early")
	}
	return nil, func() {}, false
}
