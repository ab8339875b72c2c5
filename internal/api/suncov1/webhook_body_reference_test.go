package suncov1

// The bodies of webhooks as structures, which say what belongs into which body.
// Only the test that compares them with what is written sees them.

import (
	"bytes"
	"encoding/json"
	"slices"
	"strconv"

	"heliograph"
	"heliograph/internal/api/sunco"
	"heliograph/internal/webhook"
)

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
	Source       *sunco.Source `json:"source,omitempty"`
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

// referenceBody is the body as encoding/json writes it.
func referenceBody(dst []byte, h *heliograph.Webhook, e *heliograph.Event, c *webhook.Context) ([]byte, error) {
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
		w := sunco.ClientOf(c.Client)
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
			b.Messages = append(b.Messages, sunco.MessageOf(c.Message))
		}
		b.Recent = sunco.MessagesOf(c.Recent)
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
		return sunco.AppUserOf(c.User)
	}
	return shortUser(e, c)
}

// shortUser names the user, by what the event itself knows when the user is gone.
func shortUser(e *heliograph.Event, c *webhook.Context) appUserShortJSON {
	if c.User != nil {
		return sunco.AppUserShortOf(c.User)
	}
	return appUserShortJSON{ID: e.User.String(), UserID: e.Data.ExtID, ConversationStarted: !e.Conversation.IsZero()}
}

func hookSource(e *heliograph.Event) *sunco.Source {
	if e.Data.Channel == "" {
		return &sunco.Source{Type: heliograph.SourceAPI}
	}
	return &sunco.Source{Type: e.Data.Channel, IntegrationID: e.Data.Integ.String()}
}

// hookClient is the client an event is about; of one that is gone, what the
// event knows.
func hookClient(e *heliograph.Event, c *webhook.Context) *clientJSON {
	if c.Client != nil {
		w := sunco.ClientOf(c.Client)
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

type hookDestination struct {
	Type          string `json:"type,omitempty"`
	IntegrationID string `json:"integrationId,omitempty"`
	DestinationID string `json:"destinationId,omitempty"`
}

// notificationRef names a notification, with what its sender wrote into the
// message's metadata, so that a receiver need not look it up.
type notificationRef struct {
	ID       string         `json:"_id"`
	Metadata map[string]any `json:"metadata,omitempty"`
}

// matchJSON is whom a notification's address belongs to.
type matchJSON struct {
	AppUser      any     `json:"appUser,omitempty"`
	Conversation *idJSON `json:"conversation,omitempty"`
}

// delivery writes the keys of notification:delivery:* and message:delivery:*.
func (b *hookBody) delivery(e *heliograph.Event, c *webhook.Context, user any) {
	final := e.Data.Final
	b.Final = &final
	b.External = externals(e, c.Delivery)
	if e.Type == heliograph.EventFailure {
		b.Error = hookError(e.Data.Error)
		if b.Error == nil {
			b.Error = &hookErrorJSON{Code: heliograph.ReasonUncategorized}
		}
	}
	b.Destination = &hookDestination{Type: e.Data.Channel, IntegrationID: e.Data.Integ.String()}
	if d := c.Delivery; d != nil {
		b.Destination.Type, b.Destination.IntegrationID = d.Channel, d.Integration.String()
	}
	if e.Data.Kind != heliograph.NotificationDelivery {
		b.AppUser, b.Conversation, b.Message = user, ref(e.Conversation), ref(e.Message)
		return
	}
	b.Notification = &notificationRef{ID: e.Delivery.String()}
	if said := c.Said(); said != nil {
		b.Notification.Metadata = said.Metadata
	}
	if c.Delivery != nil {
		b.Destination.DestinationID = c.Delivery.Address
	}
	if user != nil {
		b.Match = &matchJSON{AppUser: user, Conversation: ref(e.Conversation)}
	}
}

func externals(e *heliograph.Event, d *heliograph.Delivery) []externalJSON {
	ids := e.Data.External
	if ids == nil && d != nil {
		ids = d.Details.External
	}
	out := make([]externalJSON, len(ids))
	for i, id := range ids {
		out[i].ID = id
	}
	return out
}

// hookErrorJSON is why something failed, in the words of v1.1.
type hookErrorJSON struct {
	Code       string          `json:"code"`
	Message    string          `json:"message,omitempty"`
	Underlying *underlyingJSON `json:"underlyingError,omitempty"`
}

// underlyingJSON is what the provider said, and our own precise reason.
type underlyingJSON struct {
	Reason  string          `json:"reason"`
	Status  int             `json:"status,omitempty"`
	Message string          `json:"message,omitempty"`
	Errors  []providerError `json:"errors,omitempty"`
}

type providerError struct {
	Code  any    `json:"code"` // a number where the provider's code is one
	Title string `json:"title,omitempty"`
}

func hookError(e *heliograph.DeliveryError) *hookErrorJSON {
	if e == nil {
		return nil
	}
	out := &hookErrorJSON{
		Code: strictCode(e.Code), Message: e.Message,
		Underlying: &underlyingJSON{Reason: e.Code, Status: e.HTTPStatus, Message: e.Message},
	}
	if e.Provider != "" {
		p := providerError{Code: e.Provider, Title: e.Message}
		if n, err := strconv.Atoi(e.Provider); err == nil {
			p.Code = n
		}
		out.Underlying.Errors = []providerError{p}
	}
	return out
}

// postback is a postback action that was clicked.
type postback struct {
	Message *messageJSON `json:"message,omitempty"`
	Action  postedAction `json:"action"`
}

type postedAction struct {
	ID       string         `json:"_id"`
	Type     string         `json:"type"`
	Text     string         `json:"text,omitempty"`
	Payload  string         `json:"payload,omitempty"`
	Metadata map[string]any `json:"metadata,omitempty"`
}

func postbackOf(e *heliograph.Event, m *heliograph.Message) postback {
	out := postback{Action: postedAction{ID: e.Data.ActionID, Type: "postback"}}
	if m == nil {
		return out
	}
	w := sunco.MessageOf(m)
	out.Message = &w
	all := slices.Clone(m.Actions)
	for _, item := range m.Items {
		all = append(all, item.Actions...)
	}
	if i := slices.IndexFunc(all, func(a heliograph.Action) bool { return a.ID == e.Data.ActionID }); i >= 0 {
		a := all[i]
		out.Action = postedAction{a.ID, a.Type, a.Text, a.Payload, a.Metadata}
	}
	return out
}
