package storetest

import (
	"testing"

	"heliograph/internal/store"
)

// HeldConversation checks that others are served while a writer waits for a
// conversation that somebody else holds. hold takes every conversation until
// release; waited reports whether anybody waits for one.
func HeldConversation(t *testing.T, open func(*testing.T) *store.Store, hold func(), waited func() bool, release func()) {
	f := newSender(t, open)
	f.accept(f.make("+1", "one"))
	hold()
	held := make(chan error, 1)
	again := f.make("+1", "two")
	go func() { held <- Accept(f.s, again, false) }()
	for !waited() {
		select {
		case err := <-held:
			t.Fatalf("a held conversation was written to: %v", err)
		default:
		}
	}
	f.accept(f.make("+2", "one"))
	release()
	if err := <-held; err != nil {
		t.Error(err)
	}
}
