package hooks

import (
	"errors"
	"io"
	"log/slog"
	"net/http"
	"strconv"
	"strings"

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
		slog.String("path", known(r.URL.Path)), slog.Int("status", status), slog.String("error", err.Error()))
	httpx.RetryAfter(w, e)
	refuse(w, status, e.Message)
}

// known is the part of a path that is no secret, as far as the integration: some
// providers prove themselves by what follows.
func known(path string) string {
	parts := strings.SplitN(path, "/", 5) // "", hooks, channel, integration, …
	if len(parts) < 5 {
		return path
	}
	return strings.Join(parts[:4], "/") + "/…"
}

func refuse(w http.ResponseWriter, status int, why string) {
	h := w.Header()
	h.Set("Content-Type", "text/plain; charset=utf-8")
	h.Set("X-Content-Type-Options", "nosniff")
	w.WriteHeader(status)
	_, _ = io.WriteString(w, why+"\n")
}
