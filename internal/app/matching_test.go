package app

import (
	"fmt"
	"net/http"
	"testing"

	"heliograph"
	"heliograph/channel"
	"heliograph/internal/notify"
	"heliograph/internal/profile"
	"heliograph/internal/store"
)

// matching is an app with two senders of one SMS provider, one of another, and a
// WhatsApp number.
type matching struct {
	t                       *testing.T
	a                       *App
	app                     heliograph.AppID
	one, two, standIn, chat *heliograph.Integration
	n                       int
}

func newMatching(t *testing.T, a *App) *matching {
	t.Helper()
	d := &demo{app: a}
	if err := d.appAndKey(t.Context()); err != nil {
		t.Fatal(err)
	}
	api := &apiClient{base: a.host.public + "/v1.1/apps/" + d.tenant.ID.String(), key: d.key}
	m := &matching{t: t, a: a, app: d.tenant.ID}
	integrate := func(settings map[string]any) *heliograph.Integration {
		var got struct {
			Integration struct {
				ID heliograph.IntegrationID `json:"_id"`
			}
		}
		if err := api.call(t.Context(), http.MethodPost, "/integrations", settings, &got); err != nil {
			t.Fatal(err)
		}
		i, err := a.engines.tenants.Integration(t.Context(), m.app, got.Integration.ID)
		if err != nil {
			t.Fatal(err)
		}
		return i
	}
	account := map[string]any{"type": "twilio", "accountSid": "AC00000000000000000000000000000001", "authToken": "token", "phoneNumberSid": "PN00000000000000000000000000000001"}
	m.one = integrate(account)
	account["phoneNumberSid"] = "PN00000000000000000000000000000002"
	m.two = integrate(account)
	m.standIn = integrate(map[string]any{"type": "messagebird", "accessKey": "key", "originator": "14155550177"})
	m.chat = integrate(map[string]any{"type": "whatsapp", "phoneNumberId": "100000000000001", "accessToken": "t", "appSecret": "s", "verifyToken": "v"})
	return m
}

// notify sends a notification and returns its delivery.
func (m *matching) notify(i *heliograph.Integration, address string) *heliograph.Delivery {
	m.t.Helper()
	sent, err := m.a.engines.notifications.Send(m.t.Context(), &notify.Intent{
		App: m.app, Integration: i.ID, Address: address, Content: &heliograph.Content{Type: heliograph.TextMessage, Text: "Hi"},
	})
	if err != nil {
		m.t.Fatal(err)
	}
	d, err := m.a.engines.notifications.Get(m.t.Context(), m.app, sent.ID)
	if err != nil {
		m.t.Fatal(err)
	}
	return d
}

// hear takes in an answer and returns what it says, which nothing else does.
func (m *matching) hear(i *heliograph.Integration, f channel.MessageFact) (text string) {
	m.t.Helper()
	m.n++
	f.External = fmt.Sprint(m.n)
	f.Text = "answer " + f.External
	if err := m.a.engines.conversations.Receive(m.t.Context(), i, []byte("raw"), []channel.Fact{{Key: f.External, Message: &f}}); err != nil {
		m.t.Fatal(err)
	}
	return f.Text
}

// said wants that a user said something.
func (m *matching) said(user heliograph.UserID, text string) {
	m.t.Helper()
	u, err := m.a.engines.profiles.User(m.t.Context(), m.app, user)
	if err != nil {
		m.t.Fatal(err)
	}
	all, err := store.Messages{Store: m.a.data.Store}.After(m.t.Context(), m.app, u.Conversation, 0, 100)
	if err != nil {
		m.t.Fatal(err)
	}
	for _, message := range all {
		if message.Text == text && message.Role == heliograph.Customer {
			return
		}
	}
	m.t.Errorf("%q is not in the conversation of user %s", text, user)
}

func (m *matching) same(what string, a, b heliograph.UserID) {
	m.t.Helper()
	if a != b || a.IsZero() {
		m.t.Errorf("%s: users %s and %s", what, a, b)
	}
}

// TestMatching has a case for each row of docs/guides/matching.md, "How a message
// finds its user"; row 8 is tested with the choice of the client.
func TestMatching(t *testing.T) {
	t.Parallel()
	c := settings(t)
	sim, err := Simulate(SimulateOptions{Listen: "127.0.0.1:0", Log: quiet})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(sim.Stop)
	c.ProviderURL = map[string]string{"twilio": sim.URL(), "messagebird": sim.URL(), "whatsapp": sim.URL()}
	a, _ := start(t, c)
	m := newMatching(t, a)
	const first, third, sixth, seventh, ninth = "+14155550101", "+14155550103", "+14155550106", "+14155550107", "+14155550109"

	known := m.notify(m.one, first) // row 3: a new user, with a client and a conversation
	u, err := a.engines.profiles.User(t.Context(), m.app, known.User)
	if err != nil || u.ExternalID != "" || !u.ConversationStarted() || len(u.Clients) != 1 || u.Clients[0].Address != first {
		t.Fatalf("row 3: %+v, %v", u, err)
	}
	m.same("row 1", m.notify(m.one, first).User, known.User)
	m.same("row 2", m.notify(m.two, first).User, known.User)
	if u, err = a.engines.profiles.User(t.Context(), m.app, known.User); err != nil || len(u.Clients) != 2 {
		t.Errorf("row 2: %d clients, %v", len(u.Clients), err)
	}

	chat := m.notify(m.chat, third) // row 4: another name of the address
	if _, err := a.engines.profiles.Identify(t.Context(), m.app, "whatsapp", []string{third, "US.13491"}); err != nil {
		t.Fatal(err)
	}
	named := m.notify(m.chat, "US.13491")
	m.same("row 4", named.User, chat.User)
	if named.Address != third {
		t.Errorf("row 4: it goes to %s", named.Address)
	}

	m.said(known.User, m.hear(m.one, channel.MessageFact{From: first})) // row 5
	m.said(known.User, m.hear(m.two, channel.MessageFact{From: first}))
	m.said(chat.User, m.hear(m.chat, channel.MessageFact{From: "US.13491"}))
	m.said(chat.User, m.hear(m.chat, channel.MessageFact{From: third, Aliases: []string{"US.777"}}))
	m.said(chat.User, m.hear(m.chat, channel.MessageFact{From: "US.777"}))

	mailed := m.notify(m.one, sixth) // row 6: who holds the reply address may be anybody
	m.said(mailed.User, m.hear(m.one, channel.MessageFact{From: "+14155550999", Answers: mailed.ID, Proven: true}))

	failed := m.notify(m.one, seventh) // row 7: the integration that took over is of another provider
	at := heliograph.At(a.now())
	if _, ok, err := (store.Deliveries{Store: a.data.Store}).StandIn(t.Context(), failed, m.standIn, a.data.ids.Client(), at); !ok || err != nil {
		t.Fatal(ok, err)
	}
	m.said(failed.User, m.hear(m.standIn, channel.MessageFact{From: seventh}))

	loser := m.notify(m.one, ninth) // row 9: theft
	thief, err := a.engines.profiles.Create(t.Context(), m.app, profile.NewUser{ExternalID: "thief"})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := a.engines.profiles.Link(t.Context(), m.app, thief.ID, profile.LinkOrder{Type: "twilio", Integration: m.one.ID.String(), PhoneNumber: ninth, Confirmation: heliograph.ConfirmImmediate}); err != nil {
		t.Fatal(err)
	}
	m.same("row 9", m.notify(m.one, ninth).User, thief.ID)
	m.said(thief.ID, m.hear(m.one, channel.MessageFact{From: ninth}))
	if u, err := a.engines.profiles.User(t.Context(), m.app, loser.User); err != nil || len(u.Clients) != 0 {
		t.Errorf("row 9: the loser has %d clients, %v", len(u.Clients), err)
	}
}
