package main

import (
	"cmp"
	"context"
	"fmt"

	"heliograph/internal/app"
)

type simulateCmd struct {
	Listen    string `env:"-" default:"127.0.0.1:8090" placeholder:"ADDR" help:"Address to serve the simulator and its pages on."`
	PublicURL string `env:"-" placeholder:"URL" help:"How others reach the simulator; media of inbound messages have addresses below it. Empty: http:// and --listen."`
	SMTP      string `env:"-" name:"smtp" placeholder:"ADDR" help:"Address to speak SMTP on; off: nowhere. Empty: a free port, which is printed. Mail that arrives is in the simulated mailboxes."`
	NoHistory bool   `env:"-" help:"Remember no message and no phone, for load tests."`
	LogLevel  string `env:"-" enum:"debug,info,warn,error" default:"info" help:"The least severe level that is logged: debug, info, warn or error."`
}

// Run plays the providers until it is stopped.
func (c *simulateCmd) Run(ctx context.Context, o *output) error {
	s, err := app.Simulate(app.SimulateOptions{
		Listen: c.Listen, PublicURL: c.PublicURL, SMTP: c.SMTP, NoHistory: c.NoHistory, Log: app.NewLog(o.err, "text", c.LogLevel),
	})
	if err != nil {
		return err
	}
	fmt.Fprintf(o.out, `The provider simulator is running.

  Phones    %[1]s/
  Twilio    start the server with --provider-url twilio=%[1]s
  WhatsApp  … with --provider-url whatsapp=%[1]s
  Pushes    … with ios=%[1]s and android=%[1]s
  Others    … with messagebird=, mailgun= and the like
  SMTP      %[2]s

Any account SID, auth token and phone number SID work. So that answers typed on a phone reach
the server, tell the simulator the integration's inbound URL, as one would tell Twilio:

  curl -X POST %[1]s/sim/numbers -d '{"phoneNumberSid": "PN…", "accountSid": "AC…", "authToken": "…",
    "smsUrl": "http://127.0.0.1:8080/hooks/twilio/INTEGRATION/inbound"}'
  curl -X POST %[1]s/sim/whatsapp/numbers -d '{"phoneNumberId": "…", "appSecret": "…", "verifyToken": "…",
    "callbackUrl": "http://127.0.0.1:8080/hooks/whatsapp/INTEGRATION"}'

`, s.URL(), cmp.Or(s.SMTP(), "not spoken"))
	<-ctx.Done()
	s.Stop()
	return nil
}
