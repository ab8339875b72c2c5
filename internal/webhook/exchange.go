package webhook

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"strconv"
	"sync/atomic"
)

// exchange is what a call needs. A sender uses one for call after call, as long
// as each ends so that the transport holds on to no part of it.
type exchange struct {
	timeout
	ctx    context.Context
	req    *http.Request
	to     *target
	values [4]string // of the headers that differ from call to call
	data   []byte    // the body
	open   atomic.Int32
	broken bool
	room   [512]byte
}

var jsonContent = []string{"application/json"}

// newExchange returns an exchange that ends with ctx.
func newExchange(ctx context.Context, agent []string) *exchange {
	x := &exchange{}
	x.ctx, x.cancel = context.WithCancelCause(ctx)
	// The spelling of the vendor's header is kept for receivers that compare it.
	x.req = (&http.Request{
		Method: http.MethodPost, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: http.Header{
			"Content-Type":     jsonContent,
			"User-Agent":       agent,
			"X-API-Key":        nil,
			"X-Event-Id":       x.values[0:1:1],
			"X-Event-Sequence": x.values[1:2:2],
			"X-Attempt":        x.values[2:3:3],
			"X-Signature":      x.values[3:4:4],
		},
	}).WithContext(x.ctx)
	return x
}

// fill makes the request that tells t of e with the body at hand.
func (x *exchange) fill(t *target, e *Entry, unix int64) {
	if x.to != t {
		x.to = t
		x.req.URL, x.req.Host, x.req.Header["X-API-Key"] = t.url, t.url.Host, t.key
	}
	x.req.Body, x.req.ContentLength = x.body(), int64(len(x.data))
	x.values[0], x.values[1], x.values[2] = e.ID.String(), Sequence(e.ID), strconv.Itoa(e.Attempt+1)
	x.values[3] = string(t.sign(x.room[:0], unix, x.data))
}

// drain reads the answer's body, so that its connection is kept.
func (x *exchange) drain(body io.ReadCloser) {
	for left := maxAnswer; left > 0; {
		n, err := body.Read(x.room[:])
		if left -= n; err != nil {
			break
		}
	}
	_ = body.Close()
}

// maxKept is how large a buffer a sender keeps.
const maxKept = 64 << 10

// reusable reports whether the exchange may be used again: the transport has
// done with the request once it has closed every body that it opened. After a
// broken exchange it may still read the request.
func (x *exchange) reusable() bool {
	return !x.broken && x.open.Load() == 0 && x.ctx.Err() == nil && cap(x.data) <= maxKept
}

// body opens the body. Each reader is its own, so that one that is closed
// again, late, does not close its successor.
func (x *exchange) body() io.ReadCloser {
	x.open.Add(1)
	b := &bodyReader{x: x}
	b.Reset(x.data)
	return b
}

type bodyReader struct {
	bytes.Reader
	x      *exchange
	closed atomic.Bool
}

func (b *bodyReader) Close() error {
	if !b.closed.Swap(true) {
		b.x.open.Add(-1)
	}
	return nil
}
