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
