package app

import (
	"context"
	"crypto/rand"
	"net/http"

	"heliograph"
	"heliograph/channel"
	"heliograph/channel/web"
	"heliograph/internal/api/httpx"
	"heliograph/internal/api/sdk"
	"heliograph/internal/conversation"
	"heliograph/internal/device"
	"heliograph/internal/geoip"
	"heliograph/internal/store"
	"heliograph/internal/tenant"
)

// newDevices makes the engine of devices.
func newDevices(a *App, e *engines) (*device.Service, error) {
	s := a.data.Store
	p := device.Parts{
		Journal: s, Users: store.Users{Store: s}, Clients: store.Clients{Store: s}, Devices: store.Devices{Store: s}, Uses: store.Inbound{Store: s},
		Profiles: e.profiles, Tokens: e.auth, Tenants: kitTenants{e.tenants}, IDs: a.data.ids, Now: a.now, Random: rand.Reader,
	}
	if a.cfg.GeoIP != "" {
		places, err := geoip.Open(a.cfg.GeoIP, a.now, a.log)
		if err != nil {
			return nil, err
		}
		p.Places = places
	}
	return device.New(p), nil
}

// proxies are the operator's, as they were checked with the other settings.
func (a *App) proxies() httpx.Proxies {
	ours, err := httpx.ParseProxies(a.cfg.TrustedProxy)
	if err != nil {
		a.log.Error("the word of no proxy counts", "error", err)
	}
	return ours
}

// kitTenants finds integrations for devices.
type kitTenants struct{ *tenant.Service }

// ByID implements device.Tenants.
func (t kitTenants) ByID(ctx context.Context, id heliograph.IntegrationID) (*heliograph.Integration, error) {
	i, _, _, err := t.Lookup(ctx, id)
	return i, err
}

// droppedTokens forgets push tokens that are dead, in the sessions at hand, too:
// the device may register the same one again.
type droppedTokens struct {
	e     *engines
	store store.Devices
}

// Dropped implements delivery.Devices.
func (t droppedTokens) Dropped(ctx context.Context, d *heliograph.Delivery, push *heliograph.Push) error {
	err := t.store.Dropped(ctx, d, push)
	if err == nil {
		t.e.devices.Forget(d.Client)
	}
	return err
}

// sights is what devices tell of having shown.
type sights struct{ *conversation.Service }

// PushEvent implements sdk.Sights.
func (s sights) PushEvent(ctx context.Context, in *heliograph.Integration, device string, id heliograph.NotificationID, what string) error {
	return s.Service.PushEvent(ctx, in, device, id, conversation.PushEvent(what))
}

// pushKeys knows what browsers subscribe to pushes with.
type pushKeys struct{ auth channel.Authenticator }

// PushKey implements sdk.PushKeys.
func (k pushKeys) PushKey(in *heliograph.Integration) (string, error) {
	return web.PublicKey(k.auth, in.ID)
}

// devices is what SDKs call.
func (a *App) devices() http.Handler {
	e := a.engines
	return (&sdk.API{
		Devices: e.devices, Profiles: e.profiles, Conversations: e.conversations, Media: e.media,
		Sights: sights{e.conversations}, PushKeys: pushKeys{a.host.auth}, Live: e.live, Proxies: a.proxies(),
		Atomic: a.data.Atomically, Answers: store.Idempotency{Store: a.data.Store}, Now: a.now, Log: a.log,
	}).Handler()
}
