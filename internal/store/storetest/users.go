package storetest

import (
	"context"
	"sync"
	"testing"

	"heliograph"
	"heliograph/internal/store"
)

// Users tests what the store promises of users and of moving and erasing what
// they wrote.
func Users(t *testing.T, open func(*testing.T) *store.Store) {
	t.Run("a user is found by either id", func(t *testing.T) { t.Parallel(); usersRoundTrip(newThread(t, open)) })
	t.Run("an external id has one user", func(t *testing.T) { t.Parallel(); usersUnique(newThread(t, open)) })
	t.Run("a lock names who is missing and keeps others out", func(t *testing.T) { t.Parallel(); usersLock(newThread(t, open)) })
	t.Run("one conversation is started", func(t *testing.T) { t.Parallel(); usersStart(newThread(t, open)) })
	t.Run("codes work once, for a while", func(t *testing.T) { t.Parallel(); codes(newThread(t, open)) })
	t.Run("removing a user removes its clients and conversation", func(t *testing.T) { t.Parallel(); usersRemove(newThread(t, open)) })
}

func usersRoundTrip(th *thread) {
	view := store.Users{Store: th.s}
	ctx := th.Context()
	u := &heliograph.User{
		ID: th.ids.User(), App: th.app, ExternalID: "jo@example.org", CredentialRequired: true, Created: 7,
		Profile: heliograph.Profile{GivenName: "Jo", Surname: "Lee", Email: "jo@example.org", SignedUpAt: 5, Properties: map[string]any{"seats": 4.0, "gold": true, "plan": "é"}},
	}
	th.must(view.Insert(ctx, u))
	for _, get := range []func() (*heliograph.User, error){
		func() (*heliograph.User, error) { return view.Get(ctx, th.app, u.ID) },
		func() (*heliograph.User, error) { return view.ByExternalID(ctx, th.app, u.ExternalID) },
	} {
		got, err := get()
		th.must(err)
		same(th.T, got, u)
	}
	u.Profile, u.ExternalID, u.CredentialRequired = heliograph.Profile{Surname: "Ray"}, "", false
	th.must(view.Save(ctx, u))
	got, err := view.Get(ctx, th.app, u.ID)
	th.must(err)
	same(th.T, got, u)
	_, err = view.ByExternalID(ctx, th.app, "jo@example.org")
	missing(th.T, err)
	_, err = view.Get(ctx, th.ids.App(), u.ID)
	missing(th.T, err)
}

func usersUnique(th *thread) {
	view := store.Users{Store: th.s}
	ctx := th.Context()
	add := func(app heliograph.AppID, external string) error {
		return view.Insert(ctx, &heliograph.User{ID: th.ids.User(), App: app, ExternalID: external, Created: 1})
	}
	th.must(add(th.app, "a"))
	th.must(add(th.app, "A"))
	th.must(add(th.ids.App(), "a"))
	th.must(add(th.app, ""))
	th.must(add(th.app, ""))
	if err := add(th.app, "a"); !heliograph.IsKind(err, heliograph.Conflict) {
		th.Errorf("a second %q: %v, want a conflict", "a", err)
	}
	nameless := &heliograph.User{ID: th.ids.User(), App: th.app, Created: 1}
	th.must(view.Insert(ctx, nameless))
	nameless.ExternalID = "a"
	if err := view.Save(ctx, nameless); !heliograph.IsKind(err, heliograph.Conflict) {
		th.Errorf("renamed to a second %q: %v, want a conflict", "a", err)
	}
	var wg sync.WaitGroup
	var won [8]bool
	for i := range won {
		wg.Go(func() { won[i] = add(th.app, "race") == nil })
	}
	wg.Wait()
	if n := count(won[:]); n != 1 {
		th.Errorf("%d callers made the same user", n)
	}
}

func count(list []bool) (n int) {
	for _, b := range list {
		if b {
			n++
		}
	}
	return n
}

func usersLock(th *thread) {
	view := store.Users{Store: th.s}
	ctx := th.Context()
	other := &heliograph.User{ID: th.ids.User(), App: th.app, Created: 1}
	th.must(view.Insert(ctx, other))
	th.must(th.s.Atomically(ctx, func(ctx context.Context) error {
		got, err := view.Lock(ctx, th.app, other.ID, th.user)
		if err == nil && (got[0].ID != other.ID || got[1].ID != th.user) {
			th.Error("the users are not in the order asked for")
		}
		return err
	}))
	_, err := view.Lock(ctx, th.app, th.user, th.ids.User())
	missing(th.T, err)

	// Each writer adds to what it read under its lock; none of it is lost.
	const writers = 8
	var wg sync.WaitGroup
	for range writers {
		wg.Go(func() {
			err := th.s.Atomically(ctx, func(ctx context.Context) error {
				u, err := view.Lock(ctx, th.app, th.user)
				if err != nil {
					return err
				}
				u[0].Profile.SignedUpAt++
				return view.Save(ctx, u[0])
			})
			if err != nil {
				th.Error(err)
			}
		})
	}
	wg.Wait()
	u, err := view.Get(ctx, th.app, th.user)
	th.must(err)
	same(th.T, u.Profile.SignedUpAt, writers)
}

func usersStart(th *thread) {
	view := store.Users{Store: th.s}
	ctx := th.Context()
	u := &heliograph.User{ID: th.ids.User(), App: th.app, Created: 1}
	th.must(view.Insert(ctx, u))
	c := th.client(u.ID, "+1", heliograph.ClientActive)
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			if err := view.StartConversation(ctx, &heliograph.Conversation{ID: th.ids.Conversation(), App: th.app, User: u.ID, Created: 3}); err != nil {
				th.Error(err)
			}
		})
	}
	wg.Wait()
	got, err := view.Get(ctx, th.app, u.ID)
	th.must(err)
	conv, err := store.Conversations{Store: th.s}.Get(ctx, th.app, got.Conversation)
	th.must(err)
	same(th.T, conv, &heliograph.Conversation{ID: got.Conversation, App: th.app, User: u.ID, Created: 3})
	found, err := store.Clients{Store: th.s}.Get(ctx, th.app, c.ID)
	th.must(err)
	same(th.T, found.Conversation, got.Conversation)
}

func usersRemove(th *thread) {
	view := store.Users{Store: th.s}
	ctx := th.Context()
	c := th.client(th.user, "+1", heliograph.ClientActive)
	th.must(view.Remove(ctx, th.app, th.user))
	_, err := view.Get(ctx, th.app, th.user)
	missing(th.T, err)
	_, err = store.Clients{Store: th.s}.Get(ctx, th.app, c.ID)
	missing(th.T, err)
	_, err = store.Conversations{Store: th.s}.Get(ctx, th.app, th.conv)
	missing(th.T, err)
}
