package storetest

import (
	"context"
	"fmt"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"heliograph"
	"heliograph/channel"
	"heliograph/internal/delivery"
	"heliograph/internal/store"
)

// queueing is a sender that also works on what it queued.
type queueing struct {
	*sender
	view store.Deliveries
	src  delivery.Source
}

func newQueueing(t *testing.T, open func(*testing.T) *store.Store) *queueing {
	f := newSender(t, open)
	return &queueing{f, store.Deliveries{Store: f.s}, delivery.Source{Slot: 5, Integration: f.integration, Class: heliograph.ClassTransactional}}
}

func (q *queueing) queue(address string) *delivery.Item {
	q.t.Helper()
	a := q.accept(q.make(address, "text for "+address))
	return &delivery.Item{Delivery: a.Delivery, Content: &a.Message.Content, User: a.User}
}

func (q *queueing) claim(items ...*delivery.Item) []*delivery.Claim {
	q.t.Helper()
	claims := make([]*delivery.Claim, len(items))
	for i, it := range items {
		claims[i] = &delivery.Claim{Item: it, Attempt: it.Delivery.Attempts + 1, At: 77}
	}
	done := make(chan error, 1)
	q.view.Claim(claims, func(err error) { done <- err })
	if err := <-done; err != nil {
		q.t.Fatal(err)
	}
	return claims
}

func (q *queueing) finish(o *delivery.Outcome) bool {
	q.t.Helper()
	done := make(chan error, 1)
	q.view.Finish(o, func(err error) { done <- err })
	if err := <-done; err != nil {
		q.t.Fatal(err)
	}
	return o.Applied
}

func (q *queueing) due(now heliograph.Millis, known ...heliograph.NotificationID) ([]*delivery.Item, bool, heliograph.Millis) {
	q.t.Helper()
	items, more, next, err := q.view.Due(q.t.Context(), q.src, now, 100, func(id heliograph.NotificationID) bool { return slices.Contains(known, id) })
	if err != nil {
		q.t.Fatal(err)
	}
	return items, more, next
}

// sent is the outcome of an attempt that the provider took.
func (q *queueing) sent(it *delivery.Item, attempt int) *delivery.Outcome {
	u := *it.Delivery
	u.Status, u.Attempts = heliograph.AtChannel, attempt
	u.Details.External = []string{"SM1"}
	e := &heliograph.Event{ID: q.ids.Event(), App: q.app, Type: heliograph.EventChannel, At: 88, User: u.User, Conversation: u.Conversation, Delivery: u.ID, Message: u.Message}
	e.Data.Kind, e.Data.Class, e.Data.Attempt = u.Kind, "accepted", attempt
	return &delivery.Outcome{Item: it, Attempt: attempt, Update: &u, Events: []*heliograph.Event{e}}
}

// Deliveries checks the queue: claims, outcomes, and what providers tell.
func Deliveries(t *testing.T, open func(*testing.T) *store.Store) {
	t.Run("an outcome that cannot be stored is its own misfortune", func(t *testing.T) {
		t.Parallel()
		q := newQueueing(t, open)
		items := []*delivery.Item{q.queue("+1"), q.queue("+2"), q.queue("+3")}
		q.claim(items...)
		outcomes := make([]*delivery.Outcome, len(items))
		failed := make(chan int, len(items))
		for i, it := range items {
			outcomes[i] = q.sent(it, 1)
			if i == 1 {
				outcomes[i].Update.Status = "nonsense"
			}
		}
		for i, o := range outcomes {
			q.view.Finish(o, func(err error) {
				if err == nil {
					i = -1
				}
				failed <- i
			})
		}
		for range items {
			if i := <-failed; i >= 0 && i != 1 {
				t.Errorf("outcome %d was not stored", i)
			}
		}
		for i, want := range []heliograph.Status{heliograph.AtChannel, heliograph.Queued, heliograph.AtChannel} {
			d, err := q.view.Delivery(t.Context(), q.app, items[i].Delivery.ID)
			if err != nil || d.Status != want {
				t.Errorf("delivery %d is %v, %v", i, d, err)
			}
		}
		if !q.finish(q.sent(items[1], 1)) {
			t.Error("the attempt was lost")
		}
	})
	t.Run("an attempt is claimed by one alone", func(t *testing.T) {
		t.Parallel()
		q := newQueueing(t, open)
		it := q.queue("+1777")
		var taken atomic.Int32
		var pending atomic.Int32
		done := make(chan struct{})
		pending.Store(20)
		for range 20 {
			c := &delivery.Claim{Item: it, Attempt: 1, At: 77}
			q.view.Claim([]*delivery.Claim{c}, func(err error) {
				if err != nil {
					t.Error(err)
				}
				if c.Taken {
					taken.Add(1)
				}
				if pending.Add(-1) == 0 {
					close(done)
				}
			})
		}
		<-done
		if taken.Load() != 1 {
			t.Errorf("%d claims were taken", taken.Load())
		}
		if d, err := (store.Notifications{Store: q.s}).Notification(t.Context(), q.app, it.Delivery.ID); err != nil || d.Status != heliograph.Sending {
			t.Errorf("status %v, %v", d.Status, err)
		}
	})
	t.Run("what is too late is found page by page, among what is ready", func(t *testing.T) {
		t.Parallel()
		q := newQueueing(t, open)
		var want []heliograph.NotificationID
		for i := range 7 {
			a := q.make(fmt.Sprintf("+1888%d", i), "text")
			a.Delivery.Due = heliograph.Millis(1000 + i)
			a.Delivery.Expires = []heliograph.Millis{0, 2000, 3000}[i%3]
			if q.accept(a); a.Delivery.Expires == 2000 {
				want = append(want, a.Delivery.ID)
			}
		}
		var got []heliograph.NotificationID
		pages, at := 0, delivery.Place{}
		for first := true; first || at != (delivery.Place{}); first = false {
			items, next, err := q.view.Expired(t.Context(), q.src, 2000, at, 2)
			if err != nil {
				t.Fatal(err)
			}
			for _, it := range items {
				got = append(got, it.Delivery.ID)
			}
			at = next
			pages++
		}
		if !slices.Equal(got, want) || pages != 4 {
			t.Errorf("found %v in %d pages, want %v in 4", got, pages, want)
		}
	})
	t.Run("a process claims only with the lease of the slot", func(t *testing.T) {
		t.Parallel()
		q := newQueueing(t, open)
		it := q.queue("+1776")
		mine, other := q.ids.Process(), q.ids.Process()
		leases := store.Leases{Store: q.s}
		if _, err := leases.Beat(t.Context(), mine, "host", 1000, 900); err != nil {
			t.Fatal(err)
		}
		if _, err := leases.Take(t.Context(), mine, heliograph.Slots, 900); err != nil {
			t.Fatal(err)
		}
		for _, tc := range []struct {
			process heliograph.ProcessID
			want    bool
		}{{other, false}, {mine, true}} {
			c := &delivery.Claim{Item: it, Attempt: 1, At: 77, Process: tc.process}
			done := make(chan error, 1)
			q.view.Claim([]*delivery.Claim{c}, func(err error) { done <- err })
			if err := <-done; err != nil || c.Taken != tc.want {
				t.Errorf("taken %v, want %v; %v", c.Taken, tc.want, err)
			}
		}
	})
	t.Run("an outcome counts once, and only the newest attempt's", func(t *testing.T) {
		t.Parallel()
		q := newQueueing(t, open)
		it := q.queue("+1778")
		q.claim(it)
		if q.finish(q.sent(it, 2)) {
			t.Error("an outcome of an attempt that was never made counted")
		}
		if !q.finish(q.sent(it, 1)) {
			t.Error("the outcome did not count")
		}
		if q.finish(q.sent(it, 1)) {
			t.Error("an outcome counted twice")
		}
		d, err := q.view.Delivery(t.Context(), q.app, it.Delivery.ID)
		if err != nil || d.Status != heliograph.AtChannel || d.Attempts != 1 || !slices.Equal(d.Details.External, []string{"SM1"}) {
			t.Errorf("%+v, %v", d, err)
		}
		if items, _, _ := q.due(heliograph.At(time.Now().Add(time.Hour))); len(items) != 0 {
			t.Error("it is still queued")
		}
	})
	t.Run("a suppressed address is noticed by the claim", func(t *testing.T) {
		t.Parallel()
		q := newQueueing(t, open)
		free, all, marketing, other, still := q.queue("+1001"), q.queue("+1002"), q.queue("+1003"), q.queue("+1004"), q.queue("+1005")
		for _, p := range []heliograph.Suppression{
			{Address: "+1002", Scope: heliograph.ScopeSender, Integration: q.integration},
			{Address: "+1003", Scope: heliograph.ScopeMarketing},
			{Address: "+1004", Scope: heliograph.ScopeSender, Integration: q.ids.Integration()},
			{Address: "+1001", Scope: heliograph.ScopeAll, Until: 77}, // just over
			{Address: "+1005", Scope: heliograph.ScopeAll, Until: 78},
		} {
			p.App = q.app
			if _, err := (store.Consents{Store: q.s}).Suppress(t.Context(), &p); err != nil {
				t.Fatal(err)
			}
		}
		got := []bool{}
		for _, c := range q.claim(free, all, marketing, other, still) {
			got = append(got, c.Taken && c.Suppressed)
		}
		if want := []bool{false, true, false, false, true}; !slices.Equal(got, want) {
			t.Errorf("transactional: suppressed %v, want %v", got, want)
		}
		ad := q.make("+1003", "x")
		ad.Delivery.Category = heliograph.Marketing
		q.accept(ad)
		if c := q.claim(&delivery.Item{Delivery: ad.Delivery})[0]; !c.Suppressed {
			t.Error("marketing to an address that opted out of it was let through")
		}
	})
	t.Run("what is due comes in order, with all that an attempt needs", func(t *testing.T) {
		t.Parallel()
		q := newQueueing(t, open)
		var want []heliograph.NotificationID
		for i := range 150 {
			want = append(want, q.queue(fmt.Sprintf("+1%03d", i)).Delivery.ID)
		}
		later := q.make("+1999", "x")
		later.Delivery.Due = later.Delivery.Due.Add(time.Hour)
		q.accept(later)
		now := heliograph.At(time.Now())
		items, more, next := q.due(now, want[3])
		if !more || next != later.Delivery.Due {
			t.Errorf("more %v, next %d want %d", more, next, later.Delivery.Due)
		}
		var got []heliograph.NotificationID
		for _, it := range items {
			got = append(got, it.Delivery.ID)
			if it.Content.Text != "text for "+it.Delivery.Address || it.User == nil {
				t.Fatalf("item %+v", it)
			}
		}
		if expect := slices.Concat(want[:3], want[4:100]); !slices.Equal(got, expect) {
			t.Errorf("got %d items in another order; want %d", len(got), len(expect))
		}
		sources, err := q.view.Sources(t.Context(), 5)
		if err != nil || len(sources) != 1 || sources[0].Source != q.src || sources[0].App != q.app {
			t.Errorf("sources %+v, %v", sources, err)
		}
	})
	t.Run("an item in doubt is found again, and a late outcome still settles it", func(t *testing.T) {
		t.Parallel()
		q := newQueueing(t, open)
		it := q.queue("+1888")
		q.claim(it)
		held, err := q.view.Held(t.Context(), 5)
		if err != nil || len(held) != 1 || held[0].State != delivery.InFlight || held[0].Delivery.Attempts != 1 || held[0].Started != 77 {
			t.Fatalf("held %+v, %v", held, err)
		}
		o := q.sent(held[0], 1)
		o.Requeue, o.State = true, delivery.InDoubt
		o.Update.Status, o.Update.Due = heliograph.Unknown, it.Delivery.Due.Add(time.Minute)
		o.Events[0].Type = heliograph.EventUnknown
		if !q.finish(o) {
			t.Fatal("the doubt was not recorded")
		}
		if items, _, _ := q.due(heliograph.At(time.Now().Add(time.Hour))); len(items) != 0 {
			t.Error("an item in doubt was taken for a ready one")
		}
		late := q.sent(it, 1) // by the process that made the attempt; it knows of no move
		if !q.finish(late) {
			t.Error("a late outcome did not settle the doubt")
		}
		if held, err := q.view.Held(t.Context(), 5); err != nil || len(held) != 0 {
			t.Errorf("%d held, %v", len(held), err)
		}
	})
	t.Run("a provider's word is stored once and can settle an attempt under way", func(t *testing.T) {
		t.Parallel()
		q := newQueueing(t, open)
		it := q.queue("+1889")
		q.claim(it)
		told := 0
		in := &delivery.Status{
			Integration: &heliograph.Integration{ID: q.integration, App: q.app}, Raw: []byte("raw"), At: 5,
			Facts: []channel.Fact{{Key: "SM1/delivered", Status: &channel.StatusFact{Delivery: it.Delivery.ID, Status: heliograph.AtUser}}},
			Advance: func(d *heliograph.Delivery, u *heliograph.User, f *channel.Fact) *delivery.Change {
				told++
				c := *d
				c.Status = f.Status.Status
				return &delivery.Change{Update: &c, Unqueue: true}
			},
		}
		for range 3 {
			if err := q.view.ApplyStatus(t.Context(), in, nil); err != nil {
				t.Fatal(err)
			}
		}
		if told != 1 {
			t.Errorf("the fact was applied %d times", told)
		}
		if q.finish(q.sent(it, 1)) {
			t.Error("the outcome counted after the provider had settled it")
		}
		if d, err := q.view.Delivery(t.Context(), q.app, it.Delivery.ID); err != nil || d.Status != heliograph.AtUser {
			t.Errorf("%+v, %v", d, err)
		}
		stranger := *in
		stranger.Integration = &heliograph.Integration{ID: q.ids.Integration(), App: q.app}
		if err := q.view.ApplyStatus(t.Context(), &stranger, nil); err != nil || told != 1 {
			t.Errorf("another integration's word counted: %v", err)
		}
	})
	t.Run("an observer's failure undoes the outcome", func(t *testing.T) {
		t.Parallel()
		q := newQueueing(t, open)
		it := q.queue("+1890")
		q.claim(it)
		err := q.view.FinishObserved(t.Context(), q.sent(it, 1), func(context.Context) error { return fmt.Errorf("no") })
		if err == nil {
			t.Fatal("the failure was swallowed")
		}
		if d, err := q.view.Delivery(t.Context(), q.app, it.Delivery.ID); err != nil || d.Status != heliograph.Queued {
			t.Errorf("%+v, %v", d, err)
		}
		seen := false
		if err := q.view.FinishObserved(t.Context(), q.sent(it, 1), func(context.Context) error { seen = true; return nil }); err != nil || !seen {
			t.Errorf("seen %v, %v", seen, err)
		}
	})
}
