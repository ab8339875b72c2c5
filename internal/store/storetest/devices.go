package storetest

import (
	"testing"

	"heliograph"
	"heliograph/internal/store"
)

// Devices tests what the store promises of clients that run our SDK.
func Devices(t *testing.T, open func(*testing.T) *store.Store) {
	t.Run("a device is found by its address", func(t *testing.T) { t.Parallel(); devicesOwner(newThread(t, open)) })
	t.Run("a device is found by its push token", func(t *testing.T) { t.Parallel(); devicesByPush(newThread(t, open)) })
	t.Run("what surrounds a message to a device is read at once", func(t *testing.T) { t.Parallel(); devicesAround(newThread(t, open)) })
	t.Run("a dead token is dropped, and no other", func(t *testing.T) { t.Parallel(); devicesDropped(newThread(t, open)) })
}

func devicesOwner(th *thread) {
	view, ctx := store.Devices{Store: th.s}, th.Context()
	th.client(th.ids.User(), "dev", heliograph.ClientPending)
	c := th.client(th.user, "dev", heliograph.ClientActive)
	got, err := view.Owner(ctx, th.app, c.Integration, "dev")
	th.must(err)
	same(th.T, got, c)
	_, err = view.Owner(ctx, th.app, c.Integration, "other")
	missing(th.T, err)
	_, err = view.Owner(ctx, th.app, th.ids.Integration(), "dev")
	missing(th.T, err)
	_, err = view.Owner(ctx, th.ids.App(), c.Integration, "dev")
	missing(th.T, err)
	got, err = view.Lock(ctx, th.app, c.ID)
	th.must(err)
	same(th.T, got, c)
	_, err = view.Lock(ctx, th.ids.App(), c.ID)
	missing(th.T, err)
}

func devicesByPush(th *thread) {
	view, clients, ctx := store.Devices{Store: th.s}, store.Clients{Store: th.s}, th.Context()
	push := func(token string) heliograph.ClientDetails {
		return heliograph.ClientDetails{Device: &heliograph.Device{Session: []byte("s"), Push: &heliograph.Push{
			Service: heliograph.PushAPNs, Token: token, Topics: []heliograph.Topic{heliograph.TopicAgent}, At: 3,
		}}}
	}
	a := th.unstored(th.user, "a", heliograph.ClientActive)
	a.Details = push("one")
	th.must(clients.Insert(ctx, &a))
	b := th.client(th.user, "b", heliograph.ClientActive)
	find := func(token string, want ...heliograph.Client) {
		th.Helper()
		got, err := view.ByPush(ctx, th.app, token)
		th.must(err)
		same(th.T, got, want)
	}
	find("one", a)
	find("two")
	b.Details = push("one")
	th.must(clients.Save(ctx, &b))
	find("one", a, b)
	a.Details = push("two")
	th.must(clients.Save(ctx, &a))
	find("one", b)
	find("two", a)
	b.Details.Device.Push = nil
	th.must(clients.Save(ctx, &b))
	find("one")
	got, err := view.ByPush(ctx, th.ids.App(), "two")
	th.must(err)
	same(th.T, len(got), 0)
	th.must(clients.Delete(ctx, th.app, a.ID))
	find("two")
}

// pushed returns a client that takes pushes, and a delivery to it.
func (th *thread) pushed(address, token string, at heliograph.Millis) (heliograph.Client, *heliograph.Delivery) {
	th.Helper()
	c := th.unstored(th.user, address, heliograph.ClientActive)
	c.Details = heliograph.ClientDetails{DisplayName: "Ana's phone", Device: &heliograph.Device{AppVersion: "1.4.2", Session: []byte("s"), Push: &heliograph.Push{
		Service: heliograph.PushFCM, Token: token, Topics: []heliograph.Topic{heliograph.TopicAgent}, At: at,
	}}}
	th.must(store.Clients{Store: th.s}.Insert(th.Context(), &c))
	return c, &heliograph.Delivery{App: th.app, Integration: c.Integration, Client: c.ID, Address: address}
}

func devicesAround(th *thread) {
	view, ctx := store.Devices{Store: th.s}, th.Context()
	c, d := th.pushed("dev", "one", 3)
	th.client(th.ids.User(), "dev", heliograph.ClientPending)
	m := th.say(ctx, 5, nil)
	conv, err := store.Conversations{Store: th.s}.Get(ctx, th.app, th.conv)
	th.must(err)
	conv.Unread = 7
	th.must(store.Conversations{Store: th.s}.Save(ctx, conv))
	around := func(d *heliograph.Delivery, want store.Around) {
		th.Helper()
		got, err := view.Around(ctx, d)
		th.must(err)
		same(th.T, got, want)
	}
	around(d, store.Around{Details: c.Details, LastHeard: c.LastSeen})
	d.Conversation, d.Message = th.conv, m.ID
	around(d, store.Around{Details: c.Details, LastHeard: c.LastSeen, Unread: 7, Sequence: m.Seq})
	for _, change := range []func(*heliograph.Delivery){
		func(d *heliograph.Delivery) { d.Address = "other" },
		func(d *heliograph.Delivery) { d.Integration = th.ids.Integration() },
		func(d *heliograph.Delivery) { d.App = th.ids.App() },
	} {
		other := *d
		change(&other)
		around(&other, store.Around{})
	}
}

func devicesDropped(th *thread) {
	view, clients, ctx := store.Devices{Store: th.s}, store.Clients{Store: th.s}, th.Context()
	c, d := th.pushed("dev", "one", 3)
	twin, _ := th.pushed("other", "two", 3)
	still := func(want *heliograph.Push) {
		th.Helper()
		got, err := clients.Get(ctx, th.app, c.ID)
		th.must(err)
		expected := c
		device := *c.Details.Device
		device.Push, expected.Details.Device = want, &device
		same(th.T, got, expected)
		got, err = clients.Get(ctx, th.app, twin.ID)
		th.must(err)
		same(th.T, got, twin)
	}
	dead := *c.Details.Device.Push
	for _, change := range []func(*heliograph.Push){
		func(p *heliograph.Push) { p.Token = "older" },
		func(p *heliograph.Push) { p.Service = heliograph.PushAPNs },
		func(p *heliograph.Push) { p.At = 2 }, // the same token was registered again since
	} {
		other := dead
		change(&other)
		th.must(view.Dropped(ctx, d, &other))
		still(&dead)
	}
	elsewhere := *d
	elsewhere.App = th.ids.App()
	th.must(view.Dropped(ctx, &elsewhere, &dead))
	still(&dead)
	th.must(view.Dropped(ctx, d, &dead))
	still(nil)
	found, err := view.ByPush(ctx, th.app, "one")
	th.must(err)
	same(th.T, len(found), 0)
	th.must(view.Dropped(ctx, d, &dead)) // told twice
	still(nil)
}
