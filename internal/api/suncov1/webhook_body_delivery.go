package suncov1

import (
	"strconv"

	"heliograph"
	"heliograph/internal/webhook"
)

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

// strictCode maps a reason to the codes that receivers of v1.1 know.
func strictCode(reason string) string {
	switch reason {
	case heliograph.ReasonUnauthorized, heliograph.ReasonBadRequest, heliograph.ReasonBlocked:
		return reason
	case heliograph.ReasonOptedOut:
		return heliograph.ReasonBlocked
	case heliograph.ReasonNotFound:
		return heliograph.ReasonBadRequest
	}
	return heliograph.ReasonUncategorized
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
	w := wireMessage(m)
	out.Message = &w
	for _, a := range m.Actions {
		if a.ID == e.Data.ActionID {
			out.Action = postedAction{a.ID, a.Type, a.Text, a.Payload, a.Metadata}
		}
	}
	return out
}
