package media_test

import (
	"context"
	"crypto/rand"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"heliograph"
	"heliograph/channel"
	"heliograph/internal/media"
	"heliograph/internal/netguard"
	"heliograph/internal/outbound"
	"heliograph/internal/store"
	"heliograph/internal/testkit"
)

// bed is the engine on a real database, with a provider of files.
type bed struct {
	*testing.T
	*media.Service
	clock   *testkit.Clock
	options store.Options
	store   *store.Store
	ids     *heliograph.IDMaker
	app     heliograph.AppID
	user    heliograph.UserID
	in      *heliograph.Integration
	conv    heliograph.ConversationID
	limits  media.Limits
	ch      channel.Channel // of the integration; nil: it is gone

	provider *httptest.Server
	answer   http.HandlerFunc // the provider's; set before anything is fetched

	mu    sync.Mutex
	seen  map[string]int   // outcomes of fetches
	bytes map[string]int64 // by way
}

// plain is a channel without rules of its own.
type plain struct{}

func (plain) Send(context.Context, *channel.Outgoing) channel.Result { return channel.Accepted(200) }

func newBed(t *testing.T) *bed {
	t.Helper()
	b := &bed{
		T: t, clock: testkit.NewClock(), ch: plain{}, seen: map[string]int{}, bytes: map[string]int64{},
		limits: media.Limits{Poll: 5 * time.Millisecond, Wait: 10 * time.Second, Fetch: 1 << 20, Upload: 1 << 20},
	}
	b.ids = heliograph.NewIDMaker(b.clock.Now, rand.Reader)
	b.provider = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { b.answer(w, r) }))
	t.Cleanup(b.provider.Close)
	b.options = store.Options{File: filepath.Join(t.TempDir(), "h.db"), IDs: b.ids, Now: b.clock.Now}
	b.must(store.Migrate(t.Context(), b.options))
	b.open()
	b.tenant()
	t.Cleanup(func() { b.close() })
	return b
}

// tenant makes an app with a user who has a conversation.
func (b *bed) tenant() {
	b.Helper()
	b.app, b.user = b.ids.App(), b.ids.User()
	apps := store.Apps{Store: b.store}
	org, err := apps.DefaultOrg(b.Context(), &heliograph.Org{ID: b.ids.Org(), Name: "Default"})
	b.must(err)
	b.must(apps.Insert(b.Context(), &heliograph.App{ID: b.app, Org: org, Name: "Shop"}))
	b.must(store.Users{Store: b.store}.Insert(b.Context(), &heliograph.User{ID: b.user, App: b.app}))
	b.conv, err = store.Conversations{Store: b.store}.Start(b.Context(), &heliograph.Conversation{ID: b.ids.Conversation(), App: b.app, User: b.user})
	b.must(err)
	b.in = &heliograph.Integration{ID: b.ids.Integration(), App: b.app, Type: "pigeon"}
}

// open opens the database, and makes an engine that does not fetch yet.
func (b *bed) open() {
	b.Helper()
	var err error
	b.store, err = store.Open(b.Context(), b.options)
	b.must(err)
	guard := netguard.New(netguard.Options{})
	dial := func(ctx context.Context, network, address string) (net.Conn, error) {
		switch host, _, _ := net.SplitHostPort(address); host {
		case "files.test": // the provider, which stands for one in the open internet
			return (&net.Dialer{}).DialContext(ctx, network, b.provider.Listener.Addr().String())
		case "inner.test": // a name that leads into the operator's network
			return guard.DialContext(ctx, network, b.provider.Listener.Addr().String())
		}
		return guard.DialContext(ctx, network, address)
	}
	b.Service = media.New(media.Deps{
		Store: store.Media{Store: b.store}, Channels: b, HTTP: outbound.New(outbound.Options{Dial: dial}), CheckURL: guard.CheckURL,
		BaseURL: "https://h.test", IDs: b.ids, Random: rand.Reader, Now: b.clock.Now, Log: slog.New(slog.NewTextHandler(b.Output(), nil)),
		Watch: b, Limits: b.limits, Alone: true,
	})
}

func (b *bed) close() {
	b.Stop()
	_ = b.store.Close()
}

func (b *bed) must(err error) {
	b.Helper()
	if err != nil {
		b.Fatal(err)
	}
}

// Lookup implements media.Channels.
func (b *bed) Lookup(_ context.Context, id heliograph.IntegrationID) (*heliograph.Integration, channel.Channel, *channel.Type, error) {
	if b.ch == nil || id != b.in.ID {
		return nil, nil, nil, heliograph.Errorf(heliograph.NotFound, heliograph.CodeIntegrationNotFound, "no such integration")
	}
	return b.in, b.ch, &channel.Type{Name: "pigeon"}, nil
}

// MediaFetched implements media.Watch.
func (b *bed) MediaFetched(outcome string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.seen[outcome]++
}

// MediaBytes implements media.Watch.
func (b *bed) MediaBytes(way string, n int64) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.bytes[way] += n
}

// times is how often fetches ended so.
func (b *bed) times(outcome string) int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.seen[outcome]
}

// adopt stores a customer's message with what is attached to it.
func (b *bed) adopt(m channel.Media) *heliograph.Message {
	b.Helper()
	held, err := b.Hold(b.Context(), b.in, &m)
	b.must(err)
	var msg *heliograph.Message
	b.must(b.store.Atomically(b.Context(), func(ctx context.Context) error {
		c, err := store.Conversations{Store: b.store}.Advance(ctx, b.app, b.conv, heliograph.At(b.clock.Now()), heliograph.MaxMessages)
		if err != nil {
			return err
		}
		msg = &heliograph.Message{
			ID: b.ids.Message(), App: b.app, Conversation: b.conv, User: b.user, Seq: c.Seq, Received: c.LastReceived, Role: heliograph.Customer,
			Content: heliograph.Content{Type: heliograph.FileMessage},
		}
		if err := b.Adopt(ctx, b.in, msg, &m, held); err != nil {
			return err
		}
		return store.Messages{Store: b.store}.Insert(ctx, msg)
	}))
	return msg
}

// now returns a message as it is stored.
func (b *bed) again(m *heliograph.Message) *heliograph.Message {
	b.Helper()
	got, err := store.Messages{Store: b.store}.Get(b.Context(), m.App, m.ID)
	b.must(err)
	return got
}

func (b *bed) ref(url string) media.Ref {
	b.Helper()
	ref, ok := b.Parse(url)
	if !ok {
		b.Fatalf("%q is none of our URLs", url)
	}
	return ref
}

// file is what there is of the file at a URL.
func (b *bed) file(url string) *media.File {
	b.Helper()
	ref := b.ref(url)
	f, err := store.Media{Store: b.store}.Get(b.Context(), ref.App, ref.ID)
	b.must(err)
	return f
}

// settled waits until a file is in a state.
func (b *bed) settled(url string, want media.State) *media.File {
	b.Helper()
	var f *media.File
	b.eventually("the file to be "+string(want), func() bool {
		f = b.file(url)
		return f.State == want
	})
	return f
}

func (b *bed) eventually(what string, ok func() bool) {
	b.Helper()
	tick := time.NewTicker(2 * time.Millisecond)
	defer tick.Stop()
	for deadline := time.Now().Add(15 * time.Second); !ok(); <-tick.C {
		if time.Now().After(deadline) {
			b.Fatalf("%s: not within 15 s", what)
		}
	}
}

// serve answers with a file.
func serve(kind, content string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", kind)
		_, _ = w.Write([]byte(content))
	}
}

const png = "\x89PNG\x0d\x0a\x1a\x0a"

// picture is a PNG of some pieces and a bit.
func picture() string { return png + strings.Repeat("0123456789abcdef", 3*media.ChunkBytes/16) }
