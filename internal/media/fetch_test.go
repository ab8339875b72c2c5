package media_test

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"heliograph"
	"heliograph/channel"
	"heliograph/internal/media"
	"heliograph/internal/store"
)

func TestFetch(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	want := picture()
	b.answer = serve("image/png", want)
	sum := sha256.Sum256([]byte(want))
	b.Start()
	m := b.adopt(channel.Media{URL: "http://files.test/1", Type: "image/png", Name: "cat.png", SHA256: hex.EncodeToString(sum[:])})
	if m.MediaType != "image/png" || m.AltText != "cat.png" || !strings.HasPrefix(m.MediaURL, "https://h.test/media/") || !strings.HasSuffix(m.MediaURL, "/cat.png") {
		t.Fatalf("%+v", m.Content)
	}
	blob, err := b.Blob(t.Context(), m.MediaURL)
	b.must(err)
	got, err := io.ReadAll(blob.Body)
	b.must(err)
	if string(got) != want || blob.Type != "image/png" || blob.Size != int64(len(want)) || blob.Name != "cat.png" {
		t.Errorf("%d bytes of %s called %s", len(got), blob.Type, blob.Name)
	}
	if again := b.again(m); again.MediaSize != int64(len(want)) || again.MediaURL != m.MediaURL {
		t.Errorf("%+v", again.Content)
	}
	b.eventually("figures", func() bool { return b.times("stored") == 1 })
	if b.bytes["fetched"] != int64(len(want)) || b.bytes["served"] != int64(len(want)) {
		t.Errorf("%v", b.bytes)
	}
}

func TestFetchByTheChannel(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	b.ch = fetcher(func(_ context.Context, m *channel.Media) (*channel.Blob, error) {
		return &channel.Blob{Body: io.NopCloser(strings.NewReader("of " + m.ID)), Type: "text/plain", Size: -1}, nil
	})
	b.Start()
	m := b.adopt(channel.Media{ID: "m1"})
	if f := b.settled(m.MediaURL, media.Stored); f.Size != 5 || f.Type != "text/plain" {
		t.Errorf("%+v", f)
	}
}

// fetcher is a channel with rules of its own.
type fetcher func(context.Context, *channel.Media) (*channel.Blob, error)

func (f fetcher) Send(context.Context, *channel.Outgoing) channel.Result {
	return channel.Accepted(200)
}

func (f fetcher) Fetch(ctx context.Context, m *channel.Media) (*channel.Blob, error) {
	return f(ctx, m)
}

func TestSlowProvider(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	b.limits.Wait = 20 * time.Millisecond
	b.close()
	b.open()
	let := make(chan struct{})
	b.answer = func(w http.ResponseWriter, r *http.Request) {
		_, _ = w.Write([]byte(png))
		_ = http.NewResponseController(w).Flush()
		<-let
	}
	b.Start()
	m := b.adopt(channel.Media{URL: "http://files.test/1", Type: "image/png"})
	_, err := b.Find(t.Context(), b.ref(m.MediaURL))
	e := heliograph.AsError(err)
	if e.Kind != heliograph.Unavailable || e.Code != heliograph.CodeMediaPending || e.RetryAfter < time.Second {
		t.Fatalf("%v, again after %s", err, e.RetryAfter)
	}
	close(let)
	b.settled(m.MediaURL, media.Stored)
	f, err := b.Find(t.Context(), b.ref(m.MediaURL))
	b.must(err)
	if f.Size != int64(len(png)) {
		t.Errorf("%d bytes", f.Size)
	}
}

func TestStalledProvider(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	b.limits.Stall = 30 * time.Millisecond
	b.close()
	b.open()
	b.answer = func(w http.ResponseWriter, r *http.Request) {
		_, _ = w.Write([]byte(png))
		_ = http.NewResponseController(w).Flush()
		<-r.Context().Done()
	}
	b.Start()
	m := b.adopt(channel.Media{URL: "http://files.test/1", Type: "image/png"})
	b.eventually("a retry", func() bool { return b.times("retry") == 1 })
	if f := b.settled(m.MediaURL, media.Pending); f.Reason != media.ReasonUnreachable {
		t.Errorf("%+v", f)
	}
}

// TestRestart ends the process in the middle of a fetch: by a stop, and as a
// kill leaves the database.
func TestRestart(t *testing.T) {
	t.Parallel()
	for name, end := range map[string]func(*bed, string){
		"stopped": func(b *bed, url string) {
			b.Start()
			b.eventually("a piece", func() bool {
				_, err := store.Media{Store: b.store}.Chunk(b.Context(), b.app, b.ref(url).ID, 0)
				return err == nil
			})
			b.close()
		},
		"killed": func(b *bed, _ string) {
			view, now := store.Media{Store: b.store}, heliograph.At(b.clock.Now())
			files, err := view.Claim(b.Context(), now, now.Add(time.Hour), 1, nil)
			b.must(err)
			b.must(view.Append(b.Context(), files[0], 0, []byte("half")))
			b.must(view.Append(b.Context(), files[0], 1, []byte("of it")))
			b.must(b.store.Close())
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newBed(t)
			want := picture()
			var calls atomic.Int32
			b.answer = func(w http.ResponseWriter, r *http.Request) {
				if calls.Add(1) == 1 && name == "stopped" {
					_, _ = io.WriteString(w, want[:media.ChunkBytes+10])
					_ = http.NewResponseController(w).Flush()
					<-r.Context().Done()
					return
				}
				_, _ = io.WriteString(w, want)
			}
			m := b.adopt(channel.Media{URL: "http://files.test/1", Type: "image/png"})
			end(b, m.MediaURL)
			b.open()
			b.Start()
			b.settled(m.MediaURL, media.Stored)
			blob, err := b.Blob(t.Context(), m.MediaURL)
			b.must(err)
			got, err := io.ReadAll(blob.Body)
			b.must(err)
			if string(got) != want {
				t.Errorf("%d bytes of %d", len(got), len(want))
			}
		})
	}
}

func TestWhatIsLost(t *testing.T) {
	t.Parallel()
	big := strings.Repeat("x", 1<<20+1)
	for _, tt := range []struct {
		name   string
		media  channel.Media
		answer http.HandlerFunc
		reason string
	}{
		{"announced as too large", channel.Media{URL: "http://files.test/1", Size: 2 << 20}, nil, media.ReasonTooLarge},
		{"too large", channel.Media{URL: "http://files.test/1"}, serve("text/plain", big), media.ReasonTooLarge},
		{"too large, and does not say", channel.Media{URL: "http://files.test/1"}, func(w http.ResponseWriter, _ *http.Request) {
			_ = http.NewResponseController(w).Flush()
			_, _ = io.WriteString(w, big)
		}, media.ReasonTooLarge},
		{"a private address", channel.Media{URL: "http://127.0.0.1:1/"}, nil, media.ReasonRefused},
		{"a name of a private address", channel.Media{URL: "http://inner.test/"}, serve("text/plain", "secret"), media.ReasonRefused},
		{"a redirect to a private address", channel.Media{URL: "http://files.test/1"}, redirect("http://127.0.0.1:1/"), media.ReasonRefused},
		{"a redirect to a name of one", channel.Media{URL: "http://files.test/1"}, redirect("http://inner.test/"), media.ReasonRefused},
		{"no URL", channel.Media{URL: "file:///etc/passwd"}, nil, media.ReasonRefused},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			b := newBed(t)
			b.answer = func(w http.ResponseWriter, r *http.Request) {
				if tt.answer == nil {
					t.Error("the provider was called")
					return
				}
				tt.answer(w, r)
			}
			b.Start()
			m := b.adopt(tt.media)
			if f := b.settled(m.MediaURL, media.Lost); f.Reason != tt.reason || f.Attempts != 1 {
				t.Errorf("%s after %d attempts", f.Reason, f.Attempts)
			}
			_, err := b.Find(t.Context(), b.ref(m.MediaURL))
			if e := heliograph.AsError(err); e.Kind != heliograph.NotFound || e.Code != heliograph.CodeMediaLost {
				t.Error(err)
			}
		})
	}
}

func redirect(to string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, to, http.StatusFound) }
}

func TestRedirect(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	b.answer = func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/3" {
			http.Redirect(w, r, "/"+string(r.URL.Path[1]+1), http.StatusFound)
			return
		}
		_, _ = io.WriteString(w, "here")
	}
	b.Start()
	m := b.adopt(channel.Media{URL: "http://files.test/1"})
	if f := b.settled(m.MediaURL, media.Stored); f.Size != 4 {
		t.Errorf("%+v", f)
	}
}

// TestRetries lets attempts fail, and moves the clock on to the next ones.
func TestRetries(t *testing.T) {
	t.Parallel()
	status := func(code int) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(code) }
	}
	broken := func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Length", "100")
		_, _ = io.WriteString(w, "short")
	}
	for _, tt := range []struct {
		name     string
		answer   http.HandlerFunc
		change   func(*bed, *channel.Media)
		attempts int
		reason   string
	}{
		{"gone", status(404), nil, 3, media.ReasonGone},
		{"another file", serve("text/plain", "x"), func(_ *bed, m *channel.Media) { m.SHA256 = strings.Repeat("0", 64) }, 3, media.ReasonChecksum},
		{"away", status(503), nil, 11, media.ReasonUnreachable},
		{"broken off", broken, nil, 11, media.ReasonUnreachable},
		{"redirects for ever", redirect("http://files.test/1"), nil, 11, media.ReasonUnreachable},
		{"no channel", nil, func(b *bed, _ *channel.Media) { b.ch = nil }, 1, media.ReasonNoChannel},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			b := newBed(t)
			b.answer = tt.answer
			in := channel.Media{URL: "http://files.test/1"}
			if tt.change != nil {
				tt.change(b, &in)
			}
			started := b.clock.Now()
			m := b.adopt(in)
			b.Start()
			for n := 1; n < tt.attempts; n++ {
				b.eventually("a retry", func() bool { return b.times("retry") == n && b.file(m.MediaURL).State == media.Pending })
				b.clock.Advance(b.file(m.MediaURL).Due.Sub(heliograph.At(b.clock.Now())))
			}
			f := b.settled(m.MediaURL, media.Lost)
			if f.Attempts != tt.attempts || f.Reason != tt.reason {
				t.Errorf("%s after %d attempts", f.Reason, f.Attempts)
			}
			if took := b.clock.Now().Sub(started); tt.attempts > 10 && (took < 12*time.Hour || took > 48*time.Hour) {
				t.Errorf("it was given up after %s", took)
			}
		})
	}
}

// TestEagerReader: a reader brings about an attempt that waits for its time, but
// not one after another.
func TestEagerReader(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	b.limits.Wait = 300 * time.Millisecond
	b.close()
	b.open()
	var calls atomic.Int32
	b.answer = func(w http.ResponseWriter, _ *http.Request) {
		if calls.Add(1) < 3 {
			w.WriteHeader(500)
			return
		}
		_, _ = io.WriteString(w, "here")
	}
	b.Start()
	m := b.adopt(channel.Media{URL: "http://files.test/1"})
	b.eventually("a retry", func() bool { return b.times("retry") == 1 })
	for range 2 {
		if _, err := b.Find(t.Context(), b.ref(m.MediaURL)); !heliograph.IsKind(err, heliograph.Unavailable) {
			t.Fatal(err)
		}
	}
	if n := calls.Load(); n != 1 {
		t.Fatalf("%d calls at once", n)
	}
	b.clock.Advance(6 * time.Second) // due by itself
	b.eventually("another retry", func() bool { return b.times("retry") == 2 })
	b.clock.Advance(11 * time.Second)      // not due yet
	b.eventually("the file", func() bool { // a busy machine may take longer than one look
		_, err := b.Find(t.Context(), b.ref(m.MediaURL))
		return err == nil
	})
}

// TestFairness: an integration whose provider hangs leaves places to others.
func TestFairness(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	hung := make(chan struct{})
	defer close(hung)
	b.answer = func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/hang" {
			<-hung
		}
		_, _ = io.WriteString(w, "here")
	}
	slow := b.in
	for range 40 {
		b.adopt(channel.Media{URL: "http://files.test/hang"})
	}
	b.in = &heliograph.Integration{ID: b.ids.Integration(), App: b.app, Type: "pigeon"}
	m := b.adopt(channel.Media{URL: "http://files.test/1"})
	b.Service.Channels = both{b, slow}
	b.Start()
	b.settled(m.MediaURL, media.Stored)
	b.Stop()
}

// both finds two integrations.
type both struct {
	*bed
	other *heliograph.Integration
}

func (c both) Lookup(ctx context.Context, id heliograph.IntegrationID) (*heliograph.Integration, channel.Channel, *channel.Type, error) {
	if id == c.other.ID {
		return c.other, c.ch, nil, nil
	}
	return c.bed.Lookup(ctx, id)
}
