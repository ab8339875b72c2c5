package suncov1_test

import (
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"

	"heliograph"
	"heliograph/internal/api/suncov1"
	"heliograph/internal/webhook"
)

// The ids of the bodies' tests: one letter repeated.
var (
	bodyApp    = heliograph.AppID{0xa1, 11: 1}
	bodyUser   = heliograph.UserID{0xb2, 11: 2}
	bodyConv   = heliograph.ConversationID{0xc3, 11: 3}
	bodyMsg    = heliograph.MessageID{0xd4, 11: 4}
	bodyInteg  = heliograph.IntegrationID{0xe5, 11: 5}
	bodyClient = heliograph.ClientID{0xf6, 11: 6}
	bodyNote   = heliograph.NotificationID{0x01, 15: 7}
)

const (
	bodyUserShort = `{"_id":"b20000000000000000000002","userId":"cust-42","conversationStarted":true}`
	bodyUserFull  = `{"_id":"b20000000000000000000002","userId":"cust-42","givenName":"Ana","properties":{},"conversationStarted":true,
		"credentialRequired":false,"hasPaymentInfo":false,"clients":[` + bodyClientFull + `],"pendingClients":[]}`
	bodyClientFull = `{"_id":"f60000000000000000000006","id":"f60000000000000000000006","platform":"twilio","integrationId":"e50000000000000000000005",
		"externalId":"+15550100100","status":"active","active":true,"blocked":false,"primary":true}`
	bodyMessage = `{"_id":"d40000000000000000000004","type":"text","role":"appUser","authorId":"b20000000000000000000002","received":1700000000.123,
		"source":{"type":"twilio","integrationId":"e50000000000000000000005"},"text":"1 < 2"}`
	bodyHead = `"version":"v1.1","app":{"_id":"a10000000000000000000001"},"timestamp":1700000000.123`
)

func bodyEvent(t heliograph.EventType, change func(*heliograph.EventData)) *heliograph.Event {
	e := &heliograph.Event{ID: heliograph.EventID{1}, App: bodyApp, Type: t, At: 1700000000123, User: bodyUser, Conversation: bodyConv}
	e.Data.ExtID = "cust-42"
	if change != nil {
		change(&e.Data)
	}
	return e
}

func bodyDelivery(t heliograph.EventType, kind heliograph.DeliveryKind, change func(*heliograph.EventData)) *heliograph.Event {
	e := bodyEvent(t, change)
	e.Delivery, e.Message, e.Data.Kind, e.Data.Integ = bodyNote, bodyMsg, kind, bodyInteg
	return e
}

// bodyContext is all that could be loaded.
func bodyContext() *webhook.Context {
	c := heliograph.Client{ID: bodyClient, App: bodyApp, User: bodyUser, Integration: bodyInteg, Platform: "twilio", Address: "+15550100100", Status: heliograph.ClientActive, Primary: true}
	u := &heliograph.User{ID: bodyUser, App: bodyApp, ExternalID: "cust-42", Profile: heliograph.Profile{GivenName: "Ana"}, Conversation: bodyConv, Clients: []heliograph.Client{c}}
	m := &heliograph.Message{
		ID: bodyMsg, App: bodyApp, Conversation: bodyConv, User: bodyUser, Role: heliograph.Customer, Received: 1700000000123,
		Source: heliograph.Source{Type: "twilio", Integration: bodyInteg}, Content: heliograph.Content{Type: heliograph.TextMessage, Text: "1 < 2"},
	}
	d := &heliograph.Delivery{ID: bodyNote, App: bodyApp, Channel: "twilio", Integration: bodyInteg, Address: "+15550100100"}
	return &webhook.Context{Delivery: d, User: u, Message: m, Client: &c}
}

func TestWebhookBodies(t *testing.T) {
	t.Parallel()
	plain := &heliograph.Webhook{}
	full := &heliograph.Webhook{IncludeFullUser: true, IncludeClient: true}
	none := func() *webhook.Context { return &webhook.Context{} }
	destination := `"destination":{"type":"twilio","integrationId":"e50000000000000000000005","destinationId":"+15550100100"}`
	noClient := func() *webhook.Context { c := bodyContext(); c.Client = nil; return c }
	tests := []struct {
		name string
		hook *heliograph.Webhook
		e    *heliograph.Event
		with *webhook.Context
		want string
	}{
		{"a notification is taken", plain, bodyDelivery(heliograph.EventChannel, heliograph.NotificationDelivery, func(d *heliograph.EventData) { d.External = []string{"SM1", "SM2"} }),
			func() *webhook.Context {
				c := bodyContext()
				c.Message.Metadata = map[string]any{"order": "A-17"}
				return c
			}(),
			`{"trigger":"notification:delivery:channel",` + bodyHead + `,` + destination + `,"isFinalEvent":false,"externalMessages":[{"id":"SM1"},{"id":"SM2"}],
			"notification":{"_id":"01000000-0000-0000-0000-000000000007","metadata":{"order":"A-17"}},
			"matchResult":{"appUser":` + bodyUserShort + `,"conversation":{"_id":"c30000000000000000000003"}}}`},
		{"a notification arrives, everything shown", full, bodyDelivery(heliograph.EventUser, heliograph.NotificationDelivery, func(d *heliograph.EventData) { d.Final = true }), bodyContext(),
			`{"trigger":"notification:delivery:user",` + bodyHead + `,` + destination + `,"isFinalEvent":true,
			"notification":{"_id":"01000000-0000-0000-0000-000000000007"},"client":` + bodyClientFull + `,
			"matchResult":{"appUser":` + bodyUserFull + `,"conversation":{"_id":"c30000000000000000000003"}}}`},
		{"a notification fails", plain, bodyDelivery(heliograph.EventFailure, heliograph.NotificationDelivery, func(d *heliograph.EventData) {
			d.Final, d.Error = true, &heliograph.DeliveryError{Code: heliograph.ReasonOptedOut, Message: "stopped", HTTPStatus: 400, Provider: "21610"}
		}), bodyContext(),
			`{"trigger":"notification:delivery:failure",` + bodyHead + `,` + destination + `,"isFinalEvent":true,"notification":{"_id":"01000000-0000-0000-0000-000000000007"},
			"error":{"code":"blocked","message":"stopped","underlyingError":{"reason":"opted_out","status":400,"message":"stopped","errors":[{"code":21610,"title":"stopped"}]}},
			"matchResult":{"appUser":` + bodyUserShort + `,"conversation":{"_id":"c30000000000000000000003"}}}`},
		{"a message fails, and nothing is left of it", plain, bodyDelivery(heliograph.EventFailure, heliograph.MessageDelivery, func(d *heliograph.EventData) {
			d.Final, d.Error = true, &heliograph.DeliveryError{Code: heliograph.ReasonUnknownOutcome}
		}), none(),
			`{"trigger":"message:delivery:failure",` + bodyHead + `,"destination":{"integrationId":"e50000000000000000000005"},"isFinalEvent":true,
			"appUser":` + bodyUserShort + `,"conversation":{"_id":"c30000000000000000000003"},"message":{"_id":"d40000000000000000000004"},
			"error":{"code":"uncategorized_error","underlyingError":{"reason":"unknown_outcome"}}}`},
		{"a message is taken", plain, bodyDelivery(heliograph.EventChannel, heliograph.MessageDelivery, nil), bodyContext(),
			`{"trigger":"message:delivery:channel",` + bodyHead + `,"destination":{"type":"twilio","integrationId":"e50000000000000000000005"},"isFinalEvent":false,
			"appUser":` + bodyUserShort + `,"conversation":{"_id":"c30000000000000000000003"},"message":{"_id":"d40000000000000000000004"}}`},
		{"a user writes", plain, bodyEvent(heliograph.EventMessageCustomer, nil), bodyContext(),
			`{"trigger":"message:appUser",` + bodyHead + `,"messages":[` + bodyMessage + `],"appUser":` + bodyUserShort + `,"conversation":{"_id":"c30000000000000000000003"}}`},
		{"a user answers", plain, bodyEvent(heliograph.EventMessageCustomer, nil),
			func() *webhook.Context { c := bodyContext(); c.Recent = []*heliograph.Message{c.Message}; return c }(),
			`{"trigger":"message:appUser",` + bodyHead + `,"messages":[` + bodyMessage + `],"recentNotifications":[` + bodyMessage + `],"appUser":` + bodyUserShort + `,"conversation":{"_id":"c30000000000000000000003"}}`},
		{"a message that was erased", plain, bodyEvent(heliograph.EventMessageBusiness, nil), none(),
			`{"trigger":"message:appMaker",` + bodyHead + `,"messages":[],"appUser":` + bodyUserShort + `,"conversation":{"_id":"c30000000000000000000003"}}`},
		{"a conversation starts", plain, bodyEvent(heliograph.EventConversation, nil), noClient(),
			`{"trigger":"conversation:start",` + bodyHead + `,"source":{"type":"api"},"appUser":` + bodyUserFull + `,"conversation":{"_id":"c30000000000000000000003"}}`},
		{"a conversation is read", plain, bodyEvent(heliograph.EventRead, func(d *heliograph.EventData) { d.Channel, d.Integ = "twilio", bodyInteg }), none(),
			`{"trigger":"conversation:read",` + bodyHead + `,"source":{"type":"twilio","integrationId":"e50000000000000000000005"},"appUser":` + bodyUserShort + `,"conversation":{"_id":"c30000000000000000000003"}}`},
		{"a user types", plain, bodyEvent(heliograph.EventTyping, func(d *heliograph.EventData) { d.Activity = "typing:start" }), none(),
			`{"trigger":"typing:appUser",` + bodyHead + `,"source":{"type":"api"},"activity":{"type":"typing:start"},"appUser":` + bodyUserShort + `,"conversation":{"_id":"c30000000000000000000003"}}`},
		{"users are merged", plain, bodyEvent(heliograph.EventMerge, func(d *heliograph.EventData) {
			d.Other, d.OtherExt = []heliograph.UserID{{9}}, []string{"old"}
		}), none(),
			`{"trigger":"merge:appUser",` + bodyHead + `,"surviving":` + bodyUserShort + `,"discarded":[{"_id":"090000000000000000000000","userId":"old","conversationStarted":true}]}`},
		{"a user is deleted", plain, bodyEvent(heliograph.EventUserDelete, nil), none(),
			`{"trigger":"appUser:delete",` + bodyHead + `,"appUser":` + bodyUserShort + `,"conversation":{"_id":"c30000000000000000000003"}}`},
		{"a link succeeds", plain, bodyEvent(heliograph.EventLinkSuccess, func(d *heliograph.EventData) {
			d.Channel, d.Integ, d.Criteria, d.Client = "twilio", bodyInteg, map[string]string{"phoneNumber": "+15550100100"}, bodyClient
		}), bodyContext(),
			`{"trigger":"link:success",` + bodyHead + `,"channel":"twilio","criteria":{"phoneNumber":"+15550100100"},"integrationId":"e50000000000000000000005",
			"client":` + bodyClientFull + `,"appUser":` + bodyUserShort + `,"conversation":{"_id":"c30000000000000000000003"}}`},
		{"a client is gone", plain, bodyEvent(heliograph.EventClientRemove, func(d *heliograph.EventData) {
			d.Channel, d.Integ, d.Client, d.Reason = "twilio", bodyInteg, bodyClient, "theft"
		}), none(),
			`{"trigger":"client:remove",` + bodyHead + `,"reason":"theft","source":{"type":"twilio","integrationId":"e50000000000000000000005"},
			"client":{"_id":"f60000000000000000000006","id":"f60000000000000000000006","platform":"twilio","integrationId":"e50000000000000000000005","status":"inactive","active":false,"blocked":false,"primary":false},
			"appUser":` + bodyUserShort + `,"conversation":{"_id":"c30000000000000000000003"}}`},
		{"a webhook is disabled", plain, &heliograph.Event{App: bodyApp, Type: heliograph.EventWebhookDisabled, At: 1700000000123, Data: heliograph.EventData{Webhook: heliograph.WebhookID{8}, Reason: "dead"}}, none(),
			`{"trigger":"webhook:disabled",` + bodyHead + `,"webhook":{"_id":"080000000000000000000000"},"reason":"dead"}`},
	}
	for _, tt := range tests {
		got, err := suncov1.WebhookBodies{}.Body([]byte("x"), tt.hook, tt.e, tt.with)
		if err != nil || got[0] != 'x' {
			t.Errorf("%s: %q, %v", tt.name, got, err)
			continue
		}
		var have, want any
		if err := json.Unmarshal(got[1:], &have); err != nil {
			t.Errorf("%s: %v", tt.name, err)
		}
		if err := json.Unmarshal([]byte(tt.want), &want); err != nil {
			t.Fatalf("%s: %v", tt.name, err)
		}
		if diff := cmp.Diff(want, have); diff != "" {
			t.Errorf("%s (- want, + got):\n%s", tt.name, diff)
		}
	}
}
