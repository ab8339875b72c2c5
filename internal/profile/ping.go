package profile

import (
	"context"
	"strings"
	"time"

	"heliograph"
)

// pingLife is how long a test message is worth sending.
const pingLife = time.Hour

// Ping sends a test message to a user's client of one channel, on the one way
// out. It is no part of the conversation. No such client is an error of kind
// NotFound.
func (s *Service) Ping(ctx context.Context, app *heliograph.App, user heliograph.UserID, kind string) error {
	if t := s.channelType(kind); t != nil && len(t.Linkable) == 0 && !t.Notifiable {
		return heliograph.InvalidField("integrationType", "%s has no channel in this build that a message can be sent through; these have: %s",
			kind, strings.Join(s.linkable(), ", "))
	}
	return s.Journal.Atomically(ctx, func(ctx context.Context) error {
		u, err := s.lock(ctx, app.ID, user)
		if err != nil {
			return err
		}
		all, err := s.Clients.OfUser(ctx, app.ID, user)
		if err != nil {
			return err
		}
		var to *heliograph.Client
		for i := range all {
			c := &all[i]
			if c.Platform == kind && c.Address != "" && c.Status != heliograph.ClientPending && (to == nil || c.Primary) {
				to = c
			}
		}
		if to == nil {
			return heliograph.Errorf(heliograph.NotFound, heliograph.CodeClientNotFound, "this user has no client of type %q", kind)
		}
		now := s.now()
		m := &heliograph.Message{
			ID: s.IDs.Message(), App: u.App, User: u.ID, Received: now, Role: heliograph.Business,
			Source:  heliograph.Source{Type: heliograph.SourceSystem},
			Content: heliograph.Content{Type: heliograph.TextMessage, Text: "This is a test message from " + app.Name + "."},
		}
		return s.Outbox.Enqueue(ctx, &heliograph.Delivery{
			ID: s.IDs.Notification(), App: u.App, Kind: heliograph.SystemDelivery, Integration: to.Integration, Channel: to.Platform,
			Message: m.ID, User: u.ID, Client: to.ID, Address: to.Address, Category: heliograph.Transactional,
			Class: heliograph.ClassTransactional, Status: heliograph.Queued, Created: now, Due: now, Expires: now.Add(pingLife),
		}, m)
	})
}
