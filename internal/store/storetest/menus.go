package storetest

import (
	"testing"

	"heliograph"
	"heliograph/internal/store"
)

func menus(t *testing.T, s *store.Store) {
	ctx, w := t.Context(), newTenant(t, s)
	menus := store.Menus{Store: s}
	i := newIntegration(s, w.app.ID, "web")
	must(t, store.Integrations{Store: s}.Insert(ctx, i))
	var own heliograph.IntegrationID
	other := newApp(t, s, w.org)
	holds := func(app heliograph.AppID, at heliograph.IntegrationID, want *heliograph.Menu) {
		t.Helper()
		got, err := menus.Get(ctx, app, at)
		must(t, err)
		same(t, got, want)
	}
	first := &heliograph.Menu{Items: []heliograph.MenuItem{{ID: "1", Type: "submenu", Text: "a", Items: []heliograph.MenuItem{{ID: "2", Type: "link", Text: "b", URI: "https://x.example"}}}}}
	second := &heliograph.Menu{Items: []heliograph.MenuItem{{ID: "3", Type: "postback", Text: "c", Payload: "P"}}}
	holds(w.app.ID, own, nil)
	must(t, menus.Set(ctx, w.app.ID, own, first))
	must(t, menus.Set(ctx, w.app.ID, i.ID, first))
	must(t, menus.Set(ctx, w.app.ID, i.ID, second))
	holds(w.app.ID, own, first)
	holds(w.app.ID, i.ID, second)
	holds(other.ID, own, nil)
	holds(other.ID, i.ID, nil)
	must(t, menus.Remove(ctx, other.ID, own))
	must(t, menus.Remove(ctx, w.app.ID, own))
	must(t, menus.Remove(ctx, w.app.ID, own))
	holds(w.app.ID, own, nil)
	holds(w.app.ID, i.ID, second)
	must(t, store.Integrations{Store: s}.Delete(ctx, w.app.ID, i.ID))
	holds(w.app.ID, i.ID, nil)
}
