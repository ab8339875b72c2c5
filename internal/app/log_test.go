package app

import (
	"bytes"
	"errors"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"heliograph"
)

func TestLogHidesSecrets(t *testing.T) {
	t.Parallel()
	const word = "hunter2hunter2"
	type settings struct {
		Name  string
		Token heliograph.Secret
	}
	u, err := url.Parse("postgres://app:" + word + "@db/heliograph")
	if err != nil {
		t.Fatal(err)
	}
	attrs := []any{
		"key", heliograph.Secret(word),
		"settings", settings{"x", word},
		"pointer", &settings{"x", word},
		slog.Group("request", "Authorization", "Basic "+word),
		"header", http.Header{"Authorization": {"Bearer " + word}, "X-Api-Key": {word}, "Cookie": {word}, "Accept": {"kept"}},
		"err", errors.New("connect to postgres://app:" + word + "@db/x failed; sent Authorization: Bearer " + word),
		"url", u,
		"password", word,
		"auth_token", word,
		"token", word,
		"body", []byte("Basic " + word),
	}
	for _, format := range []string{"text", "json"} {
		var b bytes.Buffer
		NewLog(&b, format, "info").Info("sent with Bearer "+word, attrs...)
		got := b.String()
		if strings.Contains(got, word) {
			t.Errorf("%s shows a secret: %s", format, got)
		}
		if !strings.Contains(got, "kept") || !strings.Contains(got, "db/x failed") {
			t.Errorf("%s lost what is no secret: %s", format, got)
		}
	}
}

func TestLogLevel(t *testing.T) {
	t.Parallel()
	var b bytes.Buffer
	l := NewLog(&b, "json", "warn")
	l.Info("quiet")
	l.Warn("loud")
	if got := b.String(); strings.Contains(got, "quiet") || !strings.Contains(got, "loud") {
		t.Error(got)
	}
}
