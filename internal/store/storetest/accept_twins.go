package storetest

import (
	"context"
	"testing"

	"heliograph"
	"heliograph/internal/notify"
	"heliograph/internal/store"
)

// Accept stores a notification and returns when it is committed.
func Accept(s *store.Store, a *notify.Accept, bulk bool) error {
	done := make(chan error, 1)
	store.Notifications{Store: s}.Accept(a, bulk, func(err error) { done <- err })
	return <-done
}

// occupied runs f while no batch can begin, where all writes go one by one: what
// f starts is written together.
func occupied(t *testing.T, s *store.Store, f func()) {
	t.Helper()
	must(t, s.Atomically(t.Context(), func(context.Context) error { f(); return nil }))
}

// acceptRefusedTwins: who repeats a request that is refused hears that too, even
// when both come at once.
func acceptRefusedTwins(t *testing.T, open func(*testing.T) *store.Store) {
	f := newSender(t, open)
	first := f.accept(f.make("+1", "one"))
	all := store.Conversations{Store: f.s}
	full, err := all.Get(t.Context(), f.app, first.Delivery.Conversation)
	must(t, err)
	full.Messages = heliograph.MaxMessages
	must(t, all.Save(t.Context(), full))
	twins := []*notify.Accept{f.make("+1", "x"), f.make("+1", "x")}
	done := make(chan error, len(twins))
	occupied(t, f.s, func() {
		for _, a := range twins {
			a.Key, a.Digest = "key", []byte{1}
			store.Notifications{Store: f.s}.Accept(a, false, func(err error) { done <- err })
		}
	})
	for i, a := range twins {
		must(t, <-done)
		if a.Replay != nil || !heliograph.IsKind(a.Err, heliograph.Locked) {
			t.Errorf("%d: %v, replay %v", i, a.Err, a.Replay)
		}
	}
}
