package hooks_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"heliograph"
	"heliograph/channel"
	"heliograph/internal/api/hooks"
	"heliograph/internal/api/httpx"
	"heliograph/internal/conversation"
	"heliograph/internal/store"
)

// bed is the surface over the real engine and a real database, with a channel
// whose provider writes one fact a line.
type bed struct {
	*testing.T
	s      *store.Store
	in     *heliograph.Integration
	got    *channel.Request
	url    string
	broken bool  // the store fails
	most   int64 // Type.MaxBody
	mu     sync.Mutex
	fates  []string
	kept   int // bytes of evidence of them
	notes  []string
	heard  map[heliograph.IntegrationID]int // messages, by the integration that they were for
	other  heliograph.IntegrationID         // of the sender "two"
}

func newBed(t *testing.T) *bed {
	t.Helper()
	ids := heliograph.NewIDMaker(time.Now, rand.Reader)
	b := &bed{T: t, heard: map[heliograph.IntegrationID]int{}, other: ids.Integration(), in: &heliograph.Integration{ID: ids.Integration(), App: ids.App(), Type: "pigeon"}}
	o := store.Options{File: filepath.Join(t.TempDir(), "h.db"), IDs: ids, Now: time.Now}
	b.must(store.Migrate(t.Context(), o))
	var err error
	b.s, err = store.Open(t.Context(), o)
	b.must(err)
	t.Cleanup(func() { _ = b.s.Close() })
	engine := conversation.New(conversation.Deps{
		Tx: b.s, Conversations: store.Conversations{Store: b.s}, Messages: store.Messages{Store: b.s}, Clients: store.Clients{Store: b.s},
		Inbound: store.Inbound{Store: b.s}, Sayings: store.Sayings{Store: b.s}, Events: b.s, Apps: b, Consents: noConsents{}, Links: noConsents{}, Identities: noConsents{}, IDs: ids, Now: time.Now,
	})
	server := httptest.NewServer(&hooks.Hooks{
		Integrations: b, Conversations: maybe{b, engine}, Deliveries: b, Notices: b, PublicURL: "https://public.example/base", Log: slog.New(slog.NewTextHandler(t.Output(), nil)),
	})
	t.Cleanup(server.Close)
	b.url = server.URL
	return b
}

func (b *bed) must(err error) {
	b.Helper()
	if err != nil {
		b.Fatal(err)
	}
}

// Lookup implements hooks.Integrations.
func (b *bed) Lookup(_ context.Context, id heliograph.IntegrationID) (*heliograph.Integration, channel.Channel, *channel.Type, error) {
	if id != b.in.ID {
		return nil, nil, nil, heliograph.Errorf(heliograph.NotFound, heliograph.CodeIntegrationNotFound, "no such integration")
	}
	return b.in, pigeon{b}, &channel.Type{Name: "pigeon", MaxBody: b.most}, nil
}

// OfSender implements hooks.Integrations.
func (b *bed) OfSender(_ context.Context, in *heliograph.Integration, sender string) (*heliograph.Integration, error) {
	switch sender {
	case "one":
		return in, nil
	case "two":
		return &heliograph.Integration{ID: b.other, App: in.App, Type: in.Type}, nil
	}
	return nil, nil
}

// Told implements hooks.Notices.
func (b *bed) Told(_ context.Context, _ *heliograph.Integration, _ []byte, facts []channel.Fact) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, f := range facts {
		b.notes = append(b.notes, f.Key)
	}
	return nil
}

// App implements conversation.Apps.
func (b *bed) App(context.Context, heliograph.AppID) (*heliograph.App, error) {
	return &heliograph.App{}, nil
}

// ApplyStatus implements hooks.Deliveries.
func (b *bed) ApplyStatus(_ context.Context, _ *heliograph.Integration, raw []byte, facts []channel.Fact) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.broken {
		return errors.New("disk full")
	}
	for _, f := range facts {
		b.fates = append(b.fates, f.Key)
		b.kept += len(raw)
	}
	if !bytes.HasPrefix(raw, []byte("POST /hooks/pigeon/")) {
		b.Errorf("raw %q", raw)
	}
	return nil
}

type maybe struct {
	b *bed
	*conversation.Service
}

func (m maybe) Receive(ctx context.Context, in *heliograph.Integration, raw []byte, facts []channel.Fact) error {
	if m.b.broken {
		return errors.New("disk full")
	}
	m.b.mu.Lock()
	m.b.heard[in.ID] += len(facts)
	m.b.mu.Unlock()
	return m.Service.Receive(ctx, in, raw, facts)
}

type noConsents struct{ conversation.Consents }

func (noConsents) Known(_ context.Context, _ heliograph.AppID, _ string, names []string) (string, bool, error) {
	return names[0], true, nil
}

func (noConsents) Identify(_ context.Context, _ heliograph.AppID, _ string, names []string) (string, error) {
	return names[0], nil
}

func (noConsents) Classify(*heliograph.Keywords, string, bool) string { return "" }

func (noConsents) ConfirmByActivity(context.Context, *heliograph.Integration, string, string, bool) error {
	return nil
}

// pigeon reads lines such as "say 1 hello" and "fate 2".
type pigeon struct{ b *bed }

func (pigeon) Send(context.Context, *channel.Outgoing) channel.Result { return channel.Accepted(200) }

func (p pigeon) Receive(req *channel.Request) (*channel.Received, error) {
	if req.Header.Get("X-Seal") != "intact" {
		return nil, heliograph.Errorf(heliograph.Forbidden, heliograph.CodeForbidden, "the seal is broken")
	}
	p.b.mu.Lock()
	p.b.got = req
	p.b.mu.Unlock()
	out := &channel.Received{Answer: channel.Answer{ContentType: "text/xml", Body: "<coo/>"}}
	for line := range strings.Lines(string(req.Body)) {
		verb, rest, _ := strings.Cut(strings.TrimSpace(line), " ")
		key, text, _ := strings.Cut(rest, " ")
		switch verb {
		case "say":
			out.Facts = append(out.Facts, channel.Fact{Key: key, Message: &channel.MessageFact{From: "+1555", Text: text}})
		case "to":
			out.Facts = append(out.Facts, channel.Fact{Key: text, For: key, Message: &channel.MessageFact{From: "+1555", Text: text}})
		case "note":
			out.Facts = append(out.Facts, channel.Fact{Key: key, Consent: &channel.ConsentFact{Address: "+1555", Action: heliograph.OptOut}})
		case "fate":
			out.Facts = append(out.Facts, channel.Fact{Key: key, Status: &channel.StatusFact{Status: heliograph.AtUser}})
		default:
			return nil, heliograph.InvalidField("body", "makes no sense")
		}
	}
	return out, nil
}

func (b *bed) post(path, body string, change ...func(*http.Request)) (int, string, http.Header) {
	b.Helper()
	r, err := http.NewRequestWithContext(b.Context(), http.MethodPost, b.url+path, strings.NewReader(body))
	b.must(err)
	r.Header.Set("X-Seal", "intact")
	for _, c := range change {
		c(r)
	}
	res, err := http.DefaultClient.Do(r)
	b.must(err)
	defer func() { _ = res.Body.Close() }()
	text, err := io.ReadAll(res.Body)
	b.must(err)
	return res.StatusCode, string(text), res.Header
}

func (b *bed) path(rest string) string { return "/hooks/pigeon/" + b.in.ID.String() + rest }

// texts is what customers are known to have said.
func (b *bed) texts() (out []string) {
	b.Helper()
	u, _, err := store.Inbound{Store: b.s}.Sender(b.Context(), b.in, "+1555")
	b.must(err)
	if u == nil {
		return nil
	}
	all, err := store.Messages{Store: b.s}.After(b.Context(), b.in.App, u.Conversation, 0, 100)
	b.must(err)
	for _, m := range all {
		out = append(out, m.Text)
	}
	return out
}

func TestStoredBeforeTheAnswer(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	status, body, header := b.post(b.path("/in%2Fx?b=2&a=1%20"), "say 1 hello\nfate 9\nsay 2 again", func(r *http.Request) { r.Host = "forged.example" })
	if status != http.StatusOK || body != "<coo/>" || header.Get("Content-Type") != "text/xml" {
		t.Errorf("answer %d %q %q", status, body, header.Get("Content-Type"))
	}
	if got := b.texts(); !slices.Equal(got, []string{"hello", "again"}) {
		t.Errorf("stored %v", got)
	}
	if !slices.Equal(b.fates, []string{"9"}) {
		t.Errorf("fates %v", b.fates)
	}
	want := "https://public.example/base" + b.path("/in%2Fx?b=2&a=1%20")
	if b.got.URL != want || b.got.Path != "/in/x" || b.got.Query != "b=2&a=1%20" || b.got.Method != http.MethodPost {
		t.Errorf("request %q, path %q, query %q; want %q", b.got.URL, b.got.Path, b.got.Query, want)
	}
	b.post(b.path(""), "say 1 hello")
	if got := b.texts(); len(got) != 2 {
		t.Errorf("a repetition was stored: %v", got)
	}
}

// TestBatches: a batch is not stored once for each of its facts.
func TestBatches(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct{ facts, length, least, most int }{
		"a small one is kept whole":    {3, 10, 90, 1000},
		"one fact is kept whole":       {1, 900_000, 900_000, 1_000_000},
		"a large one has its evidence": {2000, 400, 900_000, hooks.MaxBody + 64<<10},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newBed(t)
			var body strings.Builder
			for i := range tc.facts {
				fmt.Fprintf(&body, "fate %d %s\n", i, strings.Repeat("x", tc.length))
			}
			status, _, _ := b.post(b.path(""), body.String())
			if status != http.StatusOK || len(b.fates) != tc.facts || b.kept < tc.least || b.kept > tc.most {
				t.Errorf("%d, %d facts, %d bytes", status, len(b.fates), b.kept)
			}
		})
	}
}

// TestOneURLForAllSenders: what a provider tells at one URL goes to whom it
// concerns, and what is neither a message nor a status to whom it is for.
func TestOneURLForAllSenders(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	status, _, _ := b.post(b.path("/in"), "say 1 hello\nto one a\nto two b\nto two c\nto nobody d\nnote 7\nfate 9")
	if status != http.StatusOK || b.heard[b.in.ID] != 2 || b.heard[b.other] != 2 {
		t.Errorf("%d; %d for one, %d for two", status, b.heard[b.in.ID], b.heard[b.other])
	}
	if !slices.Equal(b.notes, []string{"7"}) || !slices.Equal(b.fates, []string{"9"}) {
		t.Errorf("notes %v, fates %v", b.notes, b.fates)
	}
}

func TestRefusals(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	for name, tc := range map[string]struct {
		path, body string
		change     func(*http.Request)
		want       int
	}{
		"forged":              {b.path("/in"), "say 1 x", func(r *http.Request) { r.Header.Set("X-Seal", "broken") }, http.StatusForbidden},
		"nonsense":            {b.path("/in"), "squawk", nil, http.StatusBadRequest},
		"too large":           {b.path("/in"), strings.Repeat("x", hooks.MaxBody+1), nil, http.StatusRequestEntityTooLarge},
		"unknown integration": {"/hooks/pigeon/0123456789abcdef01234567/in", "say 1 x", nil, http.StatusNotFound},
		"no id":               {"/hooks/pigeon/nonsense", "say 1 x", nil, http.StatusNotFound},
		"nothing":             {"/hooks/", "say 1 x", nil, http.StatusNotFound},
		"another channel":     {"/hooks/twilio/" + b.in.ID.String() + "/in", "say 1 x", nil, http.StatusNotFound},
		"method":              {b.path("/in"), "say 1 x", func(r *http.Request) { r.Method = http.MethodDelete }, http.StatusMethodNotAllowed},
	} {
		var changes []func(*http.Request)
		if tc.change != nil {
			changes = append(changes, tc.change)
		}
		if status, body, _ := b.post(tc.path, tc.body, changes...); status != tc.want {
			t.Errorf("%s: %d %q, want %d", name, status, body, tc.want)
		}
	}
	if got := b.texts(); got != nil {
		t.Errorf("stored %v", got)
	}
}

// TestSecretsInPathsAreNotLogged: some providers prove themselves by a part of
// the path.
func TestSecretsInPathsAreNotLogged(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	var log bytes.Buffer
	out := slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	h := httpx.Wrap(&hooks.Hooks{Integrations: b, PublicURL: "https://public.example", Log: out},
		httpx.Options{Log: out, Now: time.Now, Watch: b, Random: rand.Reader})
	for _, path := range []string{"/in/s3cr3t", "/s3cr3t", "/s3cr3t/in"} {
		h.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest(http.MethodPost, b.path(path), strings.NewReader("squawk")))
	}
	if said := log.String(); strings.Contains(said, "s3cr3t") || strings.Count(said, b.in.ID.String()) < 6 {
		t.Errorf("the log says\n%s", said)
	}
}

// Request implements httpx.Watch.
func (b *bed) Request(string, int, time.Duration) {}

func TestLargerBodies(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	b.most = 3 << 20
	for range 20 { // more than are held at once
		if status, text, _ := b.post(b.path("/in"), "fate 1 "+strings.Repeat("x", 2<<20)); status != http.StatusOK {
			t.Fatalf("a body that the type allows: %d %q", status, text)
		}
	}
	if n := len(b.fates); n != 20 {
		t.Errorf("%d facts", n)
	}
	if status, text, _ := b.post(b.path("/in"), strings.Repeat("x", 3<<20+1)); status != http.StatusRequestEntityTooLarge || !strings.Contains(text, "3 MB") {
		t.Errorf("a larger one: %d %q", status, text)
	}
}

// TestLargeBodiesAtOnce: strangers cannot fill the memory.
func TestLargeBodiesAtOnce(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	b.most = 3 << 20
	var open []io.Closer
	answers := make(chan int, 20)
	for range 20 {
		r, w := io.Pipe()
		open = append(open, w)
		req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, b.url+b.path("/in"), r)
		b.must(err)
		go func() {
			res, err := http.DefaultClient.Do(req)
			if err != nil {
				answers <- 0
				return
			}
			_ = res.Body.Close()
			answers <- res.StatusCode
		}()
		go func() { _, _ = w.Write(bytes.Repeat([]byte("x"), 2<<20)) }()
	}
	for range 12 {
		if status := <-answers; status != http.StatusServiceUnavailable && status != 0 {
			t.Errorf("one too many is answered %d", status)
		}
	}
	for _, w := range open {
		_ = w.Close()
	}
	for range 8 {
		if status := <-answers; status != http.StatusForbidden {
			t.Errorf("one of those that are held is answered %d", status)
		}
	}
}

func TestStoreFailureIsSentAgain(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	b.broken = true
	for _, body := range []string{"say 1 hello", "fate 2"} {
		status, text, header := b.post(b.path("/in"), body)
		if status != http.StatusServiceUnavailable || header.Get("Retry-After") == "" || strings.Contains(text, "disk") {
			t.Errorf("%s: %d %q", body, status, text)
		}
	}
	b.broken = false
	if status, _, _ := b.post(b.path("/in"), "say 1 hello"); status != http.StatusOK || len(b.texts()) != 1 {
		t.Errorf("again: %d, %v", status, b.texts())
	}
}

func TestEqualRequestsAtOnce(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	var wg sync.WaitGroup
	for range 2 {
		wg.Go(func() {
			if status, _, _ := b.post(b.path("/in"), "say 1 hello"); status != http.StatusOK {
				t.Errorf("status %d", status)
			}
		})
	}
	wg.Wait()
	if got := b.texts(); len(got) != 1 {
		t.Errorf("stored %v", got)
	}
}
