package storetest

import (
	"context"
	"slices"
	"sync"
	"testing"
	"time"

	"heliograph"
	"heliograph/internal/delivery"
	"heliograph/internal/notify"
	"heliograph/internal/store"
)

// Sights checks what is stored of people who have seen what was sent to them.
func Sights(t *testing.T, open func(*testing.T) *store.Store) {
	t.Run("what is on its way is decided in one write, the rest is left", func(t *testing.T) { t.Parallel(); sightOf(newSight(t, open)) })
	t.Run("only the newest messages of a time are looked at", func(t *testing.T) { t.Parallel(); sightInTime(newSight(t, open)) })
	t.Run("several devices show it at once, while attempts end", func(t *testing.T) { t.Parallel(); sightsInRaces(newSight(t, open)) })
	t.Run("how things stand before an attempt", func(t *testing.T) { t.Parallel(); stateOfDevices(newSight(t, open)) })
	t.Run("a notification to a device that is not known is refused", func(t *testing.T) { t.Parallel(); knownOnly(newQueueing(t, open)) })
}

// sightBed is a thread whose messages are sent to a device.
type sightBed struct {
	*thread
	view   store.Deliveries
	device *heliograph.Client
	in     heliograph.IntegrationID
}

func newSight(t *testing.T, open func(*testing.T) *store.Store) *sightBed {
	t.Helper()
	th := newThread(t, open)
	b := &sightBed{thread: th, view: store.Deliveries{Store: th.s}, in: th.ids.Integration()}
	b.device = &heliograph.Client{
		ID: th.ids.Client(), App: th.app, User: th.user, Integration: b.in, Platform: heliograph.PlatformIOS, Address: "device-1", Status: heliograph.ClientActive,
		Details: heliograph.ClientDetails{Device: &heliograph.Device{Push: &heliograph.Push{Service: heliograph.PushAPNs, Token: "t", Topics: []heliograph.Topic{heliograph.TopicAgent}}}},
	}
	th.must(store.Clients{Store: th.s}.Insert(t.Context(), b.device))
	return b
}

// send says something and sends it to a channel.
func (b *sightBed) send(now heliograph.Millis, channel string, change func(*heliograph.Delivery)) *heliograph.Delivery {
	b.Helper()
	var d *heliograph.Delivery
	b.must(b.s.Atomically(b.Context(), func(ctx context.Context) error {
		m := b.say(ctx, now, nil)
		d = &heliograph.Delivery{
			ID: b.ids.Notification(), App: b.app, Kind: heliograph.MessageDelivery, Integration: b.in, Channel: channel, Message: m.ID, User: b.user,
			Client: b.device.ID, Conversation: b.conv, Address: "device-1", Category: heliograph.Transactional, Class: heliograph.ClassConversational,
			Status: heliograph.Queued, Slot: 5, Created: m.Received, Due: m.Received,
		}
		if change != nil {
			change(d)
		}
		return b.view.Enqueue(ctx, d)
	}))
	return d
}

// sight decides on every delivery that is asked about: it reached the person.
func (b *sightBed) sight(after, until heliograph.Millis, limit int) *delivery.Sight {
	return &delivery.Sight{App: b.app, User: b.user, After: after, Until: until, Limit: limit, Decide: func(d *heliograph.Delivery, u *heliograph.User) *delivery.Change {
		if !heliograph.SDKPlatform(d.Channel) || d.Status.Rank() >= heliograph.Failed.Rank() {
			return nil
		}
		if u.ID != b.user {
			b.Errorf("asked with user %s", u.ID)
		}
		up := *d
		up.Status, up.Final = heliograph.AtUser, 99
		ev := &heliograph.Event{ID: b.ids.Event(), App: b.app, Type: heliograph.EventUser, At: 99, User: d.User, Conversation: d.Conversation, Delivery: d.ID, Message: d.Message}
		ev.Data.Kind, ev.Data.Integ, ev.Data.Via, ev.Data.Client = d.Kind, d.Integration, "seen", b.device.ID
		return &delivery.Change{Update: &up, Unqueue: d.Status.Rank() == 0, Events: []*heliograph.Event{ev}}
	}}
}

func (b *sightBed) status(d *heliograph.Delivery) heliograph.Status {
	b.Helper()
	now, err := b.view.Delivery(b.Context(), b.app, d.ID)
	b.must(err)
	return now.Status
}

// queued lists what is in the queue.
func (b *sightBed) queued() (ids []heliograph.NotificationID) {
	b.Helper()
	items, _, _, err := b.view.Due(b.Context(), delivery.Source{Slot: 5, Integration: b.in, Class: heliograph.ClassConversational}, 1<<50, 1000, func(heliograph.NotificationID) bool { return false })
	b.must(err)
	for _, it := range items {
		ids = append(ids, it.Delivery.ID)
	}
	return ids
}

func sightOf(b *sightBed) {
	ctx := b.Context()
	with := func(s heliograph.Status) func(*heliograph.Delivery) {
		return func(d *heliograph.Delivery) { d.Status = s }
	}
	waits, pushed := b.send(100, heliograph.PlatformIOS, nil), b.send(200, heliograph.PlatformWeb, with(heliograph.AtChannel))
	late := b.send(300, heliograph.PlatformAndroid, func(d *heliograph.Delivery) { d.Status, d.Due = heliograph.Scheduled, 5000 })
	sms, failed := b.send(400, "twilio", nil), b.send(500, heliograph.PlatformIOS, with(heliograph.Failed))

	s := b.sight(0, 1000, 100)
	b.must(b.view.ApplySight(ctx, s))
	if len(s.Changed) != 3 {
		b.Errorf("%d changes", len(s.Changed))
	}
	for d, want := range map[*heliograph.Delivery]heliograph.Status{
		waits: heliograph.AtUser, pushed: heliograph.AtUser, late: heliograph.AtUser, sms: heliograph.Queued, failed: heliograph.Failed,
	} {
		if got := b.status(d); got != want {
			b.Errorf("through %s it is %s, want %s", d.Channel, got, want)
		}
	}
	left := b.queued()
	if slices.Contains(left, waits.ID) || slices.Contains(left, late.ID) || !slices.Contains(left, sms.ID) {
		b.Errorf("in the queue: %v", left)
	}
	events, err := b.view.DeliveryEvents(ctx, b.app, waits.ID)
	b.must(err)
	if len(events) != 1 || events[0].Data.Via != "seen" || events[0].Data.Client != b.device.ID {
		b.Errorf("events %+v", events)
	}
	again := b.sight(0, 1000, 100)
	b.must(b.view.ApplySight(ctx, again))
	if len(again.Changed) != 0 {
		b.Errorf("seen again, %d change", len(again.Changed))
	}
	stranger := b.sight(0, 1000, 100)
	stranger.App = b.ids.App()
	b.must(b.view.ApplySight(ctx, stranger))
	if len(stranger.Changed) != 0 {
		b.Error("another app's sight changed something")
	}
}

func sightInTime(b *sightBed) {
	var all []*heliograph.Delivery
	for i := range 10 {
		all = append(all, b.send(heliograph.Millis(100*(i+1)), heliograph.PlatformIOS, nil))
	}
	b.must(b.view.ApplySight(b.Context(), b.sight(200, 900, 3))) // the 7th, 8th and 9th
	b.must(b.view.ApplySight(b.Context(), b.sight(0, 200, 100))) // the first two
	for i, d := range all {
		want := heliograph.Queued
		if i < 2 || i >= 6 && i < 9 {
			want = heliograph.AtUser
		}
		if got := b.status(d); got != want {
			b.Errorf("message %d is %s, want %s", i+1, got, want)
		}
	}
}

func sightsInRaces(b *sightBed) {
	ctx := b.Context()
	var all []*delivery.Item
	for i := range 30 {
		d := b.send(heliograph.Millis(100*(i+1)), heliograph.PlatformIOS, nil)
		all = append(all, &delivery.Item{Delivery: d})
	}
	var wg sync.WaitGroup
	var mu sync.Mutex
	changed := map[heliograph.NotificationID]int{}
	for range 4 {
		wg.Go(func() {
			s := b.sight(0, 10_000, 100)
			if err := b.view.ApplySight(ctx, s); err != nil {
				b.Error(err)
			}
			mu.Lock()
			defer mu.Unlock()
			for _, c := range s.Changed {
				changed[c.Update.ID]++
			}
		})
	}
	for i := range 2 {
		wg.Go(func() {
			for n, it := range all {
				if n%2 != i {
					continue
				}
				claim := &delivery.Claim{Item: it, Attempt: 1, At: 77}
				done := make(chan error, 1)
				b.view.Claim([]*delivery.Claim{claim}, func(err error) { done <- err })
				if err := <-done; err != nil {
					b.Error(err)
				}
				if !claim.Taken {
					continue
				}
				u := *it.Delivery
				u.Status, u.Attempts = heliograph.AtChannel, 1
				ev := &heliograph.Event{ID: b.ids.Event(), App: b.app, Type: heliograph.EventChannel, At: 88, User: u.User, Conversation: u.Conversation, Delivery: u.ID, Message: u.Message}
				ev.Data.Kind, ev.Data.Integ, ev.Data.Class, ev.Data.Attempt = u.Kind, u.Integration, "accepted", 1
				o := &delivery.Outcome{Item: it, Attempt: 1, Update: &u, Events: []*heliograph.Event{ev}}
				b.view.Finish(o, func(err error) { done <- err })
				if err := <-done; err != nil {
					b.Error(err)
				}
			}
		})
	}
	wg.Wait()
	last := b.sight(0, 10_000, 100)
	b.must(b.view.ApplySight(ctx, last))
	for _, c := range last.Changed {
		changed[c.Update.ID]++
	}
	for _, it := range all {
		if got := b.status(it.Delivery); got != heliograph.AtUser || changed[it.Delivery.ID] != 1 {
			b.Errorf("it is %s after %d changes", got, changed[it.Delivery.ID])
		}
	}
	if left := b.queued(); len(left) > 0 {
		b.Errorf("%d are left in the queue", len(left))
	}
}

func stateOfDevices(b *sightBed) {
	ctx := b.Context()
	clients := store.Clients{Store: b.s}
	d := b.send(1000, heliograph.PlatformIOS, nil)
	expect := func(what string, want delivery.DeviceState) {
		b.Helper()
		got, err := b.view.State(ctx, d)
		b.must(err)
		if *got != want {
			b.Errorf("%s: %+v", what, *got)
		}
	}
	expect("at first", delivery.DeviceState{Wants: true})
	d.Kind = heliograph.NotificationDelivery
	expect("a topic that it does not take", delivery.DeviceState{})
	d.Kind = heliograph.MessageDelivery
	read := func(at heliograph.Millis) {
		b.must(b.s.Atomically(ctx, func(ctx context.Context) error {
			c, err := store.Conversations{Store: b.s}.Lock(ctx, b.app, b.conv)
			if err != nil {
				return err
			}
			c.UserRead = at
			return store.Conversations{Store: b.s}.Save(ctx, c)
		}))
	}
	read(999)
	expect("read before it", delivery.DeviceState{Wants: true})
	read(1000)
	expect("read with it", delivery.DeviceState{Wants: true, Read: true})
	d.Details.Scheduled = 2000
	expect("read before it was to be sent", delivery.DeviceState{Wants: true})
	d.Details.Scheduled = 0
	d.Channel = "twilio"
	expect("another channel", delivery.DeviceState{Read: true})
	d.Channel = heliograph.PlatformIOS
	other := *b.device
	other.User = b.ids.User()
	b.must(store.Users{Store: b.s}.Insert(ctx, &heliograph.User{ID: other.User, App: b.app}))
	b.must(clients.Save(ctx, &other))
	expect("somebody else's by now", delivery.DeviceState{Wants: true, Read: true, Gone: true})
	b.must(clients.Delete(ctx, b.app, b.device.ID))
	expect("logged out", delivery.DeviceState{Read: true, Gone: true})
	_, err := store.Messages{Store: b.s}.Delete(ctx, b.app, b.conv, d.Message)
	b.must(err)
	expect("deleted", delivery.DeviceState{})
}

func knownOnly(q *queueing) {
	device := func(key string) *notify.Accept {
		a := q.make("device-1", "hello")
		a.Delivery.Channel, a.KnownOnly, a.Key, a.Digest = heliograph.PlatformIOS, true, key, []byte("d")
		return a
	}
	refused := q.accept(device("k"))
	if !heliograph.IsKind(refused.Err, heliograph.Invalid) {
		q.t.Fatalf("an unknown device: %v", refused.Err)
	}
	if u, err := (store.Notifications{Store: q.s}).Owner(q.t.Context(), q.app, heliograph.PlatformIOS, "device-1", q.integration); u != nil || err != nil {
		q.t.Errorf("it belongs to %v, %v", u, err)
	}
	user := q.ids.User()
	c := &heliograph.Client{ID: q.ids.Client(), App: q.app, User: user, Integration: q.ids.Integration(), Platform: heliograph.PlatformIOS, Address: "device-1", Status: heliograph.ClientActive}
	for _, err := range []error{
		store.Users{Store: q.s}.Insert(q.t.Context(), &heliograph.User{ID: user, App: q.app, Created: heliograph.At(time.Now())}),
		store.Clients{Store: q.s}.Insert(q.t.Context(), c),
	} {
		if err != nil {
			q.t.Fatal(err)
		}
	}
	if a := q.accept(device("")); !heliograph.IsKind(a.Err, heliograph.Invalid) {
		q.t.Errorf("a device of another integration: %v", a.Err)
	}
	c.ID, c.Integration = q.ids.Client(), q.integration
	if err := (store.Clients{Store: q.s}).Insert(q.t.Context(), c); err != nil {
		q.t.Fatal(err)
	}
	if a := q.accept(device("k")); a.Err != nil || a.Replay != nil || a.User == nil || a.User.ID != user || a.Delivery.Client != c.ID {
		q.t.Errorf("a known device: %v, %v, %v", a.Err, a.Replay, a.User)
	}
}
