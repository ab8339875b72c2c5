package profile_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"sync"
	"testing"

	"heliograph"
	"heliograph/internal/profile"
	"heliograph/internal/store"
	"heliograph/internal/testkit/pgtest"
)

// quietOutbox queues without noting anything, for callers at the same time.
type quietOutbox struct{ s *store.Store }

func (o quietOutbox) Enqueue(ctx context.Context, d *heliograph.Delivery, m *heliograph.Message) error {
	if err := (store.Messages{Store: o.s}).Insert(ctx, m); err != nil {
		return err
	}
	return store.Deliveries{Store: o.s}.Enqueue(ctx, d)
}

// TestOwnershipUnderRace: what TestOwnership checks holds as well when everybody
// wants the same addresses at the same time.
func TestOwnershipUnderRace(t *testing.T) {
	t.Parallel()
	t.Run("sqlite", func(t *testing.T) {
		t.Parallel()
		race(t, open(t, store.Options{File: filepath.Join(t.TempDir(), "d.db")}))
	})
	t.Run("postgres", func(t *testing.T) {
		t.Parallel()
		race(t, open(t, store.Options{URL: pgtest.URL(t)}))
	})
}

func race(t *testing.T, b *bed) {
	b.build(b.s, quietOutbox{b.s})
	w := &world{bed: b}
	for i := range 6 {
		w.users = append(w.users, b.user(fmt.Sprint("user", i)).ID)
	}
	all := w.users
	gone := make([][]heliograph.UserID, 6)
	var wg sync.WaitGroup
	for i := range gone {
		wg.Go(func() {
			random := rand.New(rand.NewPCG(uint64(i), 7))
			for range 25 {
				left, err := w.act(random, all)
				if err == nil && !left.IsZero() {
					gone[i] = append(gone[i], left)
				}
				if e := heliograph.AsError(err); err != nil && e.Kind != heliograph.NotFound && e.Kind != heliograph.Invalid && e.Kind != heliograph.Conflict {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	for _, list := range gone {
		for _, id := range list {
			w.leave(id)
		}
	}
	w.holds(t)
}

// act does something at random, and returns the user who is gone by it.
func (w *world) act(random *rand.Rand, users []heliograph.UserID) (gone heliograph.UserID, err error) {
	u, other := users[random.IntN(len(users))], users[random.IntN(len(users))]
	phone := fmt.Sprintf("+1555010010%d", random.IntN(3))
	o := profile.LinkOrder{Type: "twilio", PhoneNumber: phone, Primary: true, Confirmation: heliograph.ConfirmImmediate}
	switch random.IntN(12) {
	default:
		_, err = w.Link(w.ctx, w.app, u, o)
	case 0, 1:
		o.Confirmation = heliograph.ConfirmPrompt
		_, err = w.Link(w.ctx, w.app, u, o)
	case 2, 3:
		err = w.s.Atomically(w.ctx, func(ctx context.Context) error {
			return w.ConfirmByActivity(ctx, profile.Activity{App: w.app, Integration: w.sms.ID, Address: phone, Text: "yes"})
		})
	case 4:
		err = w.Unlink(w.ctx, w.app, u, "twilio")
	case 5:
		if random.IntN(8) == 0 {
			return other, w.Merge(w.ctx, w.app, u, other)
		}
	case 6:
		if random.IntN(10) == 0 {
			return u, w.Delete(w.ctx, w.app, u)
		}
	}
	return gone, err
}
