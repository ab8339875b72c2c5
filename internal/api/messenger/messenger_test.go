package messenger_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/fstest"

	"heliograph"
	"heliograph/internal/api/messenger"
)

const web, ios, broken = "5f3c1e7ab2c4d5e6f7a8b9c0", "5f3c1e7ab2c4d5e6f7a8b9c1", "5f3c1e7ab2c4d5e6f7a8b9c2"

type integrations map[string]string

func (i integrations) Type(_ context.Context, id heliograph.IntegrationID) (string, error) {
	switch kind := i[id.String()]; kind {
	case "":
		return "", heliograph.Errorf(heliograph.NotFound, heliograph.CodeNotFound, "none")
	case "broken":
		return "", errors.New("the disk is on fire")
	default:
		return kind, nil
	}
}

func files(t *testing.T, widget string) *messenger.Files {
	t.Helper()
	f, err := messenger.NewFiles(fstest.MapFS{
		"loader.js": {Data: []byte("loader();")}, "widget.js": {Data: []byte(widget)}, "sw.js": {Data: []byte("sw();")},
	})
	if err != nil {
		t.Fatal(err)
	}
	return f
}

var large = strings.Repeat("widget();", 500)

func api(t *testing.T) http.Handler {
	t.Helper()
	return &messenger.API{
		Integrations: integrations{web: "web", ios: "ios", broken: "broken"}, Files: files(t, large),
		PublicURL: "https://chat.example/base", Log: slog.New(slog.DiscardHandler),
	}
}

func call(h http.Handler, method, url string, header ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, url, nil)
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

func TestLoader(t *testing.T) {
	t.Parallel()
	h := api(t)
	for _, tt := range []struct {
		name, method, url string
		status            int
		code              string
	}{
		{"by path", "GET", "https://chat.example/webloader/" + web, 200, ""},
		{"by path, with a slash", "GET", "https://chat.example/webloader/" + web + "/", 200, ""},
		{"by host", "GET", "https://" + web + ".webloader.chat.example/", 200, ""},
		{"by host, in capitals", "GET", "https://" + strings.ToUpper(web) + ".webloader.chat.example/", 200, ""},
		{"head", "HEAD", "https://chat.example/webloader/" + web, 200, ""},
		{"another type", "GET", "https://chat.example/webloader/" + ios, 404, "not_found"},
		{"unknown", "GET", "https://chat.example/webloader/5f3c1e7ab2c4d5e6f7a8b9ff", 404, "not_found"},
		{"unknown host", "GET", "https://5f3c1e7ab2c4d5e6f7a8b9ff.webloader.chat.example/", 404, "not_found"},
		{"no id", "GET", "https://chat.example/webloader/shop", 404, "not_found"},
		{"nothing", "GET", "https://chat.example/webloader/", 404, "not_found"},
		{"a fault", "GET", "https://chat.example/webloader/" + broken, 500, "internal_error"},
		{"written to", "POST", "https://chat.example/webloader/" + web, 405, "method_not_allowed"},
	} {
		w := call(h, tt.method, tt.url)
		if w.Code != tt.status || w.Header().Get("Access-Control-Allow-Origin") != "*" {
			t.Errorf("%s: %d %v", tt.name, w.Code, w.Header())
		}
		var got struct {
			URL   string `json:"url"`
			V5    string `json:"v5"`
			Error struct {
				Code string `json:"code"`
			} `json:"error"`
		}
		if err := json.Unmarshal(w.Body.Bytes(), &got); err != nil {
			t.Fatalf("%s: %v", tt.name, err)
		}
		if got.Error.Code != tt.code {
			t.Errorf("%s: code %q", tt.name, got.Error.Code)
		}
		if tt.status != 200 {
			continue
		}
		path, ok := strings.CutPrefix(got.URL, "https://chat.example/base")
		if !ok || got.V5 != got.URL {
			t.Fatalf("%s: %s", tt.name, w.Body)
		}
		if l := call(h, "GET", path); l.Code != 200 || l.Body.String() != "loader();" || !strings.Contains(l.Header().Get("Cache-Control"), "immutable") {
			t.Errorf("%s: the loader: %d %q %v", tt.name, l.Code, l.Body, l.Header())
		}
	}
	if w := call(h, "OPTIONS", "https://chat.example/webloader/"+web); w.Code != 204 || w.Header().Get("Access-Control-Allow-Methods") == "" {
		t.Errorf("preflight: %d %v", w.Code, w.Header())
	}
}

func TestFiles(t *testing.T) {
	t.Parallel()
	h := api(t)
	plain := call(h, "GET", "/sdk/widget/widget.js")
	if plain.Code != 200 || plain.Body.String() != large || plain.Header().Get("Cache-Control") != "public, max-age=300" ||
		plain.Header().Get("Content-Type") != "text/javascript; charset=utf-8" || plain.Header().Get("X-Content-Type-Options") != "nosniff" {
		t.Fatalf("%d %v", plain.Code, plain.Header())
	}
	zipped := call(h, "GET", "/sdk/widget/widget.js", "Accept-Encoding", "br, gzip;q=0.8")
	z, err := gzip.NewReader(bytes.NewReader(zipped.Body.Bytes()))
	if err != nil {
		t.Fatal(err)
	}
	if text, err := io.ReadAll(z); err != nil || string(text) != large || zipped.Header().Get("Content-Encoding") != "gzip" {
		t.Errorf("%v %v", err, zipped.Header())
	}
	if w := call(h, "GET", "/sdk/widget/widget.js", "Accept-Encoding", "gzip;q=0"); w.Header().Get("Content-Encoding") != "" {
		t.Error("gzip although it is refused")
	}
	if w := call(h, "GET", "/sdk/widget/widget.js", "If-None-Match", plain.Header().Get("ETag")); w.Code != 304 || w.Body.Len() != 0 {
		t.Errorf("%d", w.Code)
	}
	if w := call(h, "GET", "/sdk/widget/0123456789abcdef0123/widget.js"); w.Code != 200 || strings.Contains(w.Header().Get("Cache-Control"), "immutable") {
		t.Errorf("an older digest: %d %v", w.Code, w.Header())
	}
	for _, none := range []string{"", "nothing.js", "../files.go", "x/../widget.js", "widget.js/"} {
		if w := call(h, "GET", "/sdk/widget/"+none); w.Code != 404 {
			t.Errorf("%q: %d", none, w.Code)
		}
	}
}

// TestDigest: what one file loads must fit, so that all of them share a digest.
func TestDigest(t *testing.T) {
	t.Parallel()
	if a, b := files(t, "a"), files(t, "b"); a.Path("loader.js") == b.Path("loader.js") {
		t.Error("another widget has the same loader path")
	}
	if _, err := messenger.NewFiles(fstest.MapFS{"widget.js": {}}); err == nil {
		t.Error("files without a loader are taken")
	}
}
