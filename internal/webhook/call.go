package webhook

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
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
	after    After
	agent    []string
	payloads sync.Pool
}

var jsonContent = []string{"application/json"}

// call tells t of e once. Bodies are freed by payload.
func (c *caller) call(ctx context.Context, t *target, e *Entry, p *payload) result {
	now := c.now()
	r := result{at: heliograph.At(now)}
	ctx, cancel := context.WithCancelCause(ctx)
	stop := c.after(callTimeout, func() { cancel(errSlow) })
	status, err := c.exchange(ctx, t, e, p, now.Unix())
	stop()
	r.took = c.now().Sub(now)
	if err != nil {
		p.spoiled.Store(true)
		cause := context.Cause(ctx)
		r.aborted = cause != nil && !errors.Is(cause, errSlow)
		if errors.Is(cause, errSlow) {
			err = errSlow
		}
		r.err, r.detail = failure(err), clip(err.Error())
	} else if r.status = status; !succeeds(status) {
		r.err = "the receiver answered " + strconv.Itoa(status)
	}
	cancel(nil)
	return r
}

func (c *caller) exchange(ctx context.Context, t *target, e *Entry, p *payload, unix int64) (int, error) {
	values := [...]string{e.ID.String(), Sequence(e.ID), strconv.Itoa(e.Attempt + 1), t.sign(unix, p.data)}
	// The spelling of the vendor's header is kept for receivers that compare it.
	header := http.Header{
		"Content-Type":     jsonContent,
		"User-Agent":       c.agent,
		"X-API-Key":        t.key,
		"X-Event-Id":       values[0:1:1],
		"X-Event-Sequence": values[1:2:2],
		"X-Attempt":        values[2:3:3],
		"X-Signature":      values[3:4:4],
	}
	req := (&http.Request{
		Method: http.MethodPost, URL: t.url, Host: t.url.Host, Header: header,
		Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Body: p.open(), ContentLength: int64(len(p.data)),
		// A kept connection that the receiver has just closed is replaced.
		GetBody: func() (io.ReadCloser, error) { return p.open(), nil },
	}).WithContext(ctx)
	res, err := c.http.RoundTrip(req)
	if err != nil {
		return 0, err
	}
	_, _ = io.CopyN(io.Discard, res.Body, maxAnswer)
	_ = res.Body.Close()
	return res.StatusCode, nil
}

func clip(s string) string {
	s = strings.ReplaceAll(strings.ToValidUTF8(s, "?"), "\x00", "?")
	if len(s) > maxError {
		s = strings.ToValidUTF8(s[:maxError], "")
	}
	return s
}

// payload is a body in a buffer that is used again once no reader of it is
// open: a transport may still read it after it has returned. After a broken
// exchange it is not used again at all.
type payload struct {
	data    []byte
	refs    atomic.Int32
	spoiled atomic.Bool
	home    *sync.Pool
}

func (c *caller) payload() *payload {
	p, ok := c.payloads.Get().(*payload)
	if !ok {
		p = &payload{home: &c.payloads}
	}
	p.refs.Store(1)
	return p
}

func (p *payload) open() io.ReadCloser {
	p.refs.Add(1)
	b := &bodyReader{p: p}
	b.Reset(p.data)
	return b
}

func (p *payload) release() {
	if p.refs.Add(-1) == 0 && cap(p.data) <= 64<<10 && !p.spoiled.Load() {
		p.data = p.data[:0]
		p.home.Put(p)
	}
}

type bodyReader struct {
	bytes.Reader
	p      *payload
	closed atomic.Bool
}

func (b *bodyReader) Close() error {
	if !b.closed.Swap(true) {
		b.p.release()
	}
	return nil
}
