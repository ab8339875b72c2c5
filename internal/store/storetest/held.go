package storetest

import (
	"testing"
	"time"

	"heliograph"
	"heliograph/internal/delivery"
	"heliograph/internal/store"
)

// Held checks what waits for a person.
func Held(t *testing.T, open func(*testing.T) *store.Store) {
	t.Run("everything queued is held, once, and is not taken by a lane", func(t *testing.T) {
		t.Parallel()
		q := newQueueing(t, open)
		view, now := store.Held{Store: q.s}, heliograph.At(time.Now())
		ready, underWay := q.queue("+1777"), q.queue("+1778")
		later := q.make("+1779", "later")
		later.Delivery.Due = now.Add(time.Hour)
		q.accept(later)
		if !q.claim(underWay)[0].Taken {
			t.Fatal("not claimed")
		}
		for _, want := range []int{3, 0} {
			if n, err := view.HoldAll(t.Context(), now); n != want || err != nil {
				t.Errorf("HoldAll = %d, %v, want %d", n, err, want)
			}
		}
		if items, _, next := q.due(now.Add(2 * time.Hour)); len(items) != 0 || next != 0 {
			t.Errorf("a lane would take %d of them", len(items))
		}
		if held, err := q.view.Held(t.Context(), 5); len(held) != 0 || err != nil {
			t.Errorf("a process that starts would take %d of them over; %v", len(held), err)
		}
		if q.claim(ready)[0].Taken {
			t.Error("what is held was claimed")
		}
		q.isHeld(view, ready, 0)
		q.isHeld(view, underWay, 1)
	})
	t.Run("pages, by app, integration and id", func(t *testing.T) {
		t.Parallel()
		q := newQueueing(t, open)
		view := store.Held{Store: q.s}
		var all []*delivery.Item
		for range 5 {
			all = append(all, q.queue("+1777"))
		}
		if _, err := view.HoldAll(t.Context(), 5); err != nil {
			t.Fatal(err)
		}
		seen := map[heliograph.NotificationID]bool{}
		var after *heliograph.Delivery
		for range 3 {
			page, err := view.Page(t.Context(), store.HeldFilter{App: q.app, Integration: q.integration}, after, 2)
			if err != nil || len(page) == 0 {
				t.Fatal(page, err)
			}
			for _, it := range page {
				seen[it.Delivery.ID] = true
			}
			after = page[len(page)-1].Delivery
		}
		if len(seen) != len(all) {
			t.Errorf("%d of %d in pages", len(seen), len(all))
		}
		for name, tc := range map[string]struct {
			filter store.HeldFilter
			want   int
		}{
			"another app":         {store.HeldFilter{App: q.ids.App()}, 0},
			"another integration": {store.HeldFilter{Integration: q.ids.Integration()}, 0},
			"two of them":         {store.HeldFilter{IDs: []heliograph.NotificationID{all[0].Delivery.ID, all[3].Delivery.ID}}, 2},
		} {
			if page, err := view.Page(t.Context(), tc.filter, nil, 10); len(page) != tc.want || err != nil {
				t.Errorf("%s: %d, %v", name, len(page), err)
			}
		}
	})
	t.Run("what is held can be cancelled", func(t *testing.T) {
		t.Parallel()
		q := newQueueing(t, open)
		d := q.queue("+1777").Delivery
		if _, err := (store.Held{Store: q.s}).HoldAll(t.Context(), 5); err != nil {
			t.Fatal(err)
		}
		u := *d
		u.Status = heliograph.Cancelled
		e := &heliograph.Event{ID: q.ids.Event(), App: q.app, Type: heliograph.EventFailure, At: 6, Delivery: d.ID}
		if ok, err := (store.Notifications{Store: q.s}).Cancel(t.Context(), &u, e); !ok || err != nil {
			t.Errorf("%v, %v", ok, err)
		}
	})
}

// isHeld checks one delivery that is held.
func (q *queueing) isHeld(view store.Held, it *delivery.Item, attempt int) {
	q.t.Helper()
	page, err := view.Page(q.t.Context(), store.HeldFilter{IDs: []heliograph.NotificationID{it.Delivery.ID}}, nil, 10)
	if err != nil || len(page) != 1 {
		q.t.Fatal(page, err)
	}
	got := page[0]
	if d := got.Delivery; got.State != delivery.OnHold || d.Status != heliograph.Unknown || d.Attempts != attempt || d.Due != it.Delivery.Due || got.Content.Text != it.Content.Text {
		q.t.Errorf("%+v %+v", got, d)
	}
	events, err := q.view.DeliveryEvents(q.t.Context(), q.app, it.Delivery.ID)
	if err != nil || len(events) != 1 || events[0].Type != heliograph.EventHeld || events[0].Data.Via != "restore" || events[0].Data.Integ != q.integration {
		q.t.Errorf("events %v, %v", events, err)
	}
}
