package profile_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"

	"heliograph"
	"heliograph/channel"
	"heliograph/internal/store"
	"heliograph/internal/testkit/pgtest"
)

// TestIdentitiesAtOnce: whatever providers and the business say at once of the
// same few people, nobody is lost, nothing is said of whom there is not, and
// callers do not fail for one another.
func TestIdentitiesAtOnce(t *testing.T) {
	t.Parallel()
	for name, o := range map[string]func(t *testing.T) store.Options{
		"SQLite":   func(t *testing.T) store.Options { return store.Options{File: t.TempDir() + "/d.db"} },
		"Postgres": func(t *testing.T) store.Options { return store.Options{URL: pgtest.URL(t)} },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := open(t, o(t))
			b.build(b.s, quietOutbox{b.s})
			identitiesAtOnce(b)
		})
	}
}

func identitiesAtOnce(b *bed) {
	phones, names := []string{"+1", "+2", "+3"}, []string{"US.1", "US.2", "US.3"}
	var people []*heliograph.User
	for i, p := range phones {
		external := ""
		if i == 0 {
			external = "ana"
		}
		people = append(people, b.person(external, p))
	}
	var wg sync.WaitGroup
	for w := range 4 {
		wg.Go(func() {
			rng := rand.New(rand.NewPCG(1, uint64(w)))
			for n := range 15 {
				err := b.oneWord(rng, phones, names, people, fmt.Sprint(w, "/", n))
				if err != nil && !heliograph.IsKind(err, heliograph.NotFound) && !heliograph.IsKind(err, heliograph.Invalid) {
					b.t.Errorf("caller %d: %v", w, err)
				}
			}
		})
	}
	wg.Wait()
	for _, a := range append(phones, names...) {
		owners, err := (store.Clients{Store: b.s}).OnChannel(b.ctx, b.app, "whatsapp", a)
		b.must(err)
		for _, c := range owners {
			if _, err := (store.Users{Store: b.s}).Get(b.ctx, b.app, c.User); err != nil {
				b.t.Errorf("%s is of user %s: %v", a, c.User, err)
			}
		}
		stands, err := (store.Aliases{Store: b.s}).Resolve(b.ctx, b.app, "whatsapp", a)
		b.must(err)
		if to, ok := stands[a]; ok {
			if again, _ := (store.Aliases{Store: b.s}).Resolve(b.ctx, b.app, "whatsapp", to); len(again) > 0 {
				b.t.Errorf("%s stands for %s, which stands for %s", a, to, again[to])
			}
		}
	}
}

// oneWord is something that is said of people.
func (b *bed) oneWord(rng *rand.Rand, phones, names []string, people []*heliograph.User, key string) error {
	ctx := context.Background()
	any := func(of []string) string { return of[rng.IntN(len(of))] }
	switch rng.IntN(8) {
	case 0:
		return b.Merge(ctx, b.app, people[rng.IntN(3)].ID, people[rng.IntN(3)].ID)
	case 1:
		f := channel.Fact{Key: key, Moved: &channel.MovedFact{From: any(phones), To: any(phones), Aliases: []string{any(names)}}}
		return b.Told(ctx, b.chat1, []byte("raw"), []channel.Fact{f})
	case 2:
		return b.Unlink(ctx, b.app, people[rng.IntN(3)].ID, "whatsapp")
	case 3:
		u := people[rng.IntN(3)].ID
		address, _, err := b.Known(ctx, b.app, "whatsapp", []string{any(phones)})
		if err != nil {
			return err
		}
		c := &heliograph.Client{ID: b.ids.Client(), App: b.app, User: u, Integration: b.chat1.ID, Platform: "whatsapp", Address: address, Status: heliograph.ClientActive}
		err = b.s.Atomically(ctx, func(ctx context.Context) error {
			if _, err := (store.Users{Store: b.s}).Lock(ctx, b.app, u); err != nil {
				return err
			}
			return store.Clients{Store: b.s}.Insert(ctx, c)
		})
		if heliograph.IsKind(err, heliograph.Conflict) {
			return nil
		}
		return err
	default:
		_, err := b.Identify(ctx, b.app, "whatsapp", []string{any(phones), any(names)})
		return err
	}
}
