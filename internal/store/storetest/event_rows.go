package storetest

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"heliograph"
	"heliograph/internal/store"
)

// EventRows: whatever an event does not repeat of its delivery is there again
// when it is read.
func EventRows(t *testing.T, open func(*testing.T) *store.Store) {
	s := open(t)
	ids := s.IDs
	d := &heliograph.Delivery{
		ID: ids.Notification(), App: ids.App(), Kind: heliograph.NotificationDelivery, Integration: ids.Integration(), Channel: "twilio",
		Message: ids.Message(), User: ids.User(), Client: ids.Client(), Conversation: ids.Conversation(), Address: "+15550100001",
		Category: heliograph.Transactional,
		Details:  heliograph.DeliveryDetails{External: []string{"SM1"}},
	}
	event := func(kind heliograph.EventType, data heliograph.EventData) *heliograph.Event {
		return &heliograph.Event{ID: ids.Event(), App: d.App, Type: kind, At: 5, User: d.User, Conversation: d.Conversation, Delivery: d.ID, Message: d.Message, Data: data}
	}
	own := func(data heliograph.EventData) heliograph.EventData {
		data.Kind, data.Integ = d.Kind, d.Integration
		return data
	}
	events := []*heliograph.Event{
		event(heliograph.EventChannel, own(heliograph.EventData{Class: "accepted", Via: "outcome", External: []string{"SM1"}, Attempt: 1, Error: &heliograph.DeliveryError{HTTPStatus: 201}})),
		event(heliograph.EventChannel, own(heliograph.EventData{Class: "accepted", Via: "outcome", External: []string{"SM1"}, Attempt: 2, Started: 2, Took: 3, Error: &heliograph.DeliveryError{HTTPStatus: 200, Provider: "0"}})),
		event(heliograph.EventChannel, own(heliograph.EventData{Class: "accepted", Via: "outcome", Attempt: 1, Started: 5})),
		event(heliograph.EventChannel, own(heliograph.EventData{Via: "echo", External: []string{"SM1"}})),
		event(heliograph.EventChannel, own(heliograph.EventData{Class: "accepted", Via: "lookup", External: []string{"SM1"}, Attempt: 1, Final: true})),
		event(heliograph.EventUser, own(heliograph.EventData{Via: "callback", External: []string{"SM1"}, Status: "delivered", Final: true, Attempt: 1})),
		event(heliograph.EventUser, own(heliograph.EventData{Via: "echo", External: []string{"SM1"}, Status: "read", Final: true, Attempt: 3})),
		event(heliograph.EventUser, own(heliograph.EventData{Via: "callback", External: []string{"SM1"}, Attempt: 1})),
		event(heliograph.EventUser, own(heliograph.EventData{Via: "callback", External: []string{"SM1"}, Status: "delivered", Final: true})),
		event(heliograph.EventUser, own(heliograph.EventData{Via: "callback", External: []string{"SM2"}})),
		event(heliograph.EventFailure, own(heliograph.EventData{Via: "gate", Gate: "suppressed", Error: &heliograph.DeliveryError{Code: heliograph.ReasonOptedOut}})),
		event(heliograph.EventAttempt, own(heliograph.EventData{Class: "retry", Retry: 9})),
		event(heliograph.EventConsent, heliograph.EventData{Reason: "stop"}),
	}
	strange := event(heliograph.EventUser, own(heliograph.EventData{Via: "callback"}))
	strange.User, strange.Message = ids.User(), heliograph.MessageID{}
	elsewhere := event(heliograph.EventAttempt, own(heliograph.EventData{Class: "retry"}))
	elsewhere.Conversation = ids.Conversation()
	late := event(heliograph.EventUser, own(heliograph.EventData{Via: "callback", External: []string{"SM1"}, Final: true, Attempt: 1}))
	late.At = late.ID.Millis()
	events = append(events, strange, elsewhere, late)
	for _, with := range []*heliograph.EventContext{{Delivery: d}, nil} {
		d.Status = heliograph.Queued
		if err := (store.Deliveries{Store: s}).Enqueue(t.Context(), d); err != nil {
			t.Fatal(err)
		}
		if err := s.AppendEventsWith(t.Context(), with, events...); err != nil {
			t.Fatal(err)
		}
		got, err := s.DeliveryEvents(t.Context(), d.App, d.ID)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(events, got); diff != "" {
			t.Errorf("with %v (- written, + read):\n%s", with, diff)
		}
		d.ID = ids.Notification()
		for _, e := range events {
			e.ID, e.Delivery = ids.Event(), d.ID
		}
	}
}
