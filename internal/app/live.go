package app

import (
	"context"
	"math/rand/v2"

	"heliograph"
	"heliograph/internal/api/sdk"
	"heliograph/internal/realtime"
	"heliograph/internal/store"
)

// newHub makes the hub of live connections, and has it told of every change.
func newHub(a *App, e *engines) *realtime.Hub {
	s := a.data.Store
	o := realtime.Options{
		Source: liveSource{store.Conversations{Store: s}, store.Messages{Store: s}, store.Users{Store: s}},
		Frames: sdk.Frames{Log: a.log, Now: a.now}, Figures: a.metrics, Jitter: rand.Float64, Log: a.log,
	}
	if a.cfg.DatabaseURL != "" { // others want to know who is here
		// Reads stand in line for a connection behind the callers', so more must stand
		// there to get their share.
		o.Workers = 32
		o.Shared, o.Watch = true, livePresence{store.Presence{Store: s}, e.process}
	}
	hub := realtime.New(o)
	e.presence.here = hub.Online
	s.OnChange(hub.Changed)
	return hub
}

// newLive makes what serves live connections.
func newLive(a *App, e *engines) *sdk.Live {
	devices := sdk.LiveDevices{Devices: e.devices, Conversations: e.conversations, Sights: sights{e.conversations}}
	return sdk.NewLive(sdk.LiveOptions{
		Hub: e.hub, Sessions: devices, Acts: devices, Figures: a.metrics, Frames: sdk.Frames{Log: a.log, Now: a.now},
		Most: mostLive(openFiles()), Now: a.now, Log: a.log,
	})
}

// mostLive is how many live connections there may be: they must leave files for
// everything else.
func mostLive(files int) int {
	if files == 0 {
		return 0
	}
	return max(files-max(files/8, 256), files/4)
}

// liveSource is what live connections are told: what is in the database.
type liveSource struct {
	conversations store.Conversations
	messages      store.Messages
	users         store.Users
}

// Conversation implements realtime.Source.
func (s liveSource) Conversation(ctx context.Context, app heliograph.AppID, id heliograph.ConversationID) (*heliograph.Conversation, error) {
	return s.conversations.Get(ctx, app, id)
}

// Conversations implements realtime.Source.
func (s liveSource) Conversations(ctx context.Context, app heliograph.AppID, ids []heliograph.ConversationID) ([]*heliograph.Conversation, error) {
	return s.conversations.ByIDs(ctx, app, ids...)
}

// News implements realtime.Source.
func (s liveSource) News(ctx context.Context, app heliograph.AppID, id heliograph.ConversationID, moment heliograph.Millis, limit int) (*heliograph.Conversation, []*heliograph.Message, error) {
	return s.conversations.News(ctx, app, id, moment, limit)
}

// After implements realtime.Source.
func (s liveSource) After(ctx context.Context, app heliograph.AppID, c heliograph.ConversationID, moment heliograph.Millis, limit int) ([]*heliograph.Message, error) {
	return s.messages.After(ctx, app, c, moment, limit)
}

// Message implements realtime.Source.
func (s liveSource) Message(ctx context.Context, app heliograph.AppID, id heliograph.MessageID) (*heliograph.Message, error) {
	return s.messages.Get(ctx, app, id)
}

// ConversationOf implements realtime.Source.
func (s liveSource) ConversationOf(ctx context.Context, app heliograph.AppID, user heliograph.UserID) (heliograph.ConversationID, error) {
	u, err := s.users.Get(ctx, app, user)
	if heliograph.IsKind(err, heliograph.NotFound) {
		return heliograph.ConversationID{}, nil
	}
	if err != nil {
		return heliograph.ConversationID{}, err
	}
	return u.Conversation, nil
}

// livePresence stores who is connected to this process.
type livePresence struct {
	store   store.Presence
	process heliograph.ProcessID
}

// Present implements realtime.Watch.
func (p livePresence) Present(ctx context.Context, changes []realtime.Presence) error {
	list := make([]store.PresenceChange, len(changes))
	for i, c := range changes {
		list[i] = store.PresenceChange(c)
	}
	return p.store.Present(ctx, p.process, list)
}
