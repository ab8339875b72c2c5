package template_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"testing"
	"time"

	"heliograph"
	"heliograph/channel"
	"heliograph/internal/secret"
	"heliograph/internal/store"
	"heliograph/internal/template"
	"heliograph/internal/testkit"
)

// rig is the engine over a real database, with one integration of each kind.
type rig struct {
	*testing.T
	*template.Service
	clock     *testkit.Clock
	store     *store.Store
	app       *heliograph.App
	with, not *heliograph.Integration // whose provider keeps templates, and whose does not
	provider  *provider
}

// provider keeps templates; fails is what it says instead.
type provider struct {
	pages [][]channel.Template
	fails error
	asked int
	// during, if set, happens while it is asked.
	during func()
}

func (p *provider) Send(context.Context, *channel.Outgoing) channel.Result {
	return channel.Accepted(200)
}

func (p *provider) Templates(_ context.Context, cursor string) ([]channel.Template, string, error) {
	p.asked++
	if p.during != nil {
		p.during()
	}
	at := 0
	if cursor != "" {
		at = int(cursor[0] - '0')
	}
	if p.fails != nil || at >= len(p.pages) {
		return nil, "", p.fails
	}
	return p.pages[at], fmt.Sprint((at + 1) % 10), nil
}

func (p *provider) CreateTemplate(context.Context, *channel.Template) (*channel.Template, error) {
	return nil, errors.ErrUnsupported
}

func (p *provider) DeleteTemplate(context.Context, string) error { return errors.ErrUnsupported }

func (p *provider) Rebuild(n *heliograph.Native, find func(name, language string) *channel.Template) (*heliograph.Content, bool) {
	t := find(n.Template.Name, n.Template.Language)
	if t == nil {
		return nil, false
	}
	return &heliograph.Content{Type: heliograph.TextMessage, Text: string(t.Components)}, true
}

// plain is a channel whose provider keeps no templates.
type plain struct{}

func (plain) Send(context.Context, *channel.Outgoing) channel.Result { return channel.Accepted(200) }

func (r *rig) Lookup(ctx context.Context, id heliograph.IntegrationID) (*heliograph.Integration, channel.Channel, *channel.Type, error) {
	i, err := store.Integrations{Store: r.store}.ByID(ctx, id)
	if err != nil {
		return nil, nil, nil, err
	}
	if i.Type == "whatsapp" {
		return i, r.provider, &channel.Type{Name: i.Type, Schema: "whatsapp"}, nil
	}
	return i, plain{}, &channel.Type{Name: i.Type}, nil
}

func (r *rig) IntegrationsByType(ctx context.Context, app heliograph.AppID, name string) ([]*heliograph.Integration, error) {
	return store.Integrations{Store: r.store}.List(ctx, app, []string{name}, 10, 0)
}

func newRig(t *testing.T) *rig {
	t.Helper()
	r := &rig{T: t, clock: testkit.NewClock(), provider: &provider{}}
	ids := heliograph.NewIDMaker(r.clock.Now, testkit.NewRandom(1))
	ring, err := secret.NewRing(make([]byte, secret.KeyBytes))
	r.must(err)
	o := store.Options{File: filepath.Join(t.TempDir(), "data.db"), Seal: ring, IDs: ids, Now: r.clock.Now}
	r.must(store.Migrate(t.Context(), o))
	r.store, err = store.Open(t.Context(), o)
	r.must(err)
	t.Cleanup(func() { _ = r.store.Close() })
	org, err := store.Apps{Store: r.store}.DefaultOrg(t.Context(), &heliograph.Org{ID: ids.Org(), Name: "o"})
	r.must(err)
	r.app = &heliograph.App{ID: ids.App(), Org: org, Name: "Shop"}
	r.must(store.Apps{Store: r.store}.Insert(t.Context(), r.app))
	for into, typ := range map[**heliograph.Integration]string{&r.with: "whatsapp", &r.not: "twilio"} {
		*into = &heliograph.Integration{ID: ids.Integration(), App: r.app.ID, Type: typ, Status: heliograph.IntegrationActive, Settings: json.RawMessage(`{"hsmFallbackLanguage":"pt"}`), Secrets: "{}"}
		r.must(store.Integrations{Store: r.store}.Insert(t.Context(), *into))
	}
	r.Service = template.New(template.Options{
		Atomic: r.store.Atomically, Store: store.Templates{Store: r.store}, Definitions: store.TemplateDefinitions{Store: r.store}, Integrations: r,
		Types: []*channel.Type{{Name: "twilio"}, {Name: "whatsapp", Schema: "whatsapp"}}, IDs: ids, Now: r.clock.Now, Log: slog.New(slog.DiscardHandler),
	})
	return r
}

func (r *rig) must(err error) {
	r.Helper()
	if err != nil {
		r.Fatal(err)
	}
}

// refresh has one turn, and returns how often the provider was asked in it.
func (r *rig) refresh() int {
	r.Helper()
	before := r.provider.asked
	_, err := r.Refresh(r.Context())
	r.must(err)
	return r.provider.asked - before
}

func using(name, language string) *heliograph.Content {
	return &heliograph.Content{Type: heliograph.TextMessage, Text: "note", Native: &heliograph.Native{
		Schema: "whatsapp", Message: json.RawMessage(`{}`), Template: &heliograph.TemplateName{Name: name, Language: language},
	}}
}

func definition(name, language, body string) channel.Template {
	return channel.Template{Name: name, Language: language, Components: json.RawMessage(body)}
}

func TestRefreshWhenDue(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.provider.pages = [][]channel.Template{{definition("a", "en_US", `"A"`)}, {definition("b", "en", `"B"`)}}
	if n := r.refresh(); n != 3 {
		t.Errorf("a new integration was asked %d times, want each page and the end", n)
	}
	if n := r.refresh(); n != 0 {
		t.Errorf("asked %d times again at once", n)
	}
	r.clock.Advance(6*time.Hour - time.Second)
	if n := r.refresh(); n != 0 {
		t.Error("asked before six hours went by")
	}
	r.clock.Advance(time.Second)
	r.provider.fails = heliograph.Errorf(heliograph.Unavailable, heliograph.CodeUnavailable, "out")
	if n := r.refresh(); n != 1 {
		t.Errorf("after six hours asked %d times", n)
	}
	r.clock.Advance(9 * time.Minute)
	if n := r.refresh(); n != 0 {
		t.Error("a provider that is out was asked at once again")
	}
	r.clock.Advance(2 * time.Minute)
	r.provider.fails = heliograph.InvalidField("accountId", "is not set")
	if n := r.refresh(); n != 1 {
		t.Error("a provider that was out was not asked again")
	}
	r.clock.Advance(5 * time.Hour)
	if n := r.refresh(); n != 0 {
		t.Error("one that is not set up for it was asked again")
	}
	// What was known before is kept meanwhile.
	if got := r.Shown(t.Context(), r.with.ID, using("a", "en_US")); got.Text != `"A"` {
		t.Errorf("shown as %q", got.Text)
	}
	r.provider.fails = nil
	r.must(r.Changed(t.Context(), r.with))
	if n := r.refresh(); n != 3 {
		t.Errorf("after news of a template asked %d times", n)
	}
	r.with.Updated = 5
	r.must(store.Integrations{Store: r.store}.Update(t.Context(), r.with))
	if n := r.refresh(); n != 3 {
		t.Errorf("with other settings asked %d times", n)
	}
}

// TestNewsWhileAsking: what changed after a provider was asked is asked for again.
func TestNewsWhileAsking(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	for _, fails := range []error{nil, heliograph.Errorf(heliograph.Unavailable, heliograph.CodeUnavailable, "out")} {
		r.provider.fails = fails
		r.must(r.Changed(t.Context(), r.with))
		r.provider.during = func() { r.must(r.Changed(t.Context(), r.with)) }
		r.refresh()
		r.provider.during = nil
		if n := r.refresh(); n != 1 {
			t.Errorf("after news that came while it was asked (%v), it was asked %d times", fails, n)
		}
	}
}

func TestShown(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.provider.pages = [][]channel.Template{{definition("a", "en_US", `"A"`), definition("a", "de", `"D"`)}}
	r.refresh()
	for name, tc := range map[string]struct {
		through heliograph.IntegrationID
		c       *heliograph.Content
		want    string
	}{
		"known":                   {r.with.ID, using("a", "en_US"), `"A"`},
		"spelled otherwise":       {r.with.ID, using("a", "EN-us"), `"A"`},
		"in its language":         {r.with.ID, using("a", "de"), `"D"`},
		"another language":        {r.with.ID, using("a", "en"), "note"},
		"unknown":                 {r.with.ID, using("b", "de"), "note"},
		"another channel":         {r.not.ID, using("a", "de"), "note"},
		"no integration":          {heliograph.IntegrationID{1}, using("a", "de"), "note"},
		"no template":             {r.with.ID, &heliograph.Content{Text: "note", Native: &heliograph.Native{Schema: "whatsapp"}}, "note"},
		"nothing of a provider's": {r.with.ID, &heliograph.Content{Text: "note"}, "note"},
	} {
		asked := r.provider.asked
		got := r.Shown(t.Context(), tc.through, tc.c)
		if got.Text != tc.want || (got == tc.c) != (tc.want == "note") {
			t.Errorf("%s: shown as %q", name, got.Text)
		}
		if got != tc.c && (!got.Native.Rebuilt || tc.c.Native.Rebuilt) {
			t.Errorf("%s: rebuilt %v, and the caller's own %v", name, got.Native.Rebuilt, tc.c.Native.Rebuilt)
		}
		if r.provider.asked != asked {
			t.Errorf("%s: the provider was asked", name)
		}
	}
	r.must(r.store.Close())
	if got := r.Shown(t.Context(), r.with.ID, using("a", "de")); got.Text != "note" {
		t.Errorf("without a database shown as %q", got.Text)
	}
}

func TestLanguageOfShorthand(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	text := func() *heliograph.Content {
		return &heliograph.Content{Type: heliograph.TextMessage, Text: "&((template=[[a]]fallback=[[A]]))&"}
	}
	language := func(through heliograph.IntegrationID) string {
		t.Helper()
		c, err := r.ExpandOne(t.Context(), r.app, "message", text(), through)
		r.must(err)
		return c.Native.Template.Language
	}
	if got := language(r.with.ID) + language(heliograph.IntegrationID{}) + language(heliograph.IntegrationID{9}); got != "ptptpt" {
		t.Errorf("languages %s", got)
	}
	r.must(store.Integrations{Store: r.store}.Delete(t.Context(), r.app.ID, r.with.ID))
	if got := language(heliograph.IntegrationID{}); got != "en_US" {
		t.Errorf("without an integration the language is %s", got)
	}
	r.app.Settings.IgnoreShorthand = true
	if c, err := r.ExpandOne(t.Context(), r.app, "message", text(), r.with.ID); err != nil || c.Native != nil {
		t.Errorf("it was not ignored: %v, %v", c, err)
	}
}
