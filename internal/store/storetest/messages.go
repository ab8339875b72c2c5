package storetest

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"heliograph"
	"heliograph/internal/conversation"
	"heliograph/internal/store"
)

// Messages tests what is kept of what was said.
func Messages(t *testing.T, open func(*testing.T) *store.Store) {
	t.Run("a message comes back as it was stored", func(t *testing.T) {
		t.Parallel()
		th := newThread(t, open)
		full := th.say(t.Context(), 10, func(m *heliograph.Message) {
			m.Role = heliograph.Customer
			m.Notification = th.ids.Notification()
			m.Source = heliograph.Source{Type: "twilio", Integration: th.ids.Integration(), ExternalID: "SM1", At: 9}
			m.Content = heliograph.Content{
				Type: heliograph.ImageMessage, Text: "é\U0001F600", MediaURL: "https://e.test/a.png", MediaType: "image/png", AltText: "a",
				Actions:  []heliograph.Action{{ID: "1", Type: "reply", Text: "Yes", Payload: "y", Metadata: map[string]any{"n": 1.5}}},
				Metadata: map[string]any{"s": "x", "b": true, "n": 2.0},
				Author:   heliograph.Author{ID: th.user.String(), Name: "Ana"},
				Answers:  &heliograph.Attribution{Message: th.ids.Message(), Notification: th.ids.Notification(), Confidence: heliograph.SameSender},
			}
		})
		bare := th.say(t.Context(), 10, nil)
		apart := &heliograph.Message{
			ID: th.ids.Message(), App: th.app, User: th.user, Received: 12, Role: heliograph.Business,
			Source: heliograph.Source{Type: heliograph.SourceSystem}, Content: heliograph.Content{Type: heliograph.TextMessage, Text: "x"},
		}
		view := store.Messages{Store: th.s}
		th.must(view.Insert(t.Context(), apart))
		notified := th.say(t.Context(), 11, func(m *heliograph.Message) {
			m.Notification, m.Source = th.ids.Notification(), heliograph.Source{Type: heliograph.SourceNotification}
		})
		for _, want := range []*heliograph.Message{full, bare, apart, notified} {
			got, err := view.Get(t.Context(), th.app, want.ID)
			th.must(err)
			if diff := cmp.Diff(want, got); diff != "" {
				t.Error(diff)
			}
		}
		got, err := view.ByIDs(t.Context(), th.app, bare.ID, th.ids.Message(), full.ID)
		th.must(err)
		if diff := cmp.Diff([]*heliograph.Message{full, bare}, got); diff != "" {
			t.Error(diff)
		}
		if _, err := view.Get(t.Context(), th.ids.App(), full.ID); !heliograph.IsKind(err, heliograph.NotFound) {
			t.Errorf("another app reads a message: %v", err)
		}
		if got, _ := view.ByIDs(t.Context(), th.ids.App(), full.ID); len(got) != 0 {
			t.Error("another app reads messages")
		}
	})
	t.Run("pages of 250 messages lose none, though all were written in one moment", func(t *testing.T) {
		t.Parallel()
		th := newThread(t, open)
		var want []heliograph.MessageID
		for range 250 {
			want = append(want, th.say(t.Context(), 5000, nil).ID)
		}
		view := store.Messages{Store: th.s}
		var back, forth []heliograph.MessageID
		for at := heliograph.Millis(1 << 60); ; {
			page, err := view.Before(t.Context(), th.app, th.conv, at, 100)
			th.must(err)
			if len(page) == 0 {
				break
			}
			for _, m := range page {
				back, at = append(back, m.ID), m.Received
			}
		}
		for at := heliograph.Millis(0); ; {
			page, err := view.After(t.Context(), th.app, th.conv, at, 100)
			th.must(err)
			if len(page) == 0 {
				break
			}
			for _, m := range page {
				forth, at = append(forth, m.ID), m.Received
			}
		}
		slices.Reverse(back)
		if !slices.Equal(back, want) || !slices.Equal(forth, want) {
			t.Errorf("%d backwards, %d forwards, of %d", len(back), len(forth), len(want))
		}
	})
	t.Run("notifications are found by moment, newest first", func(t *testing.T) {
		t.Parallel()
		th := newThread(t, open)
		notification := func(m *heliograph.Message) {
			m.Source.Type, m.Notification = heliograph.SourceNotification, th.ids.Notification()
		}
		th.say(t.Context(), 100, notification)
		b := th.say(t.Context(), 200, notification)
		th.say(t.Context(), 300, nil)
		c := th.say(t.Context(), 400, notification)
		got, err := store.Messages{Store: th.s}.Notifications(t.Context(), th.app, th.conv, 100, 1000, 25)
		th.must(err)
		if !slices.Equal(got, []heliograph.MessageID{c.ID, b.ID}) {
			t.Errorf("got %v", got)
		}
		if got, _ := (store.Messages{Store: th.s}).Notifications(t.Context(), th.app, th.conv, 0, 1000, 1); !slices.Equal(got, []heliograph.MessageID{c.ID}) {
			t.Errorf("the newest one is %v", got)
		}
	})
	t.Run("a deleted message is gone, and the others stay", func(t *testing.T) {
		t.Parallel()
		th := newThread(t, open)
		view := store.Messages{Store: th.s}
		a, b := th.say(t.Context(), 1, nil), th.say(t.Context(), 2, nil)
		for _, where := range []struct {
			app  heliograph.AppID
			conv heliograph.ConversationID
		}{{th.ids.App(), th.conv}, {th.app, th.ids.Conversation()}} {
			if _, err := view.Delete(t.Context(), where.app, where.conv, a.ID); !heliograph.IsKind(err, heliograph.NotFound) {
				t.Errorf("deleted from elsewhere: %v", err)
			}
		}
		got, err := view.Delete(t.Context(), th.app, th.conv, a.ID)
		th.must(err)
		if diff := cmp.Diff(a, got); diff != "" {
			t.Error(diff)
		}
		if _, err := view.Delete(t.Context(), th.app, th.conv, a.ID); !heliograph.IsKind(err, heliograph.NotFound) {
			t.Errorf("deleted twice: %v", err)
		}
		if left, _ := view.After(t.Context(), th.app, th.conv, 0, 9); len(left) != 1 || left[0].ID != b.ID {
			t.Errorf("left: %v", left)
		}
		th.must(view.DeleteAll(t.Context(), th.app, th.conv))
		if left, _ := view.After(t.Context(), th.app, th.conv, 0, 9); len(left) != 0 {
			t.Errorf("left after all: %v", left)
		}
	})
	t.Run("what was sent is found by conversation and by delivery", func(t *testing.T) { t.Parallel(); sent(newThread(t, open)) })
	t.Run("what was not sent is cancelled, once", func(t *testing.T) { t.Parallel(); cancelled(newThread(t, open)) })
}

// deliver stores a delivery of m.
func (th *thread) deliver(m *heliograph.Message, status heliograph.Status, change func(*heliograph.Delivery)) *heliograph.Delivery {
	th.Helper()
	d := &heliograph.Delivery{
		ID: m.Notification, App: th.app, Kind: heliograph.NotificationDelivery, Integration: th.ids.Integration(), Channel: "twilio",
		Message: m.ID, User: th.user, Client: th.ids.Client(), Conversation: th.conv, Address: "+1", Category: heliograph.Transactional,
		Status: status, Created: m.Received, Due: m.Received, Details: heliograph.DeliveryDetails{External: []string{"SM" + m.ID.String()}},
	}
	if d.ID.IsZero() {
		d.ID, d.Kind = th.ids.Notification(), heliograph.MessageDelivery
	}
	if change != nil {
		change(d)
	}
	th.must(store.Deliveries{Store: th.s}.Enqueue(th.Context(), d))
	return d
}

func sent(th *thread) {
	notification := func(m *heliograph.Message) {
		m.Source.Type, m.Notification = heliograph.SourceNotification, th.ids.Notification()
	}
	var want []conversation.Sent
	for i, status := range []heliograph.Status{heliograph.AtUser, heliograph.AtChannel, heliograph.Failed, heliograph.Unknown} {
		var m *heliograph.Message
		if i%2 == 0 {
			m = th.say(th.Context(), heliograph.Millis(100*i+100), notification)
		} else {
			m = th.say(th.Context(), heliograph.Millis(100*i+100), nil)
		}
		d := th.deliver(m, status, nil)
		if status != heliograph.Failed {
			want = append(want, conversation.Sent{Message: m.ID, Delivery: d.ID, Kind: d.Kind, Integration: d.Integration, Address: "+1", External: d.Details.External})
		}
	}
	slices.Reverse(want)
	view := store.Messages{Store: th.s}
	got, err := view.Outbound(th.Context(), th.app, th.conv, 0, 20)
	th.must(err)
	if diff := cmp.Diff(want, got); diff != "" {
		th.Error(diff)
	}
	if got, _ := view.Outbound(th.Context(), th.app, th.conv, 200, 20); len(got) != 1 {
		th.Errorf("after a moment: %v", got)
	}
	one, err := view.Delivered(th.Context(), th.app, want[0].Delivery)
	th.must(err)
	if diff := cmp.Diff(&want[0], one); diff != "" {
		th.Error(diff)
	}
	if one, err := view.Delivered(th.Context(), th.ids.App(), want[0].Delivery); one != nil || err != nil {
		th.Errorf("another app's delivery: %v, %v", one, err)
	}
	for _, in := range []heliograph.Integration{
		{App: th.app, ID: want[0].Integration}, {App: th.ids.App(), ID: want[0].Integration}, {App: th.app, ID: th.ids.Integration()},
	} {
		address, err := (store.Clients{Store: th.s}).OfDelivery(th.Context(), &in, want[0].Delivery)
		if ours := in.App == th.app && in.ID == want[0].Integration; err != nil || (address == want[0].Address) != ours {
			th.Errorf("went to %q, %v", address, err)
		}
	}
}

func cancelled(th *thread) {
	view := store.Messages{Store: th.s}
	a := th.say(th.Context(), 1, func(m *heliograph.Message) { m.Notification = th.ids.Notification() })
	b := th.say(th.Context(), 2, nil)
	da, db := th.deliver(a, heliograph.Queued, nil), th.deliver(b, heliograph.Queued, nil)
	got, err := view.Cancel(th.Context(), th.app, th.conv, a.ID, 50)
	th.must(err)
	if len(got) != 1 || got[0].Delivery != da.ID || got[0].Message != a.ID {
		th.Errorf("one message: %v", got)
	}
	d, err := store.Deliveries{Store: th.s}.Delivery(th.Context(), th.app, da.ID)
	th.must(err)
	if d.Status != heliograph.Cancelled || d.Final != 50 {
		th.Errorf("the cancelled delivery is %s, final %d", d.Status, d.Final)
	}
	got, err = view.Cancel(th.Context(), th.app, th.conv, heliograph.MessageID{}, 60)
	th.must(err)
	if len(got) != 1 || got[0].Delivery != db.ID {
		th.Errorf("the rest: %v", got)
	}
	if got, _ := view.Cancel(th.Context(), th.app, th.conv, heliograph.MessageID{}, 60); len(got) != 0 {
		th.Errorf("again: %v", got)
	}
}
