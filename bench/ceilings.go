package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"sync"
	"sync/atomic"
	"time"

	"github.com/valyala/fasthttp"
)

// ceilings is what Go's own HTTP server and client reach here, with the other
// side of each call on the same processors.
type ceilings struct {
	server, client float64 // requests per second
}

// c1 is one call out; c2 one call in and one out; c3 one in and two out.
func (c ceilings) c1() float64 { return c.client }
func (c ceilings) c2() float64 { return 1 / (1/c.server + 1/c.client) }
func (c ceilings) c3() float64 { return 1 / (1/c.server + 2/c.client) }

// rawBody is about as large as a notification.
var rawBody = []byte(`{"destination":{"integrationId":"65f000000000000000000001","destinationId":"+15551234567"},"author":{"role":"appMaker"},"message":{"type":"text","text":"Your parcel is on its way and arrives today between 2 and 4 pm."}}`)

// against measures a rate and the ceilings in turn, so that what slows the
// machine for a while slows both, and reports their ratio.
func (b *bench) against(name string, ceiling func(ceilings) float64, floor, aim float64, rate func() (float64, error)) error {
	var pairs []pair
	var all []ceilings
	for i := range b.pairs {
		c, err := b.ceilings()
		if err != nil {
			return err
		}
		r, err := rate()
		if err != nil {
			return err
		}
		b.say("pair %d: %.0f/s of %.0f/s, %.3f", i+1, r, ceiling(c), r/ceiling(c))
		pairs, all = append(pairs, pair{ceiling(c), r}), append(all, c)
	}
	of := func(f func(ceilings) float64) float64 {
		var v []float64
		for _, c := range all {
			v = append(v, f(c))
		}
		return median(v)
	}
	b.report.ratio("ratio to "+name, ratio(pairs), floor, aim, fmt.Sprintf("%s is %.0f/s", name, of(ceiling)))
	return nil
}

// ceilings measures them once.
func (b *bench) ceilings() (c ceilings, err error) {
	if c.server, err = rawServer(b.ctx, b.conns, b.length()/2); err != nil {
		return c, err
	}
	c.client, err = rawClient(b.ctx, b.conns, b.length()/2)
	return c, err
}

// showCeilings reports them alone.
func (b *bench) showCeilings() error {
	const rounds = 3
	var server, client []float64
	for range rounds {
		c, err := b.ceilings()
		if err != nil {
			return err
		}
		server, client = append(server, c.server), append(client, c.client)
	}
	c := ceilings{median(server), median(client)}
	b.report.plain("R_srv: net/http server, POST", c.server, "/s", "")
	b.report.plain("R_cli: net/http client, POST", c.client, "/s", "")
	b.report.plain("C1: one call out", c.c1(), "/s", "")
	b.report.plain("C2: one call in, one out", c.c2(), "/s", "")
	b.report.plain("C3: one call in, two out", c.c3(), "/s", "")
	return nil
}

// rawServer measures net/http's server, driven by the same client as the jobs.
func rawServer(ctx context.Context, conns int, length time.Duration) (float64, error) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	srv := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(http.StatusCreated)
		_, _ = w.Write([]byte(`{"notification":{"_id":"018f0000-0000-7000-8000-000000000000"}}`))
	})}
	go func() { _ = srv.Serve(ln) }()
	defer srv.Close()
	uri := "http://" + ln.Addr().String() + "/"
	l := &load{addr: ln.Addr().String(), conns: conns, fill: func(_ int, _ int64, req *fasthttp.Request) {
		req.SetRequestURI(uri)
		req.Header.SetMethod(fasthttp.MethodPost)
		req.Header.SetContentType("application/json")
		req.SetBodyRaw(rawBody)
	}}
	l.start(ctx)
	defer l.stop()
	return perSecond(ctx, length, l.accepted.Load)
}

// rawClient measures net/http's client against a server that does nothing.
func rawClient(ctx context.Context, conns int, length time.Duration) (float64, error) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	srv := &fasthttp.Server{NoDefaultServerHeader: true, NoDefaultDate: true, Handler: func(c *fasthttp.RequestCtx) {
		c.SetContentType("application/json")
		c.SetStatusCode(fasthttp.StatusCreated)
		c.WriteString(`{"sid":"SM00000000000000000000000000000001","status":"queued"}`)
	}}
	go func() { _ = srv.Serve(ln) }()
	defer srv.Shutdown()
	ctx, cancel := context.WithCancel(ctx)
	target, err := url.Parse("http://" + ln.Addr().String() + "/")
	if err != nil {
		cancel()
		return 0, err
	}
	transport := &http.Transport{MaxIdleConnsPerHost: conns, MaxIdleConns: conns}
	defer transport.CloseIdleConnections()
	var done atomic.Int64
	var wg sync.WaitGroup
	for range conns {
		wg.Go(func() {
			for ctx.Err() == nil {
				if rawCall(ctx, transport, target) == nil {
					done.Add(1)
				}
			}
		})
	}
	defer wg.Wait()
	defer cancel()
	return perSecond(ctx, length, done.Load)
}

func rawCall(ctx context.Context, t *http.Transport, target *url.URL) error {
	req := (&http.Request{
		Method: http.MethodPost, URL: target, Host: target.Host, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: http.Header{"Content-Type": {"application/json"}},
		Body:   io.NopCloser(bytes.NewReader(rawBody)), ContentLength: int64(len(rawBody)),
	}).WithContext(ctx)
	res, err := t.RoundTrip(req)
	if err != nil {
		return err
	}
	_, _ = io.Copy(io.Discard, res.Body)
	return res.Body.Close()
}

// perSecond waits for a warm-up, then counts for a while.
func perSecond(ctx context.Context, length time.Duration, count func() int64) (float64, error) {
	if err := pause(ctx, length/4); err != nil {
		return 0, err
	}
	from, at := count(), time.Now()
	if err := pause(ctx, length); err != nil {
		return 0, err
	}
	return float64(count()-from) / time.Since(at).Seconds(), nil
}

func pause(ctx context.Context, d time.Duration) error {
	select {
	case <-time.After(d):
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
