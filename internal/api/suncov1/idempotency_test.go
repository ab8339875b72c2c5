package suncov1_test

import (
	"context"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"heliograph"
)

// things is a surface with one route that makes things. Each thing is a key in
// the database, so that a lost or doubled one can be counted.
func things(t *testing.T, broken *atomic.Pointer[heliograph.Error]) *world {
	w := newWorld(t)
	w.handler = w.api.OnePost(func(ctx context.Context, body []byte) (any, error) {
		k, err := w.tenants.CreateKey(ctx, w.app.ID, string(body))
		if err != nil {
			return nil, err
		}
		if broken != nil && broken.Load() != nil {
			return nil, broken.Load()
		}
		return map[string]string{"id": k.Handle()}, nil
	})
	return w
}

func (w *world) post(key, path, body string) *answer {
	w.Helper()
	r := httptest.NewRequest("POST", path, strings.NewReader(body))
	r.Header.Set("Idempotency-Key", key)
	return w.do(basic(w.key), r)
}

func (w *world) made() int {
	w.Helper()
	keys, err := w.tenants.ListKeys(w.Context(), w.app.ID)
	w.must(err)
	return len(keys) - 1 // one is the caller's
}

func TestSameKeySameAnswer(t *testing.T) {
	t.Parallel()
	w := things(t, nil)
	first := w.post("k", "/v1.1/things/a", "x")
	first.want(201)
	again := w.post("k", "/sc/v1.1/apps/"+w.app.ID.String()+"/things/a", "x")
	again.want(201)
	if first.Body.String() != again.Body.String() || again.Header().Get("Idempotent-Replayed") != "true" || first.Header().Get("Idempotent-Replayed") != "" {
		t.Fatalf("%s, then %s", first.Body, again.Body)
	}
	w.post("k", "/v1.1/things/a", "y").want(409, "idempotency_mismatch")
	w.post("k", "/v1.1/things/b", "x").want(409, "idempotency_mismatch")
	w.post("other", "/v1.1/things/a", "x").want(201)
	if n := w.made(); n != 2 {
		t.Fatalf("%d things", n)
	}
	w.clock.Advance(24 * time.Hour)
	w.post("k", "/v1.1/things/a", "x").want(201)
	if n := w.made(); n != 3 {
		t.Fatalf("%d things, a day later", n)
	}
	for _, key := range []string{strings.Repeat("k", 256), "a\tb", "ü"} {
		w.post(key, "/v1.1/things/a", "x").want(400, "bad_request")
	}
}

func TestKeysBelongToApps(t *testing.T) {
	t.Parallel()
	w := things(t, nil)
	w.post("k", "/v1.1/things/a", "x").want(201)
	_, w.key = w.newApp()
	w.post("k", "/v1.1/things/a", "y").want(201)
}

func TestRefusalsAreKeptAndFailuresAreNot(t *testing.T) {
	t.Parallel()
	var broken atomic.Pointer[heliograph.Error]
	w := things(t, &broken)
	broken.Store(heliograph.InvalidField("x", "is wrong"))
	w.post("refused", "/v1.1/things/a", "x").want(400, "bad_request")
	broken.Store(&heliograph.Error{Kind: heliograph.Internal, Code: "internal_error", Message: "oh"})
	w.post("failed", "/v1.1/things/a", "x").want(500, "internal_error")
	broken.Store(&heliograph.Error{Kind: heliograph.RateLimited, Code: "too_many_requests", Message: "slow down"})
	w.post("limited", "/v1.1/things/a", "x").want(429, "too_many_requests")
	if n := w.made(); n != 0 {
		t.Fatalf("%d things are left of calls that failed", n)
	}
	broken.Store(nil)
	w.post("refused", "/v1.1/things/a", "x").want(400, "bad_request")
	w.post("failed", "/v1.1/things/a", "x").want(201)
	w.post("limited", "/v1.1/things/a", "x").want(201)
}

func TestTwins(t *testing.T) {
	t.Parallel()
	w := things(t, nil)
	var wg sync.WaitGroup
	bodies := make([]string, 8)
	for i := range bodies {
		wg.Go(func() { bodies[i] = w.post("k", "/v1.1/things/a", "x").Body.String() })
	}
	wg.Wait()
	for _, b := range bodies {
		if b != bodies[0] || !strings.Contains(b, "app_") {
			t.Fatalf("different answers: %q", bodies)
		}
	}
	if n := w.made(); n != 1 {
		t.Fatalf("%d things", n)
	}
}

func TestTwinOfOneThatHangs(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	entered, release := make(chan struct{}), make(chan struct{})
	w.handler = w.api.OnePost(func(context.Context, []byte) (any, error) {
		close(entered)
		<-release
		return nil, nil
	})
	var wg sync.WaitGroup
	wg.Go(func() { w.post("k", "/v1.1/things/a", "x").want(201) })
	<-entered
	r := httptest.NewRequest("POST", "/v1.1/things/a", strings.NewReader("x"))
	// The caller's patience ends before ours; what it is told is the same.
	ctx, cancel := context.WithCancel(r.Context())
	cancel()
	r = r.WithContext(ctx)
	r.Header.Set("Idempotency-Key", "k")
	w.do(basic(w.key), r).want(409, "idempotency_in_progress")
	close(release)
	wg.Wait()
}
