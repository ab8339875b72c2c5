package storetest

import (
	"encoding/json"
	"strconv"
	"testing"

	"heliograph"
	"heliograph/channel"
	"heliograph/internal/store"
	"heliograph/internal/template"
)

// Templates checks what the store promises of stored templates and of what
// providers' templates say.
func Templates(t *testing.T, open func(*testing.T) *store.Store) {
	t.Run("templates are kept whole", func(t *testing.T) { keepsTemplates(t, open(t)) })
	t.Run("a name is an app's only once", func(t *testing.T) { namesTemplates(t, open(t)) })
	t.Run("definitions are replaced as a whole", func(t *testing.T) { replacesDefinitions(t, open(t)) })
	t.Run("definitions are due when they should be", func(t *testing.T) { dueDefinitions(t, open(t)) })
	t.Run("a deleted integration leaves no definitions", func(t *testing.T) { forgetsDefinitions(t, open(t)) })
	t.Run("a purge takes templates along", func(t *testing.T) { purgesTemplates(t, open(t)) })
	t.Run("what a message says can change", func(t *testing.T) { rewritesMessages(newThread(t, open)) })
}

func newTemplate(s *store.Store, app heliograph.AppID, name string) *template.Stored {
	return &template.Stored{ID: s.IDs.Template(), App: app, Name: name, Message: json.RawMessage(`{"role":"appMaker","text":"Hi \u00e9","n":12345678901234567890}`), Created: 5}
}

func keepsTemplates(t *testing.T, s *store.Store) {
	ctx, w, templates := t.Context(), newTenant(t, s), store.Templates{Store: s}
	other := newApp(t, s, w.org)
	var made []*template.Stored
	for n := range 3 {
		x := newTemplate(s, w.app.ID, "t"+strconv.Itoa(n))
		must(t, templates.Insert(ctx, x))
		made = append(made, x)
	}
	must(t, templates.Insert(ctx, newTemplate(s, other.ID, "t0")))
	for _, read := range []func() (*template.Stored, error){
		func() (*template.Stored, error) { return templates.ByID(ctx, w.app.ID, made[1].ID) },
		func() (*template.Stored, error) { return templates.Lock(ctx, w.app.ID, made[1].ID) },
		func() (*template.Stored, error) { return templates.Named(ctx, w.app.ID, "t1") },
	} {
		got, err := read()
		must(t, err)
		same(t, got, made[1])
	}
	list, err := templates.List(ctx, w.app.ID, 2, 1)
	must(t, err)
	same(t, list, made[1:])

	made[1].Name, made[1].Message = "new", json.RawMessage(`{"a":1}`)
	must(t, templates.Save(ctx, made[1]))
	got, err := templates.Named(ctx, w.app.ID, "new")
	must(t, err)
	same(t, got, made[1])
	must(t, templates.Delete(ctx, w.app.ID, made[1].ID))
	for _, err := range []error{
		templates.Delete(ctx, w.app.ID, made[1].ID), templates.Save(ctx, made[1]), templates.Delete(ctx, other.ID, made[0].ID),
		second(templates.ByID(ctx, w.app.ID, made[1].ID)), second(templates.Lock(ctx, other.ID, made[0].ID)), second(templates.Named(ctx, w.app.ID, "new")),
	} {
		missing(t, err)
	}
}

func second[T any](_ T, err error) error { return err }

func namesTemplates(t *testing.T, s *store.Store) {
	ctx, w, templates := t.Context(), newTenant(t, s), store.Templates{Store: s}
	a, b := newTemplate(s, w.app.ID, "a"), newTemplate(s, w.app.ID, "b")
	must(t, templates.Insert(ctx, a))
	must(t, templates.Insert(ctx, b))
	conflict := func(err error) {
		t.Helper()
		if !heliograph.IsKind(err, heliograph.Conflict) {
			t.Fatalf("got %v, want a conflict", err)
		}
	}
	conflict(templates.Insert(ctx, newTemplate(s, w.app.ID, "a")))
	b.Name = "a"
	conflict(templates.Save(ctx, b))
	got, err := templates.Named(ctx, w.app.ID, "b")
	must(t, err)
	same(t, got.ID, b.ID)
	must(t, templates.Save(ctx, a)) // its own name is no conflict
}

// sourced is an integration whose provider keeps templates.
func sourced(t *testing.T, s *store.Store, app heliograph.AppID, updated heliograph.Millis) template.Source {
	t.Helper()
	i := newIntegration(s, app, "whatsapp")
	i.Updated = updated
	must(t, store.Integrations{Store: s}.Insert(t.Context(), i))
	return template.Source{App: app, Integration: i.ID, Settings: updated}
}

func replacesDefinitions(t *testing.T, s *store.Store) {
	ctx, w, defs := t.Context(), newTenant(t, s), store.TemplateDefinitions{Store: s}
	from, other := sourced(t, s, w.app.ID, 1), sourced(t, s, w.app.ID, 1)
	en := &channel.Template{ID: "1", Name: "a", Language: "en", Category: "UTILITY", Status: "APPROVED", Components: json.RawMessage(`[{"type":"BODY","text":"Hi"}]`), Named: true, Reason: "r"}
	de := &channel.Template{Name: "a", Language: "de", Components: json.RawMessage(`[]`)}
	b := &channel.Template{Name: "b", Language: "en", Components: json.RawMessage(`[]`)}
	must(t, defs.Replace(ctx, from, []*channel.Template{b, en, de, de}, 9)) // a provider may say one twice
	must(t, defs.Replace(ctx, other, []*channel.Template{b}, 9))
	got, err := defs.Of(ctx, w.app.ID, from.Integration)
	must(t, err)
	same(t, got, []*channel.Template{de, en, b})
	must(t, defs.Replace(ctx, from, []*channel.Template{en}, 9))
	got, err = defs.Of(ctx, w.app.ID, from.Integration)
	must(t, err)
	same(t, got, []*channel.Template{en})
	got, err = defs.Of(ctx, newApp(t, s, w.org).ID, from.Integration)
	must(t, err)
	same(t, len(got), 0)
	got, err = defs.Of(ctx, w.app.ID, other.Integration)
	must(t, err)
	same(t, got, []*channel.Template{b})
}

func dueDefinitions(t *testing.T, s *store.Store) {
	ctx, w, defs := t.Context(), newTenant(t, s), store.TemplateDefinitions{Store: s}
	a, b := sourced(t, s, w.app.ID, 1), sourced(t, s, w.app.ID, 2)
	must(t, store.Integrations{Store: s}.Insert(ctx, newIntegration(s, w.app.ID, "twilio")))
	due := func(now heliograph.Millis, want ...template.Source) {
		t.Helper()
		got, err := defs.Due(ctx, "whatsapp", now, 10)
		must(t, err)
		same(t, got, want)
	}
	due(100, a, b)
	got, err := defs.Due(ctx, "whatsapp", 100, 1)
	must(t, err)
	same(t, got, []template.Source{a})
	must(t, defs.Schedule(ctx, a, 200))
	must(t, defs.Replace(ctx, b, nil, 300))
	due(199)
	due(200, a)
	due(300, a, b)

	// Who was told to ask meanwhile is not overruled by who began before.
	claimed := a
	claimed.Claimed = 400
	must(t, defs.Schedule(ctx, a, 400))
	must(t, defs.Schedule(ctx, a, 250))
	must(t, defs.Replace(ctx, claimed, nil, 9000))
	due(250, a)
	must(t, defs.Schedule(ctx, a, 400))
	must(t, defs.Schedule(ctx, claimed, 9000))
	due(299)

	// Settings that changed are asked with at once.
	i, err := store.Integrations{Store: s}.ByID(ctx, a.Integration)
	must(t, err)
	i.Updated = 77
	must(t, store.Integrations{Store: s}.Update(ctx, i))
	a.Settings = 77
	due(299, a)
	must(t, store.Apps{Store: s}.MarkDeleted(ctx, w.app.ID, 9))
	due(10_000)
}

func forgetsDefinitions(t *testing.T, s *store.Store) {
	ctx, w, defs := t.Context(), newTenant(t, s), store.TemplateDefinitions{Store: s}
	from, kept := sourced(t, s, w.app.ID, 1), sourced(t, s, w.app.ID, 1)
	one := []*channel.Template{{Name: "a", Language: "en", Components: json.RawMessage(`[]`)}}
	must(t, defs.Replace(ctx, from, one, 9))
	must(t, defs.Replace(ctx, kept, one, 9))
	must(t, store.Integrations{Store: s}.Delete(ctx, w.app.ID, from.Integration))
	must(t, defs.Replace(ctx, from, one, 9)) // whoever was asking comes too late
	for source, want := range map[heliograph.IntegrationID]int{from.Integration: 0, kept.Integration: 1} {
		got, err := defs.Of(ctx, w.app.ID, source)
		must(t, err)
		same(t, len(got), want)
	}
}

func purgesTemplates(t *testing.T, s *store.Store) {
	ctx, w, defs := t.Context(), newTenant(t, s), store.TemplateDefinitions{Store: s}
	kept := newApp(t, s, w.org)
	sources := map[heliograph.AppID]template.Source{}
	for _, app := range []heliograph.AppID{w.app.ID, kept.ID} {
		from := sourced(t, s, app, 1)
		sources[app] = from
		must(t, store.Templates{Store: s}.Insert(ctx, newTemplate(s, app, "a")))
		must(t, defs.Replace(ctx, from, []*channel.Template{{Name: "a", Language: "en", Components: json.RawMessage(`[]`)}}, 9))
	}
	must(t, store.Apps{Store: s}.MarkDeleted(ctx, w.app.ID, 9))
	for more := true; more; {
		var err error
		more, err = store.Apps{Store: s}.Purge(ctx, 2)
		must(t, err)
	}
	for app, want := range map[heliograph.AppID]int{w.app.ID: 0, kept.ID: 1} {
		got, err := defs.Of(ctx, app, sources[app].Integration)
		must(t, err)
		same(t, len(got), want)
		list, err := store.Templates{Store: s}.List(ctx, app, 10, 0)
		must(t, err)
		same(t, len(list), want)
	}
}

func rewritesMessages(h *thread) {
	m := &heliograph.Message{
		ID: h.ids.Message(), App: h.app, Conversation: h.conv, User: h.user, Seq: 1, Received: 10, Role: heliograph.Business, Source: heliograph.Source{Type: "api"},
		Content: heliograph.Content{Type: heliograph.FormMessage, Fields: []heliograph.FormField{{ID: "f", Type: "text", Name: "n"}}},
	}
	messages := store.Messages{Store: h.s}
	h.must(messages.Insert(h.Context(), m))
	m.Submitted, m.Form = true, &heliograph.Content{Type: heliograph.FormMessage}
	h.must(messages.Rewrite(h.Context(), m))
	got, err := messages.Get(h.Context(), h.app, m.ID)
	h.must(err)
	same(h.T, got, m)
	gone := *m
	gone.ID = h.ids.Message()
	missing(h.T, messages.Rewrite(h.Context(), &gone))
}
