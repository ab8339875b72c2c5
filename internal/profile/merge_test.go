package profile_test

import (
	"context"
	"fmt"
	"maps"
	"testing"

	"heliograph"
	"heliograph/internal/profile"
	"heliograph/internal/store"
)

// chat gives a user n notifications, every second one still queued.
func (b *bed) chat(u *heliograph.User, n int) {
	b.t.Helper()
	b.must(b.s.Atomically(b.ctx, func(ctx context.Context) error {
		conv, err := store.Conversations{Store: b.s}.Start(ctx, &heliograph.Conversation{ID: b.ids.Conversation(), App: b.app, User: u.ID, Created: 1})
		if err != nil {
			return err
		}
		for i := range n {
			c, err := store.Conversations{Store: b.s}.Advance(ctx, b.app, conv, heliograph.At(b.clock.Now()), heliograph.MaxMessages)
			if err != nil {
				return err
			}
			m := &heliograph.Message{
				ID: b.ids.Message(), App: b.app, Conversation: conv, User: u.ID, Notification: b.ids.Notification(), Seq: c.Seq, Received: c.LastReceived,
				Role: heliograph.Business, Source: heliograph.Source{Type: heliograph.SourceNotification}, Content: *text(fmt.Sprint(i)),
			}
			if err := (store.Messages{Store: b.s}).Insert(ctx, m); err != nil {
				return err
			}
			if i%2 == 1 {
				continue
			}
			if err := storeDeliveries(b).Enqueue(ctx, &heliograph.Delivery{
				ID: m.Notification, App: b.app, Kind: heliograph.NotificationDelivery, Integration: b.sms.ID, Channel: "twilio", Message: m.ID, User: u.ID,
				Client: b.ids.Client(), Conversation: conv, Address: phone, Category: heliograph.Transactional, Status: heliograph.Queued, Created: 1, Due: 1,
			}); err != nil {
				return err
			}
		}
		return nil
	}))
	u.Conversation = b.see(u.ID).Conversation
}

func (b *bed) messages(c heliograph.ConversationID) []*heliograph.Message {
	b.t.Helper()
	list, err := store.Messages{Store: b.s}.After(b.ctx, b.app, c, 0, 10000)
	b.must(err)
	return list
}

func TestMerge(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	ana, err := b.Create(b.ctx, b.app, profile.NewUser{ExternalID: "ana", Profile: heliograph.Profile{GivenName: "Ana", Properties: map[string]any{"a": 1.0, "both": "mine"}}})
	b.must(err)
	old, err := b.Create(b.ctx, b.app, profile.NewUser{ExternalID: "old", CredentialRequired: true,
		Profile: heliograph.Profile{GivenName: "A.", Surname: "Lee", Properties: map[string]any{"b": 2.0, "both": "theirs"}}})
	b.must(err)
	b.linked(ana, phone)
	b.linked(old, "+15550100101")
	b.asked(ana, "+15550100101", heliograph.ConfirmPrompt) // pointless once merged
	b.asked(old, "+15550100102", heliograph.ConfirmUserActivity)
	b.chat(ana, 30)
	b.chat(old, 1203) // more than two batches
	b.story()

	b.must(b.Merge(b.ctx, b.app, ana.ID, old.ID))
	for _, e := range b.told {
		if e.Type == heliograph.EventMerge && (e.User != ana.ID || e.Data.Other[0] != old.ID || e.Data.OtherExt[0] != "old" || e.Data.ExtID != "ana" || e.Conversation != ana.Conversation) {
			t.Errorf("the event: %+v", e)
		}
	}
	b.tells("cancelled link.failure(linkCancelled) client.remove(linkCancelled) user.merge")
	for _, name := range []string{old.ID.String(), "old"} {
		_, err := b.Resolve(b.ctx, b.app, name)
		b.kind(err, heliograph.NotFound, "")
	}
	got := b.see(ana.ID)
	p := got.Profile
	if p.GivenName != "Ana" || p.Surname != "Lee" || !maps.Equal(p.Properties, map[string]any{"a": 1.0, "b": 2.0, "both": "mine"}) || !got.CredentialRequired || got.ExternalID != "ana" {
		t.Errorf("the survivor: %+v", got)
	}
	b.has(ana.ID, "active +15550100100 primary, active +15550100101, pending +15550100102")
	for _, c := range got.Clients {
		if c.Conversation != got.Conversation {
			t.Errorf("client %s points to another conversation", c.Address)
		}
	}
	if n := len(b.messages(old.Conversation)); n != 0 {
		t.Errorf("%d messages stayed behind", n)
	}
	all := b.messages(ana.Conversation)
	if len(all) != 1233 {
		t.Fatalf("%d messages", len(all))
	}
	for i, m := range all {
		if m.User != ana.ID || i > 0 && m.Received <= all[i-1].Received {
			t.Fatalf("message %d: user %s, received %d", i, m.User, m.Received)
		}
	}
	// The link under way ends with the survivor.
	b.outcomeOf(b.sent[1], heliograph.AtChannel)
	b.says("+15550100102", "hello", false)
	b.has(ana.ID, "active +15550100100, active +15550100101, active +15550100102 primary")
}

func TestMergeIntoNobody(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	anonymous := &heliograph.User{ID: b.ids.User(), App: b.app, Created: 1}
	b.must(store.Users{Store: b.s}.Insert(b.ctx, anonymous))
	old := b.user("old")
	b.chat(old, 3)
	b.must(b.Merge(b.ctx, b.app, anonymous.ID, old.ID))
	got, err := b.Resolve(b.ctx, b.app, "old")
	b.must(err)
	if got.ID != anonymous.ID || !got.ConversationStarted() || len(b.messages(got.Conversation)) != 3 {
		t.Errorf("%+v", got)
	}
	b.kind(b.Merge(b.ctx, b.app, got.ID, got.ID), heliograph.Invalid, "discarded._id")
	b.kind(b.Merge(b.ctx, b.app, got.ID, b.ids.User()), heliograph.NotFound, "")
	b.kind(b.Merge(b.ctx, b.ids.App(), got.ID, old.ID), heliograph.NotFound, "")
}

func TestDelete(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	ana, bob := b.user("ana"), b.user("bob")
	b.linked(ana, phone)
	b.asked(ana, "+15550100101", heliograph.ConfirmUserActivity)
	b.chat(ana, 1001)
	b.chat(bob, 4)
	link := b.sent[0]
	first := b.messages(ana.Conversation)[0]
	b.story()
	b.must(b.Delete(b.ctx, b.app, ana.ID))

	cancelled := 0
	for _, e := range b.told {
		if e.Type == heliograph.EventCancelled {
			cancelled++
		}
	}
	last := b.told[len(b.told)-1]
	if cancelled != 502 || last.Type != heliograph.EventUserDelete || last.User != ana.ID || last.Data.ExtID != "ana" || last.Conversation != ana.Conversation {
		t.Errorf("%d cancelled; the last event: %+v", cancelled, last)
	}
	_, err := b.Resolve(b.ctx, b.app, "ana")
	b.kind(err, heliograph.NotFound, "")
	if n := len(b.messages(ana.Conversation)); n != 0 {
		t.Errorf("%d messages are left", n)
	}
	if _, err := (store.Messages{Store: b.s}).Get(b.ctx, b.app, link.Message); !heliograph.IsKind(err, heliograph.NotFound) {
		t.Errorf("the confirmation's text is left: %v", err)
	}
	for _, id := range []heliograph.NotificationID{link.ID, first.Notification} {
		d, err := storeDeliveries(b).Delivery(b.ctx, b.app, id)
		b.must(err)
		if d.Status != heliograph.Cancelled || d.Address != "" {
			t.Errorf("a delivery of the deleted: %+v", d)
		}
	}
	if n := len(b.messages(bob.Conversation)); n != 4 {
		t.Errorf("another user has %d messages left", n)
	}
	b.linked(bob, phone)
	b.has(bob.ID, "active "+phone+" primary")
	b.kind(b.Delete(b.ctx, b.app, ana.ID), heliograph.NotFound, "")
	b.outcomeOf(link, heliograph.AtChannel) // too late, and of no interest
}
