package channeltest

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"syscall"
)

// Reply is one answer of the provider, or its failing to give one.
type Reply struct {
	Status int
	Header map[string]string
	Body   string
	Fault  Fault // instead of an answer
}

// Fault is a way to get no answer.
type Fault int

// The faults.
const (
	Answered Fault = iota
	Refused        // the connection was refused: nothing was sent
	Reset          // the connection broke after the request was sent
	TimedOut       // the time ran out after the request was sent
)

// request is what a channel sent.
type request struct {
	*http.Request
	body []byte
}

// provider is the network of a test: a transport that answers from a list.
type provider struct {
	base    string
	replies []Reply
	repeat  bool // begin again when the list ends

	mu       sync.Mutex
	used     int
	requests []request
	bodies   []*replyBody
	findings findings
}

type markKey struct{}

// mark makes a context recognisable in the requests made with it.
func mark(ctx context.Context) context.Context { return context.WithValue(ctx, markKey{}, true) }

// RoundTrip implements http.RoundTripper.
func (p *provider) RoundTrip(r *http.Request) (*http.Response, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.check(r)
	if r.Body != nil {
		defer r.Body.Close()
	}
	if err := r.Context().Err(); err != nil {
		return nil, err // a real transport gives up before it has a connection
	}
	if p.used == len(p.replies) && p.repeat {
		p.used = 0
	}
	if p.used == len(p.replies) {
		p.findings.add("a request more than there are replies: %s %s", r.Method, r.URL.Path)
		return nil, errors.New("no reply is left")
	}
	reply := p.replies[p.used]
	p.used++
	if reply.Fault == Refused {
		return nil, &net.OpError{Op: "dial", Net: "tcp", Err: syscall.ECONNREFUSED}
	}
	seen := request{Request: r}
	if r.Body != nil {
		seen.body, _ = io.ReadAll(r.Body)
	}
	p.requests = append(p.requests, seen)
	switch reply.Fault {
	case Reset:
		return nil, &net.OpError{Op: "read", Net: "tcp", Err: syscall.ECONNRESET}
	case TimedOut:
		return nil, context.DeadlineExceeded
	}
	return p.answer(r, reply), nil
}

func (p *provider) answer(r *http.Request, reply Reply) *http.Response {
	h := http.Header{}
	for k, v := range reply.Header {
		h.Set(k, v)
	}
	body := &replyBody{Reader: strings.NewReader(reply.Body)}
	p.bodies = append(p.bodies, body)
	return &http.Response{
		Status: http.StatusText(reply.Status), StatusCode: reply.Status, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: h, Body: body, ContentLength: int64(len(reply.Body)), Request: r,
	}
}

// check holds for every request, whatever it is for.
func (p *provider) check(r *http.Request) {
	base, err := url.Parse(p.base)
	if err != nil || r.URL.Scheme != base.Scheme || r.URL.Host != base.Host ||
		!strings.HasPrefix(r.URL.Path, base.Path+"/") || strings.Contains(r.URL.Path, "/../") {
		p.findings.add("a request leaves the base URL %s: %s", p.base, r.URL.Redacted())
	}
	if r.Host != "" && r.Host != r.URL.Host {
		p.findings.add("a request names the host %q and goes to %q", r.Host, r.URL.Host)
	}
	if r.Context().Value(markKey{}) == nil {
		p.findings.add("a request is not bound to the context it was made for")
	}
}

// close checks what is left when a case is over.
func (p *provider) close() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	if n := len(p.replies) - p.used; n > 0 && !p.repeat {
		p.findings.add("%d of %d replies were never asked for", n, len(p.replies))
	}
	for _, b := range p.bodies {
		if !b.closed {
			p.findings.add("a reply's body was not closed")
		}
		if !b.drained && b.Size() <= maxDrained {
			p.findings.add("a reply's body was not read to its end, so that its connection is lost")
		}
	}
	return p.findings.list
}

// maxDrained is how large an answer may be that nobody needs to read to its end.
const maxDrained = 64 << 10

type replyBody struct {
	*strings.Reader
	drained, closed bool
}

func (b *replyBody) Read(p []byte) (int, error) {
	n, err := b.Reader.Read(p)
	if err == io.EOF {
		b.drained = true
	}
	return n, err
}

// WriteTo keeps readers from going past Read.
func (b *replyBody) WriteTo(w io.Writer) (int64, error) {
	b.drained = true
	return b.Reader.WriteTo(w)
}

func (b *replyBody) Close() error {
	b.closed = true
	return nil
}
