package app

import (
	"io"
	"net/http"
	"net/http/httptest"
	"testing"
)

func TestPlaces(t *testing.T) {
	t.Parallel()
	say := func(word string) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, word) })
	}
	p := places{{"/healthz", say("health")}, {"/hooks/", say("hooks")}, {"/", say("api")}}
	for path, want := range map[string]string{
		"/healthz": "health", "/healthz/": "health", "/healthzz": "api", "/hooks/twilio": "hooks", "/hooks": "api",
		"/": "api", "/v1.1//x": "api", "/v1.1/../hooks/x": "api", "*": "api",
	} {
		r := httptest.NewRequest(http.MethodGet, "/", nil)
		r.URL.Path = path
		w := httptest.NewRecorder()
		p.ServeHTTP(w, r)
		if w.Body.String() != want {
			t.Errorf("%s went to %s, want %s", path, w.Body, want)
		}
	}
}
