package outbound

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/textproto"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/net/http/httpguts"
)

// message is a request in wire format. Its buffer is used again.
type message struct {
	data   []byte
	keys   []string
	rest   int64 // of the body, not yet in data
	filled bool  // data has the beginning of the body
	passed bool  // and it was sent
	broken bool  // the body could not be read
}

// maxKept is how large a buffer is kept.
const maxKept = oneWrite + 8<<10

func (t *Transport) recycle(m *message) {
	clear(m.keys)
	if cap(m.data) <= maxKept {
		t.buffers.Put(m)
	}
}

// begin checks the request and writes its header to the buffer. Nothing in a
// request can make a second header, or a second request, of it.
func (m *message) begin(req *http.Request) error {
	*m = message{data: m.data[:0], keys: m.keys[:0]}
	target, name, err := address(req)
	if err != nil {
		return err
	}
	length, err := bodyLength(req)
	if err != nil {
		return err
	}
	method := req.Method
	if method == "" {
		method = http.MethodGet
	}
	b := append(append(append(m.data, method...), ' '), target...)
	b = append(append(append(b, " HTTP/1.1\r\nHost: "...), name...), "\r\n"...)
	if m.data, err = m.appendHeader(b, req.Header); err != nil {
		return err
	}
	m.rest = length
	if length > 0 || method == http.MethodPost || method == http.MethodPut || method == http.MethodPatch {
		m.data = append(strconv.AppendInt(append(m.data, "Content-Length: "...), length, 10), "\r\n"...)
	}
	if req.Close {
		m.data = append(m.data, "Connection: close\r\n"...)
	}
	m.data = append(m.data, "\r\n"...)
	return nil
}

// address returns what stands in the request's first line, and its host.
func address(req *http.Request) (target, name string, err error) {
	switch {
	case req.URL == nil:
		return "", "", errors.New("the request has no URL")
	case req.URL.Scheme != "http" && req.URL.Scheme != "https":
		return "", "", fmt.Errorf("unsupported protocol scheme %q", req.URL.Scheme)
	case req.URL.Host == "":
		return "", "", errors.New("the URL has no host")
	case req.Method != "" && !httpguts.ValidHeaderFieldName(req.Method) || req.Method == http.MethodConnect:
		return "", "", fmt.Errorf("invalid method %q", req.Method)
	}
	target = req.URL.RequestURI()
	for i := range len(target) {
		if c := target[i]; c <= ' ' || c == 0x7f {
			return "", "", errors.New("the URL has a space or a control character")
		}
	}
	if name = req.Host; name == "" {
		name = req.URL.Host
	}
	if name, err = httpguts.PunycodeHostPort(name); err != nil || !httpguts.ValidHostHeader(name) {
		return "", "", errors.New("the host is not valid")
	}
	return target, withoutZone(name), nil
}

// withoutZone takes the zone from an IPv6 address: it means something to us
// only.
func withoutZone(host string) string {
	end := strings.LastIndexByte(host, ']')
	if !strings.HasPrefix(host, "[") || end < 0 {
		return host
	}
	zone := strings.LastIndexByte(host[:end], '%')
	if zone < 0 {
		return host
	}
	return host[:zone] + host[end:]
}

// bodyLength returns how long the body says it is. A body whose length nobody
// knows is refused: no caller has one.
func bodyLength(req *http.Request) (int64, error) {
	switch {
	case len(req.TransferEncoding) > 0 || len(req.Trailer) > 0:
		return 0, errors.New("a request has neither a transfer encoding nor trailers")
	case req.Body == nil || req.Body == http.NoBody:
		if req.ContentLength > 0 {
			return 0, errors.New("the request has a length but no body")
		}
		return 0, nil
	case req.ContentLength <= 0:
		return 0, errors.New("a request with a body must say how long it is")
	}
	return req.ContentLength, nil
}

// appendHeader writes h in the order of its names, which are spelled as they
// are given.
func (m *message) appendHeader(b []byte, h http.Header) ([]byte, error) {
	for k := range h {
		if !httpguts.ValidHeaderFieldName(k) {
			return b, fmt.Errorf("invalid header field name %q", k)
		}
		if !ours(k) {
			m.keys = append(m.keys, k)
		}
	}
	slices.Sort(m.keys)
	for _, k := range m.keys {
		for _, v := range h[k] {
			if !httpguts.ValidHeaderFieldValue(v) {
				// The value may be a secret.
				return b, fmt.Errorf("invalid header field value for %q", k)
			}
			b = append(append(append(b, k...), ": "...), textproto.TrimString(v)...)
			b = append(b, "\r\n"...)
		}
	}
	return b, nil
}

// ours reports whether a header follows from other parts of the request.
func ours(name string) bool {
	switch len(name) {
	case len("Host"):
		return strings.EqualFold(name, "Host")
	case len("Trailer"):
		return strings.EqualFold(name, "Trailer")
	case len("Content-Length"):
		return strings.EqualFold(name, "Content-Length")
	case len("Transfer-Encoding"):
		return strings.EqualFold(name, "Transfer-Encoding")
	}
	return false
}

// unsent reports whether the message can be sent from its beginning.
func (m *message) unsent() bool { return m.filled && !m.passed && !m.broken }

// send writes the message: header and body with one write, unless the body is
// large.
func (m *message) send(w io.Writer, body io.Reader) error {
	if !m.filled {
		if err := m.fill(body); err != nil {
			return err
		}
		m.filled = true
	}
	for {
		if _, err := w.Write(m.data); err != nil {
			return err
		}
		m.passed = true
		if m.rest == 0 {
			return nil
		}
		m.data = m.data[:0]
		if err := m.fill(body); err != nil {
			return err
		}
	}
}

// fill adds what comes next of the body. A body that is shorter or longer than
// was said is an error before its last part is sent.
func (m *message) fill(body io.Reader) error {
	if m.rest == 0 {
		return nil
	}
	n := int(min(m.rest, oneWrite))
	head := len(m.data)
	m.data = slices.Grow(m.data, n+1)[:head+n]
	if _, err := io.ReadFull(body, m.data[head:]); err != nil {
		m.broken = true
		if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
			return errors.New("the request's body is shorter than it says")
		}
		return err
	}
	if m.rest -= int64(n); m.rest > 0 {
		return nil
	}
	more, err := io.ReadFull(body, m.data[head+n:head+n+1])
	if more == 0 && err == io.EOF {
		return nil
	}
	m.broken = true
	if more == 0 {
		return err
	}
	return errors.New("the request's body is longer than it says")
}
