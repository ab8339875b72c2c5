package storetest

import (
	"context"
	"sync"
	"testing"

	"heliograph"
	"heliograph/internal/store"
)

// Clients tests what the store promises of clients.
func Clients(t *testing.T, open func(*testing.T) *store.Store) {
	t.Run("a client comes back as it was stored", func(t *testing.T) { t.Parallel(); clientsRoundTrip(newThread(t, open)) })
	t.Run("an address has one owner", func(t *testing.T) { t.Parallel(); clientsOwner(newThread(t, open)) })
	t.Run("clients are found by their address", func(t *testing.T) { t.Parallel(); clientsAt(newThread(t, open)) })
	t.Run("clients move together", func(t *testing.T) { t.Parallel(); clientsMove(newThread(t, open)) })
}

// client stores a client of a user.
func (th *thread) client(user heliograph.UserID, address string, status heliograph.ClientStatus) heliograph.Client {
	th.Helper()
	c := th.unstored(user, address, status)
	th.must(store.Clients{Store: th.s}.Insert(th.Context(), &c))
	return c
}

// unstored returns a client at the one integration of its thread.
func (th *thread) unstored(user heliograph.UserID, address string, status heliograph.ClientStatus) heliograph.Client {
	return heliograph.Client{
		ID: th.ids.Client(), App: th.app, User: user, Integration: heliograph.IntegrationID(th.app), Platform: "twilio",
		Address: address, Status: status, LinkedAt: 4, LastSeen: 5,
	}
}

func clientsRoundTrip(th *thread) {
	view := store.Clients{Store: th.s}
	ctx := th.Context()
	c := th.unstored(th.user, "+1", heliograph.ClientPending)
	c.Primary, c.Conversation = true, th.conv
	c.Details = heliograph.ClientDetails{
		DisplayName: "Jo", AvatarURL: "https://e.test/a.png", Info: map[string]string{"city": "Zürich"},
		Link: &heliograph.LinkRequest{Confirmation: heliograph.ConfirmPrompt, Criteria: map[string]string{"phoneNumber": "+1"}, Matched: true, Primary: true, Delivery: th.ids.Notification()},
	}
	th.must(view.Insert(ctx, &c))
	got, err := view.Get(ctx, th.app, c.ID)
	th.must(err)
	same(th.T, got, c)
	c.Status, c.Primary, c.LinkedAt, c.LastSeen = heliograph.ClientBlocked, false, 8, 9
	c.Details, c.Conversation = heliograph.ClientDetails{}, heliograph.ConversationID{}
	th.must(view.Save(ctx, &c))
	list, err := view.OfUser(ctx, th.app, th.user)
	th.must(err)
	same(th.T, list, []heliograph.Client{c})
	_, err = view.Get(ctx, th.ids.App(), c.ID)
	missing(th.T, err)
	th.must(view.Delete(ctx, th.app, c.ID))
	_, err = view.Get(ctx, th.app, c.ID)
	missing(th.T, err)
}

func clientsOwner(th *thread) {
	view := store.Clients{Store: th.s}
	ctx := th.Context()
	th.client(th.user, "+1", heliograph.ClientBlocked)
	pending := th.client(th.ids.User(), "+1", heliograph.ClientPending)
	conflict := func(err error) {
		th.Helper()
		if !heliograph.IsKind(err, heliograph.Conflict) {
			th.Errorf("got %v, want a conflict", err)
		}
	}
	// A refused insert leaves its transaction usable.
	th.must(th.s.Atomically(ctx, func(ctx context.Context) error {
		second := th.unstored(th.ids.User(), "+1", heliograph.ClientActive)
		conflict(view.Insert(ctx, &second))
		other := th.unstored(th.user, "+2", heliograph.ClientActive)
		return view.Insert(ctx, &other)
	}))
	pending.Status = heliograph.ClientActive
	conflict(view.Save(ctx, &pending))
	elsewhere := th.unstored(th.user, "+1", heliograph.ClientActive)
	elsewhere.Integration = th.ids.Integration()
	th.must(view.Insert(ctx, &elsewhere))

	var wg sync.WaitGroup
	var won [8]bool
	for i := range won {
		wg.Go(func() {
			c := th.unstored(th.ids.User(), "+3", heliograph.ClientActive)
			won[i] = view.Insert(ctx, &c) == nil
		})
	}
	wg.Wait()
	if n := count(won[:]); n != 1 {
		th.Errorf("%d users own one address", n)
	}
}

func clientsAt(th *thread) {
	view := store.Clients{Store: th.s}
	ctx := th.Context()
	first := th.client(th.user, "+1", heliograph.ClientPending)
	second := th.client(th.ids.User(), "+1", heliograph.ClientPending)
	owner := th.client(th.ids.User(), "+1", heliograph.ClientActive)
	elsewhere := th.unstored(th.user, "+1", heliograph.ClientActive)
	elsewhere.Integration = th.ids.Integration()
	th.must(view.Insert(ctx, &elsewhere))
	th.client(th.user, "+2", heliograph.ClientActive)

	at, err := view.At(ctx, th.app, owner.Integration, "+1")
	th.must(err)
	same(th.T, at, []heliograph.Client{owner, first, second})
	pending, err := view.PendingAt(ctx, th.app, owner.Integration, "+1")
	th.must(err)
	same(th.T, pending, []heliograph.Client{first, second})
	all, err := view.OfAddress(ctx, th.app, "+1")
	th.must(err)
	same(th.T, all, []heliograph.Client{owner, elsewhere})
	none, err := view.At(ctx, th.ids.App(), owner.Integration, "+1")
	th.must(err)
	same(th.T, len(none), 0)
}

func clientsMove(th *thread) {
	view := store.Clients{Store: th.s}
	ctx := th.Context()
	from := th.ids.User()
	a, b := th.client(from, "+1", heliograph.ClientActive), th.client(from, "+2", heliograph.ClientPending)
	th.must(view.Move(ctx, th.app, from, &heliograph.User{ID: th.user, App: th.app, Conversation: th.conv}))
	a.User, a.Conversation, b.User, b.Conversation = th.user, th.conv, th.user, th.conv
	got, err := view.OfUser(ctx, th.app, th.user)
	th.must(err)
	same(th.T, got, []heliograph.Client{a, b})
}
