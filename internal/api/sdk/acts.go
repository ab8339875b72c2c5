package sdk

import (
	"context"

	"heliograph"
	"heliograph/internal/conversation"
)

func (a *API) postActivity(ctx context.Context, c *call) (any, error) {
	in, err := decode[struct {
		Type string `json:"type"`
	}](c)
	if err != nil {
		return nil, err
	}
	conv, err := a.Conversations.ActBy(ctx, c.session.User, c.via(), conversation.ActivityType(in.Type))
	if err == nil {
		err = a.Devices.Used(ctx, c.session)
	}
	if err != nil {
		return nil, staleIfStarted(c, err)
	}
	return &conversationJSON{conversation: conv}, nil
}

// staleIfStarted is stale, for who had a conversation a moment ago.
func staleIfStarted(c *call, err error) error {
	if c.session.User.ConversationStarted() {
		return stale(err)
	}
	return err
}

func (a *API) postPostback(ctx context.Context, c *call) (any, error) {
	in, err := decode[struct {
		ActionID string `json:"actionId"`
	}](c)
	if err != nil {
		return nil, err
	}
	err = a.Conversations.PostbackBy(ctx, c.app, c.session.User, c.via(), in.ActionID)
	if err == nil {
		err = a.Devices.Used(ctx, c.session)
	}
	return nil, staleIfStarted(c, err)
}

func (a *API) postSeen(ctx context.Context, c *call) (any, error) {
	in, err := decode[struct {
		Cursor string `json:"cursor"`
	}](c)
	if err != nil {
		return nil, err
	}
	until, none, err := parseCursor(in.Cursor)
	if none {
		err = heliograph.InvalidField("cursor", "is required")
	}
	if err != nil {
		return nil, err
	}
	return nil, a.Sights.Seen(ctx, c.app.ID, c.session.User.ID, c.session.Client.ID, until)
}

func (a *API) postPushEvent(ctx context.Context, c *call) (any, error) {
	in, err := decode[struct {
		Device   string `json:"device"`
		Delivery string `json:"delivery"`
		Event    string `json:"event"`
	}](c)
	if err != nil {
		return nil, err
	}
	for _, f := range []struct{ name, value string }{{"device", in.Device}, {"delivery", in.Delivery}, {"event", in.Event}} {
		if f.value == "" {
			return nil, heliograph.InvalidField(f.name, "is required")
		}
	}
	id, ok := heliograph.ParseNotificationID(in.Delivery)
	if !ok {
		return nil, heliograph.InvalidField("delivery", "is not the id of a delivery")
	}
	return nil, a.Sights.PushEvent(ctx, c.in, in.Device, id, in.Event)
}
