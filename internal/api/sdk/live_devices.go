package sdk

import (
	"context"

	"heliograph"
	"heliograph/channel"
	"heliograph/internal/conversation"
	"heliograph/internal/device"
)

// LiveDevices is who live connections are of, and what they do.
type LiveDevices struct {
	Devices       *device.Service
	Conversations *conversation.Service
	Sights        Sights
}

var (
	_ LiveSessions = LiveDevices{}
	_ LiveActs     = LiveDevices{}
)

// Live implements LiveSessions.
func (s LiveDevices) Live(ctx context.Context, integration heliograph.IntegrationID, token, jwt string, again heliograph.ClientID) (*LiveSession, error) {
	if !again.IsZero() {
		s.Devices.Forget(again)
	}
	found, err := s.Devices.Authenticate(ctx, integration, token, jwt)
	if err != nil {
		return nil, err
	}
	return &LiveSession{App: found.App.ID, Integration: integration, Client: found.Client.ID, User: found.User, Expires: found.Expires}, nil
}

// Seen implements LiveActs.
func (s LiveDevices) Seen(ctx context.Context, of *LiveSession, until heliograph.Millis) error {
	return s.Sights.Seen(ctx, of.App, of.User.ID, of.Client, until)
}

// Act implements LiveActs.
func (s LiveDevices) Act(ctx context.Context, of *LiveSession, a channel.Activity) error {
	in, _, err := s.Devices.Place(ctx, of.Integration)
	if err != nil {
		return err
	}
	_, err = s.Conversations.ActBy(ctx, of.User, &conversation.Via{Integration: in, Client: of.Client}, conversation.ActivityType(a))
	return err
}
