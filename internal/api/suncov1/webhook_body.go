package suncov1

import (
	"heliograph"
	"heliograph/internal/webhook"
)

// WebhookBodies writes what webhooks are told, in the shapes of v1.1.
type WebhookBodies struct{}

var _ webhook.Renderer = WebhookBodies{}

// Body implements webhook.Renderer.
func (WebhookBodies) Body(dst []byte, h *heliograph.Webhook, e *heliograph.Event, c *webhook.Context) ([]byte, error) {
	o := hookOut{jsonOut: jsonOut{b: append(dst, '{')}, h: h, e: e, c: c}
	o.text("trigger", string(e.Trigger()))
	o.text("version", "v1.1")
	writeRef(&o.jsonOut, "app", e.App)
	o.float("timestamp", e.At.Seconds())
	switch e.Type {
	case heliograph.EventChannel, heliograph.EventUser, heliograph.EventFailure:
		o.delivery()
	case heliograph.EventMerge:
		o.client()
		o.merge()
	case heliograph.EventWebhookDisabled, heliograph.EventWebhookDead:
		o.textIf("reason", e.Data.Reason)
		o.client()
		writeRefIf(&o.jsonOut, "webhook", e.Data.Webhook)
	default:
		o.before()
		o.user("appUser")
		writeRefIf(&o.jsonOut, "conversation", e.Conversation)
		o.client()
		o.after()
	}
	o.close('}')
	return o.b, o.err
}

// hookOut writes one body: the keys of every trigger are in one order, and which
// of them are there depends on it.
type hookOut struct {
	jsonOut
	h *heliograph.Webhook
	e *heliograph.Event
	c *webhook.Context
}

// before writes what comes before the user in events that are not of deliveries.
func (o *hookOut) before() {
	data := &o.e.Data
	switch o.e.Type {
	case heliograph.EventMessageCustomer, heliograph.EventMessageBusiness:
		o.messages()
	case heliograph.EventClientAdd, heliograph.EventClientRemove:
		o.failure(data.Error)
		o.textIf("reason", data.Reason)
	case heliograph.EventLinkMatch, heliograph.EventLinkSuccess, heliograph.EventLinkFailure:
		o.failure(data.Error)
		o.textIf("channel", data.Channel)
		o.textsIf("criteria", data.Criteria)
		writeIDIf(&o.jsonOut, "integrationId", data.Integ)
	case heliograph.EventConsent:
		o.textIf("channel", data.Channel)
		writeIDIf(&o.jsonOut, "integrationId", data.Integ)
	}
}

// after writes what comes after the client.
func (o *hookOut) after() {
	data := &o.e.Data
	switch o.e.Type {
	case heliograph.EventConversation, heliograph.EventRead, heliograph.EventClientAdd, heliograph.EventClientRemove:
		o.source()
	case heliograph.EventTyping:
		o.source()
		o.open("activity", '{')
		o.text("type", data.Activity)
		o.close('}')
	case heliograph.EventPostback:
		o.source()
		o.postback()
	case heliograph.EventConsent:
		// A change of what a person allows. An addition of ours.
		o.open("consent", '{')
		o.text("action", data.Reason)
		o.text("address", data.Criteria["address"])
		o.text("scope", data.Criteria["scope"])
		o.text("source", data.Criteria["source"])
		o.close('}')
	}
}

func (o *hookOut) messages() {
	o.open("messages", '[')
	if o.c.Message != nil {
		w := wireMessage(o.c.Message)
		w.write(&o.jsonOut, "")
	}
	o.close(']')
	if len(o.c.Recent) == 0 {
		return
	}
	o.open("recentNotifications", '[')
	for _, m := range o.c.Recent {
		w := wireMessage(m)
		w.write(&o.jsonOut, "")
	}
	o.close(']')
}

func (o *hookOut) source() {
	s := sourceJSON{Type: heliograph.SourceAPI}
	if o.e.Data.Channel != "" {
		s = sourceJSON{Type: o.e.Data.Channel, IntegrationID: o.e.Data.Integ.String()}
	}
	s.write(&o.jsonOut, "source")
}

// postback writes a postback action that was clicked, with its message.
func (o *hookOut) postback() {
	clicked := heliograph.Action{ID: o.e.Data.ActionID, Type: "postback"}
	o.open("postbacks", '[')
	o.open("", '{')
	if m := o.c.Message; m != nil {
		w := wireMessage(m)
		w.write(&o.jsonOut, "message")
		clicked = actionIn(m, clicked)
	}
	o.open("action", '{')
	o.text("_id", clicked.ID)
	o.text("type", clicked.Type)
	o.textIf("text", clicked.Text)
	o.textIf("payload", clicked.Payload)
	o.documentIf("metadata", clicked.Metadata)
	o.close('}')
	o.close('}')
	o.close(']')
}

// actionIn returns the action of m, or of one of its items, with the id of a; or
// a itself when there is none any more.
func actionIn(m *heliograph.Message, a heliograph.Action) heliograph.Action {
	lists := [][]heliograph.Action{m.Actions}
	for i := range m.Items {
		lists = append(lists, m.Items[i].Actions)
	}
	for _, list := range lists {
		for i := range list {
			if list[i].ID == a.ID {
				return list[i]
			}
		}
	}
	return a
}
