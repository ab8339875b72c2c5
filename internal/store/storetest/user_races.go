package storetest

import (
	"context"
	"fmt"
	"testing"

	"heliograph"
	"heliograph/internal/notify"
	"heliograph/internal/store"
)

// UserRaces checks what is accepted for users whom somebody else changes in the
// same moment, on a database with several writers. waiting returns how many wait
// for a lock.
func UserRaces(t *testing.T, open func(*testing.T) *store.Store, waiting func() int) {
	t.Run("a conversation is started once", func(t *testing.T) { startedMeanwhile(t, open, waiting) })
	t.Run("a user is removed with all clients", func(t *testing.T) { removedMeanwhile(t, open, waiting) })
	t.Run("a person is met once", func(t *testing.T) { metTwice(t, open) })
}

// holding runs f in a transaction that ends when the function that it returns is
// called.
func holding(t *testing.T, s *store.Store, f func(context.Context) error) (end func()) {
	held, goOn, ended := make(chan struct{}), make(chan struct{}), make(chan error, 1)
	go func() {
		ended <- s.Atomically(context.Background(), func(ctx context.Context) error {
			defer func() { <-goOn }()
			defer close(held)
			return f(ctx)
		})
	}()
	<-held
	return func() {
		t.Helper()
		close(goOn)
		must(t, <-ended)
	}
}

// untilWaiting returns when n wait for a lock; nobody may be done before.
func untilWaiting(t *testing.T, waiting func() int, n int, done <-chan error) {
	t.Helper()
	for waiting() < n {
		select {
		case err := <-done:
			t.Fatalf("it did not wait: %v", err)
		default:
		}
	}
}

func startedMeanwhile(t *testing.T, open func(*testing.T) *store.Store, waiting func() int) {
	f := newSender(t, open)
	u := &heliograph.User{ID: f.ids.User(), App: f.app, Created: 1}
	must(t, store.Users{Store: f.s}.Insert(t.Context(), u))
	must(t, store.Clients{Store: f.s}.Insert(t.Context(), &heliograph.Client{
		ID: f.ids.Client(), App: f.app, User: u.ID, Integration: f.integration, Platform: "twilio", Address: "+1", Status: heliograph.ClientActive, Primary: true,
	}))
	mine := f.ids.Conversation()
	end := holding(t, f.s, func(ctx context.Context) error {
		_, err := store.Conversations{Store: f.s}.Start(ctx, &heliograph.Conversation{ID: mine, App: f.app, User: u.ID, Created: 1})
		return err
	})
	a, done := f.make("+1", "x"), make(chan error, 1)
	store.Notifications{Store: f.s}.Accept(a, false, func(err error) { done <- err })
	untilWaiting(t, waiting, 1, done)
	end()
	must(t, <-done)
	now, err := store.Users{Store: f.s}.Get(t.Context(), f.app, u.ID)
	must(t, err)
	same(t, now.Conversation, mine)
	same(t, a.Delivery.Conversation, mine)
}

func removedMeanwhile(t *testing.T, open func(*testing.T) *store.Store, waiting func() int) {
	f := newSender(t, open)
	first := f.accept(f.make("+1", "x"))
	end := holding(t, f.s, func(ctx context.Context) error {
		_, err := store.Conversations{Store: f.s}.Lock(ctx, f.app, first.Delivery.Conversation)
		return err
	})
	f.integration = f.ids.Integration() // another client of the same person
	a, done := f.make("+1", "x"), make(chan error, 2)
	store.Notifications{Store: f.s}.Accept(a, false, func(err error) { done <- err })
	untilWaiting(t, waiting, 1, done)
	go func() { done <- store.Users{Store: f.s}.Remove(context.Background(), f.app, first.Delivery.User) }()
	untilWaiting(t, waiting, 2, done)
	end()
	must(t, <-done)
	must(t, <-done)
	for range 2 { // whoever it belongs to now can be written to
		f.accept(f.make("+1", "x"))
	}
}

// metTwice: who is written to for the first time through two integrations of a
// channel at once is one user.
func metTwice(t *testing.T, open func(*testing.T) *store.Store) {
	const persons = 100
	f := newSender(t, open)
	other := *f
	other.integration = f.ids.Integration()
	var all [2][persons]*notify.Accept
	done := make(chan error, 2*persons)
	for i := range persons {
		for j, s := range []*sender{f, &other} {
			a := s.make(fmt.Sprintf("+1555%04d", i), "x")
			all[j][i] = a
			go store.Notifications{Store: f.s}.Accept(a, false, func(err error) { done <- err })
		}
	}
	for range 2 * persons {
		must(t, <-done)
	}
	for i, a := range all[0] {
		if b := all[1][i]; a.User.ID != b.User.ID {
			t.Errorf("%s is two users", a.Delivery.Address)
		}
	}
}
