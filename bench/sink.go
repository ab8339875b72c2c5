package main

import (
	"bytes"
	"net"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/valyala/fasthttp"
)

// sink receives webhooks. Each path has its counters.
type sink struct {
	server *fasthttp.Server
	ln     net.Listener
	doors  sync.Map // path -> *door
}

// door is one target.
type door struct {
	url     string
	total   atomic.Int64
	channel atomic.Int64 // notification:delivery:channel
	user    atomic.Int64 // notification:delivery:user
	hang    chan struct{}
	look    func(body []byte) // may be nil
}

func newSink() (*sink, error) {
	s := &sink{}
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	s.ln = ln
	s.server = &fasthttp.Server{Handler: s.serve, NoDefaultServerHeader: true, NoDefaultDate: true, NoDefaultContentType: true, Concurrency: 1 << 16}
	go func() { _ = s.server.Serve(ln) }()
	return s, nil
}

// door opens a target at a path.
func (s *sink) door(path string) *door {
	d := &door{url: "http://" + s.ln.Addr().String() + path}
	s.doors.Store(path, d)
	return d
}

// dead opens a target that never answers until the run ends.
func (s *sink) dead(path string) *door {
	d := &door{url: "http://" + s.ln.Addr().String() + path, hang: make(chan struct{})}
	s.doors.Store(path, d)
	return d
}

func (s *sink) serve(c *fasthttp.RequestCtx) {
	v, ok := s.doors.Load(string(c.Path()))
	if !ok {
		c.SetStatusCode(fasthttp.StatusNotFound)
		return
	}
	d := v.(*door)
	if d.hang != nil {
		<-d.hang
		c.SetStatusCode(fasthttp.StatusServiceUnavailable)
		return
	}
	body := c.PostBody()
	switch {
	case bytes.HasPrefix(body, []byte(`{"trigger":"notification:delivery:channel"`)):
		d.channel.Add(1)
	case bytes.HasPrefix(body, []byte(`{"trigger":"notification:delivery:user"`)):
		d.user.Add(1)
	}
	if d.look != nil {
		d.look(body)
	}
	d.total.Add(1)
	c.SetStatusCode(fasthttp.StatusOK)
}

func (s *sink) close() {
	s.doors.Range(func(_, v any) bool {
		if d := v.(*door); d.hang != nil {
			close(d.hang)
		}
		return true
	})
	_ = s.server.Shutdown()
}

// between returns what stands between two marks in body.
func between(body []byte, before, after string) string {
	_, rest, ok := strings.Cut(string(body), before)
	if !ok {
		return ""
	}
	v, _, _ := strings.Cut(rest, after)
	return v
}
