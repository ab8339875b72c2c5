package storetest

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"heliograph"
	"heliograph/internal/store"
)

// Presence checks which devices are connected elsewhere.
func Presence(t *testing.T, open func(*testing.T) *store.Store) {
	t.Run("the devices of living processes count", func(t *testing.T) {
		t.Parallel()
		th := newThread(t, open)
		ctx := t.Context()
		view, leases := store.Presence{Store: th.s}, store.Leases{Store: th.s}
		a, b, me := th.ids.Process(), th.ids.Process(), th.ids.Process()
		web, phone := th.ids.Client(), th.ids.Client()
		at := heliograph.At(time.Now())
		beat := func(id heliograph.ProcessID, now heliograph.Millis) {
			_, err := leases.Beat(ctx, id, "test", now, now.Add(-time.Minute))
			th.must(err)
		}
		put := func(process heliograph.ProcessID, c heliograph.ClientID, user heliograph.UserID, online, fg bool) {
			th.must(view.Present(ctx, process, []store.PresenceChange{{App: th.app, User: user, Client: c, Online: online, Foreground: fg}}))
		}
		expect := func(what string, user heliograph.UserID, since heliograph.Millis, want ...heliograph.PresentDevice) {
			t.Helper()
			got, err := view.Elsewhere(ctx, th.app, user, me, since)
			th.must(err)
			if th.s.Dialect() == "sqlite" {
				want = nil // no other process can be there
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("%s: %s", what, diff)
			}
		}
		beat(a, at)
		beat(b, at)
		beat(me, at)
		put(a, web, th.user, true, false)
		put(b, web, th.user, true, true) // two windows
		put(a, phone, th.user, true, false)
		put(me, phone, th.user, true, true) // our own are not elsewhere
		expect("both", th.user, at, heliograph.PresentDevice{Client: web, Foreground: true}, heliograph.PresentDevice{Client: phone})
		put(b, web, th.user, true, false)
		expect("in the background", th.user, at, heliograph.PresentDevice{Client: web}, heliograph.PresentDevice{Client: phone})

		other := th.ids.User()
		put(a, phone, other, true, true) // somebody else logged in on it
		put(a, phone, th.user, false, false)
		expect("the device of another user", th.user, at, heliograph.PresentDevice{Client: web})
		expect("the other user", other, at, heliograph.PresentDevice{Client: phone, Foreground: true})

		put(a, web, th.user, false, false)
		expect("one window closed", th.user, at, heliograph.PresentDevice{Client: web})

		beat(a, at.Add(time.Second))
		expect("those of a dead process do not count", th.user, at.Add(time.Second))
		beat(b, at.Add(2*time.Second))
		expect("it lives after all", th.user, at.Add(time.Second), heliograph.PresentDevice{Client: web})
		th.must(leases.Leave(ctx, b))
		beat(b, at.Add(3*time.Second))
		expect("it left", th.user, at)
		beat(me, at.Add(2*time.Hour))
		beat(a, at.Add(2*time.Hour))
		expect("what a dead process said is removed", other, at)
	})
	t.Run("many come and go at once", func(t *testing.T) {
		t.Parallel()
		th := newThread(t, open)
		view, leases := store.Presence{Store: th.s}, store.Leases{Store: th.s}
		p, me := th.ids.Process(), th.ids.Process()
		for _, id := range []heliograph.ProcessID{p, me} {
			_, err := leases.Beat(t.Context(), id, "test", 1000, 900)
			th.must(err)
		}
		var all []store.PresenceChange
		for range 300 {
			all = append(all, store.PresenceChange{App: th.app, User: th.user, Client: th.ids.Client(), Online: true})
		}
		th.must(view.Present(t.Context(), p, all))
		count := func() int {
			got, err := view.Elsewhere(t.Context(), th.app, th.user, me, 900)
			th.must(err)
			return len(got)
		}
		want := 300
		if th.s.Dialect() == "sqlite" {
			want = 0
		}
		if n := count(); n != want {
			t.Errorf("%d devices", n)
		}
		for i := range all {
			all[i].Online = false
		}
		th.must(view.Present(t.Context(), p, all))
		if n := count(); n != 0 {
			t.Errorf("%d devices are left", n)
		}
	})
}
