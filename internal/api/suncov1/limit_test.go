package suncov1_test

import (
	"strings"
	"testing"
	"time"

	"heliograph/internal/api/suncov1"
)

func TestLimit(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	other, otherKey := w.newApp()
	w.api.Limit = suncov1.Limit{PerSecond: 2, Burst: 3}
	w.handler = w.api.Handler()
	call := func(status int, limit, remaining, reset, retry string) {
		t.Helper()
		a := w.call(basic(w.key), "GET", "/v1.1/keys", nil)
		a.want(status)
		h := a.Header()
		for name, want := range map[string]string{"RateLimit-Limit": limit, "RateLimit-Remaining": remaining, "RateLimit-Reset": reset, "Retry-After": retry} {
			if got := h.Get(name); got != want {
				t.Errorf("%s is %q, want %q", name, got, want)
			}
		}
	}
	call(200, "3", "2", "1", "")
	call(200, "3", "1", "1", "")
	call(200, "3", "0", "2", "")
	call(429, "3", "0", "2", "1")
	got := w.call(basic(w.key), "POST", "/v1.1/keys", `{"name":"x"}`).want(429, "too_many_requests")
	if text := dig(t, got, "error", "description").(string); !strings.Contains(text, "2 per second") {
		t.Error(text)
	}
	// An account's calls of the app count, its calls of no app and other apps do not.
	w.call(basic(w.account), "GET", "/v1.1/apps/"+w.app.ID.String()+"/keys", nil).want(429, "too_many_requests")
	w.call(basic(w.account), "GET", "/v1.1/apps", nil).want(200)
	w.call(basic(otherKey), "GET", "/v1.1/apps/"+other.ID.String(), nil).want(200)
	w.clock.Advance(500 * time.Millisecond)
	call(200, "3", "0", "2", "")
	call(429, "3", "0", "2", "1")
	w.clock.Advance(time.Hour)
	call(200, "3", "2", "1", "")

	w.api.Limit = suncov1.Limit{PerSecond: 0.1}
	w.handler = w.api.Handler()
	call(200, "1", "0", "10", "")
	call(429, "1", "0", "10", "10")

	w.api.Limit = suncov1.Limit{}
	w.handler = w.api.Handler()
	for range 20 {
		call(200, "", "", "", "")
	}
}
