package conversation

import (
	"context"
	"time"

	"heliograph"
)

// replyLife is how long an answer to a keyword is worth sending.
const replyLife = time.Hour

// reply sends our own answer to a keyword. It is not part of the conversation.
func (s *Service) reply(ctx context.Context, u *heliograph.User, c *heliograph.Client, text string, now heliograph.Millis) error {
	if text == "" {
		return nil
	}
	m := &heliograph.Message{
		ID: s.IDs.Message(), App: u.App, User: u.ID, Received: now, Role: heliograph.Business,
		Source:  heliograph.Source{Type: heliograph.SourceSystem},
		Content: heliograph.Content{Type: heliograph.TextMessage, Text: text},
	}
	if err := s.Messages.Insert(ctx, m); err != nil {
		return err
	}
	return s.Outbox.Enqueue(ctx, &heliograph.Delivery{
		App: u.App, Kind: heliograph.SystemDelivery, Integration: c.Integration, Channel: c.Platform,
		Message: m.ID, User: u.ID, Client: c.ID, Address: c.Address,
		Category: heliograph.Transactional, Class: heliograph.ClassTransactional, Created: now, Due: now, Expires: now.Add(replyLife),
	}, m)
}
