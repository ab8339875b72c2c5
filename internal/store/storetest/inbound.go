package storetest

import (
	"slices"
	"sync"
	"testing"

	"heliograph"
	"heliograph/internal/store"
)

// Inbound tests that what a provider sends is taken in once.
func Inbound(t *testing.T, open func(*testing.T) *store.Store) {
	keep := func(th *thread, in *heliograph.Integration, keys ...string) []bool {
		ids := make([]heliograph.RecordID, len(keys))
		for i := range ids {
			ids[i] = th.ids.Record()
		}
		fresh, err := store.Inbound{Store: th.s}.Keep(t.Context(), in, 7, []byte("raw"), keys, ids)
		if err != nil {
			th.Error(err)
		}
		return fresh
	}
	t.Run("a fact is new once for each integration", func(t *testing.T) {
		t.Parallel()
		th := newThread(t, open)
		in := &heliograph.Integration{ID: th.ids.Integration(), App: th.app}
		if got := keep(th, in, "a", "b", "a"); !slices.Equal(got, []bool{true, true, false}) {
			t.Errorf("first: %v", got)
		}
		if got := keep(th, in, "b", "c"); !slices.Equal(got, []bool{false, true}) {
			t.Errorf("second: %v", got)
		}
		if got := keep(th, &heliograph.Integration{ID: th.ids.Integration(), App: th.app}, "a"); !slices.Equal(got, []bool{true}) {
			t.Errorf("another integration: %v", got)
		}
	})
	t.Run("of equal facts at once one is new", func(t *testing.T) {
		t.Parallel()
		th := newThread(t, open)
		in := &heliograph.Integration{ID: th.ids.Integration(), App: th.app}
		fresh := make([]bool, 8)
		var wg sync.WaitGroup
		for i := range fresh {
			wg.Go(func() { fresh[i] = keep(th, in, "same")[0] })
		}
		wg.Wait()
		if n := len(slices.DeleteFunc(fresh, func(f bool) bool { return !f })); n != 1 {
			t.Errorf("%d of 8 are new", n)
		}
	})
	t.Run("an address becomes one user, however many messages come at once", func(t *testing.T) {
		t.Parallel()
		th := newThread(t, open)
		view := store.Inbound{Store: th.s}
		in := &heliograph.Integration{ID: th.ids.Integration(), App: th.app, Type: "twilio"}
		if u, c, err := view.Sender(t.Context(), in, "+1"); u != nil || c != nil || err != nil {
			t.Fatalf("nobody is %v, %v, %v", u, c, err)
		}
		type attempt struct {
			user  heliograph.UserID
			taken bool
		}
		all := make([]attempt, 8)
		var wg sync.WaitGroup
		for i := range all {
			wg.Go(func() {
				u := &heliograph.User{ID: th.ids.User(), App: th.app}
				c := &heliograph.Client{ID: th.ids.Client(), App: th.app, User: u.ID, Integration: in.ID, Platform: "twilio", Address: "+1", Status: heliograph.ClientActive, LastSeen: 5}
				taken, err := view.Register(t.Context(), u, c)
				if err != nil {
					t.Error(err)
				}
				all[i] = attempt{u.ID, taken}
			})
		}
		wg.Wait()
		u, c, err := view.Sender(t.Context(), in, "+1")
		th.must(err)
		for _, a := range all {
			if a.taken == (a.user == u.ID) {
				t.Errorf("user %s: taken %v; the owner is %s", a.user, a.taken, u.ID)
			}
			if _, err := (store.Users{Store: th.s}).Get(t.Context(), th.app, a.user); a.taken != heliograph.IsKind(err, heliograph.NotFound) {
				t.Errorf("the user of a refused registration: %v", err)
			}
		}
		th.must(view.Seen(t.Context(), th.app, c.ID, 9))
		th.must(view.Seen(t.Context(), th.app, c.ID, 8))
		if _, c, _ = view.Sender(t.Context(), in, "+1"); c.LastSeen != 9 {
			t.Errorf("last seen %d", c.LastSeen)
		}
		if u, _, _ := view.Sender(t.Context(), &heliograph.Integration{ID: in.ID, App: th.ids.App(), Type: "twilio"}, "+1"); u != nil {
			t.Error("another app finds the sender")
		}
	})
}
