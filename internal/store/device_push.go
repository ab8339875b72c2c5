package store

import (
	"context"
	"encoding/json"

	"heliograph"
)

// Around is what a push says besides its message.
type Around struct {
	Details   heliograph.ClientDetails
	LastHeard heliograph.Millis
	Unread    int64 // of the conversation
	Sequence  int64 // of the message
}

// Around returns what surrounds a message to a device, as of now; nothing but
// zeros when there is no such device.
func (s Devices) Around(ctx context.Context, d *heliograph.Delivery) (a Around, err error) {
	return one(ctx, s.Store, nil, func(row scanner) (a Around, err error) {
		var doc []byte
		if err := row.Scan(&doc, &a.LastHeard, &a.Unread, &a.Sequence); err != nil {
			return a, err
		}
		return a, json.Unmarshal(doc, &a.Details)
	}, `SELECT c.doc, c.last_seen,
			COALESCE((SELECT v.unread FROM conversations v WHERE v.app_id = $4 AND v.id = $5), 0),
			COALESCE((SELECT m.seq FROM messages m WHERE m.app_id = $6 AND m.id = $7), 0)
		FROM clients c WHERE c.app_id = $1 AND c.address = $2 AND c.integration_id = $3 AND c.status <> 'pending'`,
		d.App, d.Address, d.Integration, d.App, d.Conversation, d.App, d.Message)
}

// Dropped forgets where the device of a delivery takes pushes, if that is still
// push: it may have registered anew since.
func (s Devices) Dropped(ctx context.Context, d *heliograph.Delivery, push *heliograph.Push) error {
	return s.Atomically(ctx, func(ctx context.Context) error {
		found, err := Clients(s).At(ctx, d.App, d.Integration, d.Address)
		if err != nil {
			return err
		}
		for i := range found {
			c := &found[i]
			if c.Status == heliograph.ClientPending || c.Details.Device == nil || c.Details.Device.Push == nil {
				continue
			}
			if has := c.Details.Device.Push; has.Service != push.Service || has.Token != push.Token || has.At != push.At {
				continue
			}
			device := *c.Details.Device
			device.Push, c.Details.Device = nil, &device
			if err := Clients(s).Save(ctx, c); err != nil {
				return err
			}
		}
		return nil
	})
}
