package storetest

import (
	"testing"

	"heliograph"
	"heliograph/internal/store"
)

// Consents tests what the store promises of opt-outs.
func Consents(t *testing.T, open func(*testing.T) *store.Store) {
	t.Run("suppressions", func(t *testing.T) { t.Parallel(); suppressions(newThread(t, open)) })
	t.Run("a complaint takes the place of an unsubscription", func(t *testing.T) { t.Parallel(); stricter(newThread(t, open)) })
	t.Run("the log", func(t *testing.T) { t.Parallel(); consentLog(newThread(t, open)) })
}

func suppressions(th *thread) {
	view := store.Consents{Store: th.s}
	ctx := th.Context()
	sender := heliograph.Suppression{App: th.app, Integration: th.ids.Integration(), Address: "+1", Scope: heliograph.ScopeSender, Source: heliograph.ConsentKeyword, Reason: heliograph.ReasonOptedOut, Since: 3}
	all := heliograph.Suppression{App: th.app, Address: "+1", Scope: heliograph.ScopeAll, Source: heliograph.ConsentAPI, Reason: heliograph.ReasonOptedOut, Since: 4}
	other := heliograph.Suppression{App: th.app, Address: "+2", Scope: heliograph.ScopeMarketing, Source: heliograph.ConsentComplaint, Reason: heliograph.ReasonOptedOut, Since: 5}
	for _, p := range []heliograph.Suppression{sender, all, other} {
		fresh, err := view.Suppress(ctx, &p)
		th.must(err)
		same(th.T, fresh, true)
	}
	again := all
	again.Since, again.Source = 99, heliograph.ConsentAgent
	fresh, err := view.Suppress(ctx, &again)
	th.must(err)
	same(th.T, fresh, false)

	got, err := view.Suppressions(ctx, th.app, "+1", "+2")
	th.must(err)
	same(th.T, got, []heliograph.Suppression{sender, all, other})
	got, err = view.Suppressions(ctx, th.ids.App(), "+1")
	th.must(err)
	same(th.T, len(got), 0)
	got, err = view.Suppressions(ctx, th.app)
	th.must(err)
	same(th.T, len(got), 0)

	endsAt(th, view)

	for _, want := range []bool{true, false} {
		was, err := view.Unsuppress(ctx, &all)
		th.must(err)
		same(th.T, was, want)
	}
	got, err = view.Suppressions(ctx, th.app, "+1")
	th.must(err)
	same(th.T, got, []heliograph.Suppression{sender})
}

// endsAt: a suppression that ends by itself gives way to one that lasts longer.
func endsAt(th *thread, view store.Consents) {
	p := heliograph.Suppression{App: th.app, Address: "+3", Scope: heliograph.ScopeMarketing, Source: heliograph.ConsentProvider, Reason: heliograph.ReasonWithheld, Since: 5}
	for _, step := range []struct {
		until, kept heliograph.Millis
		fresh       bool
	}{{100, 100, true}, {50, 100, false}, {200, 200, true}, {0, 0, true}, {300, 0, false}} {
		p.Until = step.until
		fresh, err := view.Suppress(th.Context(), &p)
		th.must(err)
		same(th.T, fresh, step.fresh)
		got, err := view.Suppressions(th.Context(), th.app, "+3")
		th.must(err)
		same(th.T, got[0].Until, step.kept)
	}
}

// stricter: what cannot be taken back takes the place of what can, and stays.
func stricter(th *thread) {
	view := store.Consents{Store: th.s}
	p := heliograph.Suppression{App: th.app, Address: "+4", Scope: heliograph.ScopeMarketing, Since: 5}
	for _, step := range []struct {
		source, kept heliograph.ConsentSource
		fresh        bool
	}{
		{heliograph.ConsentListUnsubscribe, heliograph.ConsentListUnsubscribe, true},
		{heliograph.ConsentKeyword, heliograph.ConsentListUnsubscribe, false},
		{heliograph.ConsentComplaint, heliograph.ConsentComplaint, true},
		{heliograph.ConsentHardBounce, heliograph.ConsentComplaint, false},
		{heliograph.ConsentListUnsubscribe, heliograph.ConsentComplaint, false},
	} {
		p.Source = step.source
		fresh, err := view.Suppress(th.Context(), &p)
		th.must(err)
		same(th.T, fresh, step.fresh)
		got, err := view.Suppressions(th.Context(), th.app, "+4")
		th.must(err)
		same(th.T, got[0].Source, step.kept)
	}
}

func consentLog(th *thread) {
	view := store.Consents{Store: th.s}
	ctx := th.Context()
	a := heliograph.Consent{ID: th.ids.Record(), App: th.app, Integration: th.ids.Integration(), Address: "+1", User: th.user, Action: heliograph.OptOut,
		Scope: heliograph.ScopeSender, Source: heliograph.ConsentKeyword, Evidence: map[string]string{"word": "STOP"}, At: 7}
	b := heliograph.Consent{ID: th.ids.Record(), App: th.app, Address: "+1", Action: heliograph.OptIn, Scope: heliograph.ScopeAll, Source: heliograph.ConsentAPI, At: 8}
	c := heliograph.Consent{ID: th.ids.Record(), App: th.app, Address: "+2", Action: heliograph.OptIn, Scope: heliograph.ScopeAll, Source: heliograph.ConsentAPI, At: 9}
	for _, one := range []heliograph.Consent{a, b, c} {
		th.must(view.Log(ctx, &one))
	}
	got, err := view.History(ctx, th.app, "+1", 10)
	th.must(err)
	same(th.T, got, []heliograph.Consent{b, a})
	got, err = view.Said(ctx, th.app, th.user, 10)
	th.must(err)
	same(th.T, got, []heliograph.Consent{a})
	other := th.ids.User()
	th.must(view.Move(ctx, th.app, th.user, other))
	got, err = view.Said(ctx, th.app, th.user, 10)
	th.must(err)
	same(th.T, len(got), 0)
	got, err = view.Said(ctx, th.ids.App(), other, 10)
	th.must(err)
	same(th.T, len(got), 0)
	a.User = other
	got, err = view.Said(ctx, th.app, other, 10)
	th.must(err)
	same(th.T, got, []heliograph.Consent{a})
	got, err = view.History(ctx, th.app, "+1", 1)
	th.must(err)
	same(th.T, got, []heliograph.Consent{b})
}
