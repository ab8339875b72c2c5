package storetest

import (
	"bytes"
	"context"
	"encoding/json"
	"reflect"
	"strconv"
	"sync"
	"testing"

	"heliograph"
	"heliograph/internal/store"
)

// Tenancy checks what the store promises of organizations, apps, keys and
// integrations.
func Tenancy(t *testing.T, open func(*testing.T) *store.Store) {
	t.Run("one default organization", func(t *testing.T) { defaultOrg(t, open(t)) })
	t.Run("apps", func(t *testing.T) { apps(t, open(t)) })
	t.Run("keys", func(t *testing.T) { keys(t, open(t)) })
	t.Run("service accounts", func(t *testing.T) { serviceAccounts(t, open(t)) })
	t.Run("integrations", func(t *testing.T) { integrations(t, open(t)) })
	t.Run("menus", func(t *testing.T) { menus(t, open(t)) })
	t.Run("secrets are not readable in the database", func(t *testing.T) { sealed(t, open(t)) })
	t.Run("a deleted app takes its credentials along", func(t *testing.T) { deletedApp(t, open(t)) })
	t.Run("purge removes deleted apps and nothing else", func(t *testing.T) { purge(t, open(t)) })
}

// tenant is one organization with one app.
type tenant struct {
	*store.Store
	org heliograph.OrgID
	app *heliograph.App
}

func newTenant(t *testing.T, s *store.Store) tenant {
	t.Helper()
	org, err := store.Apps{Store: s}.DefaultOrg(t.Context(), &heliograph.Org{ID: s.IDs.Org(), Name: "Default", Created: 1})
	must(t, err)
	return tenant{s, org, newApp(t, s, org)}
}

func newApp(t *testing.T, s *store.Store, org heliograph.OrgID) *heliograph.App {
	t.Helper()
	a := &heliograph.App{ID: s.IDs.App(), Org: org, Name: "Shop", Metadata: map[string]any{"a": "b"}, Created: 5}
	must(t, store.Apps{Store: s}.Insert(t.Context(), a))
	return a
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// missing fails unless err says that something does not exist.
func missing(t *testing.T, err error) {
	t.Helper()
	if !heliograph.IsKind(err, heliograph.NotFound) {
		t.Fatalf("got %v, want an error of kind NotFound", err)
	}
}

func same[T any](t *testing.T, got, want T) {
	t.Helper()
	if !reflect.DeepEqual(got, want) {
		t.Fatalf("got  %+v\nwant %+v", got, want)
	}
}

func defaultOrg(t *testing.T, s *store.Store) {
	ids := make([]heliograph.OrgID, 8)
	var wg sync.WaitGroup
	for i := range ids {
		wg.Go(func() {
			id, err := store.Apps{Store: s}.DefaultOrg(context.Background(), &heliograph.Org{ID: s.IDs.Org(), Name: "Default", Created: 1})
			if err != nil {
				t.Error(err)
			}
			ids[i] = id
		})
	}
	wg.Wait()
	for _, id := range ids {
		if id.IsZero() || id != ids[0] {
			t.Fatalf("different organizations: %v", ids)
		}
	}
	newApp(t, s, ids[0]) // it exists
}

func apps(t *testing.T, s *store.Store) {
	ctx, w := t.Context(), newTenant(t, s)
	apps := store.Apps{Store: s}
	second := newApp(t, s, w.org)
	got, err := apps.ByID(ctx, w.app.ID)
	must(t, err)
	same(t, got, w.app)
	page, err := apps.List(ctx, w.org, 1, 0)
	must(t, err)
	same(t, page, []*heliograph.App{w.app})
	page, err = apps.List(ctx, w.org, 5, 1)
	must(t, err)
	same(t, page, []*heliograph.App{second})

	second.Name, second.Settings.HideKeySecrets, second.Metadata = "Other", true, map[string]any{"n": 1.5, "b": true}
	must(t, apps.Update(ctx, second))
	got, err = apps.ByID(ctx, second.ID)
	must(t, err)
	same(t, got, second)

	must(t, apps.MarkDeleted(ctx, second.ID, 9))
	_, err = apps.ByID(ctx, second.ID)
	missing(t, err)
	missing(t, apps.Update(ctx, second))
	missing(t, apps.MarkDeleted(ctx, second.ID, 9))
	page, err = apps.List(ctx, w.org, 5, 0)
	must(t, err)
	same(t, page, []*heliograph.App{w.app})
}

func keys(t *testing.T, s *store.Store) {
	ctx, w := t.Context(), newTenant(t, s)
	keys := store.Keys{Store: s}
	account := &heliograph.Key{ID: s.IDs.Key(), Org: w.org, Scope: heliograph.ScopeAccount, Name: "all", Secret: "s1", Created: 2}
	first := &heliograph.Key{ID: s.IDs.Key(), Org: w.org, App: w.app.ID, Scope: heliograph.ScopeApp, Name: "one", Secret: "s2", Created: 3}
	second := &heliograph.Key{ID: s.IDs.Key(), Org: w.org, App: w.app.ID, Scope: heliograph.ScopeApp, Name: "two", Secret: "s3", Created: 4}
	for _, k := range []*heliograph.Key{account, first, second} {
		must(t, keys.Insert(ctx, k))
		got, err := keys.ByID(ctx, k.ID)
		must(t, err)
		same(t, got, k)
	}
	list, err := keys.ListOfApp(ctx, w.app.ID)
	must(t, err)
	same(t, list, []*heliograph.Key{first, second})
	other := newApp(t, s, w.org)
	for _, id := range []heliograph.KeyID{first.ID, account.ID} {
		_, err = keys.OfApp(ctx, other.ID, id)
		missing(t, err)
		missing(t, keys.Delete(ctx, other.ID, id))
	}
	must(t, keys.Delete(ctx, w.app.ID, first.ID))
	missing(t, keys.Delete(ctx, w.app.ID, first.ID))
	_, err = keys.ByID(ctx, first.ID)
	missing(t, err)
}

func newIntegration(s *store.Store, app heliograph.AppID, typ string) *heliograph.Integration {
	return &heliograph.Integration{
		ID: s.IDs.Integration(), App: app, Type: typ, DisplayName: "Line", Status: heliograph.IntegrationActive,
		Settings: json.RawMessage(`{"accountSid":"AC1"}`), Secrets: `{"authToken":"hush"}`, Info: map[string]string{"phoneNumber": "+15550001"},
		Delivery: heliograph.DeliverySettings{RatePerSecond: 0.5, UnknownMarketing: heliograph.HoldUnknown, WebhookURL: "https://example.org/"},
		Created:  1, Updated: 1,
	}
}

func integrations(t *testing.T, s *store.Store) {
	ctx, w := t.Context(), newTenant(t, s)
	integrations := store.Integrations{Store: s}
	a, b, c := newIntegration(s, w.app.ID, "twilio"), newIntegration(s, w.app.ID, "web"), newIntegration(s, w.app.ID, "twilio")
	for _, i := range []*heliograph.Integration{a, b, c} {
		must(t, integrations.Insert(ctx, i))
		got, err := integrations.ByID(ctx, i.ID)
		must(t, err)
		i.Settings, got.Settings = compact(t, i.Settings), compact(t, got.Settings)
		same(t, got, i)
	}
	for _, tt := range []struct {
		types         []string
		limit, offset int
		want          []heliograph.IntegrationID
	}{
		{nil, 10, 0, []heliograph.IntegrationID{a.ID, b.ID, c.ID}},
		{nil, 1, 1, []heliograph.IntegrationID{b.ID}},
		{[]string{"twilio"}, 10, 0, []heliograph.IntegrationID{a.ID, c.ID}},
		{[]string{"twilio", "web"}, 2, 1, []heliograph.IntegrationID{b.ID, c.ID}},
		{[]string{"sms"}, 10, 0, nil},
	} {
		list, err := integrations.List(ctx, w.app.ID, tt.types, tt.limit, tt.offset)
		must(t, err)
		var got []heliograph.IntegrationID
		for _, i := range list {
			got = append(got, i.ID)
		}
		same(t, got, tt.want)
	}

	a.Status, a.Error, a.PausedUntil, a.PauseReason, a.Updated = heliograph.IntegrationError, "bad token", 1<<62, "by hand", 7
	a.Secrets, a.DisplayName = `{"authToken":"new"}`, ""
	elsewhere, deleted := newApp(t, s, w.org), newApp(t, s, w.org)
	d := newIntegration(s, elsewhere.ID, "web")
	must(t, integrations.Insert(ctx, d))
	must(t, integrations.Insert(ctx, newIntegration(s, deleted.ID, "web")))
	must(t, store.Apps{Store: s}.MarkDeleted(ctx, deleted.ID, 8))
	everywhere, err := integrations.OfType(ctx, "web")
	if err != nil || len(everywhere) != 2 || everywhere[0].ID != b.ID || everywhere[1].ID != d.ID {
		t.Errorf("of all apps: %v, %v", everywhere, err)
	}
	must(t, integrations.Update(ctx, a))
	got, err := integrations.ByID(ctx, a.ID)
	must(t, err)
	got.Settings = compact(t, got.Settings)
	same(t, got, a)

	other := newApp(t, s, w.org)
	missing(t, integrations.Delete(ctx, other.ID, a.ID))
	must(t, integrations.Delete(ctx, w.app.ID, a.ID))
	missing(t, integrations.Delete(ctx, w.app.ID, a.ID))
	missing(t, integrations.Update(ctx, a))
	_, err = integrations.ByID(ctx, a.ID)
	missing(t, err)
}

func compact(t *testing.T, doc json.RawMessage) json.RawMessage {
	t.Helper()
	var b bytes.Buffer
	must(t, json.Compact(&b, doc))
	return b.Bytes()
}

// sealed looks for secrets with eyes that do not have the key.
func sealed(t *testing.T, s *store.Store) {
	ctx, w := t.Context(), newTenant(t, s)
	must(t, store.Keys{Store: s}.Insert(ctx, &heliograph.Key{ID: s.IDs.Key(), Org: w.org, App: w.app.ID, Scope: heliograph.ScopeApp, Name: "k", Secret: "hush-hush"}))
	i := newIntegration(s, w.app.ID, "twilio")
	i.Secrets = `{"authToken":"hush-hush"}`
	must(t, store.Integrations{Store: s}.Insert(ctx, i))
	s.Seal = blind{}
	k, err := store.Keys{Store: s}.ListOfApp(ctx, w.app.ID)
	must(t, err)
	if bytes.Contains([]byte(k[0].Secret.Reveal()), []byte("hush")) {
		t.Fatal("a key's secret is stored as it is")
	}
	got, err := store.Integrations{Store: s}.ByID(ctx, i.ID)
	must(t, err)
	if bytes.Contains([]byte(got.Secrets.Reveal()), []byte("hush")) {
		t.Fatal("an integration's secrets are stored as they are")
	}
}

// blind reads what is stored without opening it.
type blind struct{}

func (blind) Seal(plain []byte, _ string) ([]byte, error)  { return plain, nil }
func (blind) Open(sealed []byte, _ string) ([]byte, error) { return sealed, nil }

func deletedApp(t *testing.T, s *store.Store) {
	ctx, w := t.Context(), newTenant(t, s)
	k := &heliograph.Key{ID: s.IDs.Key(), Org: w.org, App: w.app.ID, Scope: heliograph.ScopeApp, Name: "k", Secret: "s"}
	must(t, store.Keys{Store: s}.Insert(ctx, k))
	i := newIntegration(s, w.app.ID, "twilio")
	must(t, store.Integrations{Store: s}.Insert(ctx, i))
	must(t, store.Apps{Store: s}.MarkDeleted(ctx, w.app.ID, 9))
	_, err := store.Keys{Store: s}.ByID(ctx, k.ID)
	missing(t, err)
	_, err = store.Integrations{Store: s}.ByID(ctx, i.ID)
	missing(t, err)
	list, err := store.Integrations{Store: s}.List(ctx, w.app.ID, nil, 10, 0)
	must(t, err)
	same(t, len(list), 0)
}

func purge(t *testing.T, s *store.Store) {
	ctx, w := t.Context(), newTenant(t, s)
	kept := newApp(t, s, w.org)
	fill := func(app heliograph.AppID) {
		must(t, store.Keys{Store: s}.Insert(ctx, &heliograph.Key{ID: s.IDs.Key(), Org: w.org, App: app, Scope: heliograph.ScopeApp, Name: "k", Secret: "s"}))
		must(t, store.Integrations{Store: s}.Insert(ctx, newIntegration(s, app, "twilio")))
		for n := range 5 {
			must(t, store.Users{Store: s}.Insert(ctx, &heliograph.User{ID: s.IDs.User(), App: app}))
			_, err := store.Idempotency{Store: s}.Reserve(ctx, app, "r", strconv.Itoa(n), []byte{1}, 1, 0)
			must(t, err)
		}
	}
	fill(w.app.ID)
	fill(kept.ID)
	if more, err := (store.Apps{Store: s}).Purge(ctx, 2); more || err != nil {
		t.Fatalf("purged although nothing was deleted: %v, %v", more, err)
	}
	must(t, store.Apps{Store: s}.MarkDeleted(ctx, w.app.ID, 9))
	rounds := 0
	for more := true; more; rounds++ {
		var err error
		more, err = store.Apps{Store: s}.Purge(ctx, 2)
		must(t, err)
		if rounds > 20 {
			t.Fatal("the purge does not end")
		}
	}
	if rounds < 3 {
		t.Fatalf("10 rows in batches of 2 took %d rounds", rounds)
	}
	keys, err := store.Keys{Store: s}.ListOfApp(ctx, kept.ID)
	must(t, err)
	same(t, len(keys), 1)
	list, err := store.Integrations{Store: s}.List(ctx, kept.ID, nil, 10, 0)
	must(t, err)
	same(t, len(list), 1)
	// Of the deleted app nothing is left: its row can no longer be marked, and a
	// key that it had used is free.
	missing(t, store.Apps{Store: s}.MarkDeleted(ctx, w.app.ID, 9))
	for app, free := range map[heliograph.AppID]bool{w.app.ID: true, kept.ID: false} {
		got, err := store.Idempotency{Store: s}.Reserve(ctx, app, "r", "0", []byte{1}, 1, 0)
		must(t, err)
		same(t, got, free)
	}
}
