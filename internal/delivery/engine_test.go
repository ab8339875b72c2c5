package delivery_test

import (
	"context"
	"crypto/rand"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"heliograph"
	"heliograph/channel"
	"heliograph/internal/delivery"
	"heliograph/internal/notify"
	"heliograph/internal/secret"
	"heliograph/internal/store"
)

// network is a channel whose answers are scripted.
type network struct {
	mu     sync.Mutex
	calls  []call
	answer func(out *channel.Outgoing, n int) channel.Result // n counts calls
	took   time.Duration
	flying int
	most   int
	lookup func() channel.Result
	asked  time.Duration // how long a look-up takes
}

type call struct {
	address, text string
	attempt       int
	at            time.Time
}

func (n *network) Send(ctx context.Context, out *channel.Outgoing) channel.Result {
	n.mu.Lock()
	n.calls = append(n.calls, call{out.Address, out.Content.Text, out.Attempt, time.Now()})
	count := len(n.calls)
	n.flying++
	n.most = max(n.most, n.flying)
	n.mu.Unlock()
	if n.took > 0 {
		select {
		case <-time.After(n.took):
		case <-ctx.Done():
		}
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	n.flying--
	if n.answer != nil {
		return n.answer(out, count)
	}
	return channel.Accepted(201, "X"+out.Delivery.String())
}

func (n *network) enter() {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.flying++
	n.most = max(n.most, n.flying)
}

// asked is a network that can be asked what became of an attempt.
type asked struct{ *network }

func (a asked) Lookup(context.Context, *channel.Outgoing, time.Time) channel.Result {
	a.enter()
	time.Sleep(a.asked)
	a.mu.Lock()
	defer a.mu.Unlock()
	a.flying--
	return a.lookup()
}

func (n *network) list() []call {
	n.mu.Lock()
	defer n.mu.Unlock()
	return slices.Clone(n.calls)
}

func (n *network) count() int { return len(n.list()) }

// peak is the most calls there were at once.
func (n *network) peak() int {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.most
}

// now is how many calls are under way.
func (n *network) now() int {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.flying
}

func (n *network) texts() []string {
	var out []string
	for _, c := range n.list() {
		out = append(out, c.text)
	}
	return out
}

// bench is an engine on a real database, in a bubble of its own time.
type bench struct {
	t            *testing.T
	store        *store.Store
	engine       *delivery.Engine
	ids          *heliograph.IDMaker
	integrations map[heliograph.IntegrationID]*heliograph.Integration
	channels     map[heliograph.IntegrationID]channel.Channel
	broken       error                    // what Lookup answers while it is set
	hangs        heliograph.IntegrationID // whose look-up does not end
	kind         channel.Type
	standIn      func() // called before a stand-in is looked for, if set
	mu           sync.Mutex
}

// Lookup implements delivery.Integrations.
func (b *bench) Lookup(ctx context.Context, id heliograph.IntegrationID) (*heliograph.Integration, channel.Channel, *channel.Type, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if id == b.hangs {
		b.mu.Unlock()
		<-ctx.Done()
		b.mu.Lock()
		return nil, nil, nil, ctx.Err()
	}
	if b.broken != nil {
		return nil, nil, nil, b.broken
	}
	i := b.integrations[id]
	if i == nil {
		return nil, nil, nil, heliograph.Errorf(heliograph.NotFound, heliograph.CodeIntegrationNotFound, "gone")
	}
	kind := b.kind
	return i, b.channels[id], &kind, nil
}

// pausing has pauses seen by Lookup, which here does not ask the database.
type pausing struct {
	store.Deliveries
	b *bench
}

// Pause implements delivery.Store.
func (p pausing) Pause(ctx context.Context, id heliograph.IntegrationID, until heliograph.Millis, reason string) error {
	p.b.pauseTill(id, until)
	return p.Deliveries.Pause(ctx, id, until, reason)
}

// StandIn implements delivery.Store.
func (p pausing) StandIn(ctx context.Context, d *heliograph.Delivery, to *heliograph.Integration, fresh heliograph.ClientID, now heliograph.Millis) (heliograph.ClientID, bool, error) {
	if p.b.standIn != nil {
		p.b.standIn()
		ctx = context.WithoutCancel(ctx)
	}
	return p.Deliveries.StandIn(ctx, d, to, fresh, now)
}

// pauseTill pauses an integration, or resumes it.
func (b *bench) pauseTill(id heliograph.IntegrationID, until heliograph.Millis) {
	b.mu.Lock()
	defer b.mu.Unlock()
	changed := *b.integrations[id]
	changed.PausedUntil = until
	b.integrations[id] = &changed
}

// inBubble runs a test in a bubble of time: waits cost nothing, and their
// length is exact.
func inBubble(t *testing.T, o delivery.Options, test func(b *bench)) {
	t.Helper()
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ring, _, err := secret.Load("", filepath.Join(t.TempDir(), "key"))
		if err != nil {
			t.Fatal(err)
		}
		b := &bench{
			t: t, ids: heliograph.NewIDMaker(time.Now, rand.Reader), kind: channel.Type{Name: "test", Family: "test", Receipts: true},
			integrations: map[heliograph.IntegrationID]*heliograph.Integration{}, channels: map[heliograph.IntegrationID]channel.Channel{},
		}
		so := store.Options{File: filepath.Join(t.TempDir(), "d.db"), Seal: ring, IDs: b.ids, Now: time.Now}
		if err := store.Migrate(t.Context(), so); err != nil {
			t.Fatal(err)
		}
		if b.store, err = store.Open(t.Context(), so); err != nil {
			t.Fatal(err)
		}
		o.Store, o.Integrations, o.IDs = pausing{store.Deliveries{Store: b.store}, b}, b, b.ids
		if o.Now == nil {
			o.Now = time.Now
		}
		b.engine = delivery.New(o)
		b.engine.Start(t.Context())
		test(b)
		b.engine.Stop(t.Context())
		if err := b.store.Close(); err != nil {
			t.Error(err)
		}
	})
}

// work lets the engine work on every slot.
func (b *bench) work() {
	var all []int
	for s := range heliograph.Slots {
		all = append(all, s)
	}
	b.engine.Gained(all)
}

// integration adds one of app that sends over ch.
func (b *bench) integration(app heliograph.AppID, ch channel.Channel, d heliograph.DeliverySettings) *heliograph.Integration {
	i := &heliograph.Integration{ID: b.ids.Integration(), App: app, Type: "test", Status: heliograph.IntegrationActive, Delivery: d}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.integrations[i.ID], b.channels[i.ID] = i, ch
	return i
}

// send queues one notification, as the surface would.
func (b *bench) send(i *heliograph.Integration, address, text string, change ...func(*heliograph.Delivery)) *heliograph.Delivery {
	b.t.Helper()
	a := b.make(i, address, text, change...)
	if a.Delivery.Status != heliograph.Queued {
		b.engine.Offer(b.keep(a))
		return a.Delivery
	}
	d := *a.Delivery // what is handed over is the engine's from now on
	b.begin(a, nil)
	return &d
}

// begin stores a notification with its first attempt, if its lane is free, and
// returns whether it was. Its acceptance fails with refused, if that is set.
func (b *bench) begin(a *notify.Accept, refused error) (began bool) {
	b.t.Helper()
	done := make(chan error, 1)
	d, content := a.Delivery, &a.Message.Content
	b.engine.Begin(d, content, func(start *heliograph.Start) {
		a.Start, began = start, start != nil
		stored := func(err error) {
			switch {
			case start != nil:
				b.engine.Began(d, start, a.User, err == nil)
			case err == nil:
				b.engine.Offer(&delivery.Item{Delivery: d, Content: content, User: a.User})
			}
			done <- err
		}
		if refused != nil {
			stored(refused)
			return
		}
		store.Notifications{Store: b.store}.Accept(a, false, stored)
	})
	if err := <-done; err != refused {
		b.t.Fatal(err)
	}
	return began
}

// accept stores one notification without offering it.
func (b *bench) accept(i *heliograph.Integration, address, text string, change ...func(*heliograph.Delivery)) *delivery.Item {
	b.t.Helper()
	return b.keep(b.make(i, address, text, change...))
}

func (b *bench) keep(a *notify.Accept) *delivery.Item {
	b.t.Helper()
	done := make(chan error, 1)
	store.Notifications{Store: b.store}.Accept(a, false, func(err error) { done <- err })
	if err := <-done; err != nil {
		b.t.Fatal(err)
	}
	return &delivery.Item{Delivery: a.Delivery, Content: &a.Message.Content, User: a.User}
}

// make returns a notification that is not stored yet.
func (b *bench) make(i *heliograph.Integration, address, text string, change ...func(*heliograph.Delivery)) *notify.Accept {
	d := &heliograph.Delivery{
		ID: b.ids.Notification(), App: i.App, Kind: heliograph.NotificationDelivery, Integration: i.ID, Message: b.ids.Message(), Address: address,
	}
	for _, f := range change {
		f(d)
	}
	b.engine.Prepare(d, i)
	return &notify.Accept{
		Delivery: d, NewUser: b.ids.User(), NewClient: b.ids.Client(), NewConversation: b.ids.Conversation(),
		Message: &heliograph.Message{
			ID: d.Message, App: i.App, Notification: d.ID, Role: heliograph.Business, Source: heliograph.Source{Type: heliograph.SourceNotification},
			Content: heliograph.Content{Type: heliograph.TextMessage, Text: text},
		},
	}
}

// breakLookup makes every look-up fail with err, or none.
func (b *bench) breakLookup(err error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.broken = err
}

func marketing(d *heliograph.Delivery) { d.Category = heliograph.Marketing }

// now returns a delivery as it stands.
func (b *bench) now(d *heliograph.Delivery) *heliograph.Delivery {
	b.t.Helper()
	out, err := store.Notifications{Store: b.store}.Notification(b.t.Context(), d.App, d.ID)
	if err != nil {
		b.t.Fatal(err)
	}
	return out
}

// settle waits until nothing moves.
func (b *bench) settle() { synctest.Wait() }

// pass lets time pass.
func (b *bench) pass(d time.Duration) {
	time.Sleep(d) // the bubble's time: it costs nothing
	b.settle()
}
