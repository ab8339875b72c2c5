package suncov1

import (
	"bytes"
	"encoding/json"

	"heliograph"
	"heliograph/internal/webhook"
)

// WebhookBodies writes what webhooks are told, in the shapes of v1.1.
type WebhookBodies struct{}

var _ webhook.Renderer = WebhookBodies{}

// hookBody is the body of every trigger. Which keys are there depends on it.
type hookBody struct {
	Trigger   heliograph.Trigger `json:"trigger"`
	Version   string             `json:"version"`
	App       idJSON             `json:"app"`
	Timestamp float64            `json:"timestamp"`

	Messages []messageJSON `json:"messages,omitzero"`
	Recent   []messageJSON `json:"recentNotifications,omitempty"`

	Destination  *hookDestination  `json:"destination,omitempty"`
	Final        *bool             `json:"isFinalEvent,omitempty"`
	External     []externalJSON    `json:"externalMessages,omitempty"`
	Message      *idJSON           `json:"message,omitempty"`
	Notification *notificationRef  `json:"notification,omitempty"`
	Match        *matchJSON        `json:"matchResult,omitempty"`
	Error        *hookErrorJSON    `json:"error,omitempty"`
	Channel      string            `json:"channel,omitempty"`
	Criteria     map[string]string `json:"criteria,omitempty"`
	Integration  string            `json:"integrationId,omitempty"`
	Reason       string            `json:"reason,omitempty"`

	AppUser      any           `json:"appUser,omitempty"`
	Conversation *idJSON       `json:"conversation,omitempty"`
	Client       *clientJSON   `json:"client,omitempty"`
	Source       *sourceJSON   `json:"source,omitempty"`
	Activity     *activityJSON `json:"activity,omitempty"`
	Postbacks    []postback    `json:"postbacks,omitempty"`

	Surviving *appUserShortJSON  `json:"surviving,omitempty"`
	Discarded []appUserShortJSON `json:"discarded,omitempty"`

	Consent *hookConsentJSON `json:"consent,omitempty"`
	Webhook *idJSON          `json:"webhook,omitempty"`
}

type activityJSON struct {
	Type string `json:"type"`
}

// hookConsentJSON is a change of what a person allows. An addition of ours.
type hookConsentJSON struct {
	Action  string `json:"action"`
	Address string `json:"address"`
	Scope   string `json:"scope"`
	Source  string `json:"source"`
}

// Body implements webhook.Renderer.
func (WebhookBodies) Body(dst []byte, h *heliograph.Webhook, e *heliograph.Event, c *webhook.Context) ([]byte, error) {
	b := hookBody{Trigger: e.Trigger(), Version: "v1.1", App: idJSON{e.App.String()}, Timestamp: e.At.Seconds()}
	user := hookUser(h, e, c)
	switch e.Type {
	case heliograph.EventChannel, heliograph.EventUser, heliograph.EventFailure:
		b.delivery(e, c, user)
	case heliograph.EventMerge:
		b.merge(e, c)
	case heliograph.EventWebhookDisabled, heliograph.EventWebhookDead:
		b.Webhook, b.Reason = ref(e.Data.Webhook), e.Data.Reason
	default:
		b.AppUser, b.Conversation = user, ref(e.Conversation)
		b.about(e, c)
	}
	if h.IncludeClient && b.Client == nil && c.Client != nil {
		w := wireClient(c.Client)
		b.Client = &w
	}
	buf := bytes.NewBuffer(dst)
	enc := json.NewEncoder(buf)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(&b); err != nil {
		return nil, err
	}
	return bytes.TrimSuffix(buf.Bytes(), []byte("\n")), nil
}

// ref names a thing; nil when there is none.
func ref[K any](id heliograph.ID[K]) *idJSON {
	if id.IsZero() {
		return nil
	}
	return &idJSON{id.String()}
}

// about writes the keys of events that are not of deliveries.
func (b *hookBody) about(e *heliograph.Event, c *webhook.Context) {
	switch e.Type {
	case heliograph.EventMessageCustomer, heliograph.EventMessageBusiness:
		b.Messages = []messageJSON{}
		if c.Message != nil {
			b.Messages = append(b.Messages, wireMessage(c.Message))
		}
		b.Recent = wireMessages(c.Recent)
	case heliograph.EventConversation, heliograph.EventRead:
		b.Source = hookSource(e)
	case heliograph.EventTyping:
		b.Source, b.Activity = hookSource(e), &activityJSON{e.Data.Activity}
	case heliograph.EventPostback:
		b.Source, b.Postbacks = hookSource(e), []postback{postbackOf(e, c.Message)}
	case heliograph.EventClientAdd, heliograph.EventClientRemove:
		b.Client, b.Reason, b.Error = hookClient(e, c), e.Data.Reason, hookError(e.Data.Error)
		b.Source = hookSource(e)
	case heliograph.EventLinkMatch, heliograph.EventLinkSuccess, heliograph.EventLinkFailure:
		b.Channel, b.Criteria, b.Integration = e.Data.Channel, e.Data.Criteria, e.Data.Integ.String()
		b.Client, b.Error = hookClient(e, c), hookError(e.Data.Error)
	case heliograph.EventConsent:
		b.Consent = &hookConsentJSON{e.Data.Reason, e.Data.Criteria["address"], e.Data.Criteria["scope"], e.Data.Criteria["source"]}
		b.Integration, b.Channel = e.Data.Integ.String(), e.Data.Channel
	}
}

func (b *hookBody) merge(e *heliograph.Event, c *webhook.Context) {
	surviving := shortUser(e, c)
	b.Surviving = &surviving
	b.Discarded = make([]appUserShortJSON, len(e.Data.Other))
	for i, id := range e.Data.Other {
		b.Discarded[i] = appUserShortJSON{ID: id.String(), ConversationStarted: surviving.ConversationStarted}
		if i < len(e.Data.OtherExt) {
			b.Discarded[i].UserID = e.Data.OtherExt[i]
		}
	}
}

// hookUser is the user an event is about: in full where the webhook asks for
// it, and for a conversation that starts; nil when the event is about none.
func hookUser(h *heliograph.Webhook, e *heliograph.Event, c *webhook.Context) any {
	switch {
	case e.User.IsZero():
		return nil
	case c.User != nil && (h.IncludeFullUser || e.Type == heliograph.EventConversation):
		return wireUser(c.User)
	}
	return shortUser(e, c)
}

// shortUser names the user, by what the event itself knows when the user is gone.
func shortUser(e *heliograph.Event, c *webhook.Context) appUserShortJSON {
	if c.User != nil {
		return wireUserShort(c.User)
	}
	return appUserShortJSON{ID: e.User.String(), UserID: e.Data.ExtID, ConversationStarted: !e.Conversation.IsZero()}
}

func hookSource(e *heliograph.Event) *sourceJSON {
	if e.Data.Channel == "" {
		return &sourceJSON{Type: heliograph.SourceAPI}
	}
	return &sourceJSON{Type: e.Data.Channel, IntegrationID: e.Data.Integ.String()}
}

// hookClient is the client an event is about; of one that is gone, what the
// event knows.
func hookClient(e *heliograph.Event, c *webhook.Context) *clientJSON {
	if c.Client != nil {
		w := wireClient(c.Client)
		return &w
	}
	if e.Data.Client.IsZero() {
		return nil
	}
	return &clientJSON{
		ID: e.Data.Client.String(), SameID: e.Data.Client.String(), Platform: e.Data.Channel,
		IntegrationID: e.Data.Integ.String(), Status: string(heliograph.ClientInactive),
	}
}
