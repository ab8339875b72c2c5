package storetest

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"heliograph"
	"heliograph/internal/store"
)

// Threads tests moving and erasing what users wrote and were sent.
func Threads(t *testing.T, open func(*testing.T) *store.Store) {
	t.Run("a batch names messages and all their deliveries", func(t *testing.T) { t.Parallel(); threadsNext(newThread(t, open)) })
	t.Run("what waits is cancelled", func(t *testing.T) { t.Parallel(); threadsCancel(newThread(t, open)) })
	t.Run("erased messages leave deliveries without an address", func(t *testing.T) { t.Parallel(); threadsErase(newThread(t, open)) })
	t.Run("moved messages interleave and keep their order", func(t *testing.T) { t.Parallel(); threadsMove(newThread(t, open)) })
	t.Run("counts and marks are joined", func(t *testing.T) { t.Parallel(); threadsJoin(newThread(t, open)) })
}

func (th *thread) self() *heliograph.User {
	return &heliograph.User{ID: th.user, App: th.app, Conversation: th.conv}
}

// second returns a thread of another user of the same app.
func (th *thread) second() *thread {
	th.Helper()
	out := *th
	out.user, out.conv = th.ids.User(), th.ids.Conversation()
	view := store.Users{Store: th.s}
	th.must(view.Insert(th.Context(), &heliograph.User{ID: out.user, App: th.app, Created: 1}))
	th.must(view.StartConversation(th.Context(), &heliograph.Conversation{ID: out.conv, App: th.app, User: out.user, Created: 1}))
	return &out
}

func (th *thread) notify(now heliograph.Millis) *heliograph.Message {
	return th.say(th.Context(), now, func(m *heliograph.Message) {
		m.Source.Type, m.Notification = heliograph.SourceNotification, th.ids.Notification()
	})
}

func threadsNext(th *thread) {
	a, b := th.notify(10), th.say(th.Context(), 20, nil)
	da, db := th.deliver(a, heliograph.Queued, nil), th.deliver(b, heliograph.Queued, nil)
	apart := &heliograph.Message{ID: th.ids.Message(), App: th.app, User: th.user, Received: 5, Role: heliograph.Business, Source: heliograph.Source{Type: heliograph.SourceLink}}
	th.must(store.Messages{Store: th.s}.Insert(th.Context(), apart))
	dl := th.deliver(apart, heliograph.Queued, func(d *heliograph.Delivery) { d.Kind = heliograph.LinkDelivery })
	th.second().say(th.Context(), 1, nil)

	view := store.Threads{Store: th.s}
	messages, deliveries, err := view.Next(th.Context(), th.self(), 10)
	th.must(err)
	same(th.T, messages, []heliograph.MessageID{a.ID, b.ID, apart.ID})
	if len(deliveries) != 3 || deliveries[0] != da.ID || !slices.Contains(deliveries, db.ID) || !slices.Contains(deliveries, dl.ID) {
		th.Errorf("deliveries: %v", deliveries)
	}
	messages, _, err = view.Next(th.Context(), th.self(), 1)
	th.must(err)
	same(th.T, messages, []heliograph.MessageID{a.ID})
	messages, deliveries, err = view.Next(th.Context(), &heliograph.User{ID: th.ids.User(), App: th.app}, 10)
	th.must(err)
	same(th.T, len(messages)+len(deliveries), 0)
}

func threadsCancel(th *thread) {
	view := store.Threads{Store: th.s}
	ctx := th.Context()
	a, b, c := th.notify(10), th.notify(20), th.notify(30)
	th.deliver(a, heliograph.Queued, nil)
	th.deliver(b, heliograph.Queued, nil)
	th.deliver(c, heliograph.Queued, nil)
	got, err := view.CancelDeliveries(ctx, th.app, 50, false, a.Notification, b.Notification)
	th.must(err)
	same(th.T, len(got), 2)
	got, err = view.CancelDeliveries(ctx, th.app, 60, false, a.Notification, b.Notification)
	th.must(err)
	same(th.T, len(got), 0)
	got, err = view.CancelDeliveries(ctx, th.ids.App(), 60, true, c.Notification)
	th.must(err)
	same(th.T, len(got), 0)
	d, err := store.Deliveries{Store: th.s}.Delivery(ctx, th.app, a.Notification)
	th.must(err)
	if d.Status != heliograph.Cancelled || d.Reason != heliograph.ReasonCancelled || d.Final != 50 {
		th.Errorf("the cancelled delivery: %s %s %d", d.Status, d.Reason, d.Final)
	}
	d, err = store.Deliveries{Store: th.s}.Delivery(ctx, th.app, c.Notification)
	th.must(err)
	same(th.T, d.Status, heliograph.Queued)
}

func threadsErase(th *thread) {
	view := store.Threads{Store: th.s}
	ctx := th.Context()
	m := th.notify(10)
	th.deliver(m, heliograph.Queued, nil)
	_, err := view.CancelDeliveries(ctx, th.app, 50, true, m.Notification)
	th.must(err)
	th.must(view.Erase(ctx, th.app, []heliograph.MessageID{m.ID}, []heliograph.NotificationID{m.Notification}))
	_, err = store.Messages{Store: th.s}.Get(ctx, th.app, m.ID)
	missing(th.T, err)
	d, err := store.Deliveries{Store: th.s}.Delivery(ctx, th.app, m.Notification)
	th.must(err)
	same(th.T, d.Address, "")
	th.must(view.Erase(ctx, th.app, nil, nil))
	th.must(view.ForgetBodies(ctx, th.app, th.conv))
}

func threadsMove(th *thread) {
	ctx := th.Context()
	from := th.second()
	random := rand.New(rand.NewPCG(1, 2))
	var order []heliograph.MessageID // of the moved ones
	for range 40 {
		th.say(ctx, heliograph.Millis(100+random.IntN(40)), nil)
		order = append(order, from.notify(heliograph.Millis(100+random.IntN(40))).ID)
	}
	own, err := store.Messages{Store: th.s}.After(ctx, th.app, th.conv, 0, 1000)
	th.must(err)
	queued := order[len(order)-1]
	delivery := from.deliver(&heliograph.Message{ID: queued, Received: 1, Notification: from.newest().Notification}, heliograph.Queued, nil)

	view := store.Threads{Store: th.s}
	for moved, rounds := 1, 0; moved > 0; rounds++ {
		if moved, err = view.Move(ctx, from.self(), th.self(), 7); err != nil {
			th.Fatal(err)
		}
		if rounds > 10 {
			th.Fatal("the move does not end")
		}
	}
	all, err := store.Messages{Store: th.s}.After(ctx, th.app, th.conv, 0, 1000)
	th.must(err)
	same(th.T, len(all), 80)
	seqs := map[int64]bool{}
	var came []heliograph.MessageID
	stayed := map[heliograph.MessageID]heliograph.Millis{}
	for i, m := range all {
		if i > 0 && m.Received <= all[i-1].Received {
			th.Fatalf("message %d was received at %d, after one at %d", i, m.Received, all[i-1].Received)
		}
		if seqs[m.Seq] {
			th.Fatalf("the sequence %d was given out twice", m.Seq)
		}
		seqs[m.Seq] = true
		same(th.T, m.User, th.user)
		if slices.Contains(order, m.ID) {
			came = append(came, m.ID)
		} else {
			stayed[m.ID] = m.Received
		}
	}
	same(th.T, fmt.Sprint(came), fmt.Sprint(order))
	for _, m := range own {
		same(th.T, stayed[m.ID], m.Received)
	}
	conv, err := store.Conversations{Store: th.s}.Get(ctx, th.app, th.conv)
	th.must(err)
	same(th.T, conv.Messages, 80)
	same(th.T, conv.LastReceived, all[79].Received)
	for seq := range seqs {
		if seq > conv.Seq {
			th.Errorf("the conversation gave out %d, but knows of %d only", seq, conv.Seq)
		}
	}
	d, err := store.Deliveries{Store: th.s}.Delivery(ctx, th.app, delivery.ID)
	th.must(err)
	if d.User != th.user || d.Conversation != th.conv {
		th.Error("the delivery of a moved message stayed behind")
	}
}

// newest returns the newest message of the conversation.
func (th *thread) newest() *heliograph.Message {
	th.Helper()
	list, err := store.Messages{Store: th.s}.Before(th.Context(), th.app, th.conv, 1<<60, 1)
	th.must(err)
	return list[0]
}

func threadsJoin(th *thread) {
	ctx := th.Context()
	from := th.second()
	view := store.Conversations{Store: th.s}
	th.must(view.Save(ctx, &heliograph.Conversation{ID: from.conv, App: th.app, Unread: 2, BusinessRead: 9, UserRead: 1, LastUserAt: 8, ContextFrom: 3}))
	th.must(view.Save(ctx, &heliograph.Conversation{ID: th.conv, App: th.app, Unread: 1, BusinessRead: 5, UserRead: 6, LastUserAt: 7, ContextFrom: 4}))
	th.must(store.Threads{Store: th.s}.Join(ctx, from.self(), th.self()))
	got, err := view.Get(ctx, th.app, th.conv)
	th.must(err)
	same(th.T, [5]int64{got.Unread, int64(got.BusinessRead), int64(got.UserRead), int64(got.LastUserAt), int64(got.ContextFrom)}, [5]int64{3, 9, 6, 8, 4})
}
