package app

import (
	"context"
	"crypto/rand"
	"fmt"
	mathrand "math/rand/v2"

	"heliograph"
	"heliograph/internal/api/sdk"
	"heliograph/internal/api/suncov1"
	"heliograph/internal/auth"
	"heliograph/internal/config"
	"heliograph/internal/conversation"
	"heliograph/internal/delivery"
	"heliograph/internal/device"
	"heliograph/internal/media"
	"heliograph/internal/notify"
	"heliograph/internal/profile"
	"heliograph/internal/realtime"
	"heliograph/internal/store"
	"heliograph/internal/template"
	"heliograph/internal/tenant"
	"heliograph/internal/webhook"
)

// engines are the parts that decide. Each is handed what it needs of the others
// here, and nowhere else.
type engines struct {
	auth          *auth.Service
	tenants       *tenant.Service
	profiles      *profile.Service
	conversations *conversation.Service
	notifications *notify.Service
	webhooks      *webhook.Service
	templates     *template.Service
	media         *media.Service
	devices       *device.Service

	delivery   *delivery.Engine
	dispatcher *webhook.Dispatcher
	lanes      *lanes
	actors     *actors
	presence   *presence
	hub        *realtime.Hub
	live       *sdk.Live
	process    heliograph.ProcessID
}

func newEngines(a *App) (*engines, error) {
	e, s := &engines{process: a.data.ids.Process()}, a.data.Store
	e.auth = auth.New(store.Keys{Store: s}, credentialUsers{e, store.Users{Store: s}}, a.now)
	e.webhookEngines(a)
	e.tenants = tenant.New(tenant.Options{
		Atomic: s.Atomically,
		Apps:   store.Apps{Store: s}, Keys: store.Keys{Store: s}, Accounts: store.ServiceAccounts{Store: s}, Integrations: store.Integrations{Store: s}, Menus: store.Menus{Store: s},
		Credentials: e.auth, Hooks: e.webhooks, Host: a.host, Types: a.types,
		IDs: a.data.ids, Now: a.now, Random: rand.Reader,
	})
	e.templates = template.New(template.Options{
		Atomic: s.Atomically, Store: store.Templates{Store: s}, Definitions: store.TemplateDefinitions{Store: s}, Integrations: e.tenants,
		Types: a.types, IDs: a.data.ids, Now: a.now, Log: a.log,
	})
	e.delivery = delivery.New(delivery.Options{
		Store: store.Deliveries{Store: s}, Integrations: e.tenants, Observer: linkObserver{e},
		Surroundings: surroundings{e, s, a.unsubscribeLinks()}, Identities: linkObserver{e}, Devices: droppedTokens{e, store.Devices{Store: s}}, States: store.Deliveries{Store: s},
		Watch: deliveryWatch{a.metrics}, Now: a.now, IDs: a.data.ids, Log: a.log, Senders: a.cfg.Senders, Timeout: a.cfg.CallTimeout(),
		Spread: spread(a.cfg), Process: e.sharing(a),
	})
	e.media = newMedia(a, e.tenants)
	var err error
	e.profiles, err = profile.New(profile.Parts{
		Journal: s, Users: store.Users{Store: s}, Clients: store.Clients{Store: s}, Addresses: store.Clients{Store: s},
		Aliases: store.Aliases{Store: s}, Evidence: store.Inbound{Store: s},
		Threads: store.Threads{Store: s}, Consents: store.Consents{Store: s},
		Outbox: storingOutbox{store.Messages{Store: s}, e.delivery}, Integrations: e.tenants,
		Codes: store.Codes{Store: s}, Random: rand.Reader, Types: a.types, IDs: a.data.ids, Now: a.now,
	})
	if err != nil {
		return nil, fmt.Errorf("users: %w", err)
	}
	if e.devices, err = newDevices(a, e); err != nil {
		return nil, fmt.Errorf("devices: %w", err)
	}
	e.presence = &presence{others: store.Presence{Store: s}, process: e.process, lease: a.cfg.Lease, now: a.now}
	e.actors = newActors(e.tenants, a.log)
	e.conversations = conversation.New(conversation.Deps{
		Tx: s, Conversations: store.Conversations{Store: s}, Messages: store.Messages{Store: s}, Clients: store.Clients{Store: s}, Inbound: store.Inbound{Store: s},
		Sayings: store.Sayings{Store: s}, Users: e.profiles, Events: s, Outbox: e.delivery, Apps: e.tenants, Reach: ahead{e, store.Deliveries{Store: s}}, Deliveries: store.Deliveries{Store: s},
		Consents: consents{e.profiles}, Links: consents{e.profiles}, Identities: e.profiles, Templates: e.templates, Actors: e.actors, Files: e.media,
		Receipts: e.delivery, Presence: e.presence, Live: s, IDs: a.data.ids, Now: a.now,
	})
	e.notifications = &notify.Service{
		Store: store.Notifications{Store: s}, Integrations: e.tenants, Lanes: notifyLanes{e.delivery, surroundings{e, s, a.unsubscribeLinks()}}, Identities: e.profiles,
		Now: a.now, IDs: a.data.ids, Types: a.types, Watch: a.metrics, Templates: e.templates, Files: e.media, Presence: e.presence,
	}
	e.hub = newHub(a, e)
	e.live = newLive(a, e)
	e.lanes = newLanes(a, e)
	return e, nil
}

// sharing returns this process's id when others may be at work on the database.
func (e *engines) sharing(a *App) heliograph.ProcessID {
	if a.data.lock != nil {
		return heliograph.ProcessID{}
	}
	return e.process
}

// spread is over how many slots an integration's addresses go: with several
// processes its work is shared among them, with one there is nothing to share.
func spread(c *config.Config) int {
	if c.DatabaseURL == "" {
		return 1
	}
	return 16
}

func (e *engines) webhookEngines(a *App) {
	s := a.data.Store
	e.dispatcher = webhook.New(webhook.Deps{
		Queue: store.WebhookQueue{Store: s}, Hooks: store.Webhooks{Store: s}, Contexts: store.WebhookContexts{Store: s},
		Renderer: suncov1.WebhookBodies{}, Events: s, Atomic: s.Atomically, HTTP: a.out[1],
		Now: a.now, Jitter: func() float64 { return 2*mathrand.Float64() - 1 }, IDs: a.data.ids, Log: a.log, Watch: a.metrics,
		Agent: "heliograph/" + a.version, Limits: webhook.Limits{Senders: a.cfg.WebhookSenders}, Shared: a.cfg.DatabaseURL != "",
	})
	e.webhooks = &webhook.Service{
		Store: store.Webhooks{Store: s}, Queue: store.WebhookQueue{Store: s}, Log: store.WebhookLog{Store: s}, Dispatch: e.dispatcher,
		Atomic: s.Atomically, AfterCommit: s.AfterCommit, CheckURL: a.guard.CheckURL,
		IDs: a.data.ids, Now: a.now, Random: rand.Reader,
	}
	s.OnTold(e.dispatcher.Offer)
}

// start begins to work on what is queued.
func (e *engines) start(ctx context.Context) {
	e.delivery.Start(ctx)
	e.dispatcher.Start()
	e.lanes.start(ctx)
	e.media.Start()
	e.hub.Start()
	e.live.Start()
}

// stop ends in the order in which work flows: no new attempts, then what the
// last ones have to tell. The lanes are given free last, so that no other
// process works on them while ours still do.
func (e *engines) stop(ctx context.Context) {
	e.actors.stop()
	e.media.Stop()
	e.delivery.Stop(ctx)
	e.dispatcher.Stop(ctx)
	e.lanes.stop(ctx)
}
