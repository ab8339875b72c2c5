package conversation

import (
	"context"
	"slices"

	"heliograph"
)

// MaxContext bounds the notifications that go with one answer: the newest.
const MaxContext = 25

// takeIn moves a held row on by one message of the customer, and returns the
// moment after which notifications have not gone with an answer yet. Whoever
// answers has read what was there.
func takeIn(conv *heliograph.Conversation, now heliograph.Millis) (contextFrom heliograph.Millis) {
	conv.Seq++
	conv.Messages++
	conv.LastReceived = max(now, conv.LastReceived+1)
	conv.LastUserAt, conv.UserRead, conv.Unread = conv.LastReceived, conv.LastReceived, 0
	return conv.ContextFrom
}

// speak adds a customer's message, which takeIn gave its place, with the event
// that tells of it. The notifications after contextFrom go with it, and with no
// later one.
func (s *Service) speak(at *Place, m *heliograph.Message, contextFrom heliograph.Millis, data heliograph.EventData) {
	at.Conversation.ContextFrom = m.Received
	at.Spoken = append(at.Spoken, Spoken{Message: m, Event: s.saidEvent(at.User, m, data), After: contextFrom})
}

// customerSaid is speak on the way through the other ports. Notifications go
// with an answer exactly once, because notifications and answers alike hold the
// conversation's row.
func (s *Service) customerSaid(ctx context.Context, user *heliograph.User, conv *heliograph.Conversation, m *heliograph.Message, contextFrom heliograph.Millis, data heliograph.EventData) error {
	notifications, err := s.Messages.Notifications(ctx, conv.App, conv.ID, contextFrom, m.Received, MaxContext)
	if err != nil {
		return err
	}
	slices.Reverse(notifications)
	conv.ContextFrom = m.Received
	data.Context = notifications
	return s.tell(ctx, user, conv, m, data)
}

// tell stores a customer's message, the conversation as it is with it, and the
// event.
func (s *Service) tell(ctx context.Context, user *heliograph.User, conv *heliograph.Conversation, m *heliograph.Message, data heliograph.EventData) error {
	if err := s.Messages.Insert(ctx, m); err != nil {
		return err
	}
	if err := s.Conversations.Save(ctx, conv); err != nil {
		return err
	}
	return s.Events.AppendEventsWith(ctx, &heliograph.EventContext{User: user, Message: m}, s.saidEvent(user, m, data))
}

func (s *Service) saidEvent(user *heliograph.User, m *heliograph.Message, data heliograph.EventData) *heliograph.Event {
	ev := s.event(heliograph.EventMessageCustomer, user, m)
	data.ExtID = user.ExternalID
	ev.Data = data
	return ev
}
