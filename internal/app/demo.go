package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
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
	Shop      string         // address of the sample shop
	Version   string
	Out       io.Writer
	Log       *slog.Logger
}

// Demo runs a server, a provider simulator, a webhook receiver and a sample shop
// in this process until ctx ends. What it sets up is found again at its next start.
func Demo(ctx context.Context, o DemoOptions) (err error) {
	out := &console{out: o.Out}
	hookSink := newSink(time.Now, out.later)
	sim, err := Simulate(SimulateOptions{Listen: o.Simulator, SMTP: o.SMTP, Log: o.Log, More: hookSink.routes,
		Links: []simulator.Link{{Text: "Webhooks received", Path: "/webhooks"}}})
	if err != nil {
		return err
	}
	defer sim.Stop()
	shop, err := newShop(o.Shop, o.Log)
	if err != nil {
		return err
	}
	defer shop.stop()
	o.Config.AllowPrivateTargets = true
	simulated(o.Config, sim)
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
	d := &demo{app: a, sim: sim}
	if err := d.prepare(ctx); err != nil {
		return fmt.Errorf("prepare the demo: %w", err)
	}
	if err := d.preparePhones(ctx); err != nil {
		return fmt.Errorf("prepare the demo's phones: %w", err)
	}
	d.shop = shop
	if err := shop.open(ctx, d, a.fail); err != nil {
		return fmt.Errorf("prepare the demo: %w", err)
	}
	out.begin(d.welcome(o.Config.Data))
	if err := errors.Join(d.sendSamples(ctx), d.pushSamples(ctx)); err != nil {
		return fmt.Errorf("send the demo's first messages: %w", err)
	}
	select {
	case <-ctx.Done():
		out.later("\nStopping.")
		return nil
	case err := <-a.failed:
		return err
	}
}

// demo is what a demo has set up.
type demo struct {
	app  *App
	sim  *Simulation
	shop *shop // nil: there is none

	tenant       *heliograph.App
	key          *heliograph.Key
	integrations map[string]string // by channel
}

// demoName is how the demo's app and key are found again.
const demoName = "Example Parcels"

// prepare makes the demo's app and key, and then everything else through the
// API with that key, as a customer would.
func (d *demo) prepare(ctx context.Context) error {
	if err := d.appAndKey(ctx); err != nil {
		return err
	}
	api := d.api()
	d.integrations = map[string]string{}
	for _, c := range d.channels() {
		if err := d.findChannel(ctx, api, &c); err != nil {
			return fmt.Errorf("%s: %w", c.kind, err)
		}
	}
	return d.findWebhook(ctx, api)
}

// channels are those of the demo that this build has and the simulator plays.
func (d *demo) channels() (out []demoChannel) {
	for _, c := range demoChannels() {
		if d.app.cfg.ProviderURL[c.kind] != "" {
			out = append(out, c)
		}
	}
	return out
}

func (d *demo) api() *apiClient {
	return &apiClient{base: d.app.host.public + "/v1.1/apps/" + d.tenant.ID.String(), key: d.key}
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
