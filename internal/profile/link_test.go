package profile_test

import (
	"strings"
	"testing"

	"heliograph"
	"heliograph/internal/profile"
)

const phone = "+15550100100"

// TestLinkTable goes through the v1.1 API's table of confirmations.
func TestLinkTable(t *testing.T) {
	t.Parallel()
	const (
		added   = "client.add(channelLinking)"
		matched = added + " link.match"
		linked  = " link.success"
		failed  = " link.failure(linkFailed) client.remove(linkFailed)"
		active  = "active " + phone + " primary"
		pending = "pending " + phone
	)
	for name, tc := range map[string]struct {
		how     heliograph.Confirmation
		then    func(b *bed)
		tells   string
		has     string
		started bool
	}{
		"activity, not sent yet":        {heliograph.ConfirmUserActivity, func(*bed) {}, added, pending, false},
		"activity, unknown":             {heliograph.ConfirmUserActivity, func(b *bed) { b.outcome(heliograph.Unknown) }, added, pending, false},
		"activity before the message":   {heliograph.ConfirmUserActivity, func(b *bed) { b.says(phone, "hi", false) }, added, pending, false},
		"activity, sent":                {heliograph.ConfirmUserActivity, func(b *bed) { b.outcome(heliograph.AtChannel) }, matched, pending, true},
		"activity, sent and told twice": {heliograph.ConfirmUserActivity, func(b *bed) { b.outcome(heliograph.AtChannel); b.outcome(heliograph.AtUser) }, matched, pending, true},
		"activity, answered":            {heliograph.ConfirmUserActivity, func(b *bed) { b.outcome(heliograph.AtChannel); b.says(phone, "hi", false) }, matched + linked, active, true},
		"activity, opted out":           {heliograph.ConfirmUserActivity, func(b *bed) { b.outcome(heliograph.AtChannel); b.says(phone, "STOP", true) }, matched + failed, "", true},
		"activity, failed":              {heliograph.ConfirmUserActivity, func(b *bed) { b.outcome(heliograph.Failed) }, added + failed, "", false},
		"activity, expired":             {heliograph.ConfirmUserActivity, func(b *bed) { b.outcome(heliograph.Expired) }, added + failed, "", false},
		"activity, sent, then failed":   {heliograph.ConfirmUserActivity, func(b *bed) { b.outcome(heliograph.AtChannel); b.outcome(heliograph.Failed) }, matched + failed, "", true},
		"immediate, sent":               {heliograph.ConfirmImmediate, func(b *bed) { b.outcome(heliograph.AtChannel) }, matched + linked, active, true},
		"immediate, failed":             {heliograph.ConfirmImmediate, func(b *bed) { b.outcome(heliograph.Failed) }, added + failed, "", false},
		"immediate, failed later":       {heliograph.ConfirmImmediate, func(b *bed) { b.outcome(heliograph.AtChannel); b.outcome(heliograph.Failed) }, matched + linked, active, true},
		"prompt, sent":                  {heliograph.ConfirmPrompt, func(b *bed) { b.outcome(heliograph.AtUser) }, matched, pending, true},
		"prompt, other words":           {heliograph.ConfirmPrompt, func(b *bed) { b.outcome(heliograph.AtUser); b.says(phone, "who are you", false) }, matched, pending, true},
		"prompt, accepted":              {heliograph.ConfirmPrompt, func(b *bed) { b.outcome(heliograph.AtUser); b.says(phone, " “Yes!”", false) }, matched + linked, active, true},
		"prompt, denied":                {heliograph.ConfirmPrompt, func(b *bed) { b.outcome(heliograph.AtUser); b.says(phone, "no", false) }, matched + failed, "", true},
		"prompt, failed":                {heliograph.ConfirmPrompt, func(b *bed) { b.outcome(heliograph.Failed) }, added + failed, "", false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newBed(t)
			u := b.user("ana")
			if got := b.asked(u, "+1 555-010-0100", tc.how); shape(got) != pending {
				t.Errorf("the answer shows %q", shape(got))
			}
			tc.then(b)
			b.tells(tc.tells)
			b.has(u.ID, tc.has)
			if got := b.see(u.ID); got.ConversationStarted() != tc.started {
				t.Errorf("conversation started: %v, want %v", got.ConversationStarted(), tc.started)
			}
			if len(b.sent) != 1 {
				t.Errorf("%d messages went out", len(b.sent))
			}
		})
	}
}

func TestLinkImmediatelyWithoutMessage(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	u := b.user("ana")
	if got := b.linked(u, phone); shape(got) != "active "+phone+" primary" {
		t.Errorf("the answer shows %q", shape(got))
	}
	e := b.told[len(b.told)-1]
	if e.Type != heliograph.EventLinkSuccess || e.Data.Criteria["phoneNumber"] != phone || e.Data.Channel != "twilio" || e.Data.Integ != b.sms.ID || e.Data.ExtID != "ana" || e.User != u.ID {
		t.Errorf("the event: %+v", e)
	}
	b.tells("client.add(channelLinking) link.success")
	if len(b.sent) != 0 {
		t.Error("a message went out")
	}
	t.Run("again changes nothing", func(t *testing.T) {
		first := b.see(u.ID).Clients[0].ID
		for _, how := range []heliograph.Confirmation{heliograph.ConfirmImmediate, heliograph.ConfirmUserActivity, heliograph.ConfirmPrompt} {
			b.asked(u, phone, how)
		}
		if got := b.see(u.ID); len(got.Clients) != 1 || got.Clients[0].ID != first || len(b.sent) != 0 {
			t.Errorf("clients: %s; %d messages", shape(got), len(b.sent))
		}
		b.tells("")
	})
	t.Run("the newest primary one is preferred", func(t *testing.T) {
		b.linked(u, "+15550100101")
		b.has(u.ID, "active +15550100100, active +15550100101 primary")
	})
}

func TestTheft(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	ana, bob, eve := b.user("ana"), b.user("bob"), b.user("eve")
	b.linked(ana, phone)
	b.asked(eve, phone, heliograph.ConfirmUserActivity)
	b.story()
	b.asked(bob, phone, heliograph.ConfirmImmediate)
	b.tells("client.add(channelLinking)")
	b.has(ana.ID, "active "+phone+" primary")
	loser := b.see(ana.ID).Clients[0].ID
	b.outcome(heliograph.AtChannel)
	for _, e := range b.told {
		if removed := e.Type == heliograph.EventClientRemove; removed && (e.Data.Error != nil) != (e.Data.Reason == "linkFailed") {
			t.Errorf("%s tells the error %v", e.Data.Reason, e.Data.Error)
		}
		if e.Data.Reason == "theft" && (e.User != ana.ID || e.Data.Client != loser || e.Data.ExtID != "ana") {
			t.Errorf("the event of the theft: %+v", e)
		}
	}
	// Eve's request waits in the queue and is taken out of it.
	b.tells("link.match client.remove(theft) cancelled link.failure(linkFailed) client.remove(linkFailed) link.success")
	b.has(ana.ID, "")
	b.has(eve.ID, "")
	b.has(bob.ID, "active "+phone+" primary")
	if d, err := (storeDeliveries(b)).Delivery(b.ctx, b.app, b.sent[0].ID); err != nil || d.Status != heliograph.Cancelled {
		t.Errorf("Eve's confirmation: %+v, %v", d, err)
	}
}

func TestTheLatestRequestWins(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	ana, bob := b.user("ana"), b.user("bob")
	b.asked(ana, phone, heliograph.ConfirmUserActivity)
	b.outcome(heliograph.AtChannel)
	b.asked(bob, phone, heliograph.ConfirmUserActivity)
	b.outcome(heliograph.AtChannel)
	b.says(phone, "hello", false)
	b.has(ana.ID, "")
	b.has(bob.ID, "active "+phone+" primary")
}

// TestAskAgain: the first message may have been lost on the person.
func TestAskAgain(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	u := b.user("ana")
	b.asked(u, phone, heliograph.ConfirmUserActivity)
	first := b.sent[0]
	b.asked(u, phone, heliograph.ConfirmPrompt)
	if len(b.sent) != 2 || !strings.Contains(b.texts[b.sent[1].ID].Text, "YES") {
		t.Fatalf("%d messages", len(b.sent))
	}
	b.tells("client.add(channelLinking) cancelled")
	b.outcomeOf(first, heliograph.Failed) // of no interest any more
	b.has(u.ID, "pending "+phone)
	b.linked(u, phone)
	b.has(u.ID, "active "+phone+" primary")
	b.outcomeOf(b.sent[1], heliograph.Failed)
	b.has(u.ID, "active "+phone+" primary")
}

func TestLinkRefuses(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	u := b.user("ana")
	good := profile.LinkOrder{Type: "twilio", PhoneNumber: phone, Confirmation: heliograph.ConfirmImmediate}
	for name, tc := range map[string]struct {
		change func(*profile.LinkOrder)
		kind   heliograph.Kind
		field  string
	}{
		"no type":              {func(o *profile.LinkOrder) { o.Type = "" }, heliograph.Invalid, "type"},
		"unknown type":         {func(o *profile.LinkOrder) { o.Type = "pigeon" }, heliograph.Invalid, "type"},
		"not linkable":         {func(o *profile.LinkOrder) { o.Type = "push" }, heliograph.Invalid, "type"},
		"no number":            {func(o *profile.LinkOrder) { o.PhoneNumber = "" }, heliograph.Invalid, "phoneNumber"},
		"no country code":      {func(o *profile.LinkOrder) { o.PhoneNumber = "5550100100" }, heliograph.Invalid, "phoneNumber"},
		"no digits":            {func(o *profile.LinkOrder) { o.PhoneNumber = "+abc" }, heliograph.Invalid, "phoneNumber"},
		"no confirmation":      {func(o *profile.LinkOrder) { o.Confirmation = "" }, heliograph.Invalid, "confirmation.type"},
		"unknown confirmation": {func(o *profile.LinkOrder) { o.Confirmation = "maybe" }, heliograph.Invalid, "confirmation.type"},
		"activity, no message": {func(o *profile.LinkOrder) { o.Confirmation = heliograph.ConfirmUserActivity }, heliograph.Invalid, "confirmation.message"},
		"prompt with message":  {func(o *profile.LinkOrder) { o.Confirmation, o.Message = heliograph.ConfirmPrompt, text("x") }, heliograph.Invalid, "confirmation.message"},
		"reply actions": {func(o *profile.LinkOrder) {
			o.Message = &heliograph.Content{Type: heliograph.TextMessage, Text: "x", Actions: []heliograph.Action{{Type: "reply"}}}
		}, heliograph.Invalid, "confirmation.message.actions"},
		"mail needs an address": {func(o *profile.LinkOrder) { o.Type = "mailgun" }, heliograph.Invalid, "address"},
		"mail has no prompt": {func(o *profile.LinkOrder) {
			o.Type, o.Address, o.Confirmation = "mailgun", "a@e.test", heliograph.ConfirmPrompt
		}, heliograph.Invalid, "confirmation.type"},
		"another type's":       {func(o *profile.LinkOrder) { o.Integration = b.mail.ID.String() }, heliograph.Invalid, "integrationId"},
		"unknown integration":  {func(o *profile.LinkOrder) { o.Integration = b.ids.Integration().String() }, heliograph.NotFound, ""},
		"nonsense integration": {func(o *profile.LinkOrder) { o.Integration = "x" }, heliograph.NotFound, ""},
	} {
		t.Run(name, func(t *testing.T) {
			o := good
			tc.change(&o)
			_, err := b.Link(b.ctx, b.app, u.ID, o)
			b.kind(err, tc.kind, tc.field)
		})
	}
	_, err := b.Link(b.ctx, b.app, b.ids.User(), good)
	b.kind(err, heliograph.NotFound, "")
	b.tells("")
	b.has(u.ID, "")
}

// An order to link may name an address otherwise than the list of channels does.
func TestLinkByAnotherField(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	u := b.user("ana")
	order := profile.LinkOrder{Type: "whatsapp", Address: phone, Confirmation: heliograph.ConfirmImmediate}
	_, err := b.Link(b.ctx, b.app, u.ID, order)
	b.kind(err, heliograph.Invalid, "phoneNumber")
	order.Address, order.PhoneNumber = "", phone
	_, err = b.Link(b.ctx, b.app, u.ID, order)
	b.must(err)
	channels, err := b.Channels(b.ctx, b.app, u.ID)
	b.must(err)
	if len(channels) != 1 || channels[0].Address != phone || channels[0].AddressField != "username" {
		t.Errorf("channels: %+v", channels)
	}
}

func TestUnlink(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	u := b.user("ana")
	b.kind(b.Unlink(b.ctx, b.app, u.ID, "twilio"), heliograph.Invalid, "")
	b.linked(u, phone)
	b.asked(u, "+15550100101", heliograph.ConfirmPrompt)
	_, err := b.Link(b.ctx, b.app, u.ID, profile.LinkOrder{Type: "mailgun", Address: "Ana@E.test", Confirmation: heliograph.ConfirmImmediate})
	b.must(err)
	channels, err := b.Channels(b.ctx, b.app, u.ID)
	b.must(err)
	if len(channels) != 2 || channels[0].Address != phone || channels[0].AddressField != "phoneNumber" || channels[1].Address != "ana@e.test" || channels[1].AddressField != "address" {
		t.Errorf("channels: %+v", channels)
	}
	b.story()
	b.must(b.Unlink(b.ctx, b.app, u.ID, "twilio"))
	b.tells("client.remove(api) cancelled link.failure(linkCancelled) client.remove(linkCancelled)")
	b.has(u.ID, "active ana@e.test")
	b.kind(b.Unlink(b.ctx, b.app, u.ID, "twilio"), heliograph.Invalid, "")
}
