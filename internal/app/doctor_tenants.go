package app

import (
	"context"
	"crypto/rand"
	"fmt"
	"sync"
	"time"

	"heliograph"
	"heliograph/channel"
	"heliograph/internal/netguard"
	"heliograph/internal/store"
	"heliograph/internal/tenant"
)

// queues looks at what waits.
func (d *doctor) queues(ctx context.Context, f store.Figures) {
	const check = "queue"
	now := heliograph.At(d.now)
	waiting, err := f.Queues(ctx, now)
	if err != nil {
		d.add(check, Warn, "", "what waits cannot be told: %v", err)
		return
	}
	depth := map[string]int64{}
	var oldest time.Duration
	for _, w := range waiting {
		depth[w.State] += w.Depth
		if w.State == "ready" {
			oldest = max(oldest, now.Sub(w.Oldest))
		}
	}
	if n := depth["held"]; n > 0 {
		d.add(check, Warn, "List them: heliograph held list. Compare them with the provider's own log, then run heliograph held release or heliograph held cancel, for some or for all. What the provider tells of meanwhile settles itself.",
			"%d deliveries are held: it is not known whether the provider has them, and none goes out before a person says so", n)
	}
	switch {
	case oldest > 15*time.Minute:
		d.add(check, Warn, "See whether their integrations are paused below, whether a server runs, and whether --senders or a rate is too low.",
			"%d deliveries wait, the oldest for %s", depth["ready"], oldest.Round(time.Second))
	default:
		d.add(check, OK, "", "%d deliveries wait, %d outcomes are unknown", depth["ready"], depth["unknown"])
	}
	d.webhooks(ctx, f)
	d.files(ctx, f, now)
}

// files looks at the customers' files that wait to be fetched.
func (d *doctor) files(ctx context.Context, f store.Figures, now heliograph.Millis) {
	const check = "files"
	w, err := f.Media(ctx)
	switch age := now.Sub(w.Oldest); {
	case err != nil:
		d.add(check, Warn, "", "what waits cannot be told: %v", err)
	case w.Depth > 0 && age > 15*time.Minute:
		d.add(check, Warn, "See the log for why their providers do not give them, and whether a server runs. After about a day of attempts a file is lost.",
			"%d files of customers wait to be fetched, the oldest for %s", w.Depth, age.Round(time.Second))
	default:
		d.add(check, OK, "", "%d files of customers wait to be fetched", w.Depth)
	}
}

func (d *doctor) webhooks(ctx context.Context, f store.Figures) {
	const check = "webhooks"
	w, err := f.WebhookQueue(ctx)
	if err != nil {
		d.add(check, Warn, "", "what waits cannot be told: %v", err)
		return
	}
	disabled, err := f.DisabledWebhooks(ctx)
	switch {
	case err != nil:
		d.add(check, Warn, "", "%v", err)
	case disabled > 0:
		d.add(check, Warn, "Repair the targets, then enable them again by updating the webhook; missed events can be replayed.", "%d webhooks are disabled because their targets failed", disabled)
	case w.Parked > 0:
		d.add(check, Warn, "Look at the webhook's delivery log.", "%d events are set aside after repeated failures; %d wait", w.Parked, w.Depth)
	default:
		d.add(check, OK, "", "%d events wait", w.Depth)
	}
}

// maxVerified bounds how many integrations are asked about.
const maxVerified = 200

// integrations asks every integration's provider whether it accepts our
// credentials, and tells which lanes are stopped.
func (d *doctor) integrations(ctx context.Context, s *store.Store) {
	const check = "integrations"
	all, err := store.Figures{Store: s}.AllIntegrations(ctx, maxVerified)
	if err != nil {
		d.add(check, Fail, "", "they cannot be read: %v", err)
		return
	}
	if len(all) == 0 {
		d.add(check, OK, "", "there are none yet")
		return
	}
	tenants := d.tenants(s)
	found := make([]Finding, len(all))
	limit := make(chan struct{}, 8)
	var wg sync.WaitGroup
	for i := range all {
		wg.Go(func() {
			limit <- struct{}{}
			defer func() { <-limit }()
			found[i] = d.verify(ctx, tenants, &all[i])
		})
	}
	wg.Wait()
	d.found = append(d.found, found...)
	for _, i := range all {
		if i.Paused > heliograph.At(d.now) {
			d.add(name(&i), Warn, "Repair the cause, then resume it: what is queued for it waits.", "its lane is stopped until %s: %s", until(i.Paused), i.Reason)
		}
	}
	if len(all) == maxVerified {
		d.add(check, Warn, "", "only the first %d were looked at", maxVerified)
	}
}

func until(m heliograph.Millis) string {
	if m == tenant.UntilResumed {
		return "someone resumes it"
	}
	return m.ISO()
}

func name(i *store.StoredIntegration) string { return fmt.Sprintf("%s %s", i.Type, i.ID) }

// verify asks one provider.
func (d *doctor) verify(ctx context.Context, tenants *tenant.Service, i *store.StoredIntegration) Finding {
	f := Finding{Check: name(i), Level: OK}
	ctx, cancel := context.WithTimeout(ctx, 15*time.Second)
	defer cancel()
	_, ch, _, err := tenants.Lookup(ctx, i.ID)
	if err != nil {
		f.Level, f.Found, f.Advice = Fail, scrub(err.Error()), "Create the integration anew with its provider's credentials."
		return f
	}
	v, ok := ch.(channel.Verifier)
	if !ok {
		f.Found = "its credentials cannot be checked beforehand"
		return f
	}
	info, err := v.Verify(ctx)
	switch {
	case heliograph.IsKind(err, heliograph.Invalid):
		f.Level, f.Found = Fail, heliograph.AsError(err).Message
		f.Advice = "Update the integration of app " + i.App.String() + " with credentials that the provider accepts."
	case err != nil:
		f.Level, f.Found, f.Advice = Warn, "its provider cannot be asked: "+scrub(err.Error()), "Check this machine's way out to the provider, and --provider-url."
	default:
		f.Found = "the provider accepts its credentials"
		if n := info["phoneNumber"]; n != "" {
			f.Found += " (" + n + ")"
		}
	}
	return f
}

// tenants is the tenant engine with channels, for reading.
func (d *doctor) tenants(s *store.Store) *tenant.Service {
	guard := netguard.New(netguard.Options{AllowPrivate: d.c.AllowPrivateTargets})
	open := netguard.New(netguard.Options{AllowPrivate: true})
	return tenant.New(tenant.Options{
		Atomic: s.Atomically,
		Apps:   store.Apps{Store: s}, Keys: store.Keys{Store: s}, Accounts: store.ServiceAccounts{Store: s}, Integrations: store.Integrations{Store: s}, Menus: store.Menus{Store: s},
		Host: &host{
			http: through(open), http2: overHTTP2(open), guarded: through(guard), guard: guard, plain: d.c.AllowPrivateTargets,
			providers: d.c.ProviderURL, public: d.c.BaseURL(), now: time.Now, log: d.log,
		},
		Types: Channels(), Now: time.Now, Random: rand.Reader,
	})
}
