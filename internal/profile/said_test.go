package profile_test

import (
	"testing"

	"heliograph"
	"heliograph/channel"
)

// delivered stores what was sent to an address by mail.
func (b *bed) delivered(u *heliograph.User, address string) heliograph.NotificationID {
	b.t.Helper()
	m := &heliograph.Message{
		ID: b.ids.Message(), App: b.app, Conversation: u.Conversation, User: u.ID, Notification: b.ids.Notification(), Seq: 1, Received: 1,
		Role: heliograph.Business, Source: heliograph.Source{Type: heliograph.SourceNotification}, Content: *text("hi"),
	}
	b.must((outbox{b}).Enqueue(b.ctx, &heliograph.Delivery{
		ID: m.Notification, App: b.app, Kind: heliograph.NotificationDelivery, Integration: b.mail.ID, Channel: "mailgun", Message: m.ID, User: u.ID,
		Client: b.ids.Client(), Conversation: u.Conversation, Address: address, Category: heliograph.Marketing, Status: heliograph.Queued, Created: 1, Due: 1,
	}, m))
	return m.Notification
}

// TestWhoseConsent: who got a mail speaks for the address that it went to, and
// for no other.
func TestWhoseConsent(t *testing.T) {
	t.Parallel()
	const ana, ben = "ana@e.test", "ben@e.test"
	for name, tc := range map[string]struct {
		address string
		unknown bool // the delivery is another integration's, or gone
		want    string
	}{
		"the address is the delivery's": {address: ana, want: ana},
		"somebody else's":               {address: ben, want: ana},
		"not told":                      {address: "", want: ana},
		"an old mail":                   {address: ben, unknown: true, want: ben},
		"nothing is known":              {address: "", unknown: true, want: ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newBed(t)
			d := b.delivered(b.user("ana"), ana)
			in := b.mail
			if tc.unknown {
				in = b.chat1
			}
			b.must(b.Told(b.ctx, in, []byte("raw"), []channel.Fact{{Key: "k", Consent: &channel.ConsentFact{
				Address: tc.address, Action: heliograph.OptOut, Scope: heliograph.ScopeMarketing, Source: heliograph.ConsentComplaint, Delivery: d,
			}}}))
			for _, address := range []string{ana, ben} {
				if got := b.stopped(address) != ""; got != (address == tc.want) {
					t.Errorf("%s is stopped: %v", address, got)
				}
			}
		})
	}
}

// TestResubscribe: writing to a sender lifts an unsubscription from it, and
// nothing that others noted.
func TestResubscribe(t *testing.T) {
	t.Parallel()
	const ana = "ana@e.test"
	for source, lifted := range map[heliograph.ConsentSource]bool{
		heliograph.ConsentListUnsubscribe: true, heliograph.ConsentKeyword: true,
		heliograph.ConsentComplaint: false, heliograph.ConsentHardBounce: false, heliograph.ConsentAPI: false, heliograph.ConsentAgent: false,
	} {
		t.Run(string(source), func(t *testing.T) {
			t.Parallel()
			b := newBed(t)
			change := func(scope heliograph.ConsentScope) *heliograph.Consent {
				return &heliograph.Consent{App: b.app, Integration: b.mail.ID, Address: ana, Scope: scope, Source: source}
			}
			for _, scope := range []heliograph.ConsentScope{heliograph.ScopeSender, heliograph.ScopeMarketing} {
				_, err := b.Suppress(b.ctx, change(scope))
				b.must(err)
			}
			elsewhere := change(heliograph.ScopeSender)
			elsewhere.Integration = b.sms.ID
			if changed, err := b.Resubscribe(b.ctx, elsewhere); changed || err != nil {
				t.Errorf("by another sender: %v, %v", changed, err)
			}
			c := change(heliograph.ScopeSender)
			c.Source = heliograph.ConsentKeyword
			changed, err := b.Resubscribe(b.ctx, c)
			want, logged := "marketing sender", 2
			if lifted {
				want, logged = "marketing", 3
			}
			history, _ := b.ConsentOf(b.ctx, b.app, ana)
			if err != nil || changed != lifted || b.stopped(ana) != want || len(history.History) != logged {
				t.Errorf("%v, %v, %q, %d in the log", changed, err, b.stopped(ana), len(history.History))
			}
		})
	}
}
