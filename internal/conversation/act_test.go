package conversation_test

import (
	"context"
	"fmt"
	"reflect"
	"testing"
	"time"

	"heliograph"
	"heliograph/internal/conversation"
	"heliograph/internal/store"
)

func TestTheBusinessIsSeen(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	act := func(u *heliograph.User, role heliograph.Role, what conversation.ActivityType, want ...string) {
		t.Helper()
		_, err := b.Act(t.Context(), b.again(u), role, what, heliograph.Author{})
		b.must(err)
		if !reflect.DeepEqual(b.shown, want) {
			t.Errorf("%s by %s: shown %q, want %q", what, role, b.shown, want)
		}
		b.shown = nil
	}
	const phone = "+15550107"
	b.hears("first", phone, "hello")
	u := b.sender(phone)
	act(u, heliograph.Business, conversation.TypingStart, phone+" typing:start first")
	b.hears("second", phone, "anyone?")
	b.say(b.again(u), "yes")
	act(u, heliograph.Business, conversation.TypingStop, phone+" typing:stop second")
	act(u, heliograph.Business, conversation.ConversationRead, phone+" conversation:read second")
	if c, err := b.Conversation(t.Context(), b.again(u)); err != nil || c.BusinessRead == 0 {
		t.Errorf("%+v, %v", c, err)
	}
	act(u, heliograph.Customer, conversation.TypingStart)
	act(u, heliograph.Customer, conversation.ConversationRead)

	// Nobody is shown anything where there is no client that is active.
	lone := b.newUser()
	b.say(lone, "hello?")
	act(lone, heliograph.Business, conversation.TypingStart)
	gone := b.newUser(heliograph.Client{Integration: b.in.ID, Address: "+15550108", Status: heliograph.ClientBlocked})
	b.say(gone, "hello?")
	act(gone, heliograph.Business, conversation.TypingStart)
	// A client that never wrote is shown it all the same.
	silent := b.newUser(heliograph.Client{Integration: b.in.ID, Address: "+15550109", Status: heliograph.ClientActive})
	b.say(silent, "hello?")
	act(silent, heliograph.Business, conversation.TypingStart, "+15550109 typing:start ")
}

func (b *bed) offer(u *heliograph.User, text string, c heliograph.Content) *heliograph.Message {
	b.Helper()
	c.Type, c.Text = heliograph.TextMessage, text
	out, err := b.Post(b.Context(), &conversation.Post{App: b.app, User: b.again(u), Role: heliograph.Business, Content: &c})
	b.must(err)
	return out.Message
}

func TestPostback(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	u := b.newUser()
	postback := []heliograph.Action{{Type: "link", Text: "Shop", URI: "https://x.example"}, {Type: "postback", Text: "Go", Payload: "P", Metadata: map[string]any{"k": "v"}}}
	m := b.offer(u, "choose", heliograph.Content{Actions: postback})
	card := b.offer(u, "cards", heliograph.Content{Items: []heliograph.Item{{Title: "One", Actions: []heliograph.Action{{ID: b.ids.Hex(), Type: "postback", Text: "Card", Payload: "C"}}}}})
	click := func(id string) error { return b.Postback(t.Context(), b.app, b.again(u), id) }
	found := func(m *heliograph.Message, id string) {
		t.Helper()
		b.types()
		b.must(click(id))
		e := b.last()
		if e.Type != heliograph.EventPostback || e.Message != m.ID || e.Data.ActionID != id || e.User != u.ID || e.Conversation.IsZero() || e.Data.ExtID != u.ExternalID {
			t.Errorf("%+v", e)
		}
	}
	found(m, m.Actions[1].ID)
	found(card, card.Items[0].Actions[0].ID)
	for id, kind := range map[string]heliograph.Kind{
		"": heliograph.Invalid, "x": heliograph.NotFound, b.ids.Hex(): heliograph.NotFound, m.Actions[0].ID: heliograph.Invalid, m.ID.String(): heliograph.NotFound,
	} {
		if err := click(id); !heliograph.IsKind(err, kind) {
			t.Errorf("%q: %v", id, err)
		}
	}
	other := b.newUser()
	if err := b.Postback(t.Context(), b.app, b.again(other), m.Actions[1].ID); !heliograph.IsKind(err, heliograph.NotFound) {
		t.Error(err)
	}
	b.say(other, "hello")
	if err := b.Postback(t.Context(), b.app, b.again(other), m.Actions[1].ID); !heliograph.IsKind(err, heliograph.NotFound) {
		t.Errorf("another user's: %v", err)
	}
	if got := b.texts(u); len(got) != 2 {
		t.Errorf("it was said: %q", got)
	}

	b.app.Settings.EchoPostback = true
	b.types()
	b.must(click(m.Actions[1].ID))
	if got := b.types(); !reflect.DeepEqual(got, []heliograph.EventType{heliograph.EventPostback, heliograph.EventMessageCustomer}) {
		t.Errorf("told %v", got)
	}
	p, err := b.Newest(t.Context(), b.again(u))
	b.must(err)
	if said := p.Messages[len(p.Messages)-1]; said.Role != heliograph.Customer || said.Text != "Go" || said.Payload != "P" || p.Conversation.Unread != 0 {
		t.Errorf("%+v %+v", said, p.Conversation)
	}
}

// TestActionsAreFoundFarBack: an action is found by when its id was made, however
// much was said since; and, moved by a merge, among the newest messages.
func TestActionsAreFoundFarBack(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	u := b.newUser()
	m := b.offer(u, "choose", heliograph.Content{Actions: []heliograph.Action{{Type: "postback", Text: "Go", Payload: "P"}}})
	b.tick(time.Hour)
	put := func(c heliograph.Content) {
		t.Helper()
		c.Type = heliograph.TextMessage
		b.must(b.s.Atomically(t.Context(), func(ctx context.Context) error {
			conv, err := store.Conversations{Store: b.s}.Advance(ctx, b.app.ID, b.again(u).Conversation, b.now(), heliograph.MaxMessages)
			if err != nil {
				return err
			}
			return store.Messages{Store: b.s}.Insert(ctx, &heliograph.Message{
				ID: b.ids.Message(), App: b.app.ID, Conversation: conv.ID, User: u.ID, Seq: conv.Seq, Received: conv.LastReceived,
				Role: heliograph.Business, Source: heliograph.Source{Type: heliograph.SourceAPI}, Content: c,
			})
		}))
	}
	for n := range 150 {
		put(heliograph.Content{Text: fmt.Sprint(n)})
	}
	b.must(b.Postback(t.Context(), b.app, b.again(u), m.Actions[0].ID))
	// As if the message had moved to before its action's moment.
	b.tick(time.Hour)
	late := b.ids.Hex()
	b.tick(-30 * time.Minute)
	put(heliograph.Content{Text: "moved", Actions: []heliograph.Action{{ID: late, Type: "postback", Text: "Go", Payload: "P"}}})
	for n := range 150 {
		put(heliograph.Content{Text: fmt.Sprint(n)})
	}
	b.must(b.Postback(t.Context(), b.app, b.again(u), late))
}
