package storetest

import (
	"testing"

	"heliograph"
	"heliograph/internal/store"
)

// BrokenConnection checks that hot writes whose transaction was committed are
// known to be, though the connection broke before the database could say so.
// breakCommit has the next commit's answer lost.
func BrokenConnection(t *testing.T, open func(*testing.T) *store.Store, breakCommit func()) {
	q := newQueueing(t, open)
	kept := q.queue("+1") // the schema and statements are known from here on

	breakCommit()
	it := q.queue("+2")
	if d, err := (store.Notifications{Store: q.s}).Notification(t.Context(), q.app, it.Delivery.ID); err != nil || d.Status != heliograph.Queued {
		t.Errorf("an accepted notification is %+v, %v", d, err)
	}

	breakCommit()
	claims := q.claim(kept, it)
	for i, c := range claims {
		if !c.Taken {
			t.Errorf("claim %d was committed, but counts as not taken", i)
		}
	}

	breakCommit()
	o := q.sent(kept, 1)
	if !q.finish(o) {
		t.Error("an outcome was committed, but counts as not applied")
	}
	if events, err := q.s.DeliveryEvents(t.Context(), q.app, kept.Delivery.ID); err != nil || len(events) != 1 || events[0].Type != heliograph.EventChannel {
		t.Errorf("events %+v, %v", events, err)
	}
}
