package conversation_test

import (
	"errors"
	"testing"
	"time"

	"heliograph"
	"heliograph/internal/conversation"
	"heliograph/internal/store"
)

func TestPostStartsTheConversationAndSends(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	u := b.newUser(heliograph.Client{Integration: b.in.ID, Address: "+15550001", Status: heliograph.ClientActive, LinkedAt: 1})
	out := b.say(u, "Hello")
	m, c := out.Message, out.Conversation
	if m.Seq != 1 || m.Received != b.now() || m.Source.Type != heliograph.SourceAPI || m.Author.Name != "Shop" {
		t.Errorf("message %+v", m)
	}
	if c.ID != m.Conversation || c.Unread != 1 || b.again(u).Conversation != c.ID {
		t.Errorf("conversation %+v", c)
	}
	e := b.last()
	if e.Type != heliograph.EventMessageBusiness || e.Message != m.ID || e.Conversation != c.ID || e.Data.ExtID != u.ExternalID {
		t.Errorf("event %+v", e)
	}
	if len(b.sent) != 1 {
		t.Fatalf("%d deliveries", len(b.sent))
	}
	d := b.sent[0]
	if d.Kind != heliograph.MessageDelivery || d.Class != heliograph.ClassConversational || d.Address != "+15550001" || d.Message != m.ID || d.Conversation != c.ID || d.Client != e.Data.Client {
		t.Errorf("delivery %+v", d)
	}
	// A conversation that was started meanwhile is used, not doubled.
	if again := b.say(u, "Again"); again.Conversation.ID != c.ID || again.Message.Seq != 2 || again.Message.Received != m.Received+1 {
		t.Errorf("second message %+v", again.Message)
	}
}

func TestPostChoosesTheClient(t *testing.T) {
	t.Parallel()
	ids := newBed(t).ids
	x, y, z := ids.Integration(), ids.Integration(), ids.Integration()
	active, blocked := heliograph.ClientActive, heliograph.ClientBlocked
	for name, tc := range map[string]struct {
		clients []heliograph.Client
		to      *conversation.Destination
		want    heliograph.IntegrationID // zero: none
		refused string
	}{
		"no client":              {},
		"newest primary":         {clients: []heliograph.Client{{Integration: x, LinkedAt: 10, Primary: true, Status: active}, {Integration: y, LinkedAt: 20, Primary: true, Status: active}, {Integration: z, LinkedAt: 30, Status: active}}, want: y},
		"last used":              {clients: []heliograph.Client{{Integration: x, LinkedAt: 10, LastSeen: 25, Status: active}, {Integration: y, LinkedAt: 20, Primary: true, Status: active}}, want: x},
		"neither":                {clients: []heliograph.Client{{Integration: x, LinkedAt: 10, Status: active}, {Integration: y, LinkedAt: 20, Status: active}}, want: y},
		"pending does not count": {clients: []heliograph.Client{{Integration: x, LinkedAt: 10, Status: active}, {Integration: y, LinkedAt: 20, Primary: true, Status: heliograph.ClientPending}}, want: x},
		"blocked comes last":     {clients: []heliograph.Client{{Integration: x, LinkedAt: 10, Status: active}, {Integration: y, LinkedAt: 20, Primary: true, Status: blocked}}, want: x},
		"blocked is sent to":     {clients: []heliograph.Client{{Integration: y, LinkedAt: 20, Status: blocked}}, want: y},
		"by integration":         {clients: []heliograph.Client{{Integration: x, LinkedAt: 10, Status: active}, {Integration: y, LinkedAt: 20, Primary: true, Status: active}}, to: &conversation.Destination{Integration: x}, want: x},
		"by type":                {clients: []heliograph.Client{{Integration: x, Platform: "whatsapp", Status: active}, {Integration: y, Primary: true, LinkedAt: 9, Status: active}}, to: &conversation.Destination{Type: "whatsapp"}, want: x},
		"integration not there":  {clients: []heliograph.Client{{Integration: x, Status: active}}, to: &conversation.Destination{Integration: y}, refused: "destination.integrationId"},
		"integration pending":    {clients: []heliograph.Client{{Integration: x, Status: heliograph.ClientPending}}, to: &conversation.Destination{Integration: x}, refused: "destination.integrationId"},
		"type not there":         {clients: []heliograph.Client{{Integration: x, Status: active}}, to: &conversation.Destination{Type: "mailgun"}, refused: "destination.integrationType"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newBed(t)
			for i := range tc.clients {
				tc.clients[i].Address = "+1555000" + string(rune('0'+i))
			}
			u := b.newUser(tc.clients...)
			_, err := b.Post(t.Context(), &conversation.Post{App: b.app, User: u, Role: heliograph.Business, Destination: tc.to, Content: &heliograph.Content{Type: heliograph.TextMessage, Text: "a"}})
			if tc.refused != "" {
				if e, ok := errors.AsType[*heliograph.Error](err); !ok || e.Kind != heliograph.Invalid || e.Field != tc.refused {
					t.Errorf("got %v", err)
				}
				if u = b.again(u); u.ConversationStarted() || len(b.events) > 0 {
					t.Error("a refused message changed something")
				}
				return
			}
			b.must(err)
			var got heliograph.IntegrationID
			if len(b.sent) > 0 {
				got = b.sent[0].Integration
			}
			if got != tc.want {
				t.Errorf("sent through %v, want %v", got, tc.want)
			}
		})
	}
}

func TestPostThroughAnIntegrationThatIsGone(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	u := b.newUser(heliograph.Client{Integration: b.in.ID, Address: "+15550001", Status: heliograph.ClientActive})
	b.gone[b.in.ID] = true
	b.say(u, "kept")
	if got := b.texts(u); len(got) != 1 || len(b.sent) != 0 {
		t.Errorf("%v, %d deliveries", got, len(b.sent))
	}
	_, err := b.Post(t.Context(), &conversation.Post{App: b.app, User: u, Role: heliograph.Business, Destination: &conversation.Destination{Integration: b.in.ID},
		Content: &heliograph.Content{Type: heliograph.TextMessage, Text: "refused"}})
	if !heliograph.IsKind(err, heliograph.Invalid) || len(b.texts(u)) != 1 {
		t.Errorf("got %v, %v", err, b.texts(u))
	}
}

func TestPostAsTheCustomer(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	u := b.newUser(heliograph.Client{Integration: b.in.ID, Address: "+15550001", Status: heliograph.ClientActive})
	b.say(u, "first")
	u = b.again(u)
	n := b.notify(u, "offer")
	b.tick(time.Second)
	post := func(c heliograph.Content, to *conversation.Destination) (*conversation.Posted, error) {
		return b.Post(t.Context(), &conversation.Post{App: b.app, User: u, Role: heliograph.Customer, Content: &c, Destination: to})
	}
	out, err := post(heliograph.Content{Type: heliograph.TextMessage, Text: "yes"}, nil)
	b.must(err)
	if c := out.Conversation; c.Unread != 0 || c.UserRead != out.Message.Received || c.LastUserAt != out.Message.Received || c.Seq != 3 {
		t.Errorf("conversation %+v", c)
	}
	if out.Message.Author.ID != u.ID.String() {
		t.Errorf("author %q", out.Message.Author.ID)
	}
	e := b.last()
	if e.Type != heliograph.EventMessageCustomer || len(e.Data.Context) != 1 || e.Data.Context[0] != n.ID {
		t.Errorf("event %+v", e)
	}
	if len(b.sent) != 1 {
		t.Error("a customer's message was sent")
	}
	for name, err := range map[string]error{
		"destination": func() error {
			_, err := post(heliograph.Content{}, &conversation.Destination{Type: "twilio"})
			return err
		}(),
		"actions": func() error {
			_, err := post(heliograph.Content{Actions: make([]heliograph.Action, 1)}, nil)
			return err
		}(),
	} {
		if e, ok := errors.AsType[*heliograph.Error](err); !ok || e.Field != name {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestFullConversation(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	u := b.newUser()
	b.say(u, "one")
	u = b.again(u)
	c, err := b.Conversation(t.Context(), u)
	b.must(err)
	c.Messages = heliograph.MaxMessages
	b.must(store.Conversations{Store: b.s}.Save(t.Context(), c))
	for _, role := range []heliograph.Role{heliograph.Business, heliograph.Customer} {
		_, err := b.Post(t.Context(), &conversation.Post{App: b.app, User: u, Role: role, Content: &heliograph.Content{Type: heliograph.TextMessage, Text: "a"}})
		if !heliograph.IsKind(err, heliograph.Locked) {
			t.Errorf("%s: %v", role, err)
		}
	}
	b.must(b.DeleteAll(t.Context(), u))
	if out := b.say(u, "two"); out.Message.Seq != 2 || out.Conversation.Messages != 1 {
		t.Errorf("after the deletion: seq %d of %d", out.Message.Seq, out.Conversation.Messages)
	}
}
