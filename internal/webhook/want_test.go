package webhook

import (
	"testing"

	"heliograph"
)

// What a message says is at hand for a delivery's body without the message; a
// body that shows the message itself needs all of it.
func TestWhatIsAtHandIsNotLoaded(t *testing.T) {
	t.Parallel()
	said := &Context{Content: &heliograph.Content{}}
	whole := &Context{Message: &heliograph.Message{}}
	notification := heliograph.EventData{Kind: heliograph.NotificationDelivery}
	for _, tt := range []struct {
		name string
		of   heliograph.EventType
		data heliograph.EventData
		have *Context
		want bool
	}{
		{"a notification, with what it says", heliograph.EventChannel, notification, said, false},
		{"a notification, with its message", heliograph.EventChannel, notification, whole, false},
		{"a notification", heliograph.EventChannel, notification, &Context{}, true},
		{"a delivered message", heliograph.EventUser, heliograph.EventData{Kind: heliograph.MessageDelivery}, &Context{}, false},
		{"a customer's message, with what it says", heliograph.EventMessageCustomer, heliograph.EventData{}, said, true},
		{"a customer's message", heliograph.EventMessageCustomer, heliograph.EventData{}, whole, false},
		{"a conversation is read", heliograph.EventRead, heliograph.EventData{}, &Context{}, false},
	} {
		e := &heliograph.Event{Type: tt.of, Data: tt.data, Message: heliograph.MessageID{1}}
		w, missing := wanted(e, &heliograph.Webhook{}, tt.have)
		if missing != tt.want || w.Message.IsZero() == tt.want {
			t.Errorf("%s: %+v, %v", tt.name, w, missing)
		}
	}
}
