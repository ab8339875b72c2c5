package app

import (
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"regexp"
	"strings"

	"heliograph"
)

// NewLog returns a logger of format "text" or "json" that never writes a secret:
// secrets hide themselves by their type, and what could carry one by accident
// (credentials in headers, in URLs, under telling names) is taken out.
func NewLog(w io.Writer, format, level string) *slog.Logger {
	var least slog.Level
	if least.UnmarshalText([]byte(level)) != nil {
		least = slog.LevelInfo
	}
	o := &slog.HandlerOptions{Level: least, ReplaceAttr: redact}
	if format == "json" {
		return slog.New(slog.NewJSONHandler(w, o))
	}
	return slog.New(slog.NewTextHandler(w, o))
}

const redacted = "[secret]"

func redact(groups []string, a slog.Attr) slog.Attr {
	if len(groups) == 0 && (a.Key == slog.TimeKey || a.Key == slog.LevelKey) {
		return a
	}
	if telling(a.Key) {
		return slog.String(a.Key, redacted)
	}
	switch a.Value.Kind() {
	case slog.KindString:
		return slog.String(a.Key, scrub(a.Value.String()))
	case slog.KindAny:
		return slog.Any(a.Key, redactAny(a.Value.Any()))
	}
	return a
}

func redactAny(v any) any {
	switch v := v.(type) {
	case heliograph.Secret, nil:
		return v
	case error:
		return scrub(v.Error())
	case http.Header:
		return redactHeader(v)
	case *url.URL:
		return scrub(v.String())
	case []byte:
		return scrub(string(v))
	case json.RawMessage:
		return scrub(string(v))
	}
	return v
}

func redactHeader(h http.Header) http.Header {
	out := h.Clone()
	for name := range out {
		if telling(name) {
			out[name] = []string{redacted}
		}
	}
	return out
}

// telling reports whether a name says that its value is a credential.
func telling(name string) bool {
	n := strings.ToLower(strings.NewReplacer("-", "", "_", "", ".", "").Replace(name))
	for _, word := range [...]string{"authorization", "cookie", "password", "secret", "apikey", "authtoken", "masterkey", "signature"} {
		if strings.Contains(n, word) {
			return true
		}
	}
	return n == "token"
}

var (
	credentials = regexp.MustCompile(`(?i)\b(basic|bearer)\s+[A-Za-z0-9+/_=.~-]{6,}`)
	userinfo    = regexp.MustCompile(`(://[^/\s:@]*):[^/\s@]+@`)
)

// scrub takes credentials out of running text.
func scrub(s string) string {
	if strings.Contains(s, "://") {
		s = userinfo.ReplaceAllString(s, "$1:"+redacted+"@")
	}
	if len(s) > 12 {
		s = credentials.ReplaceAllString(s, "$1 "+redacted)
	}
	return s
}
