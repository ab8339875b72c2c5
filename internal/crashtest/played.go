package crashtest

import (
	"fmt"
	"maps"
	"net"
	"net/http"

	"heliograph/channel/simulator"
	"heliograph/channel/simulator/mailgun"
	"heliograph/channel/simulator/messagebird"
	"heliograph/channel/simulator/smshttp"
	"heliograph/channel/simulator/smtp"
	"heliograph/channel/simulator/whatsapp"
)

// played is a channel beside Twilio with the provider that is played for it.
type played struct {
	name string
	// settings are those of integration n, each with a sender of its own.
	settings func(n int) map[string]any
	// connect tells the provider where the integration's calls go.
	connect func(b *Bed, n int, hook string)
	mail    bool // addresses are those of mailboxes
	// message is what a notification carries; nil: a text.
	message map[string]any
}

// Secrets of the played providers. Any would do.
const (
	secret = "0123456789abcdef0123456789abcdef"
)

func whatsApp() *played {
	number := func(n int) string { return fmt.Sprintf("1065403522429%02d", n) }
	return &played{
		name: "whatsapp",
		settings: func(n int) map[string]any {
			return map[string]any{"phoneNumberId": number(n), "accessToken": "EAA" + secret, "appSecret": secret, "verifyToken": "verify", "accountId": "102290129340398"}
		},
		connect: func(b *Bed, n int, hook string) {
			b.Simulate(http.MethodPost, "/sim/whatsapp/numbers", map[string]string{
				"phoneNumberId": number(n), "accessToken": "EAA" + secret, "appSecret": secret, "verifyToken": "verify",
				"accountId": "102290129340398", "callbackUrl": hook,
			}, nil)
		},
		// Outside the window only a template goes.
		message: map[string]any{
			"messageSchema": "whatsapp",
			"message": map[string]any{"type": "template", "template": map[string]any{
				"name": "sample_hsm", "language": map[string]string{"policy": "deterministic", "code": "en"},
				"components": []any{map[string]any{"type": "body", "parameters": []any{
					map[string]string{"type": "text", "text": "one"}, map[string]string{"type": "text", "text": "two"},
				}}},
			}},
		},
	}
}

func messageBird() *played {
	return &played{
		name: "messagebird",
		settings: func(n int) map[string]any {
			return map[string]any{"accessKey": "live_" + secret, "originator": fmt.Sprintf("31970102%05d", n), "signingKey": secret}
		},
		connect: func(b *Bed, n int, hook string) {
			b.Simulate(http.MethodPost, "/sim/messagebird/accounts", map[string]string{"accessKey": "live_" + secret, "signingKey": secret}, nil)
			b.Simulate(http.MethodPost, "/sim/messagebird/numbers", map[string]string{
				"number": fmt.Sprintf("31970102%05d", n), "accessKey": "live_" + secret, "url": hook + "/inbound",
			}, nil)
		},
	}
}

func mailGun() *played {
	domain := func(n int) string { return fmt.Sprintf("mg%d.example.com", n) }
	return &played{
		name: "mailgun", mail: true,
		settings: func(n int) map[string]any {
			return map[string]any{"apiKey": "key-" + secret, "domain": domain(n), "incomingAddress": "shop@" + domain(n), "signingKey": secret}
		},
		connect: func(b *Bed, n int, hook string) {
			b.Simulate(http.MethodPost, "/sim/mailgun/accounts", map[string]string{"key": "key-" + secret, "signingKey": secret}, nil)
			b.Simulate(http.MethodPost, "/sim/mailgun/domains", map[string]string{
				"domain": domain(n), "key": "key-" + secret, "webhookUrl": hook, "inboundUrl": hook + "/inbound/mime",
			}, nil)
		},
	}
}

func mailServer() *played {
	domain := func(n int) string { return fmt.Sprintf("in%d.example.com", n) }
	return &played{
		name: "smtp", mail: true,
		settings: func(n int) map[string]any {
			return map[string]any{"host": "mx.example.com", "username": "u", "password": "p", "fromAddress": "shop@" + domain(n), "inboundDomain": domain(n), "incomingAddress": "shop@" + domain(n)}
		},
		connect: func(b *Bed, n int, _ string) {
			b.Simulate(http.MethodPost, "/sim/mail/routes", map[string]string{"match": "*@" + domain(n), "smtp": b.mail}, nil)
		},
	}
}

func aggregator() *played {
	return &played{
		name: "smshttp",
		settings: func(n int) map[string]any {
			return map[string]any{
				"url": "https://sms.example.com/smshttp/v1/messages", "format": "json",
				"body": `{"from":"{{from}}","to":"{{to}}","text":"{{text}}","reference":"{{id}}","callback_url":"{{callback}}"}`,
				"from": fmt.Sprintf("+4790000%04d", n), "auth": "bearer", "token": "t0ken-" + fmt.Sprint(n), "idPath": "id",
				"errors":   "optedout: 409 /opted_out/\ninvalid: 422 /invalid_recipient/\noptedout: /^310$/\nunreachable: /^303$/",
				"hookAuth": "hmac", "hookAuthName": "X-Signature", "hookSecret": secret, "hmacPrefix": "sha256=",
				"receiptStatus": "status", "receiptId": "id", "receiptReference": "reference", "receiptError": "error_code",
				"inboundFrom": "from", "inboundTo": "to", "inboundText": "text", "inboundId": "id",
			}
		},
		connect: func(b *Bed, n int, hook string) {
			b.Simulate(http.MethodPost, "/sim/smshttp/accounts", map[string]string{"token": "t0ken-" + fmt.Sprint(n), "secret": secret, "inboundUrl": hook + "/inbound"}, nil)
		},
	}
}

// address is a person of the played channel; its last digits may be magic.
func (p *played) address(n int, last string) string {
	if p.mail {
		return fmt.Sprintf("p%d.%s@example.net", n, last)
	}
	return fmt.Sprintf("+4477%04d%s", n, last)
}

// providers are those that the simulator plays beside Twilio.
func (b *Bed) providers(everything bool) []simulator.Provider {
	if !everything {
		return nil
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.t.Fatal(err)
	}
	b.relay = l.Addr().String()
	relay := smtp.New(smtp.Options{Listener: l})
	return []simulator.Provider{
		whatsapp.New(), messagebird.New(messagebird.Options{}), smshttp.New(smshttp.Options{}),
		relay, mailgun.New(mailgun.Options{Boxes: relay.Boxes}), // the mailboxes are the relay's
	}
}

func (b *Bed) channelArgs() []string {
	b.mail = stablePort(b.t)
	args := []string{"--provider-url=smtp=smtp://" + b.relay, "--mail-listen=" + b.mail}
	for _, name := range []string{"whatsapp", "messagebird", "smshttp", "mailgun"} {
		args = append(args, "--provider-url="+name+"="+b.Provider.URL)
	}
	return args
}

// Join makes integration n of a played channel, with these delivery settings,
// and connects the provider to it.
func (b *Bed) Join(p *played, n int, delivery map[string]any) string {
	b.t.Helper()
	in := map[string]any{"type": p.name, "delivery": delivery}
	maps.Copy(in, p.settings(n))
	var made struct {
		Integration struct {
			ID string `json:"_id"`
		}
	}
	b.Must(http.MethodPost, b.base+"/integrations", in, &made)
	p.connect(b, n, b.front.URL+"/hooks/"+p.name+"/"+made.Integration.ID)
	return made.Integration.ID
}
