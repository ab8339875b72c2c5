package app

import (
	"context"
	"net/http"

	"heliograph/internal/config"
)

// demoChannel is one channel of the demo: what its integration is configured
// with, how the simulator learns whom to call, and what is sent through it.
type demoChannel struct {
	kind, title string
	settings    map[string]any
	// before and after are told to the simulator before the integration is made,
	// and once it has a hook URL.
	before []simCall
	after  func(hook string, d *demo) []simCall

	person string // whom messages go to
	page   string // where the simulator shows that person
	sample string // the message that is there from the start, as JSON; "": none
	more   string // the members of a notification that the printed command sends
}

// simCall is a request to the simulator.
type simCall struct {
	method, path string
	body         any
}

// What the demo's senders are called. The simulator takes any credentials.
const (
	demoPhone = "+15550100001"
	demoSID   = "PN00000000000000000000000000000001"

	demoAccount = "AC00000000000000000000000000000001"
	demoToken   = "00000000000000000000000000000001"

	demoWhatsAppPerson = "+15550100020"
	demoDutchPhone     = "+31612340001"
	demoReader         = "ann@people.example"
	demoOtherReader    = "bob@people.example"
)

// demoChannels are the channels that the demo shows, in a build that has them.
func demoChannels() []demoChannel {
	return []demoChannel{demoTwilio(), demoWhatsApp(), demoMessageBird(), demoMailgun(), demoSMTP()}
}

func demoTwilio() demoChannel {
	return demoChannel{
		kind: "twilio", title: "SMS through Twilio",
		settings: map[string]any{"accountSid": demoAccount, "authToken": demoToken, "phoneNumberSid": demoSID},
		after: func(hook string, _ *demo) []simCall {
			return []simCall{{http.MethodPost, "/sim/numbers", map[string]string{
				"phoneNumberSid": demoSID, "accountSid": demoAccount, "authToken": demoToken, "smsUrl": hook + "/inbound",
			}}}
		},
		person: demoPhone, page: "/phones/" + demoPhone,
		sample: `{"message": {"type": "text", "text": "Example Parcels: A-17 arrives today. Is somebody at home?"}}`,
		more:   `"message": {"type": "text", "text": "Your parcel is on its way. Shall we leave it at the door?"}`,
	}
}

func demoWhatsApp() demoChannel {
	number := map[string]string{
		"phoneNumberId": "106540352242922", "displayPhoneNumber": "+1 555-010-0000", "verifiedName": "Example Parcels",
		"accountId": "102290129340398", "accessToken": "EAA00000000000000000000000000000",
		"appSecret": "00000000000000000000000000000002", "verifyToken": "demo",
	}
	settings := map[string]any{}
	for _, name := range []string{"phoneNumberId", "accessToken", "appSecret", "verifyToken", "accountId"} {
		settings[name] = number[name]
	}
	return demoChannel{
		kind: "whatsapp", title: "A WhatsApp template with buttons", settings: settings,
		before: []simCall{{http.MethodPost, "/sim/whatsapp/numbers", number}},
		after: func(hook string, _ *demo) []simCall {
			told := map[string]string{"callbackUrl": hook}
			for name, value := range number {
				told[name] = value
			}
			return []simCall{{http.MethodPost, "/sim/whatsapp/numbers", told}}
		},
		person: demoWhatsAppPerson, page: "/threads/whatsapp/" + demoWhatsAppPerson,
		sample: "{" + parcelChoice("A-17", "Monday") + "}",
		more:   parcelChoice("B-42", "Friday"),
	}
}

// parcelChoice is a notification of a template that the simulator has.
func parcelChoice(parcel, day string) string {
	return `"messageSchema": "whatsapp", "message": {"type": "template", "template": {
    "name": "parcel_choice", "language": {"code": "en"}, "components": [
      {"type": "header", "parameters": [{"type": "text", "text": "` + parcel + `"}]},
      {"type": "body", "parameters": [{"type": "text", "text": "Ana"}, {"type": "text", "text": "` + day + `"}]}]}}`
}

func demoMessageBird() demoChannel {
	const key, signing, number = "live_00000000000000000000", "demo-signing-key", "3197010240000"
	return demoChannel{
		kind: "messagebird", title: "SMS through MessageBird",
		settings: map[string]any{"accessKey": key, "originator": "+" + number, "signingKey": signing},
		after: func(hook string, _ *demo) []simCall {
			return []simCall{
				{http.MethodPost, "/sim/messagebird/accounts", map[string]string{"accessKey": key, "signingKey": signing}},
				{http.MethodPost, "/sim/messagebird/numbers", map[string]string{"number": number, "accessKey": key, "url": hook + "/inbound"}},
			}
		},
		person: demoDutchPhone, page: "/phones/" + demoDutchPhone,
		more: `"message": {"type": "text", "text": "Your table for two is booked for 19:30. Will you come?"}`,
	}
}

func demoMailgun() demoChannel {
	const key, signing, domain = "key-00000000000000000000000000000001", "demo-signing-key", "mg.parcels.example"
	return demoChannel{
		kind: "mailgun", title: "Mail through Mailgun",
		settings: map[string]any{"apiKey": key, "domain": domain, "incomingAddress": "hello@" + domain, "signingKey": signing},
		after: func(hook string, _ *demo) []simCall {
			return []simCall{
				{http.MethodPost, "/sim/mailgun/accounts", map[string]string{"key": key, "signingKey": signing}},
				{http.MethodPost, "/sim/mailgun/domains", map[string]string{
					"domain": domain, "key": key, "webhookUrl": hook + "/events", "inboundUrl": hook + "/inbound",
				}},
			}
		},
		person: demoReader, page: "/threads/email/" + demoReader,
		sample: `{"message": {"type": "text", "text": "Hello Ann,\n\nyour order 4711 has left our house. Is there anything that we can do for you?",
			"actions": [{"type": "link", "text": "Track it", "uri": "https://parcels.example/t/4711"}]}}`,
		more: `"message": {"type": "text", "text": "How did you like your order 4711?"}`,
	}
}

func demoSMTP() demoChannel {
	const domain = "reply.parcels.example"
	return demoChannel{
		kind: "smtp", title: "Mail through a mail server",
		settings: map[string]any{
			"host": "mx.parcels.example", "security": "none", "fromAddress": "shop@parcels.example",
			"inboundDomain": domain, "incomingAddress": "hello@" + domain,
		},
		after: func(_ string, d *demo) []simCall {
			return []simCall{{http.MethodPost, "/sim/mail/routes", map[string]string{
				"match": "*@" + domain, "smtp": d.app.mailAt.Addr().String(),
			}}}
		},
		person: demoOtherReader, page: "/threads/email/" + demoOtherReader,
		more: `"message": {"type": "text", "text": "Your invoice for November is ready. Any questions?"}`,
	}
}

// simulated points every channel of this build that the simulator plays at the
// simulator, and has mail taken for the answers.
func simulated(c *config.Config, sim *Simulation) {
	played := map[string]string{"twilio": sim.URL(), "messagebird": sim.URL(), "mailgun": sim.URL(), "ios": sim.URL(), "android": sim.URL()}
	for _, p := range playedProviders() {
		played[p.Describe().Name] = sim.URL()
	}
	if sim.SMTP() != "" {
		played["smtp"], c.MailAddress = "smtp://"+sim.SMTP(), "127.0.0.1:0"
	}
	c.ProviderURL = map[string]string{}
	for _, t := range Channels() {
		if url := played[t.Name]; url != "" {
			c.ProviderURL[t.Name] = url
		}
	}
}

// findChannel makes a channel's integration, when it is not there, and tells the
// simulator where to call.
func (d *demo) findChannel(ctx context.Context, api *apiClient, c *demoChannel) error {
	sim := &apiClient{base: d.sim.URL()}
	tell := func(calls []simCall) error {
		for _, call := range calls {
			if err := sim.call(ctx, call.method, call.path, call.body, nil); err != nil {
				return err
			}
		}
		return nil
	}
	if err := tell(c.before); err != nil {
		return err
	}
	id, err := integrationOf(ctx, api, c)
	if err != nil {
		return err
	}
	d.integrations[c.kind] = id
	return tell(c.after(d.app.host.public+"/hooks/"+c.kind+"/"+id, d))
}

// integrationOf returns the demo's integration of a channel, making it when it is
// not there.
func integrationOf(ctx context.Context, api *apiClient, c *demoChannel) (string, error) {
	type made struct {
		ID string `json:"_id"`
	}
	var list struct{ Integrations []made }
	if err := api.call(ctx, http.MethodGet, "/integrations?types="+c.kind, nil, &list); err != nil {
		return "", err
	}
	if len(list.Integrations) > 0 {
		return list.Integrations[0].ID, nil
	}
	settings := map[string]any{"type": c.kind, "displayName": "Simulated: " + c.title}
	for name, value := range c.settings {
		settings[name] = value
	}
	var answer struct{ Integration made }
	err := api.call(ctx, http.MethodPost, "/integrations", settings, &answer)
	return answer.Integration.ID, err
}
