package webhook_test

import (
	"io"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"heliograph"
	"heliograph/internal/testkit"
	"heliograph/internal/webhook"
)

// BenchmarkTell measures events from their append to their record: durable
// insert, signed call over loopback, durable note; the receiver included. It
// does so alone, and while another app's receiver hangs.
func BenchmarkTell(b *testing.B) {
	b.Run("alone", func(b *testing.B) { benchmarkTell(b, false) })
	b.Run("beside one that hangs", func(b *testing.B) { benchmarkTell(b, true) })
}

func benchmarkTell(b *testing.B, beside bool) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	var left atomic.Int64
	left.Store(int64(b.N))
	all := make(chan struct{})
	srv := &http.Server{Handler: http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		if left.Add(-1) == 0 {
			close(all)
		}
	})}
	go func() { _ = srv.Serve(l) }()
	b.Cleanup(func() { _ = srv.Close() })
	w := newWorld(b, func(d *webhook.Deps) { d.Now, d.After = time.Now, webhook.RealTime })
	if beside {
		w.hang(b)
	}
	w.hook("http://" + l.Addr().String())
	b.ReportAllocs()
	b.ResetTimer()
	var next atomic.Int64
	var wg sync.WaitGroup
	for range 64 {
		wg.Go(func() {
			for next.Add(1) <= int64(b.N) {
				e := &heliograph.Event{ID: w.ids.Event(), App: w.app, Type: heliograph.EventRead, At: heliograph.At(time.Now()), Conversation: w.ids.Conversation()}
				if err := w.st.AppendEvents(b.Context(), e); err != nil {
					b.Error(err)
				}
			}
		})
	}
	wg.Wait()
	<-all
	b.StopTimer()
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "events/s")
}

// hang has another app's receiver hang, with events waiting for it.
func (w *world) hang(b *testing.B) {
	release := make(chan struct{})
	sink := testkit.NewSink(b, func(http.ResponseWriter, *testkit.Received) { <-release })
	b.Cleanup(func() { close(release) })
	own := w.app
	w.app = w.ids.App()
	w.hook(sink.URL)
	for range 100 {
		for range 20 {
			w.happen(w.ids.Conversation(), 1)
		}
	}
	w.app = own
	sink.WaitCount(b, 10)
}
