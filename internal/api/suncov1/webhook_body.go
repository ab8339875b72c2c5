package suncov1

import (
	"heliograph"
	"heliograph/internal/api/sunco"
	"heliograph/internal/webhook"
)

// WebhookBodies writes what webhooks are told, in the shapes of v1.1.
type WebhookBodies struct{}

var _ webhook.Renderer = WebhookBodies{}

// Body implements webhook.Renderer.
func (WebhookBodies) Body(dst []byte, h *heliograph.Webhook, e *heliograph.Event, c *webhook.Context) ([]byte, error) {
	o := hookOut{Writer: jsonOut{B: append(dst, '{')}, h: h, e: e, c: c}
	o.Text("trigger", string(e.Trigger()))
	o.Text("version", "v1.1")
	sunco.WriteRef(&o.Writer, "app", e.App)
	o.Float("timestamp", e.At.Seconds())
	switch e.Type {
	case heliograph.EventChannel, heliograph.EventUser, heliograph.EventFailure:
		o.delivery()
	case heliograph.EventMerge:
		o.client()
		o.merge()
	case heliograph.EventWebhookDisabled, heliograph.EventWebhookDead:
		o.TextIf("reason", e.Data.Reason)
		o.client()
		sunco.WriteRefIf(&o.Writer, "webhook", e.Data.Webhook)
	default:
		o.before()
		o.user("appUser")
		sunco.WriteRefIf(&o.Writer, "conversation", e.Conversation)
		o.client()
		o.after()
	}
	o.Close('}')
	return o.B, o.Err
}

// hookOut writes one body: the keys of every trigger are in one order, and which
// of them are there depends on it.
type hookOut struct {
	sunco.Writer
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
		o.TextIf("reason", data.Reason)
	case heliograph.EventLinkMatch, heliograph.EventLinkSuccess, heliograph.EventLinkFailure:
		o.failure(data.Error)
		o.TextIf("channel", data.Channel)
		o.TextsIf("criteria", data.Criteria)
		sunco.WriteIDIf(&o.Writer, "integrationId", data.Integ)
	case heliograph.EventConsent:
		o.TextIf("channel", data.Channel)
		sunco.WriteIDIf(&o.Writer, "integrationId", data.Integ)
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
		o.Open("activity", '{')
		o.Text("type", data.Activity)
		o.Close('}')
	case heliograph.EventPostback:
		o.source()
		o.postback()
	case heliograph.EventConsent:
		// A change of what a person allows. An addition of ours.
		o.Open("consent", '{')
		o.Text("action", data.Reason)
		o.Text("address", data.Criteria["address"])
		o.Text("scope", data.Criteria["scope"])
		o.Text("source", data.Criteria["source"])
		o.Close('}')
	}
}

func (o *hookOut) messages() {
	o.Open("messages", '[')
	if o.c.Message != nil {
		w := sunco.MessageOf(o.c.Message)
		w.Write(&o.Writer, "")
	}
	o.Close(']')
	if len(o.c.Recent) == 0 {
		return
	}
	o.Open("recentNotifications", '[')
	for _, m := range o.c.Recent {
		w := sunco.MessageOf(m)
		w.Write(&o.Writer, "")
	}
	o.Close(']')
}

func (o *hookOut) source() {
	s := sunco.Source{Type: heliograph.SourceAPI}
	if o.e.Data.Channel != "" {
		s = sunco.Source{Type: o.e.Data.Channel, IntegrationID: o.e.Data.Integ.String()}
	}
	s.Write(&o.Writer, "source")
}

// postback writes a postback action that was clicked, with its message.
func (o *hookOut) postback() {
	clicked := heliograph.Action{ID: o.e.Data.ActionID, Type: "postback"}
	o.Open("postbacks", '[')
	o.Open("", '{')
	if m := o.c.Message; m != nil {
		w := sunco.MessageOf(m)
		w.Write(&o.Writer, "message")
		clicked = actionIn(m, clicked)
	}
	o.Open("action", '{')
	o.Text("_id", clicked.ID)
	o.Text("type", clicked.Type)
	o.TextIf("text", clicked.Text)
	o.TextIf("payload", clicked.Payload)
	o.DocumentIf("metadata", clicked.Metadata)
	o.Close('}')
	o.Close('}')
	o.Close(']')
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
