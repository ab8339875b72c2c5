package storetest

import (
	"testing"

	"heliograph"
	"heliograph/internal/delivery"
	"heliograph/internal/store"
)

// Reroute tests what the store promises of a delivery that another integration
// takes over.
func Reroute(t *testing.T, open func(*testing.T) *store.Store) {
	t.Run("it is queued there, for a client there", func(t *testing.T) { t.Parallel(); reroute(newQueueing(t, open)) })
	t.Run("it stays where it must not go", func(t *testing.T) { t.Parallel(); mustStay(newQueueing(t, open)) })
	t.Run("its person is whoever it is by then", func(t *testing.T) { t.Parallel(); reroutedAfterMerge(newQueueing(t, open)) })
}

func (q *queueing) standIn(d *heliograph.Delivery, to *heliograph.Integration) (heliograph.ClientID, bool) {
	q.t.Helper()
	client, ok, err := (store.Deliveries{Store: q.s}).StandIn(q.t.Context(), d, to, q.ids.Client(), 50)
	if err != nil {
		q.t.Fatal(err)
	}
	return client, ok
}

func reroute(q *queueing) {
	to := &heliograph.Integration{ID: q.ids.Integration(), App: q.app, Type: "other"}
	it := q.queue("+1801")
	q.claim(it)
	client, ok := q.standIn(it.Delivery, to)
	again, _ := q.standIn(it.Delivery, to)
	if !ok || again != client {
		q.t.Fatalf("the client is %s, then %s, %v", client, again, ok)
	}
	u := *it.Delivery
	u.Integration, u.Channel, u.Client, u.Slot, u.Attempts, u.Due = to.ID, to.Type, client, 9, 1, 60
	u.Details.Origin = q.integration
	e := &heliograph.Event{ID: q.ids.Event(), App: q.app, Type: heliograph.EventRerouted, At: 60, Delivery: u.ID}
	if !q.finish(&delivery.Outcome{Item: it, Attempt: 1, Update: &u, Requeue: true, Rerouted: true, State: delivery.Ready, Events: []*heliograph.Event{e}}) {
		q.t.Fatal("it did not count")
	}
	view := store.Deliveries{Store: q.s}
	known := func(heliograph.NotificationID) bool { return false }
	items, _, _, err := view.Due(q.t.Context(), delivery.Source{Slot: 9, Integration: to.ID, Class: u.Class}, 100, 10, known)
	if err != nil || len(items) != 1 {
		q.t.Fatalf("%d items, %v", len(items), err)
	}
	if d := items[0].Delivery; d.Integration != to.ID || d.Channel != "other" || d.Client != client || d.Attempts != 1 || d.Details.Origin != q.integration {
		q.t.Errorf("%+v", d)
	}
	if left, _, _ := q.due(100); len(left) != 0 {
		q.t.Error("it is still queued where it was")
	}
	c, err := (store.Clients{Store: q.s}).Get(q.t.Context(), q.app, client)
	if err != nil || c.User != it.Delivery.User || c.Conversation != it.Delivery.Conversation || c.Platform != "other" || c.Status != heliograph.ClientActive {
		q.t.Errorf("%+v, %v", c, err)
	}
}

func mustStay(q *queueing) {
	to := &heliograph.Integration{ID: q.ids.Integration(), App: q.app, Type: "other"}
	stopped, taken := q.queue("+1802"), q.queue("+1803")
	p := heliograph.Suppression{App: q.app, Address: "+1802", Scope: heliograph.ScopeSender, Integration: q.integration}
	if _, err := (store.Consents{Store: q.s}).Suppress(q.t.Context(), &p); err != nil {
		q.t.Fatal(err)
	}
	other := &heliograph.Client{ID: q.ids.Client(), App: q.app, User: q.ids.User(), Integration: to.ID, Platform: to.Type, Address: "+1803", Status: heliograph.ClientActive}
	if err := (store.Clients{Store: q.s}).Insert(q.t.Context(), other); err != nil {
		q.t.Fatal(err)
	}
	refused := q.queue("+1804")
	p = heliograph.Suppression{App: q.app, Address: "+1804", Scope: heliograph.ScopeSender, Integration: to.ID}
	if _, err := (store.Consents{Store: q.s}).Suppress(q.t.Context(), &p); err != nil {
		q.t.Fatal(err)
	}
	gone := q.queue("+1805")
	if err := (store.Users{Store: q.s}).Remove(q.t.Context(), q.app, gone.Delivery.User); err != nil {
		q.t.Fatal(err)
	}
	for name, it := range map[string]*delivery.Item{
		"opted out of the first sender": stopped, "another person's address there": taken,
		"opted out of the second sender": refused, "its person is gone": gone,
	} {
		if _, ok := q.standIn(it.Delivery, to); ok {
			q.t.Errorf("%s: it may go", name)
		}
	}
}

// reroutedAfterMerge: whom a delivery is for is what is stored, not what was so
// when it was queued.
func reroutedAfterMerge(q *queueing) {
	to := &heliograph.Integration{ID: q.ids.Integration(), App: q.app, Type: "other"}
	it, other := q.queue("+1806"), q.queue("+1807")
	users := store.Users{Store: q.s}
	from, err := users.Get(q.t.Context(), q.app, it.Delivery.User)
	if err != nil {
		q.t.Fatal(err)
	}
	into, err := users.Get(q.t.Context(), q.app, other.Delivery.User)
	if err != nil {
		q.t.Fatal(err)
	}
	threads := store.Threads{Store: q.s}
	if _, err := threads.Move(q.t.Context(), from, into, 10); err != nil {
		q.t.Fatal(err)
	}
	if err := (store.Clients{Store: q.s}).Move(q.t.Context(), q.app, from.ID, into); err != nil {
		q.t.Fatal(err)
	}
	if err := users.Remove(q.t.Context(), q.app, from.ID); err != nil {
		q.t.Fatal(err)
	}
	client, ok := q.standIn(it.Delivery, to)
	if !ok {
		q.t.Fatal("it must stay")
	}
	c, err := (store.Clients{Store: q.s}).Get(q.t.Context(), q.app, client)
	if err != nil || c.User != into.ID || c.Conversation != into.Conversation {
		q.t.Errorf("the client is of %s in %s, %v; want %s in %s", c.User, c.Conversation, err, into.ID, into.Conversation)
	}
}
