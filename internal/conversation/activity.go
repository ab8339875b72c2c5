package conversation

import (
	"context"

	"heliograph"
)

// ActivityType is what someone does in a conversation besides writing.
type ActivityType string

// The activities, in the v1.1 API's words.
const (
	TypingStart      ActivityType = "typing:start"
	TypingStop       ActivityType = "typing:stop"
	ConversationRead ActivityType = "conversation:read"
)

// Act takes in an activity and returns the conversation after it. What the
// business does is also shown to the person, where the channel can; by is who does it
// there, by default the app.
func (s *Service) Act(ctx context.Context, u *heliograph.User, role heliograph.Role, what ActivityType, by heliograph.Author) (*heliograph.Conversation, error) {
	switch {
	case what == ConversationRead && role == heliograph.Business:
		return s.businessActs(ctx, u, what, s.businessRead)
	case what == ConversationRead:
		return s.Read(ctx, u)
	case what != TypingStart && what != TypingStop:
		return nil, heliograph.InvalidField("type", "must be typing:start, typing:stop or conversation:read")
	case role == heliograph.Customer:
		return s.customerTypes(ctx, u, nil, what)
	}
	conv, err := s.businessActs(ctx, u, what, s.Conversation)
	if err == nil {
		s.tellTyping(ctx, conv, what, by)
	}
	return conv, err
}

// tellTyping shows live connections that the business writes, or no longer does.
func (s *Service) tellTyping(ctx context.Context, conv *heliograph.Conversation, what ActivityType, by heliograph.Author) {
	if s.Live == nil {
		return
	}
	t := &heliograph.Typing{Role: heliograph.Business, On: what == TypingStart, Name: by.Name, AvatarURL: by.AvatarURL}
	if app, err := s.Apps.App(ctx, conv.App); err == nil && t.Name == "" {
		t.Name = app.Name
	}
	s.Live.Tell([]heliograph.Hint{{Kind: heliograph.HintTyping, App: conv.App, User: conv.User, Conversation: conv.ID, Typing: t}})
}

// ActBy takes in what a user does on a device, and returns the conversation after it.
func (s *Service) ActBy(ctx context.Context, u *heliograph.User, via *Via, what ActivityType) (*heliograph.Conversation, error) {
	switch what {
	case ConversationRead:
		return s.readBy(ctx, u, via)
	case TypingStart, TypingStop:
		return s.customerTypes(ctx, u, via, what)
	}
	return nil, heliograph.InvalidField("type", "must be typing:start, typing:stop or conversation:read")
}

// Read marks everything as read by the user, and tells of it. Whoever has read it
// has seen it.
func (s *Service) Read(ctx context.Context, u *heliograph.User) (*heliograph.Conversation, error) {
	return s.readBy(ctx, u, nil)
}

func (s *Service) readBy(ctx context.Context, u *heliograph.User, via *Via) (out *heliograph.Conversation, err error) {
	err = s.change(ctx, u, func(ctx context.Context, conv *heliograph.Conversation) error {
		conv.UserRead, conv.Unread = max(s.now(), conv.LastReceived), 0
		out = conv
		ev := &heliograph.Event{
			ID: s.IDs.Event(), App: conv.App, Type: heliograph.EventRead, At: conv.UserRead, User: conv.User, Conversation: conv.ID, Data: via.event(),
		}
		ev.Data.ExtID = u.ExternalID
		return s.Events.AppendEventsWith(ctx, &heliograph.EventContext{User: u}, ev)
	})
	if err != nil {
		return nil, err
	}
	return out, s.read(ctx, out)
}

func (s *Service) businessRead(ctx context.Context, u *heliograph.User) (out *heliograph.Conversation, err error) {
	err = s.change(ctx, u, func(_ context.Context, conv *heliograph.Conversation) error {
		conv.BusinessRead = max(s.now(), conv.LastReceived)
		out = conv
		return nil
	})
	return out, err
}

func (s *Service) customerTypes(ctx context.Context, u *heliograph.User, via *Via, what ActivityType) (*heliograph.Conversation, error) {
	conv, err := s.Conversation(ctx, u)
	if err != nil {
		return nil, err
	}
	return conv, s.Tx.Atomically(ctx, func(ctx context.Context) error {
		ev := &heliograph.Event{
			ID: s.IDs.Event(), App: conv.App, Type: heliograph.EventTyping, At: s.now(), User: conv.User, Conversation: conv.ID, Data: via.event(),
		}
		ev.Data.ExtID, ev.Data.Activity = u.ExternalID, string(what)
		return s.Events.AppendEventsWith(ctx, &heliograph.EventContext{User: u}, ev)
	})
}
