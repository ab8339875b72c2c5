package outbound

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net/http"
	"sync"
)

// answer is a call under way: it has the connection until the answer was read,
// and is the body of an answer that has one.
type answer struct {
	transport *Transport
	conn      *conn
	ctx       context.Context
	stop      func() bool // keeps ctx from closing the connection; nil: ctx never ends
	reader    *bufio.Reader
	keep      bool // the connection may be used again

	mu   sync.Mutex
	body io.Reader
	rest int64 // of the body; -1 when nobody knows
	err  error // why there is no more to read
}

// begin reads the answer's header. whole says that all of the request was sent.
func (a *answer) begin(req *http.Request, whole bool) (*http.Response, error) {
	res, err := a.header(req)
	if err != nil {
		return nil, fmt.Errorf("reading the answer: %w", err)
	}
	res.TLS = a.conn.state
	a.keep = whole && !res.Close && !req.Close && res.ProtoMajor == 1 && res.ProtoMinor >= 1 && res.StatusCode >= http.StatusOK
	if res.Body == http.NoBody || res.StatusCode == http.StatusSwitchingProtocols {
		res.Body = http.NoBody
		a.release()
		return res, nil
	}
	a.body, a.rest = res.Body, res.ContentLength
	res.Body = a
	return res, nil
}

// header reads up to the body, past the answers that come before the real one.
// One limit is for all of them.
func (a *answer) header(req *http.Request) (*http.Response, error) {
	a.conn.left = maxHeader
	for {
		res, err := http.ReadResponse(a.reader, req)
		if err != nil {
			return nil, err
		}
		if res.StatusCode < 100 || res.StatusCode >= http.StatusOK || res.StatusCode == http.StatusSwitchingProtocols {
			a.conn.left = unlimited
			return res, nil
		}
	}
}

// Read reads the body. With its end the connection is free.
func (a *answer) Read(p []byte) (int, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.err != nil {
		return 0, a.err
	}
	n, err := a.body.Read(p)
	if a.rest > 0 {
		a.rest -= int64(n)
	}
	switch err {
	case nil:
	case io.EOF:
		a.err = io.EOF
		a.release()
	default:
		a.err = a.fail(err)
	}
	return n, a.err
}

// Close gives up what was not read, and the connection with it, unless the rest
// is at hand. It waits for a Read under way.
func (a *answer) Close() error {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.err == nil {
		at := a.reader.Buffered()
		if a.rest >= 0 && a.rest <= int64(at) {
			_, _ = a.reader.Discard(int(a.rest))
		} else {
			a.keep = false
		}
		a.release()
	}
	a.err = http.ErrBodyReadAfterClose
	return nil
}

// release keeps the connection for the next call, if it may be, or closes it.
func (a *answer) release() {
	if a.stop != nil && !a.stop() || a.reader.Buffered() > 0 {
		a.keep = false
	}
	a.forget()
	if a.keep {
		a.transport.idle.put(a.conn)
	} else {
		a.conn.abort()
	}
}

// fail closes the connection, and returns err, or that the context ended.
func (a *answer) fail(err error) error {
	if a.stop != nil {
		a.stop()
	}
	a.conn.abort()
	a.forget()
	if a.ctx.Err() != nil {
		return ended(a.ctx)
	}
	return err
}

func (a *answer) forget() {
	a.reader.Reset(nil)
	a.transport.readers.Put(a.reader)
	a.reader, a.body = nil, nil
}
