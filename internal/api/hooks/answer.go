package hooks

import (
	"errors"
	"io"
	"log/slog"
	"net/http"
	"strconv"

	"heliograph"
	"heliograph/channel"
	"heliograph/internal/api/httpx"
)

// answer says to the provider what its channel wants said.
func answer(w http.ResponseWriter, a channel.Answer) {
	h := w.Header()
	if a.ContentType != "" {
		h.Set("Content-Type", a.ContentType)
	}
	h.Set("Content-Length", strconv.Itoa(len(a.Body)))
	if a.Status == 0 {
		a.Status = http.StatusOK
	}
	w.WriteHeader(a.Status)
	_, _ = io.WriteString(w, a.Body)
}

// fail refuses a request. What is our own fault is told as unavailable, so that
// the provider sends it again.
func (h *Hooks) fail(w http.ResponseWriter, r *http.Request, err error) {
	e, ok := errors.AsType[*heliograph.Error](err)
	if !ok || e.Kind == heliograph.Internal {
		e = &heliograph.Error{Kind: heliograph.Unavailable, Code: heliograph.CodeUnavailable, Message: "something went wrong on our side; send it again", Err: err}
	}
	status, level := httpx.Status(e.Kind), slog.LevelInfo
	switch e.Kind {
	case heliograph.Unavailable:
		level = slog.LevelError
	case heliograph.Forbidden:
		// Forged, or the public URL or a credential is not what the provider has.
		level = slog.LevelWarn
	}
	h.Log.LogAttrs(r.Context(), level, "a provider's request was refused",
		slog.String("path", r.URL.Path), slog.Int("status", status), slog.String("error", err.Error()))
	httpx.RetryAfter(w, e)
	refuse(w, status, e.Message)
}

func refuse(w http.ResponseWriter, status int, why string) {
	h := w.Header()
	h.Set("Content-Type", "text/plain; charset=utf-8")
	h.Set("X-Content-Type-Options", "nosniff")
	w.WriteHeader(status)
	_, _ = io.WriteString(w, why+"\n")
}
