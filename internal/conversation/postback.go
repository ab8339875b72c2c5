package conversation

import (
	"context"
	"math"
	"slices"
	"time"

	"heliograph"
)

const (
	// actionSlack is how far the moments of an action's id and of its message may
	// be apart.
	actionSlack = time.Minute
	// actionsBack is how many of the newest messages are looked through for an
	// action that is not where its id says: what was merged has moved.
	actionsBack = 1000
)

// Postback is the user's click on a postback action of a message. It is told of,
// and with the app's echoPostback the action's text is said by the user.
func (s *Service) Postback(ctx context.Context, app *heliograph.App, u *heliograph.User, action string) error {
	return s.PostbackBy(ctx, app, u, nil, action)
}

// PostbackBy is Postback on a device.
func (s *Service) PostbackBy(ctx context.Context, app *heliograph.App, u *heliograph.User, via *Via, action string) error {
	m, a, err := s.findAction(ctx, u, action)
	if err != nil {
		return err
	}
	if a.Type != "postback" {
		return heliograph.InvalidField("actionId", "names an action of type %s; only a postback can be posted back", a.Type)
	}
	return s.Tx.Atomically(ctx, func(ctx context.Context) error {
		ev := s.event(heliograph.EventPostback, u, m)
		if via != nil {
			ev.Data = via.event()
			ev.Data.ExtID = u.ExternalID
		}
		ev.At, ev.Data.ActionID = s.now(), a.ID
		if err := s.Events.AppendEventsWith(ctx, &heliograph.EventContext{User: u, Message: m}, ev); err != nil {
			return err
		}
		if !app.Settings.EchoPostback {
			return nil
		}
		return s.echo(ctx, u, via, a)
	})
}

// echo says the text of a clicked action in the user's name.
func (s *Service) echo(ctx context.Context, u *heliograph.User, via *Via, a *heliograph.Action) error {
	conv, err := s.Conversations.Lock(ctx, u.App, u.Conversation)
	if err != nil {
		return err
	}
	if err := full(conv); err != nil {
		return err
	}
	said := takeIn(conv, s.now())
	m := s.message(conv, heliograph.Customer, &heliograph.Content{
		Type: heliograph.TextMessage, Text: a.Text, Payload: a.Payload, Metadata: a.Metadata, Author: heliograph.Author{ID: u.ID.String()},
	})
	via.mark(m)
	return s.customerSaid(ctx, u, conv, m, said, via.event())
}

// findAction returns an action of a message in the user's conversation: first
// from the messages of the time when the action's id was made.
func (s *Service) findAction(ctx context.Context, u *heliograph.User, action string) (*heliograph.Message, *heliograph.Action, error) {
	conv, err := s.Conversation(ctx, u)
	if err != nil {
		return nil, nil, err
	}
	var id heliograph.RecordID
	if action == "" {
		return nil, nil, heliograph.InvalidField("actionId", "is required")
	}
	if id.UnmarshalText([]byte(action)) != nil || id.IsZero() {
		return nil, nil, errNoAction()
	}
	near, err := s.Messages.After(ctx, u.App, conv.ID, id.Millis().Add(-actionSlack), PageSize)
	if err != nil {
		return nil, nil, err
	}
	if m, a := actionOf(near, action); a != nil {
		return m, a, nil
	}
	before := heliograph.Millis(math.MaxInt64)
	for range actionsBack / PageSize {
		page, err := s.Messages.Before(ctx, u.App, conv.ID, before, PageSize)
		if err != nil {
			return nil, nil, err
		}
		if m, a := actionOf(page, action); a != nil {
			return m, a, nil
		}
		if len(page) < PageSize {
			break
		}
		before = page[len(page)-1].Received
	}
	return nil, nil, errNoAction()
}

func actionOf(messages []*heliograph.Message, id string) (*heliograph.Message, *heliograph.Action) {
	for _, m := range messages {
		if m.Role != heliograph.Business {
			continue
		}
		lists := [][]heliograph.Action{m.Actions}
		for i := range m.Items {
			lists = append(lists, m.Items[i].Actions)
		}
		for _, list := range lists {
			if i := slices.IndexFunc(list, func(a heliograph.Action) bool { return a.ID == id }); i >= 0 {
				return m, &list[i]
			}
		}
	}
	return nil, nil
}

func errNoAction() error {
	return heliograph.Errorf(heliograph.NotFound, heliograph.CodeNotFound, "there is no such action in this conversation")
}
