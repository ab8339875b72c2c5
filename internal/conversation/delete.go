package conversation

import (
	"context"

	"heliograph"
)

// Delete removes one message from a user's conversation.
func (s *Service) Delete(ctx context.Context, u *heliograph.User, id heliograph.MessageID) error {
	return s.change(ctx, u, func(ctx context.Context, conv *heliograph.Conversation) error {
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
