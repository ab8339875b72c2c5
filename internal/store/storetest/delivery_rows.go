package storetest

import (
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"

	"heliograph"
	"heliograph/internal/store"
)

// DeliveryRows: a delivery comes back as it was stored, whatever of it has no
// column of its own.
func DeliveryRows(t *testing.T, open func(*testing.T) *store.Store) {
	s := open(t)
	ids := s.IDs
	view := store.Deliveries{Store: s}
	bare := heliograph.Delivery{
		App: ids.App(), Kind: heliograph.SystemDelivery, Integration: ids.Integration(), Channel: "twilio", Message: ids.Message(),
		Address: "+15550100001", Category: heliograph.Transactional, Status: heliograph.Queued,
	}
	made := func(change func(*heliograph.Delivery)) *heliograph.Delivery {
		d := bare
		d.ID = ids.Notification()
		d.Created, d.Due = d.ID.Millis(), d.ID.Millis()
		change(&d)
		return &d
	}
	for _, want := range []*heliograph.Delivery{
		made(func(*heliograph.Delivery) {}),
		made(func(d *heliograph.Delivery) { d.Created -= 3 }),
		made(func(d *heliograph.Delivery) { d.Created = 7 }),
		made(func(d *heliograph.Delivery) { d.Expires = d.Created + 60000 }),
		made(func(d *heliograph.Delivery) {
			d.Kind, d.Category, d.Class = heliograph.NotificationDelivery, heliograph.Marketing, heliograph.ClassMarketing
		}),
		made(func(d *heliograph.Delivery) {
			d.Kind, d.Class, d.Slot, d.Attempts = heliograph.MessageDelivery, heliograph.ClassConversational, 63, 2
			d.User, d.Client, d.Conversation = ids.User(), ids.Client(), ids.Conversation()
			d.Status, d.Reason, d.Due, d.Sent, d.Final = heliograph.Failed, heliograph.ReasonTimeout, 1, 2, 3
			d.Details = heliograph.DeliveryDetails{
				External: []string{"SM1", "SM2"}, Parts: 2, Price: "0.01", Resent: true, Read: true, Scheduled: 9, Extra: json.RawMessage(`{"a":1}`),
				Error: &heliograph.DeliveryError{Code: heliograph.ReasonTimeout, Message: "é", HTTPStatus: 500, Provider: "1"},
			}
		}),
	} {
		if err := view.Enqueue(t.Context(), want); err != nil {
			t.Fatal(err)
		}
		got, err := view.Delivery(t.Context(), want.App, want.ID)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("(- written, + read):\n%s", diff)
		}
	}
}
