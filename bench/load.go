package main

import (
	"context"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/valyala/fasthttp"
)

// load is a client that posts as fast as it may over a number of connections.
type load struct {
	addr  string
	conns int
	// fill writes the n-th request.
	fill func(worker int, n int64, req *fasthttp.Request)
	// rate is how many requests to start per second; 0: each connection as soon
	// as it is free.
	rate float64
	// room reports whether another request may start; nil: always.
	room func() bool

	next     atomic.Int64
	accepted atomic.Int64
	failed   atomic.Int64
	last     atomic.Value // the last refusal, for a message

	cancel  context.CancelFunc
	wg      sync.WaitGroup
	samples [][]sample
}

// sample is one answered request.
type sample struct {
	at   time.Time
	took time.Duration
}

// start begins to post.
func (l *load) start(ctx context.Context) {
	ctx, l.cancel = context.WithCancel(ctx)
	began := time.Now()
	l.samples = make([][]sample, l.conns)
	client := &fasthttp.HostClient{Addr: l.addr, MaxConns: l.conns, NoDefaultUserAgentHeader: true}
	for w := range l.conns {
		l.wg.Go(func() { l.work(ctx, client, w, began) })
	}
}

func (l *load) work(ctx context.Context, client *fasthttp.HostClient, w int, began time.Time) {
	req, res := fasthttp.AcquireRequest(), fasthttp.AcquireResponse()
	defer fasthttp.ReleaseRequest(req)
	defer fasthttp.ReleaseResponse(res)
	for ctx.Err() == nil {
		for l.room != nil && !l.room() && ctx.Err() == nil {
			time.Sleep(time.Millisecond)
		}
		n := l.next.Add(1)
		at := time.Now()
		if l.rate > 0 {
			// A request that starts late because no connection was free waits in
			// the numbers, too.
			due := began.Add(time.Duration(float64(n) / l.rate * float64(time.Second)))
			if wait := due.Sub(at); wait > 0 {
				time.Sleep(wait)
				at = time.Now()
			} else {
				at = due
			}
		}
		l.fill(w, n, req)
		err := client.Do(req, res)
		took := time.Since(at)
		if err != nil || res.StatusCode() >= 300 {
			if ctx.Err() == nil {
				l.refuse(res, err)
			}
			continue
		}
		l.accepted.Add(1)
		l.samples[w] = append(l.samples[w], sample{at, took})
	}
}

// refuse counts a request that was not taken, and waits as the server asks.
func (l *load) refuse(res *fasthttp.Response, err error) {
	l.failed.Add(1)
	if err != nil {
		l.last.Store(err.Error())
		return
	}
	l.last.Store(string(res.Body()))
	if len(res.Header.Peek("Retry-After")) > 0 {
		time.Sleep(50 * time.Millisecond)
	}
}

// stop ends the posting and waits for the requests under way.
func (l *load) stop() {
	l.cancel()
	l.wg.Wait()
}

// took returns how long the requests that started between two times took, in
// order. Call it after stop.
func (l *load) took(from, to time.Time) []time.Duration {
	var out []time.Duration
	for _, s := range l.samples {
		for _, x := range s {
			if !x.at.Before(from) && x.at.Before(to) {
				out = append(out, x.took)
			}
		}
	}
	slices.Sort(out)
	return out
}
