package storetest

import (
	"testing"

	"heliograph"
	"heliograph/internal/store"
)

func serviceAccounts(t *testing.T, s *store.Store) {
	ctx, w := t.Context(), newTenant(t, s)
	accounts, keys, apps := store.ServiceAccounts{Store: s}, store.Keys{Store: s}, store.Apps{Store: s}
	other := &heliograph.Org{ID: s.IDs.Org(), Name: "Other"}
	must(t, apps.InsertOrg(ctx, other))
	one := &heliograph.ServiceAccount{ID: s.IDs.Service(), Org: w.org, Name: "one", Created: 3}
	two := &heliograph.ServiceAccount{ID: s.IDs.Service(), Org: w.org, Name: "two", Created: 4}
	for _, a := range []*heliograph.ServiceAccount{one, two} {
		must(t, accounts.Insert(ctx, a))
		got, err := accounts.Get(ctx, w.org, a.ID)
		must(t, err)
		same(t, got, a)
		_, err = accounts.Get(ctx, other.ID, a.ID)
		missing(t, err)
		_, err = accounts.Lock(ctx, other.ID, a.ID)
		missing(t, err)
	}
	page, err := accounts.List(ctx, w.org, 1, 1)
	must(t, err)
	same(t, page, []*heliograph.ServiceAccount{two})
	page, err = accounts.List(ctx, other.ID, 5, 0)
	must(t, err)
	same(t, len(page), 0)
	two.Name = "second"
	must(t, accounts.Update(ctx, two))
	got, err := accounts.Lock(ctx, w.org, two.ID)
	must(t, err)
	same(t, got, two)
	stranger := *two
	stranger.Org = other.ID
	missing(t, accounts.Update(ctx, &stranger))

	reaches := func(a *heliograph.ServiceAccount, want ...*heliograph.App) {
		t.Helper()
		list, err := apps.ListOfService(ctx, a.ID, 10, 0)
		must(t, err)
		same(t, list, append([]*heliograph.App(nil), want...))
		for _, app := range want {
			yes, err := accounts.Granted(ctx, a.ID, app.ID)
			must(t, err)
			same(t, yes, true)
		}
	}
	second := newApp(t, s, w.org)
	must(t, accounts.Grant(ctx, one.ID, w.app.ID, 5))
	must(t, accounts.Grant(ctx, one.ID, w.app.ID, 6))
	must(t, accounts.Grant(ctx, one.ID, second.ID, 5))
	must(t, accounts.Grant(ctx, two.ID, second.ID, 5))
	reaches(one, w.app, second)
	list, err := apps.ListOfService(ctx, one.ID, 1, 1)
	must(t, err)
	same(t, list, []*heliograph.App{second})
	must(t, accounts.Revoke(ctx, one.ID, second.ID))
	missing(t, accounts.Revoke(ctx, one.ID, second.ID))
	reaches(one, w.app)
	reaches(two, second)
	yes, err := accounts.Granted(ctx, one.ID, second.ID)
	must(t, err)
	same(t, yes, false)

	first := &heliograph.Key{ID: s.IDs.Key(), Org: w.org, Service: one.ID, Scope: heliograph.ScopeAccount, Name: "k", Secret: "s1", Created: 7}
	kept := &heliograph.Key{ID: s.IDs.Key(), Org: w.org, Service: two.ID, Scope: heliograph.ScopeAccount, Name: "k", Secret: "s2", Created: 7}
	for _, k := range []*heliograph.Key{first, kept} {
		must(t, keys.Insert(ctx, k))
		got, err := keys.ByID(ctx, k.ID)
		must(t, err)
		same(t, got, k)
	}
	all, err := keys.ListOfService(ctx, one.ID)
	must(t, err)
	same(t, all, []*heliograph.Key{first})
	_, err = keys.OfService(ctx, two.ID, first.ID)
	missing(t, err)
	missing(t, keys.DeleteOfService(ctx, two.ID, first.ID))
	of, err := keys.ListOfApp(ctx, w.app.ID)
	must(t, err)
	same(t, len(of), 0)

	missing(t, accounts.Delete(ctx, other.ID, one.ID))
	must(t, accounts.Delete(ctx, w.org, one.ID))
	missing(t, accounts.Delete(ctx, w.org, one.ID))
	_, err = keys.ByID(ctx, first.ID)
	missing(t, err)
	reaches(one)
	reaches(two, second)
	must(t, keys.DeleteOfService(ctx, two.ID, kept.ID))
	_, err = keys.ByID(ctx, kept.ID)
	missing(t, err)
	_, err = apps.ByID(ctx, w.app.ID)
	must(t, err)
}
