package storetest

import (
	"crypto/rand"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"heliograph"
	"heliograph/internal/notify"
	"heliograph/internal/store"
)

// sender makes notifications of one app.
type sender struct {
	t           *testing.T
	s           *store.Store
	ids         *heliograph.IDMaker
	app         heliograph.AppID
	integration heliograph.IntegrationID
}

func newSender(t *testing.T, open func(*testing.T) *store.Store) *sender {
	ids := heliograph.NewIDMaker(time.Now, rand.Reader)
	return &sender{t: t, s: open(t), ids: ids, app: ids.App(), integration: ids.Integration()}
}

// make returns a notification that is not stored yet.
func (f *sender) make(address, text string) *notify.Accept {
	now := heliograph.At(time.Now())
	d := &heliograph.Delivery{
		ID: f.ids.Notification(), App: f.app, Kind: heliograph.NotificationDelivery, Integration: f.integration, Channel: "twilio",
		Message: f.ids.Message(), Address: address, Category: heliograph.Transactional, Status: heliograph.Queued, Slot: 5, Created: now, Due: now,
	}
	return &notify.Accept{
		Delivery: d,
		Message: &heliograph.Message{
			ID: d.Message, App: f.app, Notification: d.ID, Role: heliograph.Business, Source: heliograph.Source{Type: heliograph.SourceNotification},
			Content: heliograph.Content{Type: heliograph.TextMessage, Text: text},
		},
		NewUser: f.ids.User(), NewClient: f.ids.Client(), NewConversation: f.ids.Conversation(), Answer: "answer " + d.ID.String(),
	}
}

func (f *sender) accept(a *notify.Accept) *notify.Accept {
	f.t.Helper()
	if err := Accept(f.s, a, false); err != nil {
		f.t.Fatal(err)
	}
	return a
}

// Notifications checks how notifications are accepted, found and cancelled.
func Notifications(t *testing.T, open func(*testing.T) *store.Store) {
	t.Run("twins of one that is refused are refused", func(t *testing.T) { t.Parallel(); acceptRefusedTwins(t, open) })
	t.Run("an unknown address gets a user, a client and a conversation, once", func(t *testing.T) {
		t.Parallel()
		f := newSender(t, open)
		first := f.accept(f.make("+15550001", "one"))
		second := f.accept(f.make("+15550001", "two"))
		if first.User == nil || second.User.ID != first.User.ID || second.Delivery.Conversation != first.Delivery.Conversation {
			t.Fatalf("users %+v and %+v", first.User, second.User)
		}
		u, err := store.Users{Store: f.s}.Get(t.Context(), f.app, first.User.ID)
		if err != nil || u.Conversation != first.Delivery.Conversation || u.ExternalID != "" {
			t.Errorf("user %+v, %v", u, err)
		}
		clients, err := store.Clients{Store: f.s}.OfUser(t.Context(), f.app, u.ID)
		if err != nil || len(clients) != 1 {
			t.Fatalf("%d clients, %v", len(clients), err)
		}
		if c := clients[0]; c.Address != "+15550001" || c.Status != heliograph.ClientActive || !c.Primary || c.Conversation != u.Conversation || c.Details.DisplayName != "+15550001" {
			t.Errorf("client %+v", c)
		}
		m, err := store.Messages{Store: f.s}.Get(t.Context(), f.app, second.Message.ID)
		if err != nil || m.Seq != 2 || m.Received <= first.Message.Received || m.Text != "two" || m.Notification != second.Delivery.ID {
			t.Errorf("message %+v, %v", m, err)
		}
	})
	t.Run("another sender of the same channel reaches the same user by a client of its own", func(t *testing.T) {
		t.Parallel()
		f := newSender(t, open)
		first := f.accept(f.make("+15550002", "one"))
		a := f.make("+15550002", "two")
		a.Delivery.Integration = f.ids.Integration()
		f.accept(a)
		if a.User.ID != first.User.ID || a.Delivery.Client == first.Delivery.Client {
			t.Errorf("user %v then %v; client %v then %v", first.User.ID, a.User.ID, first.Delivery.Client, a.Delivery.Client)
		}
	})
	t.Run("many at once keep every conversation in order", func(t *testing.T) {
		t.Parallel()
		f := newSender(t, open)
		const addresses, each = 7, 30
		var wg sync.WaitGroup
		for i := range addresses * each {
			wg.Go(func() {
				a := f.make(fmt.Sprintf("+1555%04d", i%addresses), "x")
				if err := Accept(f.s, a, i%2 == 0); err != nil || a.Err != nil {
					t.Error(err, a.Err)
				}
			})
		}
		wg.Wait()
		for i := range addresses {
			u, err := store.Notifications{Store: f.s}.Owner(t.Context(), f.app, "twilio", fmt.Sprintf("+1555%04d", i), f.integration)
			if err != nil || u == nil {
				t.Fatal(u, err)
			}
			list, err := store.Messages{Store: f.s}.After(t.Context(), f.app, u.Conversation, 0, 100)
			if err != nil || len(list) != each {
				t.Fatalf("%d messages, %v", len(list), err)
			}
			for n, m := range list {
				if m.Seq != int64(n+1) || (n > 0 && m.Received <= list[n-1].Received) {
					t.Fatalf("message %d has seq %d, received %d after %d", n, m.Seq, m.Received, list[max(n-1, 0)].Received)
				}
			}
			c, err := store.Conversations{Store: f.s}.Get(t.Context(), f.app, u.Conversation)
			if err != nil || c.Messages != each || c.Unread != each || c.Seq != each {
				t.Errorf("conversation %+v, %v", c, err)
			}
		}
	})
	t.Run("an idempotency key is done once, whoever meets it", func(t *testing.T) {
		t.Parallel()
		f := newSender(t, open)
		var wg sync.WaitGroup
		all := make([]*notify.Accept, 20)
		for i := range all {
			a := f.make("+15550003", "x")
			a.Key, a.Digest = "key", []byte("digest")
			all[i] = a
			wg.Go(func() {
				if err := Accept(f.s, a, false); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		done := slices.IndexFunc(all, func(a *notify.Accept) bool { return a.Replay == nil })
		for i, a := range all {
			if i != done && (a.Replay == nil || !a.Replay.Same || a.Replay.Status != 201 || a.Replay.Body != all[done].Answer) {
				t.Errorf("repetition %d got %+v, want the answer %q", i, a.Replay, all[done].Answer)
			}
		}
		other := f.make("+15550003", "y")
		other.Key, other.Digest = "key", []byte("another")
		if f.accept(other); other.Replay == nil || other.Replay.Same {
			t.Errorf("another body got %+v", other.Replay)
		}
		late := f.make("+15550003", "z")
		late.Key, late.Digest = "key", []byte("another")
		late.Delivery.Created = late.Delivery.Created.Add(25 * time.Hour)
		if f.accept(late); late.Replay != nil {
			t.Error("a key was still taken after a day")
		}
		list, err := store.Messages{Store: f.s}.After(t.Context(), f.app, late.Delivery.Conversation, 0, 100)
		if err != nil || len(list) != 2 {
			t.Errorf("%d messages were stored, want 2; %v", len(list), err)
		}
	})
	t.Run("a full conversation refuses, and gives the key back", func(t *testing.T) {
		t.Parallel()
		f := newSender(t, open)
		first := f.accept(f.make("+15550004", "x"))
		view := store.Conversations{Store: f.s}
		c, err := view.Get(t.Context(), f.app, first.Delivery.Conversation)
		if err != nil {
			t.Fatal(err)
		}
		c.Messages = heliograph.MaxMessages
		if err := view.Save(t.Context(), c); err != nil {
			t.Fatal(err)
		}
		a := f.make("+15550004", "x")
		a.Key, a.Digest = "k", []byte("d")
		if f.accept(a); !heliograph.IsKind(a.Err, heliograph.Locked) {
			t.Errorf("err %v, want locked", a.Err)
		}
		c.Messages = 1
		if err := view.Save(t.Context(), c); err != nil {
			t.Fatal(err)
		}
		b := f.make("+15550004", "x")
		b.Key, b.Digest = "k", []byte("d")
		if f.accept(b); b.Err != nil || b.Replay != nil {
			t.Errorf("err %v, replay %+v", b.Err, b.Replay)
		}
	})
	t.Run("an answer is told what was due before it, once, and nothing that was taken back", func(t *testing.T) {
		t.Parallel()
		f := newSender(t, open)
		at := func(text string, in time.Duration) *notify.Accept {
			a := f.make("+15550001", text)
			if in > 0 {
				a.Delivery.Status, a.Delivery.Due = heliograph.Scheduled, a.Delivery.Due.Add(in)
				a.Delivery.Details.Scheduled = a.Delivery.Due
			}
			return f.accept(a)
		}
		now, later, gone := at("now", 0), at("later", time.Hour), at("gone", time.Hour)
		u := *gone.Delivery
		u.Status, u.Reason, u.Final = heliograph.Cancelled, heliograph.ReasonCancelled, u.Created
		e := &heliograph.Event{ID: f.ids.Event(), App: f.app, Type: heliograph.EventFailure, At: u.Created, Delivery: u.ID, Message: u.Message}
		if ok, err := (store.Notifications{Store: f.s}).Cancel(t.Context(), &u, e); !ok || err != nil {
			t.Fatal(ok, err)
		}
		first := later.Delivery.Due - 1
		for _, tt := range []struct {
			after, until heliograph.Millis
			want         []heliograph.MessageID
		}{
			{0, first, []heliograph.MessageID{now.Message.ID}},
			{first, later.Delivery.Due.Add(time.Hour), []heliograph.MessageID{later.Message.ID}},
			{later.Delivery.Due, later.Delivery.Due.Add(time.Hour), nil},
			{0, later.Delivery.Due, []heliograph.MessageID{later.Message.ID, now.Message.ID}},
		} {
			got, err := (store.Messages{Store: f.s}).Notifications(t.Context(), f.app, now.Delivery.Conversation, tt.after, tt.until, 25)
			if err != nil || !slices.Equal(got, tt.want) {
				t.Errorf("after %d until %d: %v, %v; want %v", tt.after, tt.until, got, err, tt.want)
			}
		}
	})
	t.Run("lists are narrowed by status, sender and time, and page without gaps", func(t *testing.T) {
		t.Parallel()
		f := newSender(t, open)
		view := store.Notifications{Store: f.s}
		var want []heliograph.NotificationID
		for i := range 12 {
			a := f.make(fmt.Sprintf("+1666%04d", i), "x")
			if i%4 == 0 {
				a.Delivery.Status, a.Delivery.Due = heliograph.Scheduled, a.Delivery.Due.Add(time.Hour)
			}
			want = append(want, f.accept(a).Delivery.ID)
		}
		slices.Reverse(want)
		var got []heliograph.NotificationID
		filter := notify.Filter{Limit: 5}
		for range 5 {
			page, next, err := view.List(t.Context(), f.app, filter)
			if err != nil {
				t.Fatal(err)
			}
			for _, d := range page {
				got = append(got, d.ID)
			}
			if filter.Before = next; next.IsZero() {
				break
			}
		}
		if !slices.Equal(got, want) {
			t.Errorf("paged through %d of %d, in the wrong order or with gaps", len(got), len(want))
		}
		count := func(f2 notify.Filter) int {
			f2.Limit = 100
			page, _, err := view.List(t.Context(), f.app, f2)
			if err != nil {
				t.Fatal(err)
			}
			return len(page)
		}
		for name, tc := range map[string]struct {
			f    notify.Filter
			want int
		}{
			"scheduled":     {notify.Filter{Status: heliograph.Scheduled}, 3},
			"queued":        {notify.Filter{Status: heliograph.Queued}, 9},
			"sending":       {notify.Filter{Status: heliograph.Sending}, 0},
			"integration":   {notify.Filter{Integration: f.integration}, 12},
			"another":       {notify.Filter{Integration: f.ids.Integration()}, 0},
			"both":          {notify.Filter{Integration: f.integration, Status: heliograph.Scheduled}, 3},
			"from tomorrow": {notify.Filter{From: heliograph.At(time.Now().Add(24 * time.Hour))}, 0},
			"to yesterday":  {notify.Filter{To: heliograph.At(time.Now().Add(-24 * time.Hour))}, 0},
		} {
			if n := count(tc.f); n != tc.want {
				t.Errorf("%s: %d, want %d", name, n, tc.want)
			}
		}
		if page, _, err := view.List(t.Context(), f.ids.App(), notify.Filter{Limit: 10}); err != nil || len(page) != 0 {
			t.Errorf("another app sees %d; %v", len(page), err)
		}
	})
	t.Run("what waits is cancelled once, with its event", func(t *testing.T) {
		t.Parallel()
		f := newSender(t, open)
		view := store.Notifications{Store: f.s}
		d := f.accept(f.make("+15550006", "x")).Delivery
		d.Status = heliograph.Cancelled
		e := &heliograph.Event{ID: f.ids.Event(), App: f.app, Type: heliograph.EventFailure, At: d.Created, Delivery: d.ID}
		if ok, err := view.Cancel(t.Context(), d, e); err != nil || !ok {
			t.Fatal(ok, err)
		}
		if got, err := view.Notification(t.Context(), f.app, d.ID); err != nil || got.Status != heliograph.Cancelled {
			t.Errorf("%+v, %v", got, err)
		}
		e.ID = f.ids.Event()
		if ok, err := view.Cancel(t.Context(), d, e); err != nil || ok {
			t.Errorf("cancelled twice: %v, %v", ok, err)
		}
		if events, err := view.DeliveryEvents(t.Context(), f.app, d.ID); err != nil || len(events) != 1 {
			t.Errorf("%d events, %v", len(events), err)
		}
	})
}
