package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"

	"heliograph"
	"heliograph/internal/delivery"
)

// State implements delivery.States. Of a message that is gone it tells nothing.
func (s Deliveries) State(ctx context.Context, d *heliograph.Delivery) (*delivery.DeviceState, error) {
	var user heliograph.UserID
	var received, read heliograph.Millis
	err := s.row(ctx, `SELECT m.user_id, m.received, COALESCE(c.user_read, 0) FROM messages m
		LEFT JOIN conversations c ON c.app_id = m.app_id AND c.id = m.conversation_id WHERE m.app_id = $1 AND m.id = $2`, d.App, d.Message).Scan(&user, &received, &read)
	if errors.Is(err, sql.ErrNoRows) {
		return &delivery.DeviceState{}, nil
	}
	if err != nil {
		return nil, err
	}
	out := &delivery.DeviceState{Read: read >= max(received, d.Details.Scheduled)}
	if !heliograph.SDKPlatform(d.Channel) {
		return out, nil
	}
	var owner heliograph.UserID
	var doc []byte
	err = s.row(ctx, `SELECT user_id, doc FROM clients WHERE app_id = $1 AND id = $2`, d.App, d.Client).Scan(&owner, &doc)
	if errors.Is(err, sql.ErrNoRows) {
		out.Gone = true
		return out, nil
	}
	if err != nil {
		return nil, err
	}
	var details heliograph.ClientDetails
	err = json.Unmarshal(doc, &details)
	out.Gone = owner != user
	out.Wants = details.Device != nil && details.Device.Push.Wants(heliograph.TopicOf(d))
	return out, err
}
