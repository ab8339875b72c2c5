package storetest

import (
	"context"
	"sync"
	"sync/atomic"

	"heliograph"
	"heliograph/internal/profile"
	"heliograph/internal/store"
)

func codes(th *thread) {
	view, ctx := store.Codes{Store: th.s}, th.Context()
	users := store.Users{Store: th.s}
	user := func() heliograph.UserID {
		u := &heliograph.User{ID: th.ids.User(), App: th.app}
		th.must(users.Insert(ctx, u))
		return u.ID
	}
	ana, bob := user(), user()
	put := func(kind profile.CodeKind, digest string, of heliograph.UserID, expires heliograph.Millis) *profile.Code {
		th.Helper()
		c := &profile.Code{App: th.app, Kind: kind, Digest: []byte(digest), User: of, Expires: expires}
		if kind == profile.LinkCode {
			c.Integration = heliograph.IntegrationID(th.app)
		}
		th.must(view.Insert(ctx, c))
		return c
	}
	good := func(c *profile.Code, want bool) {
		th.Helper()
		got, err := view.Find(ctx, th.app, c.Kind, c.Digest, 50)
		if !want {
			missing(th.T, err)
			return
		}
		th.must(err)
		same(th.T, got, c)
	}
	auth, link, old := put(profile.AuthCode, "a", ana, 100), put(profile.LinkCode, "l", ana, 100), put(profile.LinkCode, "o", ana, 50)
	good(auth, true)
	good(link, true)
	good(old, false)
	for name, take := range map[string]func() (*profile.Code, error){
		"of another kind": func() (*profile.Code, error) { return view.Take(ctx, th.app, profile.LinkCode, auth.Digest, 50) },
		"of another app":  func() (*profile.Code, error) { return view.Take(ctx, th.ids.App(), auth.Kind, auth.Digest, 50) },
		"too late":        func() (*profile.Code, error) { return view.Take(ctx, th.app, old.Kind, old.Digest, 50) },
	} {
		if _, err := take(); !heliograph.IsKind(err, heliograph.NotFound) {
			th.Errorf("%s: %v", name, err)
		}
	}
	var won atomic.Int32
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			if c, err := view.Take(context.Background(), th.app, auth.Kind, auth.Digest, 50); err == nil && c.User == ana {
				won.Add(1)
			} else if !heliograph.IsKind(err, heliograph.NotFound) {
				th.Error(err)
			}
		})
	}
	wg.Wait()
	same(th.T, won.Load(), 1)
	good(auth, false)

	th.must(view.Move(ctx, th.app, ana, bob))
	link.User = bob
	good(link, true)
	newer := put(profile.AuthCode, "n", bob, 200)
	other := put(profile.AuthCode, "x", ana, 60)
	th.must(view.Trim(ctx, th.app, bob, 1))
	good(link, false)
	good(newer, true)
	good(other, true)
	n, err := view.Prune(ctx, 60, 10)
	th.must(err)
	same(th.T, n, 1)
	good(newer, true)
	th.must(users.Remove(ctx, th.app, bob))
	good(newer, false)
}
