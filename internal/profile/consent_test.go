package profile_test

import (
	"strings"
	"testing"

	"heliograph"
	"heliograph/internal/profile"
)

func (b *bed) stop(scope heliograph.ConsentScope, address string) bool {
	b.t.Helper()
	c := &heliograph.Consent{App: b.app, Address: address, Scope: scope, Source: heliograph.ConsentKeyword, Evidence: map[string]string{"word": "STOP"}}
	if scope == heliograph.ScopeSender {
		c.Integration = b.sms.ID
	}
	changed, err := b.Suppress(b.ctx, c)
	b.must(err)
	return changed
}

func (b *bed) start(scope heliograph.ConsentScope, address string) bool {
	b.t.Helper()
	c := &heliograph.Consent{App: b.app, Address: address, Scope: scope, Source: heliograph.ConsentAPI}
	if scope == heliograph.ScopeSender {
		c.Integration = b.sms.ID
	}
	changed, err := b.Unsuppress(b.ctx, c)
	b.must(err)
	return changed
}

// stopped is the scopes that stop an address.
func (b *bed) stopped(address string) string {
	b.t.Helper()
	c, err := b.ConsentOf(b.ctx, b.app, address)
	b.must(err)
	var out []string
	for _, p := range c.Suppressions {
		out = append(out, string(p.Scope))
	}
	return strings.Join(out, " ")
}

func TestSuppress(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	u := b.user("ana")
	b.linked(u, phone)
	b.story()
	if !b.stop(heliograph.ScopeSender, phone) {
		t.Error("the first opt-out changed nothing")
	}
	e := b.told[0]
	if e.User != u.ID || e.Data.Client != b.see(u.ID).Clients[0].ID || e.Data.Criteria["scope"] != "sender" || e.Data.Integ != b.sms.ID {
		t.Errorf("the event: %+v", e)
	}
	if b.stop(heliograph.ScopeSender, phone) {
		t.Error("the second opt-out changed something")
	}
	b.tells("consent(opt_out)")
	b.has(u.ID, "blocked "+phone+" primary")
	c, err := b.ConsentOf(b.ctx, b.app, phone)
	b.must(err)
	if len(c.History) != 2 || c.History[0].User != u.ID || c.History[0].Evidence["word"] != "STOP" || len(c.Suppressions) != 1 {
		t.Errorf("%+v", c)
	}
	if b.start(heliograph.ScopeMarketing, phone) {
		t.Error("opting in to marketing lifted something")
	}
	if !b.start(heliograph.ScopeSender, phone) {
		t.Error("the opt-in changed nothing")
	}
	b.tells("consent(opt_in)")
	b.has(u.ID, "active "+phone+" primary")
}

func TestScopes(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	u := b.user("ana")
	b.linked(u, phone)
	b.linked(u, "+15550100101")
	b.stop(heliograph.ScopeMarketing, phone)
	if b.stopped("+15550100101") != "marketing" {
		t.Error("a marketing opt-out does not hold for the person's other address")
	}
	b.has(u.ID, "active +15550100100, active +15550100101 primary")
	b.stop(heliograph.ScopeAll, "+15550100101")
	b.has(u.ID, "blocked +15550100100, blocked +15550100101 primary")
	b.stop(heliograph.ScopeSender, phone)
	b.start(heliograph.ScopeSender, phone)
	b.has(u.ID, "blocked +15550100100, blocked +15550100101 primary")
	b.start(heliograph.ScopeAll, phone)
	if got := b.stopped(phone) + b.stopped("+15550100101"); got != "" {
		t.Errorf("after opting in to all: %s", got)
	}
	b.has(u.ID, "active +15550100100, active +15550100101 primary")

	bounce := &heliograph.Consent{App: b.app, Address: phone, Scope: heliograph.ScopeAll, Source: heliograph.ConsentHardBounce}
	_, err := b.Suppress(b.ctx, bounce)
	b.must(err)
	b.has(u.ID, "blocked +15550100100, active +15550100101 primary")

	for field, c := range map[string]heliograph.Consent{
		"address":       {Scope: heliograph.ScopeAll},
		"scope":         {Address: phone, Scope: "some"},
		"integrationId": {Address: phone, Scope: heliograph.ScopeSender},
	} {
		c.App = b.app
		_, err := b.Suppress(b.ctx, &c)
		b.kind(err, heliograph.Invalid, field)
	}
}

// TestConsentOutlives: an opt-out belongs to the address.
func TestConsentOutlives(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	ana, bob, eve := b.user("ana"), b.user("bob"), b.user("eve")
	b.linked(ana, phone)
	b.stop(heliograph.ScopeSender, phone)
	b.linked(bob, phone)
	b.has(bob.ID, "blocked "+phone+" primary")
	b.must(b.Delete(b.ctx, b.app, bob.ID))
	b.linked(eve, phone)
	b.has(eve.ID, "blocked "+phone+" primary")

	// A merge takes the strictest of both, for every address.
	other := b.user("other")
	b.linked(other, "+15550100101")
	b.stop(heliograph.ScopeAll, "+15550100101")
	b.must(b.Merge(b.ctx, b.app, eve.ID, other.ID))
	b.start(heliograph.ScopeSender, phone)
	b.has(eve.ID, "blocked +15550100100 primary, blocked +15550100101")

	// A new address of the person obeys what the others said.
	b.linked(eve, "+15550100102")
	if b.stopped("+15550100102") != "all" {
		t.Error("the new address may be sent to")
	}
	b.has(eve.ID, "blocked +15550100100, blocked +15550100101, blocked +15550100102 primary")
}

func TestClassify(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	own := &heliograph.Keywords{Stop: []string{"Basta"}, HelpReply: "call us"}
	for _, tc := range []struct {
		own     *heliograph.Keywords
		text    string
		stopped bool
		want    profile.Meaning
	}{
		{nil, "STOP", false, profile.Stop},
		{nil, "  Stop. ", false, profile.Stop},
		{nil, "“stop”!!", false, profile.Stop},
		{nil, "'Stop'", false, profile.Stop},
		{nil, "\u200bstop\ufeff", false, profile.Stop},
		{nil, "stop  all", false, profile.Stop},
		{nil, "ＳＴＯＰ", false, profile.Stop},
		{nil, "Opt-Out", false, profile.Stop},
		{nil, "arrêt", false, profile.Stop},
		{nil, "ARRE\u0302T", false, profile.Stop},
		{nil, "arret", false, profile.Stop},
		{nil, "revoke", false, profile.Stop},
		{nil, "Stop texting me", false, profile.NoKeyword},
		{nil, "stopp", false, profile.NoKeyword},
		{nil, "", false, profile.NoKeyword},
		{nil, "?!", false, profile.NoKeyword},
		{nil, strings.Repeat(" ", 5000) + "stop", false, profile.NoKeyword},
		{nil, "unstop", false, profile.Start},
		{nil, "start", true, profile.Start},
		{nil, "yes", false, profile.NoKeyword},
		{nil, "Yes", true, profile.Start},
		{nil, "HELP?", false, profile.Help},
		{nil, "info", false, profile.Help},
		{own, "basta", false, profile.Stop},
		{own, "STOP", false, profile.NoKeyword},
		{own, "start", false, profile.Start},
	} {
		if got := b.Classify(tc.own, tc.text, tc.stopped); got != tc.want {
			t.Errorf("Classify(%q, stopped %v) = %q, want %q", tc.text, tc.stopped, got, tc.want)
		}
	}
	if b.HelpReply(own) != "call us" || !strings.Contains(b.HelpReply(nil), "STOP") {
		t.Error("the answer to HELP")
	}
}

func TestAddress(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	for in, want := range map[string]string{"+1 555 010-0100": phone, "Ana@E.test": "ana@e.test"} {
		if got, err := b.Address("", in); err != nil || got != want {
			t.Errorf("%s: %q, %v", in, got, err)
		}
	}
	_, err := b.Address("mailgun", "+15550100100")
	b.kind(err, heliograph.Invalid, "address")
}
