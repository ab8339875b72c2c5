package httpx

import (
	"io"
	"log/slog"
	"net/http"
	"runtime/debug"
	"time"

	"heliograph"
)

// Watch is told of every answered request. route is one of few: a pattern,
// never a path.
type Watch interface {
	Request(route string, status int, took time.Duration)
}

// Options are what Wrap is handed.
type Options struct {
	Log    *slog.Logger
	Now    heliograph.Clock
	Watch  Watch
	Random io.Reader // crypto/rand.Reader outside tests
}

// Wrap gives next what every surface has: request ids, figures, the access log
// (at debug level, because a busy server would log little else) and the recovery
// from a panic.
func Wrap(next http.Handler, o Options) http.Handler {
	var random [6]byte
	if _, err := io.ReadFull(o.Random, random[:]); err != nil {
		panic("no randomness for request ids: " + err.Error())
	}
	return &wrapped{Options: o, next: next, ids: newRequestIDs(random)}
}

type wrapped struct {
	Options
	next http.Handler
	ids  *requestIDs
}

func (h *wrapped) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	start := h.Now()
	id := h.ids.of(r)
	w.Header().Set(requestIDHeader, id)
	rec := &recorder{ResponseWriter: w, route: "other", path: r.URL.Path}
	defer func() {
		if p := recover(); p != nil {
			h.recovered(rec, r, id, p)
		}
		took := h.Now().Sub(start)
		h.Watch.Request(rec.route, rec.code(), took)
		if h.Log.Enabled(r.Context(), slog.LevelDebug) {
			h.Log.LogAttrs(r.Context(), slog.LevelDebug, "request",
				slog.String("request", id), slog.String("method", r.Method), slog.String("path", rec.path),
				slog.Int("status", rec.code()), slog.Duration("took", took), slog.Int64("bytes", rec.bytes),
				slog.String("from", r.RemoteAddr), slog.String("agent", r.UserAgent()))
		}
	}()
	h.next.ServeHTTP(rec, r)
}

// recovered answers a request whose handler broke. One broken request must not
// take the others down; the log has what is needed to mend it.
func (h *wrapped) recovered(rec *recorder, r *http.Request, id string, p any) {
	if p == http.ErrAbortHandler {
		panic(p)
	}
	h.Log.LogAttrs(r.Context(), slog.LevelError, "a request broke",
		slog.String("request", id), slog.String("method", r.Method), slog.String("path", rec.path),
		slog.Any("panic", p), slog.String("stack", string(debug.Stack())))
	if rec.status != 0 {
		return
	}
	rec.Header().Set("Content-Type", "application/json; charset=utf-8")
	rec.WriteHeader(http.StatusInternalServerError)
	_, _ = io.WriteString(rec, `{"error":{"code":"`+heliograph.CodeInternal+`","description":"something went wrong on our side"}}`)
}
