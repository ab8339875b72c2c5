package notify

import (
	"context"
	"strings"
	"time"

	"heliograph"
	"heliograph/channel"
	"heliograph/internal/content"
)

// MaxAhead is how far ahead a notification may be scheduled.
const MaxAhead = 366 * 24 * time.Hour

// Service is the engine. Every field but Watch, Templates, Files and Presence must be
// set.
type Service struct {
	Store        Store
	Integrations Integrations
	Lanes        Lanes
	Identities   Identities
	Now          heliograph.Clock
	IDs          *heliograph.IDMaker
	Types        []*channel.Type // those of this build
	Watch        Watch
	Templates    Templates
	Files        Files
	Presence     Presence
}

// Intent is what a caller wants sent.
type Intent struct {
	App         heliograph.AppID
	Integration heliograph.IntegrationID
	Address     string
	Content     *heliograph.Content // with its author
	Schema      string              // of the provider's own message that Content is; "" when the caller named none
	Category    heliograph.Category // "" means transactional
	At          heliograph.Millis   // 0: now
	Expires     heliograph.Millis   // 0: never

	Key    string // idempotency key
	Digest []byte
	Bulk   bool
}

// Sent is an accepted notification.
type Sent struct {
	ID     heliograph.NotificationID
	Status int    // 201, or the kept status of a repetition
	Body   string // the answer to give
	Replay bool
}

// Send accepts a notification: when it returns it is committed, and will be
// sent or told as failed.
func (s *Service) Send(ctx context.Context, in *Intent) (*Sent, error) {
	p, err := s.plan(ctx, in)
	if err != nil {
		return nil, err
	}
	a := p.accept
	if err := s.accept(ctx, a, in.Bulk); err != nil {
		return nil, err
	}
	switch {
	case a.Err != nil:
		return nil, a.Err
	case a.Replay != nil && !a.Replay.Same:
		return nil, heliograph.Errorf(heliograph.Conflict, heliograph.CodeIdempotencyMismatch, "this Idempotency-Key was used with another body")
	case a.Replay != nil:
		return &Sent{Status: a.Replay.Status, Body: a.Replay.Body, Replay: true}, nil
	}
	if s.Watch != nil {
		s.Watch.Accepted(a.Delivery.Channel, a.Delivery.Category)
	}
	return &Sent{ID: a.Delivery.ID, Status: 201, Body: a.Answer}, nil
}

// plan is an intent that was found sound.
type plan struct {
	accept      *Accept
	integration *heliograph.Integration
	channel     channel.Channel
	kind        *channel.Type
}

// plan checks an intent and makes the rows of it, without storing anything.
func (s *Service) plan(ctx context.Context, in *Intent) (*plan, error) {
	i, ch, kind, err := s.target(ctx, in)
	if err != nil {
		return nil, err
	}
	address, ok := kind.Normalise(in.Address)
	if !ok {
		return nil, heliograph.InvalidField("destination.destinationId", "is not an address of the channel %s; a phone number has a country code and 8 to 15 digits", kind.Name)
	}
	if address, _, err = s.Identities.Known(ctx, in.App, kind.Name, []string{address}); err != nil {
		return nil, err
	}
	now := heliograph.At(s.Now())
	if err := checkTimes(in, now); err != nil {
		return nil, err
	}
	if err := s.show(ctx, in, kind); err != nil {
		return nil, err
	}
	if s.Files != nil && in.Content.MediaURL != "" {
		if err := s.Files.Describe(ctx, in.App, in.Content); err != nil {
			return nil, err
		}
	}
	content.Stamp(in.Content, s.IDs.Hex)
	d := &heliograph.Delivery{
		ID: s.IDs.Notification(), App: in.App, Kind: heliograph.NotificationDelivery, Integration: i.ID, Message: s.IDs.Message(),
		Address: address, Category: in.Category, Created: now, Due: in.At, Expires: in.Expires,
	}
	if in.At > now {
		d.Details.Scheduled = in.At
	}
	if kind.KnownOnly {
		if err := s.device(ctx, d, kind); err != nil {
			return nil, err
		}
	}
	s.Lanes.Prepare(d, i)
	m := &heliograph.Message{
		ID: d.Message, App: in.App, Notification: d.ID, Received: now, Role: heliograph.Business,
		Source: heliograph.Source{Type: heliograph.SourceNotification}, Content: *in.Content,
	}
	return &plan{integration: i, channel: ch, kind: kind, accept: &Accept{
		Delivery: d, Message: m, NewUser: s.IDs.User(), NewClient: s.IDs.Client(), NewConversation: s.IDs.Conversation(),
		Key: in.Key, Digest: in.Digest, Answer: answer(d.ID), KnownOnly: kind.KnownOnly,
	}}, nil
}

// show checks that the channel knows the provider's own message that an intent
// holds, and makes it what the person will see.
func (s *Service) show(ctx context.Context, in *Intent, kind *channel.Type) error {
	n := in.Content.Native
	switch {
	case n == nil:
		return nil
	case kind.Schema == n.Schema:
	case in.Schema != "":
		return heliograph.InvalidField("messageSchema", "is for integrations of %s only; this one is of type %s", n.Schema, kind.Name)
	case n.Fallback == "":
		return heliograph.InvalidField("message.text", "is a template of %s without a fallback; this integration is of type %s", n.Schema, kind.Name)
	}
	if s.Templates != nil {
		in.Content = s.Templates.Shown(ctx, in.Integration, in.Content)
	}
	return nil
}

func answer(id heliograph.NotificationID) string {
	return `{"notification":{"_id":"` + id.String() + `"}}`
}

// target finds the integration that an intent names, and checks that it may
// carry notifications.
func (s *Service) target(ctx context.Context, in *Intent) (*heliograph.Integration, channel.Channel, *channel.Type, error) {
	i, ch, kind, err := s.Integrations.Lookup(ctx, in.Integration)
	if err != nil {
		return nil, nil, nil, err
	}
	switch {
	case i.App != in.App:
		return nil, nil, nil, heliograph.Errorf(heliograph.NotFound, heliograph.CodeIntegrationNotFound, "there is no such integration")
	case kind.Open == nil:
		return nil, nil, nil, heliograph.InvalidField("destination.integrationId", "names an integration of type %s, which has no channel in this build; notifications go through %s",
			i.Type, strings.Join(channel.WithChannel(s.Types, func(t *channel.Type) bool { return t.Notifiable }), ", "))
	case !kind.Notifiable:
		return nil, nil, nil, heliograph.InvalidField("destination.integrationId", "names an integration of type %s, which cannot be the target of a notification", i.Type)
	case i.Status == heliograph.IntegrationError:
		return nil, nil, nil, heliograph.InvalidField("destination.integrationId", "names an integration whose provider refuses its credentials: %s", i.Error)
	case i.Status == heliograph.IntegrationInactive:
		return nil, nil, nil, heliograph.InvalidField("destination.integrationId", "names an integration that is switched off")
	}
	return i, ch, kind, nil
}

func checkTimes(in *Intent, now heliograph.Millis) error {
	switch {
	case in.At > now.Add(MaxAhead):
		return heliograph.InvalidField("scheduledAt", "is more than 366 days ahead")
	case in.Expires != 0 && in.Expires <= max(now, in.At):
		return heliograph.InvalidField("expiresAt", "is not after the time at which it would be sent")
	case in.Category != "" && in.Category != heliograph.Transactional && in.Category != heliograph.Marketing:
		return heliograph.InvalidField("category", "must be transactional or marketing")
	}
	return nil
}

// Get returns one notification.
func (s *Service) Get(ctx context.Context, app heliograph.AppID, id heliograph.NotificationID) (*heliograph.Delivery, error) {
	return s.Store.Notification(ctx, app, id)
}

// List returns a page of notifications, newest first, and the next one's cursor.
func (s *Service) List(ctx context.Context, app heliograph.AppID, f Filter) ([]*heliograph.Delivery, heliograph.NotificationID, error) {
	return s.Store.List(ctx, app, f)
}

// Cancel takes back a notification that has not been attempted, waits for its
// next attempt, or is held for a person. Its fate is told to webhooks as a failure with the reason
// cancelled.
func (s *Service) Cancel(ctx context.Context, app heliograph.AppID, id heliograph.NotificationID) (*heliograph.Delivery, error) {
	d, err := s.Store.Notification(ctx, app, id)
	if err != nil {
		return nil, err
	}
	now := heliograph.At(s.Now())
	u := *d
	u.Status, u.Reason, u.Final = heliograph.Cancelled, heliograph.ReasonCancelled, now
	u.Details.Error = &heliograph.DeliveryError{Code: heliograph.ReasonCancelled, Message: "it was cancelled before it was sent"}
	if d.Status == heliograph.Unknown {
		u.Details.Error.Message = "it was given up; the provider may have sent it"
	}
	e := &heliograph.Event{
		ID: s.IDs.Event(), App: app, Type: heliograph.EventFailure, At: now, User: d.User, Conversation: d.Conversation, Delivery: id, Message: d.Message,
		Data: heliograph.EventData{Kind: d.Kind, Final: true, Integ: d.Integration, Via: "api", Error: u.Details.Error, Attempt: d.Attempts},
	}
	ok, err := s.Store.Cancel(ctx, &u, e)
	if err != nil {
		return nil, err
	}
	if !ok {
		return nil, heliograph.Errorf(heliograph.Conflict, heliograph.CodeNotCancellable, "it has left the queue; its status is %s", d.Status)
	}
	s.Lanes.Cancelled(&u)
	return &u, nil
}

// Explanation is what would become of a notification.
type Explanation struct {
	Sends     bool               `json:"wouldSend"`
	At        string             `json:"sendAt,omitempty" doc:"Absent while its integration is paused until someone resumes it."`
	Via       Route              `json:"through"`
	Category  string             `json:"category"`
	User      *heliograph.User   `json:"-"`
	Rendering *channel.Rendering `json:"rendering,omitempty"`
	Gates     []GateAnswer       `json:"gates"`
	Stopped   string             `json:"stoppedBy,omitempty"`
	Paused    string             `json:"paused,omitempty" doc:"Why its integration does not send now; it would wait."`
}

// Route is the way that a notification would take.
type Route struct {
	Integration string `json:"integrationId"`
	Type        string `json:"type"`
	Destination string `json:"destinationId"`
}

// Explain says what would become of an intent: the same checks and gates as
// Send, and nothing is stored.
func (s *Service) Explain(ctx context.Context, in *Intent) (*Explanation, error) {
	p, err := s.plan(ctx, in)
	if err != nil {
		return nil, err
	}
	d := p.accept.Delivery
	suppressed, err := s.Store.Suppressed(ctx, d.App, d.Integration, d.Address, d.Category, d.Due)
	if err != nil {
		return nil, err
	}
	out := &Explanation{
		Sends: true, At: d.Due.ISO(), Category: string(d.Category),
		Via: Route{d.Integration.String(), p.kind.Name, d.Address},
	}
	if out.Gates, err = s.Lanes.Gates(ctx, d, in.Content, p.integration, p.channel, p.kind, suppressed); err != nil {
		return nil, err
	}
	if out.User, err = s.Store.Owner(ctx, d.App, p.kind.Name, d.Address, d.Integration); err != nil {
		return nil, err
	}
	if r, ok := p.channel.(channel.Renderer); ok {
		if look, err := r.Render(in.Content); err == nil {
			out.Rendering = &look
		}
	}
	for _, g := range out.Gates {
		if !g.Passes {
			out.Sends, out.Stopped = false, g.Gate
			break
		}
	}
	if i := p.integration; i.PausedUntil > d.Due {
		out.Paused, out.At = i.PauseReason, i.PausedUntil.ISO()
		if i.PausedUntil > d.Due.Add(MaxAhead) {
			out.At = "" // until someone resumes it
		}
	}
	return out, nil
}
