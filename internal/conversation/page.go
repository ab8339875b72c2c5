package conversation

import (
	"context"
	"math"
	"slices"

	"heliograph"
)

// PageSize is how many messages a page holds at most.
const PageSize = 100

// Page is a stretch of a conversation, oldest message first.
type Page struct {
	Conversation *heliograph.Conversation
	Messages     []*heliograph.Message
	Older, Newer bool // there is more on that side
}

// Conversation returns a user's conversation.
func (s *Service) Conversation(ctx context.Context, u *heliograph.User) (*heliograph.Conversation, error) {
	if !u.ConversationStarted() {
		return nil, errNoConversation()
	}
	return s.Conversations.Get(ctx, u.App, u.Conversation)
}

// Newest returns the newest page of a user's conversation.
func (s *Service) Newest(ctx context.Context, u *heliograph.User) (*Page, error) {
	return s.PageBefore(ctx, u, math.MaxInt64)
}

// PageBefore returns the messages right before a moment. Since no two messages
// of a conversation share a moment, a page never loses one at its edge.
func (s *Service) PageBefore(ctx context.Context, u *heliograph.User, moment heliograph.Millis) (*Page, error) {
	conv, err := s.Conversation(ctx, u)
	if err != nil {
		return nil, err
	}
	p := &Page{Conversation: conv}
	if p.Messages, err = s.Messages.Before(ctx, u.App, conv.ID, moment, PageSize+1); err != nil {
		return nil, err
	}
	if p.Older = len(p.Messages) > PageSize; p.Older {
		p.Messages = p.Messages[:PageSize]
	}
	slices.Reverse(p.Messages)
	if n := len(p.Messages); n > 0 && moment != math.MaxInt64 {
		newer, err := s.Messages.After(ctx, u.App, conv.ID, p.Messages[n-1].Received, 1)
		if err != nil {
			return nil, err
		}
		p.Newer = len(newer) > 0
	}
	return p, nil
}

// PageAfter returns the messages right after a moment.
func (s *Service) PageAfter(ctx context.Context, u *heliograph.User, moment heliograph.Millis) (*Page, error) {
	conv, err := s.Conversation(ctx, u)
	if err != nil {
		return nil, err
	}
	p := &Page{Conversation: conv}
	if p.Messages, err = s.Messages.After(ctx, u.App, conv.ID, moment, PageSize+1); err != nil {
		return nil, err
	}
	if p.Newer = len(p.Messages) > PageSize; p.Newer {
		p.Messages = p.Messages[:PageSize]
	}
	if len(p.Messages) > 0 {
		older, err := s.Messages.Before(ctx, u.App, conv.ID, p.Messages[0].Received, 1)
		if err != nil {
			return nil, err
		}
		p.Older = len(older) > 0
	}
	return p, nil
}

// Older returns up to limit messages right before a moment; the newest before the
// end of time. Whether there are newer ones is not looked at.
func (s *Service) Older(ctx context.Context, u *heliograph.User, moment heliograph.Millis, limit int) (*Page, error) {
	conv, err := s.Conversation(ctx, u)
	if err != nil {
		return nil, err
	}
	p := &Page{Conversation: conv}
	if p.Messages, err = s.Messages.Before(ctx, u.App, conv.ID, moment, limit+1); err != nil {
		return nil, err
	}
	if p.Older = len(p.Messages) > limit; p.Older {
		p.Messages = p.Messages[:limit]
	}
	slices.Reverse(p.Messages)
	return p, nil
}

// Since returns up to limit messages right after a moment. Whether there are older
// ones is not looked at.
func (s *Service) Since(ctx context.Context, u *heliograph.User, moment heliograph.Millis, limit int) (*Page, error) {
	conv, err := s.Conversation(ctx, u)
	if err != nil {
		return nil, err
	}
	p := &Page{Conversation: conv}
	if p.Messages, err = s.Messages.After(ctx, u.App, conv.ID, moment, limit+1); err != nil {
		return nil, err
	}
	if p.Newer = len(p.Messages) > limit; p.Newer {
		p.Messages = p.Messages[:limit]
	}
	return p, nil
}
