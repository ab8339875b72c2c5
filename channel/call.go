package channel

import (
	"bytes"
	"errors"
	"io"
	"net"
	"net/http"
	"strconv"
	"sync/atomic"
	"time"

	"heliograph"
)

// MaxReply bounds how much of a provider's answer is read.
const MaxReply = 256 << 10

// Reply is a provider's answer, read whole.
type Reply struct {
	Status int
	Header http.Header
	Body   []byte
}

// Call makes one HTTP call with body (nil for none) and reads the answer whole,
// so that its connection can be used again. When there is no answer, failed
// tells the one thing that matters then: ClassRetry when nothing of the request
// can have been processed, else ClassUnknown.
//
// req must not carry an Idempotency-Key header unless the provider honours it:
// net/http takes one as leave to send a request twice.
func Call(rt http.RoundTripper, req *http.Request, body []byte) (reply Reply, failed *Result) {
	guard := new(sent)
	if len(body) > 0 {
		req.Body, req.ContentLength = guard.reader(body), int64(len(body))
		req.GetBody = func() (io.ReadCloser, error) { return guard.reader(body), nil }
	}
	res, err := rt.RoundTrip(req)
	if err != nil {
		return Reply{}, guard.failure(err, len(body) > 0)
	}
	defer res.Body.Close()
	reply = Reply{Status: res.StatusCode, Header: res.Header}
	if reply.Body, err = readAll(res); err != nil && !refusal(res.StatusCode) {
		return reply, &Result{
			Class: ClassUnknown, HTTPStatus: res.StatusCode, Reason: heliograph.ReasonUnknownOutcome,
			Message: "the provider's answer broke off: " + describe(err),
		}
	}
	return reply, nil
}

// refusal reports whether a status says, whatever follows it, that the request
// was not processed.
func refusal(status int) bool {
	return status >= 400 && status < 500 && status != http.StatusRequestTimeout
}

// readAll reads to the end, or the connection would be thrown away.
func readAll(res *http.Response) ([]byte, error) {
	size := int(min(max(res.ContentLength, 512), MaxReply))
	buf := bytes.NewBuffer(make([]byte, 0, size+bytes.MinRead))
	_, err := buf.ReadFrom(io.LimitReader(res.Body, MaxReply))
	return buf.Bytes(), err
}

// sent knows whether a request's body was begun. A transport asks for the body
// only once it has a connection, and a request without its body cannot be
// processed: so a body that was never asked for, and never will be, proves that
// nothing was sent. This holds whatever the failure: a name that does not
// resolve, a refused connection, a bad certificate, a deadline while waiting
// for any of them.
type sent struct{ state atomic.Int32 }

const (
	untouched int32 = iota
	begun
	sealed // given up before it was begun
)

var errSealed = errors.New("the call was given up")

type sentBody struct {
	rest  bytes.Reader
	guard *sent
}

func (s *sent) reader(body []byte) io.ReadCloser {
	b := &sentBody{guard: s}
	b.rest.Reset(body)
	return b
}

func (b *sentBody) Read(p []byte) (int, error) {
	if !b.guard.state.CompareAndSwap(untouched, begun) && b.guard.state.Load() == sealed {
		return 0, errSealed
	}
	return b.rest.Read(p)
}

func (b *sentBody) Close() error { return nil }

// failure classifies a call that got no answer.
func (s *sent) failure(err error, hasBody bool) *Result {
	r := &Result{Class: ClassUnknown, Reason: heliograph.ReasonTimeout, Message: "no answer from the provider: " + describe(err)}
	// A transport that reads the body beforehand still says when it could not dial.
	if hasBody && s.state.CompareAndSwap(untouched, sealed) || dialFailed(err) {
		r.Class, r.Message = ClassRetry, "the provider is out of reach: "+describe(err)
	}
	return r
}

func dialFailed(err error) bool {
	if _, ok := errors.AsType[*net.DNSError](err); ok {
		return true
	}
	op, ok := errors.AsType[*net.OpError](err)
	return ok && op.Op == "dial"
}

// describe says what went wrong without the URL, which may hold a secret, and
// without what only we should know: our resolver, and addresses. The
// errors of a transport below http.Client do not name it.
func describe(err error) string {
	if t, ok := errors.AsType[net.Error](err); ok && t.Timeout() {
		return "it took too long"
	}
	if _, ok := errors.AsType[*net.DNSError](err); ok {
		return "its name does not resolve"
	}
	if dialFailed(err) {
		return "no connection could be made"
	}
	return err.Error()
}

// RetryAfter returns how long the provider asks us to wait, in seconds or as a
// date; 0 when it does not say, or says something in the past.
func RetryAfter(h http.Header, now time.Time) time.Duration {
	v := h.Get("Retry-After")
	if v == "" {
		return 0
	}
	if n, err := strconv.ParseFloat(v, 64); err == nil && n >= 0 {
		return time.Duration(min(n, 86400) * float64(time.Second))
	}
	if at, err := http.ParseTime(v); err == nil {
		return min(max(at.Sub(now), 0), 24*time.Hour)
	}
	return 0
}

// Classify returns the result for an answer that is not a success, by its HTTP
// status alone. A channel whose provider says more looks at that first.
func Classify(reply Reply, now time.Time) Result {
	r := Result{HTTPStatus: reply.Status, After: RetryAfter(reply.Header, now)}
	said := "the provider answered " + strconv.Itoa(reply.Status)
	switch s := reply.Status; {
	case s == http.StatusTooManyRequests:
		r.Class, r.Reason, r.Message = ClassRetry, heliograph.ReasonTooManyRequests, "the provider asks us to slow down"
	case s == http.StatusServiceUnavailable && reply.Header.Get("Retry-After") != "":
		r.Class, r.Reason, r.Message = ClassRetry, heliograph.ReasonTimeout, "the provider is busy"
	case s == http.StatusUnauthorized || s == http.StatusForbidden:
		r.Class, r.Reason, r.Message = ClassPause, heliograph.ReasonUnauthorized, "the provider refuses the credentials"
	case refusal(s):
		r.Class, r.Reason, r.Message = ClassFinal, heliograph.ReasonBadRequest, said
	default:
		r.Class, r.Reason, r.Message = ClassUnknown, heliograph.ReasonUnknownOutcome, said
	}
	return r
}
