package profile

import (
	"context"

	"heliograph"
)

// The reasons of client events, from the v1.1 API.
const (
	reasonLinking   = "channelLinking"
	reasonAPI       = "api"
	reasonTheft     = "theft"
	reasonFailed    = "linkFailed"
	reasonCancelled = "linkCancelled"
	reasonMerged    = "merged" // ours: the person has another client at the same integration
)

// event returns an event about u.
func (s *Service) event(t heliograph.EventType, u *heliograph.User) *heliograph.Event {
	return &heliograph.Event{
		ID: s.IDs.Event(), App: u.App, Type: t, At: s.now(), User: u.ID, Conversation: u.Conversation,
		Data: heliograph.EventData{ExtID: u.ExternalID},
	}
}

// tell appends an event about a client of u.
func (s *Service) tell(ctx context.Context, t heliograph.EventType, u *heliograph.User, c *heliograph.Client, reason string, why *heliograph.DeliveryError) error {
	e := s.event(t, u)
	e.Data.Client, e.Data.Channel, e.Data.Integ = c.ID, c.Platform, c.Integration
	e.Data.Reason, e.Data.Error = reason, why
	switch t {
	case heliograph.EventLinkMatch, heliograph.EventLinkSuccess, heliograph.EventLinkFailure:
		if c.Details.Link != nil {
			e.Data.Criteria = c.Details.Link.Criteria
		}
	}
	return s.Journal.AppendEvents(ctx, e)
}
