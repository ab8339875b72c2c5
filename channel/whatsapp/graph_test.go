package whatsapp_test

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"heliograph/channel"
	"heliograph/channel/channeltest"
	"heliograph/channel/whatsapp"
)

type files func(ctx context.Context, url string) (*channel.Blob, error)

// opened is an integration at base.
func opened(t testing.TB, extra map[string]any, base string, media files) channel.Channel {
	t.Helper()
	rt := &http.Transport{}
	t.Cleanup(rt.CloseIdleConnections)
	ch, err := whatsapp.Type.Open(channel.Config{Settings: []byte(settings(extra))}, channel.Deps{
		HTTP: rt, Guarded: rt, BaseURL: base, Media: media, Clock: func() time.Time { return channeltest.Now },
	})
	if err != nil {
		t.Fatal(err)
	}
	return ch
}

// graph plays the Graph API over HTTP: each request has its answer by method and
// path, with the query.
type graph struct {
	*testing.T
	*httptest.Server
	answers map[string]string // "STATUS body"

	mu     sync.Mutex
	asked  []string
	bodies []string
	header []http.Header
}

func newGraph(t *testing.T, answers map[string]string) *graph {
	t.Helper()
	g := &graph{T: t, answers: answers}
	g.Server = httptest.NewServer(g)
	t.Cleanup(g.Close)
	return g
}

func (g *graph) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	key := r.Method + " " + r.URL.RequestURI()
	g.mu.Lock()
	g.asked, g.bodies, g.header = append(g.asked, key), append(g.bodies, string(body)), append(g.header, r.Header)
	g.mu.Unlock()
	status, text, _ := strings.Cut(g.answers[key], " ")
	code := http.StatusNotFound
	if status != "" {
		code = 0
		for _, d := range status {
			code = code*10 + int(d-'0')
		}
	} else {
		g.Errorf("unexpected: %s", key)
	}
	w.WriteHeader(code)
	_, _ = io.WriteString(w, strings.ReplaceAll(text, "{base}", g.URL))
}

func blob(body, kind string) *channel.Blob {
	return &channel.Blob{Body: io.NopCloser(strings.NewReader(body)), Type: kind, Size: int64(len(body)), Name: "f"}
}
