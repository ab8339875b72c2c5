package conversation

import (
	"context"

	"heliograph"
)

// Delete removes one message from a user's conversation. What has not been sent
// of it is not sent any more.
func (s *Service) Delete(ctx context.Context, u *heliograph.User, id heliograph.MessageID) error {
	return s.change(ctx, u, func(ctx context.Context, conv *heliograph.Conversation) error {
		if err := s.cancel(ctx, conv, id); err != nil {
			return err
		}
		m, err := s.Messages.Delete(ctx, conv.App, conv.ID, id)
		if err != nil {
			return err
		}
		conv.Messages--
		if m.Role == heliograph.Business && m.Received > conv.UserRead && conv.Unread > 0 {
			conv.Unread--
		}
		return nil
	})
}

// DeleteAll empties a user's conversation, which also unlocks a full one.
// Messages that are written later still come after those that were deleted.
func (s *Service) DeleteAll(ctx context.Context, u *heliograph.User) error {
	return s.change(ctx, u, func(ctx context.Context, conv *heliograph.Conversation) error {
		if err := s.cancel(ctx, conv, heliograph.MessageID{}); err != nil {
			return err
		}
		conv.Messages, conv.Unread = 0, 0
		return s.Messages.DeleteAll(ctx, conv.App, conv.ID)
	})
}

// change runs fn on the locked row of a user's conversation and saves it.
func (s *Service) change(ctx context.Context, u *heliograph.User, fn func(context.Context, *heliograph.Conversation) error) error {
	if !u.ConversationStarted() {
		return errNoConversation()
	}
	return s.Tx.Atomically(ctx, func(ctx context.Context) error {
		conv, err := s.Conversations.Lock(ctx, u.App, u.Conversation)
		if err != nil {
			return err
		}
		if err := fn(ctx, conv); err != nil {
			return err
		}
		return s.Conversations.Save(ctx, conv)
	})
}

// cancel takes the deliveries of messages that are about to go out of the queue,
// and tells of them.
func (s *Service) cancel(ctx context.Context, conv *heliograph.Conversation, only heliograph.MessageID) error {
	now := s.now()
	cancelled, err := s.Messages.Cancel(ctx, conv.App, conv.ID, only, now)
	if err != nil || len(cancelled) == 0 {
		return err
	}
	events := make([]*heliograph.Event, len(cancelled))
	for i, d := range cancelled {
		events[i] = &heliograph.Event{
			ID: s.IDs.Event(), App: conv.App, Type: heliograph.EventCancelled, At: now, User: conv.User, Conversation: conv.ID,
			Delivery: d.Delivery, Message: d.Message, Data: heliograph.EventData{Kind: d.Kind, Final: true, Via: "api"},
		}
	}
	return s.Events.AppendEventsWith(ctx, nil, events...)
}
