package profile_test

import (
	"strings"
	"testing"
	"time"

	"heliograph"
	"heliograph/internal/profile"
)

func TestAuthCode(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	ana := b.user("ana")
	ask := func() string {
		t.Helper()
		code, err := b.AuthCode(b.ctx, b.app, ana.ID)
		b.must(err)
		if !strings.HasPrefix(code, "ac_") || len(code) != 46 {
			t.Fatalf("code %q", code)
		}
		return code
	}
	redeem := func(app heliograph.AppID, code string, good bool) {
		t.Helper()
		u, err := b.RedeemAuthCode(b.ctx, app, code)
		switch {
		case !good:
			b.kind(err, heliograph.Unauthenticated, "")
		case err != nil || u.ID != ana.ID:
			t.Errorf("%+v, %v", u, err)
		}
	}
	first, second := ask(), ask()
	if first == second {
		t.Error("two codes are the same")
	}
	redeem(b.ids.App(), first, false)
	redeem(b.app, first, true)
	redeem(b.app, first, false)
	redeem(b.app, strings.ToUpper(second), false)
	redeem(b.app, "", false)
	b.clock.Advance(9*time.Minute + 59*time.Second)
	redeem(b.app, second, true)
	late := ask()
	b.clock.Advance(10 * time.Minute)
	redeem(b.app, late, false)

	// A merge takes the codes along, a deletion ends them.
	moved, bob := ask(), b.user("bob")
	b.must(b.Merge(b.ctx, b.app, bob.ID, ana.ID))
	ana = bob
	redeem(b.app, moved, true)
	gone := ask()
	b.must(b.Delete(b.ctx, b.app, bob.ID))
	redeem(b.app, gone, false)
	_, err := b.AuthCode(b.ctx, b.app, bob.ID)
	b.kind(err, heliograph.NotFound, "")
}

// codeFor returns a link code for the bed's telephone integration.
func (b *bed) codeFor(u *heliograph.User) string {
	b.t.Helper()
	l, err := b.LinkRequests(b.ctx, b.app, u.ID, []string{b.sms.ID.String()})
	b.must(err)
	return l[0].Code
}

func TestLinkCode(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	ana, bob := b.user("ana"), b.user("bob")
	code := b.codeFor(ana)
	b.says(phone, "my code is "+code, false)
	b.has(ana.ID, "")
	b.says(phone, " "+strings.ToUpper(code[:1])+code[1:]+"\n", false)
	b.has(ana.ID, "active "+phone+" primary")
	b.tells("client.add(channelLinking) link.success")
	if !b.see(ana.ID).ConversationStarted() {
		t.Error("the conversation has not started")
	}
	b.says("+15550100111", code, false) // used
	b.has(ana.ID, "active "+phone+" primary")

	// The address moves to whoever's code comes from it.
	b.says(phone, b.codeFor(bob), false)
	b.has(ana.ID, "")
	b.has(bob.ID, "active "+phone+" primary")
	b.tells("client.add(channelLinking) client.remove(theft) link.success")
	b.says(phone, b.codeFor(bob), false) // again
	b.tells("")

	// A link under way is done by it, and one by another's code fails.
	b.asked(ana, "+15550100122", heliograph.ConfirmUserActivity)
	b.story()
	b.says("+15550100122", b.codeFor(ana), false)
	b.tells("cancelled link.success")
	b.asked(ana, "+15550100133", heliograph.ConfirmUserActivity)
	b.story()
	b.says("+15550100133", b.codeFor(bob), false)
	b.tells("client.add(channelLinking) cancelled link.failure(linkFailed) client.remove(linkFailed) link.success")

	// Made for one integration, it does nothing at another, and is not used up.
	code = b.codeFor(ana)
	b.must(b.ConfirmByActivity(b.ctx, profile.Activity{App: b.app, Integration: b.mail.ID, Address: "a@example.org", Text: code}))
	b.says("+15550100144", code, false)
	b.tells("client.add(channelLinking) link.success")
	code = b.codeFor(ana)
	b.clock.Advance(24 * time.Hour)
	b.says("+15550100155", code, false)
	b.tells("")
}

func TestLinkRequests(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	ana := b.user("ana")
	b.sms.Info = map[string]string{"phoneNumber": "+15550100199"}
	b.mail.Settings = []byte(`{"incomingAddress":"in@shop.example"}`)
	got, err := b.LinkRequests(b.ctx, b.app, ana.ID, []string{b.sms.ID.String(), " " + b.mail.ID.String()})
	b.must(err)
	if len(got) != 2 || got[0].URL != "sms:+15550100199?body="+got[0].Code || got[1].URL != "mailto:in@shop.example?subject="+got[1].Code+"&body="+got[1].Code ||
		got[0].Integration != b.sms.ID || got[1].Type != "mailgun" || got[0].Code == got[1].Code {
		t.Errorf("%+v", got)
	}
	for name, kind := range map[string]heliograph.Kind{"": heliograph.NotFound, "x": heliograph.NotFound, ana.ID.String(): heliograph.NotFound} {
		_, err := b.LinkRequests(b.ctx, b.app, ana.ID, []string{name})
		b.kind(err, kind, "")
	}
	_, err = b.LinkRequests(b.ctx, b.app, ana.ID, nil)
	b.kind(err, heliograph.Invalid, "integrationIds")
	_, err = b.LinkRequests(b.ctx, b.app, b.ids.User(), []string{b.sms.ID.String()})
	b.kind(err, heliograph.NotFound, "")
}

func TestPing(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	ana, app := b.user("ana"), &heliograph.App{ID: b.app, Name: "Shop"}
	b.kind(b.Ping(b.ctx, app, ana.ID, "twilio"), heliograph.NotFound, "")
	b.kind(b.Ping(b.ctx, app, ana.ID, "owl"), heliograph.NotFound, "")
	b.kind(b.Ping(b.ctx, app, ana.ID, "push"), heliograph.Invalid, "integrationType")
	b.asked(ana, "+15550100166", heliograph.ConfirmUserActivity)
	before := len(b.sent)
	b.kind(b.Ping(b.ctx, app, ana.ID, "twilio"), heliograph.NotFound, "")
	b.linked(ana, "+15550100101")
	b.linked(ana, phone)
	b.must(b.Ping(b.ctx, app, ana.ID, "twilio"))
	if len(b.sent) != before+1 {
		t.Fatalf("%d messages went out", len(b.sent)-before)
	}
	d := b.sent[before]
	if d.Address != phone || d.Kind != heliograph.SystemDelivery || b.texts[d.ID].Text != "This is a test message from Shop." {
		t.Errorf("%+v %q", d, b.texts[d.ID].Text)
	}
}
