package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"time"

	"heliograph"
	"heliograph/channel/simulator"
	"heliograph/internal/config"
	"heliograph/internal/tenant"
)

// DemoOptions say how to run a demo.
type DemoOptions struct {
	Config    *config.Config // the server's; the demo sets what it needs in it
	Simulator string         // address of the simulator and the webhook page
	SMTP      string         // where the simulator speaks SMTP; "": at a free port
	Version   string
	Out       io.Writer
	Log       *slog.Logger
}

// Demo runs a server, a provider simulator and a webhook receiver in this
// process until ctx ends. What it sets up is found again at its next start.
func Demo(ctx context.Context, o DemoOptions) (err error) {
	var out sync.Mutex
	say := func(line string) {
		out.Lock()
		defer out.Unlock()
		fmt.Fprintln(o.Out, line)
	}
	hookSink := newSink(time.Now, say)
	sim, err := Simulate(SimulateOptions{Listen: o.Simulator, SMTP: o.SMTP, Log: o.Log, More: hookSink.routes,
		Links: []simulator.Link{{Text: "Webhooks received", Path: "/webhooks"}}})
	if err != nil {
		return err
	}
	defer sim.Stop()
	o.Config.AllowPrivateTargets = true
	o.Config.ProviderURL = simulatedURLs(sim.URL())
	a, err := New(ctx, o.Config, o.Version, o.Log)
	if err != nil {
		return err
	}
	a.Start(ctx)
	defer func() {
		wait, cancel := context.WithTimeout(context.WithoutCancel(ctx), o.Config.ShutdownTimeout)
		defer cancel()
		err = errors.Join(err, a.Stop(wait))
	}()
	d := &demo{app: a, sim: sim, hasWhatsApp: o.Config.ProviderURL[whatsApp] != ""}
	if err := d.prepare(ctx); err != nil {
		return fmt.Errorf("prepare the demo: %w", err)
	}
	say(d.welcome(o.Config.Data))
	select {
	case <-ctx.Done():
		say("\nStopping.")
		return nil
	case err := <-a.failed:
		return err
	}
}

// demo is what a demo has set up.
type demo struct {
	app *App
	sim *Simulation

	tenant      *heliograph.App
	key         *heliograph.Key
	integration string

	hasWhatsApp bool   // this build has the channel, and it leads to the simulator
	whatsApp    string // its integration; "" without
}

// The demo's names. They are how its things are found again.
const (
	demoName  = "Demo"
	demoPhone = "+15550100001"
	demoSID   = "PN00000000000000000000000000000001"
	// The simulator takes any account and token.
	demoAccount = "AC00000000000000000000000000000001"
	demoToken   = "00000000000000000000000000000001"
)

// prepare makes the demo's app and key, and then everything else through the
// API with that key, as a customer would.
func (d *demo) prepare(ctx context.Context) error {
	if err := d.appAndKey(ctx); err != nil {
		return err
	}
	api := &apiClient{base: d.app.host.public + "/v1.1/apps/" + d.tenant.ID.String(), key: d.key}
	if err := d.findIntegration(ctx, api); err != nil {
		return err
	}
	if err := d.findWhatsApp(ctx, api); err != nil {
		return err
	}
	if err := d.findWebhook(ctx, api); err != nil {
		return err
	}
	return (&apiClient{base: d.sim.URL()}).call(ctx, http.MethodPost, "/sim/numbers", map[string]string{
		"phoneNumberSid": demoSID, "accountSid": demoAccount, "authToken": demoToken,
		"smsUrl": d.app.host.public + "/hooks/twilio/" + d.integration + "/inbound",
	}, nil)
}

func (d *demo) appAndKey(ctx context.Context) error {
	tenants := d.app.engines.tenants
	org, err := tenants.DefaultOrg(ctx)
	if err != nil {
		return err
	}
	apps, _, err := tenants.ListApps(ctx, org, 100, 0)
	if err != nil {
		return err
	}
	for _, a := range apps {
		if a.Name == demoName {
			d.tenant = a
		}
	}
	if d.tenant == nil {
		name := demoName
		if d.tenant, err = tenants.CreateApp(ctx, org, tenant.AppChange{Name: &name}); err != nil {
			return err
		}
	}
	keys, err := tenants.ListKeys(ctx, d.tenant.ID)
	if err != nil {
		return err
	}
	for _, k := range keys {
		if k.Name == demoName {
			d.key = k
			return nil
		}
	}
	d.key, err = tenants.CreateKey(ctx, d.tenant.ID, demoName)
	return err
}

func (d *demo) findIntegration(ctx context.Context, api *apiClient) (err error) {
	d.integration, err = d.integrationOf(ctx, api, "twilio", map[string]string{
		"type": "twilio", "displayName": "Simulated phones",
		"accountSid": demoAccount, "authToken": demoToken, "phoneNumberSid": demoSID,
	})
	return err
}

func (d *demo) findWebhook(ctx context.Context, api *apiClient) error {
	var list struct{ Webhooks []struct{ Target string } }
	if err := api.call(ctx, http.MethodGet, "/webhooks", nil, &list); err != nil {
		return err
	}
	target := d.sim.URL() + "/webhooks"
	for _, w := range list.Webhooks {
		if w.Target == target {
			return nil
		}
	}
	return api.call(ctx, http.MethodPost, "/webhooks", map[string]any{"target": target, "triggers": []string{"*"}}, nil)
}

// welcome says what runs and what to do first.
func (d *demo) welcome(data string) string {
	api := d.app.host.public + "/v1.1/apps/" + d.tenant.ID.String()
	credentials := d.key.Handle() + ":" + d.key.Secret.Reveal()
	return strings.NewReplacer(
		"{public}", d.app.host.public, "{api}", api, "{sim}", d.sim.URL(), "{credentials}", credentials,
		"{integration}", d.integration, "{phone}", demoPhone, "{data}", data,
	).Replace(`
Heliograph's demo is running on this machine. Nothing leaves it; the data is in {data}.

  Phones     {sim}/phones/{phone}
  Webhooks   {sim}/webhooks
  API        {public}/v1.1

1. Send a notification to the simulated phone:

curl -u {credentials} -H 'Content-Type: application/json' \
  {api}/notifications \
  -d '{"destination": {"integrationId": "{integration}", "destinationId": "{phone}"},
       "author": {"role": "appMaker"},
       "message": {"type": "text", "text": "Your parcel is on its way. Shall we leave it at the door?"}}'
` + d.welcomeWhatsApp() + `
2. Open the phone in a browser, and type an answer.
3. Watch it come back with what it answers, on the webhook page or here:
`)
}
