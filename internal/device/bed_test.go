package device_test

import (
	"context"
	"crypto/rand"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"heliograph"
	"heliograph/channel"
	"heliograph/internal/device"
	"heliograph/internal/profile"
	"heliograph/internal/store"
	"heliograph/internal/testkit"
	"heliograph/internal/testkit/pgtest"
)

// bed is the engine on a real database, beside the real engine of profiles.
type bed struct {
	testing.TB
	*device.Service
	s        *store.Store
	profiles *profile.Service
	clock    *testkit.Clock
	ids      *heliograph.IDMaker
	app      *heliograph.App
	web, ios *heliograph.Integration

	mu     sync.Mutex
	events []*heliograph.Event // committed
}

// databases are what the engine is tested on.
func databases() map[string]func(testing.TB) string {
	return map[string]func(testing.TB) string{"sqlite": func(testing.TB) string { return "" }, "postgres": pgtest.URL}
}

func newBed(t testing.TB, url string) *bed {
	t.Helper()
	b := &bed{TB: t, clock: testkit.NewClock()}
	b.ids = heliograph.NewIDMaker(b.clock.Now, rand.Reader)
	o := store.Options{URL: url, File: filepath.Join(t.TempDir(), "h.db"), IDs: b.ids, Now: b.clock.Now}
	b.must(store.Migrate(t.Context(), o))
	var err error
	b.s, err = store.Open(t.Context(), o)
	b.must(err)
	t.Cleanup(func() { _ = b.s.Close() })
	b.app = &heliograph.App{ID: b.ids.App(), Name: "Shop"}
	b.web = &heliograph.Integration{ID: b.ids.Integration(), App: b.app.ID, Type: "web", Settings: []byte("{}")}
	b.ios = &heliograph.Integration{ID: b.ids.Integration(), App: b.app.ID, Type: "ios", Settings: []byte(`{"requireAuth":true}`)}
	b.profiles, err = profile.New(profile.Parts{
		Journal: journal{b}, Users: store.Users{Store: b.s}, Clients: store.Clients{Store: b.s}, Addresses: store.Clients{Store: b.s}, Threads: store.Threads{Store: b.s},
		Consents: store.Consents{Store: b.s}, Aliases: store.Aliases{Store: b.s}, Evidence: store.Inbound{Store: b.s}, Codes: store.Codes{Store: b.s},
		Random: rand.Reader, Types: []*channel.Type{{Name: "web"}, {Name: "ios"}}, IDs: b.ids, Now: b.clock.Now,
	})
	b.must(err)
	b.Service = b.engine()
	return b
}

// engine makes one more engine on the same database, as another process has it.
func (b *bed) engine() *device.Service {
	return device.New(device.Parts{
		Journal: journal{b}, Users: store.Users{Store: b.s}, Clients: store.Clients{Store: b.s}, Devices: store.Devices{Store: b.s}, Uses: store.Inbound{Store: b.s},
		Profiles: b.profiles, Tokens: tokens{b}, Tenants: b, IDs: b.ids, Now: b.clock.Now, Random: rand.Reader,
	})
}

func (b *bed) must(err error) {
	b.Helper()
	if err != nil {
		b.Fatal(err)
	}
}

// App implements device.Tenants.
func (b *bed) App(context.Context, heliograph.AppID) (*heliograph.App, error) { return b.app, nil }

// ByID implements device.Tenants.
func (b *bed) ByID(_ context.Context, id heliograph.IntegrationID) (*heliograph.Integration, error) {
	for _, i := range []*heliograph.Integration{b.web, b.ios} {
		if i.ID == id {
			return i, nil
		}
	}
	return nil, heliograph.Errorf(heliograph.NotFound, heliograph.CodeIntegrationNotFound, "no such integration")
}

// IntegrationsByType implements device.Tenants.
func (b *bed) IntegrationsByType(_ context.Context, _ heliograph.AppID, kind string) (out []*heliograph.Integration, err error) {
	for _, i := range []*heliograph.Integration{b.web, b.ios} {
		if i.Type == kind {
			out = append(out, i)
		}
	}
	return out, nil
}

// tokens are "token of <user>"; as with real ones, who has used one needs one from
// then on.
type tokens struct{ b *bed }

func (t tokens) UserToken(ctx context.Context, app heliograph.AppID, token string) (string, time.Time, error) {
	name, ok := strings.CutPrefix(token, "token of ")
	if !ok {
		return "", time.Time{}, heliograph.Errorf(heliograph.Unauthenticated, heliograph.CodeUnauthorized, "no token")
	}
	u, err := store.Users{Store: t.b.s}.ByExternalID(ctx, app, name)
	if err == nil {
		err = t.b.profiles.RequireCredential(ctx, u)
	}
	if heliograph.IsKind(err, heliograph.NotFound) {
		err = nil
	}
	return name, time.Time{}, err
}

// journal is the store's journal, read along.
type journal struct{ b *bed }

func (j journal) Atomically(ctx context.Context, fn func(context.Context) error) error {
	return j.b.s.Atomically(ctx, fn)
}

func (j journal) AppendEvents(ctx context.Context, events ...*heliograph.Event) error {
	j.b.s.AfterCommit(ctx, func() { j.b.mu.Lock(); j.b.events = append(j.b.events, events...); j.b.mu.Unlock() })
	return j.b.s.AppendEvents(ctx, events...)
}

// told returns how often an event was told, with a reason if it has one.
func (b *bed) told(t heliograph.EventType, reason string) (n int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, e := range b.events {
		if e.Type == t && e.Data.Reason == reason {
			n++
		}
	}
	return n
}

// deviceID is the id of device n.
func deviceID(n int) string {
	return strings.Repeat(string(rune('a'+n)), 32)
}

func (b *bed) call(in *heliograph.Integration, n int) *device.Call {
	return &device.Call{Integration: in.ID, Device: device.Self{ID: deviceID(n)}}
}

// refused checks an error's code.
func (b *bed) refused(err error, code string) {
	b.Helper()
	if err == nil || heliograph.AsError(err).Code != code {
		b.Errorf("got %v, want the code %s", err, code)
	}
}
