package suncov1

import (
	"context"
	"encoding/json"
	"strings"
	"time"

	"heliograph"
	"heliograph/internal/content"
	"heliograph/internal/notify"
)

// notificationRequest is the body of a new notification, as documented.
type notificationRequest struct {
	Destination    notificationTarget `json:"destination" required:"true"`
	Author         notificationAuthor `json:"author" required:"true"`
	Message        messageContent     `json:"message" required:"true" doc:"With messageSchema: a message in the provider's own form. Shorthand in a text may stand for one message only."`
	MessageSchema  string             `json:"messageSchema,omitempty" doc:"whatsapp: message is WhatsApp's own, such as a template; the integration must be of that type."`
	Category       string             `json:"category,omitempty" doc:"transactional (default) or marketing. Ours."`
	ScheduledAt    string             `json:"scheduledAt,omitempty" doc:"When to send it, ISO-8601 or decimal Unix seconds; now unless told, and at once when it is past. Ours."`
	ExpiresAt      string             `json:"expiresAt,omitempty" doc:"Do not send it from this moment on, ISO-8601. Ours."`
	IdempotencyKey string             `json:"idempotencyKey,omitempty" doc:"As the header Idempotency-Key; when both are given they must be the same. Ours."`
}

type notificationTarget struct {
	IntegrationID string `json:"integrationId" required:"true"`
	DestinationID string `json:"destinationId" required:"true" doc:"The channel's address: a phone number with its country code."`
}

type notificationAuthor struct {
	Role      string `json:"role" required:"true" doc:"appMaker"`
	Name      string `json:"name,omitempty"`
	Email     string `json:"email,omitempty"`
	AvatarURL string `json:"avatarUrl,omitempty"`
}

// messageContent is what a message says, as documented.
type messageContent struct{ contentRequest }

// notificationBody is how a notification is read: the message stays raw for
// the reader of content.
type notificationBody struct {
	Destination *struct {
		IntegrationID *string `json:"integrationId"`
		DestinationID *string `json:"destinationId"`
	} `json:"destination"`
	Author        *notificationAuthor `json:"author"`
	Message       json.RawMessage     `json:"message"`
	MessageSchema string              `json:"messageSchema"`
	Category      string              `json:"category"`
	ScheduledAt   json.RawMessage     `json:"scheduledAt"`
	ExpiresAt     json.RawMessage     `json:"expiresAt"`
	// IdempotencyKey is nil when it is left out.
	IdempotencyKey *string `json:"idempotencyKey"`
}

// intent checks the parts that are the wire's, in the contract's order.
func (a *API) intent(ctx context.Context, app *heliograph.App, b *notificationBody) (*notify.Intent, error) {
	in := &notify.Intent{App: app.ID, Category: heliograph.Category(b.Category), Schema: b.MessageSchema}
	switch {
	case b.Destination == nil:
		return nil, heliograph.InvalidField("destination", "is required")
	case b.Destination.IntegrationID == nil || *b.Destination.IntegrationID == "":
		return nil, heliograph.InvalidField("destination.integrationId", "is required")
	case b.Destination.DestinationID == nil || strings.TrimSpace(*b.Destination.DestinationID) == "":
		return nil, heliograph.InvalidField("destination.destinationId", "is required")
	case b.Author == nil:
		return nil, heliograph.InvalidField("author", "is required")
	case b.Author.Role == "":
		return nil, heliograph.InvalidField("author.role", "is required")
	case heliograph.Role(b.Author.Role) != heliograph.Business:
		return nil, heliograph.InvalidField("author.role", "must be appMaker")
	case len(b.Message) == 0 || string(b.Message) == "null":
		return nil, heliograph.InvalidField("message", "is required")
	}
	if !parseID(*b.Destination.IntegrationID, &in.Integration) {
		return nil, heliograph.Errorf(heliograph.NotFound, heliograph.CodeIntegrationNotFound, "there is no such integration")
	}
	in.Address = *b.Destination.DestinationID
	author := heliograph.Author{Name: b.Author.Name, Email: b.Author.Email, AvatarURL: b.Author.AvatarURL}
	if err := content.CheckAuthor("author", author); err != nil {
		return nil, err
	}
	var err error
	if in.Content, err = b.content(author); err != nil {
		return nil, err
	}
	if in.Content, err = a.Templates.ExpandOne(ctx, app, "message", in.Content, in.Integration); err != nil {
		return nil, err
	}
	if in.At, err = readMoment("scheduledAt", b.ScheduledAt); err != nil {
		return nil, err
	}
	in.Expires, err = readMoment("expiresAt", b.ExpiresAt)
	return in, err
}

// content reads what a notification says.
func (b *notificationBody) content(author heliograph.Author) (out *heliograph.Content, err error) {
	switch b.MessageSchema {
	case "":
		out, err = content.ParseAt("message", b.Message)
	case content.WhatsApp:
		out, err = content.Native("message", b.Message)
	default:
		err = heliograph.InvalidField("messageSchema", "must be whatsapp when it is given")
	}
	if err != nil {
		return nil, err
	}
	if out.Type == heliograph.FormResponseMessage {
		return nil, heliograph.InvalidField("message.type", "formResponse is for messages of the appUser only")
	}
	out.Author = author
	return out, nil
}

// readMoment reads a time from a body: ISO-8601, or decimal Unix seconds; 0 when
// it is left out.
func readMoment(field string, raw json.RawMessage) (heliograph.Millis, error) {
	if len(raw) == 0 || string(raw) == "null" {
		return 0, nil
	}
	text := string(raw)
	_ = json.Unmarshal(raw, &text) // a number stays as it is written
	return momentOf(field, text)
}

func momentOf(field, text string) (heliograph.Millis, error) {
	at, ok := parseMoment(text)
	if !ok {
		return 0, heliograph.InvalidField(field, "must be ISO-8601, for example 2026-05-01T09:30:00Z, or decimal Unix seconds")
	}
	return at, nil
}

// parseMoment reads ISO-8601 or decimal Unix seconds between the years 2000 and 2200.
func parseMoment(s string) (heliograph.Millis, bool) {
	t, err := time.Parse(time.RFC3339Nano, s)
	if err != nil {
		var seconds float64
		if json.Unmarshal([]byte(s), &seconds) != nil {
			return 0, false
		}
		t = time.UnixMilli(int64(seconds * 1000))
	}
	if t.Year() < 2000 || t.Year() > 2200 {
		return 0, false
	}
	return heliograph.At(t), true
}

// notificationAnswer is the answer to an accepted notification.
type notificationAnswer struct {
	Notification struct {
		ID string `json:"_id"`
	} `json:"notification"`
}

// notificationDetail is what is known of one notification. Ours.
type notificationDetail struct {
	Notification notificationJSON `json:"notification"`
}

type notificationJSON struct {
	ID           string             `json:"_id"`
	Status       heliograph.Status  `json:"status"`
	Category     string             `json:"category"`
	Destination  destinationJSON    `json:"destination"`
	Message      *idJSON            `json:"message,omitempty"`
	AppUser      *idJSON            `json:"appUser,omitempty"`
	Conversation *idJSON            `json:"conversation,omitempty"`
	Attempts     int                `json:"attempts"`
	External     []externalJSON     `json:"externalMessages,omitempty"`
	Parts        int                `json:"parts,omitempty"`
	Error        *notificationError `json:"error,omitempty"`
	Resent       bool               `json:"resent,omitempty" doc:"It was sent again after an attempt whose outcome was unknown: it may have arrived twice."`
	Read         bool               `json:"read,omitempty"`
	AcceptedAt   string             `json:"acceptedAt"`
	ScheduledAt  string             `json:"scheduledAt,omitempty"`
	NextAt       string             `json:"nextAttemptAt,omitempty"`
	SentAt       string             `json:"sentAt,omitempty"`
	FinalAt      string             `json:"finalAt,omitempty"`
	ExpiresAt    string             `json:"expiresAt,omitempty"`
	AttemptList  []notify.Attempt   `json:"attemptList,omitempty"`
}

type destinationJSON struct {
	Type          string `json:"type"`
	IntegrationID string `json:"integrationId"`
	DestinationID string `json:"destinationId"`
}

type idJSON struct {
	ID string `json:"_id"`
}

type externalJSON struct {
	ID string `json:"id"`
}

type notificationError struct {
	Code         string `json:"code"`
	Message      string `json:"message,omitempty"`
	HTTPStatus   int    `json:"providerStatus,omitempty"`
	ProviderCode string `json:"providerCode,omitempty"`
}

func wireNotification(d *heliograph.Delivery) notificationJSON {
	out := notificationJSON{
		ID: d.ID.String(), Status: d.Status, Category: string(d.Category), Attempts: d.Attempts,
		Destination: destinationJSON{d.Channel, d.Integration.String(), d.Address},
		Message:     idOrNil(d.Message), AppUser: idOrNil(d.User), Conversation: idOrNil(d.Conversation),
		Parts: d.Details.Parts, Resent: d.Details.Resent, Read: d.Details.Read, AcceptedAt: d.Created.ISO(), ScheduledAt: isoOrNone(d.Details.Scheduled),
		SentAt: isoOrNone(d.Sent), FinalAt: isoOrNone(d.Final), ExpiresAt: isoOrNone(d.Expires),
	}
	for _, id := range d.Details.External {
		out.External = append(out.External, externalJSON{id})
	}
	if e := d.Details.Error; e != nil {
		out.Error = &notificationError{Code: e.Code, Message: e.Message, HTTPStatus: e.HTTPStatus, ProviderCode: e.Provider}
	}
	if d.Status == heliograph.Queued && d.Attempts > 0 || d.Status == heliograph.Unknown {
		out.NextAt = d.Due.ISO()
	}
	return out
}

func idOrNil[K any](id heliograph.ID[K]) *idJSON {
	if id.IsZero() {
		return nil
	}
	return &idJSON{id.String()}
}

func isoOrNone(m heliograph.Millis) string {
	if m == 0 {
		return ""
	}
	return m.ISO()
}

func (c *call) notificationID() (heliograph.NotificationID, error) {
	id, ok := heliograph.ParseNotificationID(c.PathValue("notificationId"))
	if !ok {
		return id, heliograph.Errorf(heliograph.NotFound, heliograph.CodeNotFound, "there is no such notification")
	}
	return id, nil
}
