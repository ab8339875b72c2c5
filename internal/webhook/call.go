package webhook

import (
	"context"
	"errors"
	"net/http"
	"strconv"
	"strings"
	"time"

	"heliograph"
)

// result is how one call went.
type result struct {
	at      heliograph.Millis // when it started
	took    time.Duration
	status  int    // 0: no answer
	err     string // for the owner of the webhook
	detail  string // for our log
	lost    bool   // the entry cannot be told at all
	aborted bool   // we stopped it: it says nothing about the receiver
}

// maxAnswer is how much of an answer is read to keep its connection.
const maxAnswer = 64 << 10

// maxError bounds an error in our log.
const maxError = 300

var errSlow = errors.New("no answer within 20 s")

// caller makes calls.
type caller struct {
	http     http.RoundTripper
	now      heliograph.Clock
	timeouts timeouts
	agent    []string
}

// call tells t of e once, with the body that x holds.
func (c *caller) call(x *exchange, t *target, e *Entry) result {
	now := c.timeouts.begin(&x.timeout)
	r := result{at: heliograph.At(now)}
	x.fill(t, e, now.Unix())
	res, err := c.http.RoundTrip(x.req)
	if err == nil {
		x.drain(res.Body)
	}
	c.timeouts.end(&x.timeout)
	r.took = c.now().Sub(now)
	if err != nil {
		x.broken = true
		cause := context.Cause(x.ctx)
		r.aborted = cause != nil && !errors.Is(cause, errSlow)
		if errors.Is(cause, errSlow) {
			err = errSlow
		}
		r.err, r.detail = failure(err), clip(err.Error())
	} else if r.status = res.StatusCode; !succeeds(r.status) {
		r.err = "the receiver answered " + strconv.Itoa(r.status)
	}
	return r
}

func clip(s string) string {
	s = strings.ReplaceAll(strings.ToValidUTF8(s, "?"), "\x00", "?")
	if len(s) > maxError {
		s = strings.ToValidUTF8(s[:maxError], "")
	}
	return s
}
