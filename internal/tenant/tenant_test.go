package tenant_test

import (
	"context"
	"encoding/json"
	"errors"
	"path/filepath"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"heliograph"
	"heliograph/channel"
	"heliograph/internal/secret"
	"heliograph/internal/store"
	"heliograph/internal/tenant"
	"heliograph/internal/testkit"
)

// rig is the engine over a real database, with a channel whose provider answers
// what the test wants.
type rig struct {
	*testing.T
	*tenant.Service
	clock    *testkit.Clock
	store    *store.Store
	app      *heliograph.App
	opened   int   // channels opened
	answer   error // of the provider
	settings string
	forgot   []heliograph.KeyID
	changed  []heliograph.IntegrationID
}

func newRig(t *testing.T) *rig {
	t.Helper()
	r := &rig{T: t, clock: testkit.NewClock()}
	random := testkit.NewRandom(1)
	ids := heliograph.NewIDMaker(r.clock.Now, random)
	ring, err := secret.NewRing(make([]byte, secret.KeyBytes))
	r.must(err)
	o := store.Options{File: filepath.Join(t.TempDir(), "data.db"), Seal: ring, IDs: ids, Now: r.clock.Now}
	r.must(store.Migrate(t.Context(), o))
	r.store, err = store.Open(t.Context(), o)
	r.must(err)
	t.Cleanup(func() { _ = r.store.Close() })
	r.Service = r.engine(ids, random)
	org, err := r.DefaultOrg(t.Context())
	r.must(err)
	name := "Shop"
	r.app, err = r.CreateApp(t.Context(), org, tenant.AppChange{Name: &name})
	r.must(err)
	return r
}

// engine returns an engine on the rig's database, as another process would have.
func (r *rig) engine(ids *heliograph.IDMaker, random *testkit.Random) *tenant.Service {
	return tenant.New(tenant.Options{
		Atomic: r.store.Atomically, Apps: store.Apps{Store: r.store}, Keys: store.Keys{Store: r.store},
		Accounts: store.ServiceAccounts{Store: r.store}, Integrations: store.Integrations{Store: r.store}, Menus: store.Menus{Store: r.store}, Credentials: r, Hooks: r, Host: r,
		Changed: func(id heliograph.IntegrationID) { r.changed = append(r.changed, id) },
		Types: []*channel.Type{{Name: "pigeon", Title: "Pigeon post", Settings: settings{}, Open: func(c channel.Config, _ channel.Deps) (channel.Channel, error) {
			r.opened++
			r.settings = string(c.Settings)
			return provider{r}, nil
		}}},
		IDs: ids, Now: r.clock.Now, Random: random,
	})
}

func (r *rig) must(err error) {
	r.Helper()
	if err != nil {
		r.Fatal(err)
	}
}

type settings struct {
	Loft string `json:"loft" required:"true" update:"true"`
	Word string `json:"word" secret:"true" update:"true"`
}

type provider struct{ r *rig }

func (provider) Send(context.Context, *channel.Outgoing) channel.Result { return channel.Accepted(200) }

func (p provider) Verify(ctx context.Context) (map[string]string, error) {
	if _, limited := ctx.Deadline(); !limited {
		p.r.Error("the provider may take for ever")
	}
	return map[string]string{"name": "Homer"}, p.r.answer
}

func (r *rig) Forget(ids ...heliograph.KeyID) { r.forgot = append(r.forgot, ids...) }
func (r *rig) ForgetAll()                     { r.forgot = append(r.forgot, heliograph.KeyID{}) }

func (r *rig) SetIntegrationWebhook(context.Context, heliograph.AppID, heliograph.IntegrationID, string) error {
	return nil
}

func (r *rig) Deps(*channel.Type, heliograph.IntegrationID) channel.Deps { return channel.Deps{} }

func (r *rig) pigeon() *heliograph.Integration {
	r.Helper()
	i, err := r.CreateIntegration(r.Context(), r.app.ID, "pigeon", tenant.IntegrationChange{
		Fields: map[string]json.RawMessage{"loft": []byte(`"north"`), "word": []byte(`"coo"`)}})
	r.must(err)
	return i
}

func TestChannelGetsPublicAndSecretSettings(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	i := r.pigeon()
	if r.settings != `{"loft":"north","word":"coo"}` {
		t.Fatalf("the channel got %s", r.settings)
	}
	if string(i.Settings) != `{"loft":"north"}` {
		t.Fatalf("public: %s", i.Settings)
	}
}

func TestLookup(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	i := r.pigeon()
	look := func() *heliograph.Integration {
		t.Helper()
		got, ch, typ, err := r.Lookup(t.Context(), i.ID)
		r.must(err)
		if ch == nil || typ.Name != "pigeon" {
			t.Fatalf("%v %v", ch, typ)
		}
		return got
	}
	look()
	opened := r.opened
	look()
	r.clock.Advance(time.Second)
	look()
	if r.opened != opened {
		t.Fatal("a channel that did not change was opened again")
	}

	// A change made here is seen at once; one made elsewhere within a second.
	_, err := r.Pause(t.Context(), r.app.ID, i.ID, 0, "by hand")
	r.must(err)
	if look().PausedUntil != tenant.UntilResumed || r.opened != opened {
		t.Fatal("the pause is not seen, or it opened the channel again")
	}
	elsewhere := r.engine(r.IDs, testkit.NewRandom(2))
	_, err = elsewhere.Resume(t.Context(), r.app.ID, i.ID)
	r.must(err)
	r.clock.Advance(time.Second)
	if look().PausedUntil != 0 {
		t.Fatal("a change of another process is not seen after a second")
	}
	_, err = r.UpdateIntegration(t.Context(), r.app.ID, i.ID, tenant.IntegrationChange{Fields: map[string]json.RawMessage{"word": []byte(`"new"`)}})
	r.must(err)
	look()
	if r.settings != `{"loft":"north","word":"new"}` {
		t.Fatalf("the channel still has %s", r.settings)
	}
	r.must(r.DeleteIntegration(t.Context(), r.app.ID, i.ID))
	if _, _, _, err := r.Lookup(t.Context(), i.ID); !heliograph.IsKind(err, heliograph.NotFound) {
		t.Fatal(err)
	}
	if len(r.changed) != 4 || slices.ContainsFunc(r.changed, func(c heliograph.IntegrationID) bool { return c != i.ID }) {
		t.Fatalf("told of %v", r.changed)
	}
}

func TestIntegrationsBelongToTheirApp(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	i := r.pigeon()
	other := heliograph.AppID{1}
	for name, err := range map[string]error{
		"cached": second(r.Integration(t.Context(), other, i.ID)), "read": second(r.ReadIntegration(t.Context(), other, i.ID)),
		"update": second(r.UpdateIntegration(t.Context(), other, i.ID, tenant.IntegrationChange{})),
		"pause":  second(r.Pause(t.Context(), other, i.ID, 0, "")), "delete": r.DeleteIntegration(t.Context(), other, i.ID),
		"recheck": second(r.Recheck(t.Context(), other, i.ID)),
	} {
		if !heliograph.IsKind(err, heliograph.NotFound) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func second[T any](_ T, err error) error { return err }

func TestDeletedAppIsGoneAtOnce(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	i := r.pigeon()
	_, _, _, err := r.Lookup(t.Context(), i.ID)
	r.must(err)
	_, err = r.App(t.Context(), r.app.ID)
	r.must(err)
	r.must(r.DeleteApp(t.Context(), r.app.ID))
	if _, err := r.App(t.Context(), r.app.ID); !heliograph.IsKind(err, heliograph.NotFound) {
		t.Error(err)
	}
	if _, _, _, err := r.Lookup(t.Context(), i.ID); !heliograph.IsKind(err, heliograph.NotFound) {
		t.Error(err)
	}
	if len(r.forgot) != 1 {
		t.Error("its keys were not forgotten")
	}
	for more := true; more; {
		more, err = r.Purge(t.Context())
		r.must(err)
	}
}

func TestRecheck(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	i := r.pigeon()
	status := func() (heliograph.IntegrationStatus, string) {
		t.Helper()
		got, err := r.ReadIntegration(t.Context(), r.app.ID, i.ID)
		r.must(err)
		return got.Status, got.Error
	}
	r.answer = heliograph.InvalidField("word", "is refused")
	_, err := r.Recheck(t.Context(), r.app.ID, i.ID)
	r.must(err)
	if s, why := status(); s != heliograph.IntegrationError || why != "word is refused" {
		t.Fatalf("%s %q", s, why)
	}
	r.answer = heliograph.Errorf(heliograph.Unavailable, heliograph.CodeUnavailable, "no answer")
	if _, err := r.Recheck(t.Context(), r.app.ID, i.ID); !errors.Is(err, r.answer) {
		t.Fatal(err)
	}
	if s, _ := status(); s != heliograph.IntegrationError {
		t.Fatal("no answer was taken for a good one")
	}
	r.answer = nil
	_, err = r.Recheck(t.Context(), r.app.ID, i.ID)
	r.must(err)
	if s, why := status(); s != heliograph.IntegrationActive || why != "" {
		t.Fatalf("%s %q", s, why)
	}
}

func TestKeysMadeAtOnceStayWithinTheLimit(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	var made atomic.Int32
	var wg sync.WaitGroup
	for range 20 {
		wg.Go(func() {
			if _, err := r.CreateKey(context.Background(), r.app.ID, "k"); err == nil {
				made.Add(1)
			} else if !heliograph.IsKind(err, heliograph.Invalid) {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if n := made.Load(); n != 10 {
		t.Fatalf("%d keys", n)
	}
}
