package httpx_test

import (
	"bytes"
	"crypto/rand"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"heliograph"
	"heliograph/internal/api/httpx"
)

// figures notes what it is told.
type figures struct {
	route  string
	status int
}

func (f *figures) Request(route string, status int, _ time.Duration) {
	f.route, f.status = route, status
}

func serve(t *testing.T, h http.HandlerFunc, r *http.Request) (*httptest.ResponseRecorder, *figures, string) {
	t.Helper()
	var log bytes.Buffer
	f := &figures{}
	rec := httptest.NewRecorder()
	httpx.Wrap(h, httpx.Options{
		Log: slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug})),
		Now: time.Now, Watch: f, Random: rand.Reader,
	}).ServeHTTP(rec, r)
	return rec, f, log.String()
}

func TestWrap(t *testing.T) {
	t.Parallel()
	t.Run("figures, log and id", func(t *testing.T) {
		t.Parallel()
		rec, f, log := serve(t, func(w http.ResponseWriter, _ *http.Request) {
			httpx.Name(w, "GET /things/{id}")
			w.WriteHeader(http.StatusTeapot)
		}, httptest.NewRequest(http.MethodGet, "/things/5", nil))
		id := rec.Header().Get("X-Request-Id")
		if id == "" || !strings.Contains(log, id) || !strings.Contains(log, "status=418") {
			t.Fatalf("id %q, log %s", id, log)
		}
		if f.route != "GET /things/{id}" || f.status != http.StatusTeapot {
			t.Fatalf("%+v", f)
		}
	})
	t.Run("the caller's id is kept when it is plausible", func(t *testing.T) {
		t.Parallel()
		for given, kept := range map[string]bool{"abc-1": true, "a\"b": false, strings.Repeat("x", 65): false} {
			r := httptest.NewRequest(http.MethodGet, "/", nil)
			r.Header.Set("X-Request-Id", given)
			rec, _, _ := serve(t, func(http.ResponseWriter, *http.Request) {}, r)
			if got := rec.Header().Get("X-Request-Id"); (got == given) != kept || got == "" {
				t.Errorf("%q became %q", given, got)
			}
		}
	})
	t.Run("a panic becomes a 500 in JSON", func(t *testing.T) {
		t.Parallel()
		rec, f, log := serve(t, func(http.ResponseWriter, *http.Request) { panic("oh") }, httptest.NewRequest(http.MethodGet, "/", nil))
		if rec.Code != 500 || f.status != 500 || !strings.Contains(rec.Body.String(), `"internal_error"`) || strings.Contains(rec.Body.String(), "oh") {
			t.Fatalf("%d %s", rec.Code, rec.Body)
		}
		if !strings.Contains(log, "panic=oh") || !strings.Contains(log, "stack=") {
			t.Fatalf("the log does not help: %s", log)
		}
	})
}

func TestBody(t *testing.T) {
	t.Parallel()
	unsized := func(s string) io.Reader { return io.MultiReader(strings.NewReader(s)) }
	tests := []struct {
		name string
		body io.Reader
		want string
		kind heliograph.Kind
	}{
		{"none", nil, "", 0},
		{"fits", strings.NewReader("12345"), "12345", 0},
		{"fits, length unknown", unsized("12345"), "12345", 0},
		{"too long", strings.NewReader("123456"), "", heliograph.TooLarge},
		{"too long, length unknown", unsized("123456"), "", heliograph.TooLarge},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got, err := httpx.Body(httptest.NewRecorder(), httptest.NewRequest(http.MethodPost, "/", tt.body), 5)
			if tt.kind != 0 {
				if !heliograph.IsKind(err, tt.kind) {
					t.Fatalf("%q, %v", got, err)
				}
				return
			}
			if err != nil || string(got) != tt.want {
				t.Fatalf("%q, %v", got, err)
			}
		})
	}
	cut := httptest.NewRequest(http.MethodPost, "/", strings.NewReader("123"))
	cut.ContentLength = 5
	if _, err := httpx.Body(httptest.NewRecorder(), cut, 5); !heliograph.IsKind(err, heliograph.Invalid) {
		t.Fatalf("a body that ended early: %v", err)
	}
}

func TestStatusOfEveryKind(t *testing.T) {
	t.Parallel()
	want := map[heliograph.Kind]int{
		heliograph.Internal: 500, heliograph.Invalid: 400, heliograph.Unauthenticated: 401, heliograph.Forbidden: 403,
		heliograph.NotFound: 404, heliograph.Conflict: 409, heliograph.TooLarge: 413, heliograph.Locked: 423,
		heliograph.RateLimited: 429, heliograph.Unavailable: 503,
	}
	for k, status := range want {
		if got := httpx.Status(k); got != status {
			t.Errorf("Status(%d) = %d, want %d", k, got, status)
		}
	}
	for after, want := range map[time.Duration]string{0: "1", time.Second: "1", 1200 * time.Millisecond: "2"} {
		rec := httptest.NewRecorder()
		httpx.RetryAfter(rec, &heliograph.Error{Kind: heliograph.RateLimited, RetryAfter: after})
		if got := rec.Header().Get("Retry-After"); got != want {
			t.Errorf("%s: Retry-After %q, want %q", after, got, want)
		}
	}
}
