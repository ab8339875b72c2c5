package notify

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"heliograph"
)

// Story is everything that happened to a notification, or to a message of a
// conversation, in order, for a person.
type Story struct {
	Notification string            `json:"notification,omitempty"`
	Message      string            `json:"message,omitempty"`
	Status       heliograph.Status `json:"status,omitempty" doc:"Of the last delivery; absent when nothing was sent."`
	Summary      string            `json:"summary" doc:"The end of the story in one sentence."`
	Steps        []Step            `json:"steps"`
}

// Step is one thing that happened.
type Step struct {
	At      string   `json:"at" doc:"When, ISO-8601."`
	What    string   `json:"what" doc:"accepted, choice, held, gate, attempt, answer, status, unknown, webhook, reply or waiting."`
	Text    string   `json:"text" doc:"What happened, in a sentence."`
	Attempt int      `json:"attempt,omitempty"`
	Gate    string   `json:"gate,omitempty"`
	Code    string   `json:"code,omitempty"`
	Event   string   `json:"eventId,omitempty"`
	Webhook string   `json:"webhookId,omitempty"`
	Ids     []string `json:"externalIds,omitempty"`

	order heliograph.Millis
	rank  int // among steps of one moment
}

// Attempt is one try to send.
type Attempt struct {
	Number       int      `json:"number"`
	StartedAt    string   `json:"startedAt,omitempty"`
	TookMS       int64    `json:"tookMs"`
	Outcome      string   `json:"outcome" doc:"accepted, retry, unknown, pause or final."`
	HTTPStatus   int      `json:"providerStatus,omitempty"`
	ProviderCode string   `json:"providerCode,omitempty"`
	Message      string   `json:"message,omitempty"`
	External     []string `json:"externalIds,omitempty"`
	NextAt       string   `json:"nextAttemptAt,omitempty"`
}

// WithAttempts returns a notification and its attempts.
func (s *Service) WithAttempts(ctx context.Context, app heliograph.AppID, id heliograph.NotificationID) (*heliograph.Delivery, []Attempt, error) {
	d, err := s.Store.Notification(ctx, app, id)
	if err != nil {
		return nil, nil, err
	}
	events, err := s.Store.DeliveryEvents(ctx, app, id)
	if err != nil {
		return nil, nil, err
	}
	var out []Attempt
	for _, e := range events {
		if e.Data.Class == "" {
			continue
		}
		a := Attempt{Number: e.Data.Attempt, TookMS: e.Data.Took, Outcome: e.Data.Class, External: e.Data.External}
		if e.Data.Started != 0 {
			a.StartedAt = e.Data.Started.ISO()
		}
		if e.Data.Retry != 0 {
			a.NextAt = e.Data.Retry.ISO()
		}
		if x := e.Data.Error; x != nil {
			a.HTTPStatus, a.ProviderCode, a.Message = x.HTTPStatus, x.Provider, x.Message
		}
		out = append(out, a)
	}
	return d, out, nil
}

// Why tells the story of a notification.
func (s *Service) Why(ctx context.Context, app heliograph.AppID, id heliograph.NotificationID) (*Story, error) {
	d, err := s.Store.Notification(ctx, app, id)
	if err != nil {
		return nil, err
	}
	steps, err := s.tell(ctx, d)
	if err != nil {
		return nil, err
	}
	return &Story{Notification: id.String(), Status: d.Status, Summary: summary(d), Steps: steps}, nil
}

// WhyMessage tells the story of a message of a user, over all the clients that it
// was sent to.
func (s *Service) WhyMessage(ctx context.Context, app heliograph.AppID, u heliograph.UserID, id heliograph.MessageID) (*Story, error) {
	m, err := s.Store.Message(ctx, app, id)
	if err != nil {
		return nil, err
	}
	if m.User != u {
		return nil, heliograph.Errorf(heliograph.NotFound, heliograph.CodeNotFound, "there is no such message")
	}
	all, err := s.Store.MessageDeliveries(ctx, app, id)
	if err != nil {
		return nil, err
	}
	out := &Story{Message: id.String(), Steps: []Step{}, Summary: "It is in the conversation, and was sent to no channel: the user has no client that it could go to."}
	if m.Role == heliograph.Customer {
		out.Summary = "The user said it."
	}
	for _, d := range all {
		steps, err := s.tell(ctx, d)
		if err != nil {
			return nil, err
		}
		out.Steps = append(out.Steps, steps...)
	}
	if d := ofMessage(all); d != nil {
		out.Status, out.Summary = d.Status, summary(d)
	}
	slices.SortStableFunc(out.Steps, inOrder)
	return out, nil
}

// tell returns the steps of one delivery.
func (s *Service) tell(ctx context.Context, d *heliograph.Delivery) ([]Step, error) {
	events, err := s.Store.DeliveryEvents(ctx, d.App, d.ID)
	if err != nil {
		return nil, err
	}
	t := &teller{d: d, gates: s.gateNames(ctx, d)}
	t.accepted()
	for _, e := range events {
		t.event(e)
	}
	if err := s.tellWebhooks(ctx, t, events); err != nil {
		return nil, err
	}
	if err := s.tellReplies(ctx, t); err != nil {
		return nil, err
	}
	t.waiting()
	slices.SortStableFunc(t.steps, inOrder)
	return t.steps, nil
}

// inOrder compares steps by their time, and then by what comes first.
func inOrder(a, b Step) int {
	return cmp.Or(cmp.Compare(a.order, b.order), cmp.Compare(a.rank, b.rank))
}

// gateNames lists the gates that every attempt passes.
func (s *Service) gateNames(ctx context.Context, d *heliograph.Delivery) []string {
	i, ch, kind, err := s.Integrations.Lookup(ctx, d.Integration)
	if err != nil {
		return nil
	}
	var names []string
	gates, err := s.Lanes.Gates(ctx, d, &heliograph.Content{Type: heliograph.TextMessage, Text: "-"}, i, ch, kind, false)
	if err != nil {
		return nil
	}
	for _, g := range gates {
		names = append(names, g.Gate)
	}
	return names
}

func (s *Service) tellWebhooks(ctx context.Context, t *teller, events []*heliograph.Event) error {
	var ids []heliograph.EventID
	names := map[heliograph.EventID]heliograph.Trigger{}
	for _, e := range events {
		if trigger := e.Trigger(); trigger != "" {
			ids = append(ids, e.ID)
			names[e.ID] = trigger
		}
	}
	told, err := s.Store.Told(ctx, t.d.App, ids)
	for _, w := range told {
		t.told(w, names[w.Event])
	}
	return err
}

func (s *Service) tellReplies(ctx context.Context, t *teller) error {
	if t.d.Conversation.IsZero() {
		return nil
	}
	m, err := s.Store.Message(ctx, t.d.App, t.d.Message)
	if heliograph.IsKind(err, heliograph.NotFound) {
		return nil // deleted since
	}
	if err != nil {
		return err
	}
	replies, err := s.Store.Answers(ctx, t.d.App, t.d.Conversation, m.Received)
	for _, r := range replies {
		if r.Answers != nil && r.Answers.Notification == t.d.ID {
			t.reply(r)
		}
	}
	return err
}

// summary is the end of the story so far.
func summary(d *heliograph.Delivery) string {
	switch d.Status {
	case heliograph.Scheduled:
		return "It is scheduled for " + d.Due.ISO() + "."
	case heliograph.Queued:
		if d.Attempts > 0 {
			return fmt.Sprintf("It waits for attempt %d, due at %s.", d.Attempts+1, d.Due.ISO())
		}
		return "It waits for its turn in the lane of its integration."
	case heliograph.Sending:
		return "An attempt is under way."
	case heliograph.Unknown:
		return "The provider may or may not have it: the outcome of an attempt is not known."
	case heliograph.AtChannel:
		return "The provider took it at " + d.Sent.ISO() + "; no receipt of the person's device has come."
	case heliograph.AtUser:
		if d.Details.Read {
			return "It was delivered to the person, and read."
		}
		return "It was delivered to the person at " + d.Final.ISO() + "."
	case heliograph.Expired:
		return "It was not sent before it expired."
	case heliograph.Cancelled:
		if e := d.Details.Error; e != nil && e.Message != "" {
			return "Cancelled: " + e.Message + "."
		}
		return "It was cancelled before it was sent."
	}
	text := "It failed: " + strings.ReplaceAll(d.Reason, "_", " ")
	if e := d.Details.Error; e != nil && e.Message != "" {
		text += " (" + e.Message + ")"
	}
	return text + "."
}
