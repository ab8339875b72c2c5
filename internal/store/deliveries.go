package store

import (
	"context"
	"encoding/json"

	"heliograph"
)

// Deliveries is the history of deliveries and the queue of what is to be sent.
type Deliveries struct{ *Store }

const deliveryColumns = `app_id, id, kind, integration_id, channel, message_id, user_id, client_id, conversation_id, address,
	class, slot, status, reason, attempts, due_at, sent_at, final_at, doc`

// deliveryColumnsOf is deliveryColumns of a table with an alias.
const deliveryColumnsOf = `d.app_id, d.id, d.kind, d.integration_id, d.channel, d.message_id, d.user_id, d.client_id, d.conversation_id, d.address,
	d.class, d.slot, d.status, d.reason, d.attempts, d.due_at, d.sent_at, d.final_at, d.doc`

// deliveryDest returns where to scan deliveryColumns to; finish completes d.
func deliveryDest(d *heliograph.Delivery) (dest []any, finish func() error) {
	var doc []byte
	dest = []any{
		&d.App, &d.ID, (*string)(&d.Kind), &d.Integration, &d.Channel, &d.Message, &d.User, &d.Client, &d.Conversation, &d.Address,
		&d.Class, &d.Slot, (*string)(&d.Status), &d.Reason, &d.Attempts, &d.Due, &d.Sent, &d.Final, &doc,
	}
	return dest, func() error { return readDelivery(d, doc) }
}

// deliveryDoc is a delivery's document: its details, and what no query asks for.
type deliveryDoc struct {
	*heliograph.DeliveryDetails
	Later   heliograph.Millis `json:"c,omitempty"`     // how long after its id's moment it was created
	Expires heliograph.Millis `json:"until,omitempty"` // 0: never
}

// docOf returns the document of a delivery.
func docOf(d *heliograph.Delivery) (string, error) {
	doc, err := json.Marshal(deliveryDoc{&d.Details, d.Created - d.ID.Millis(), d.Expires})
	return string(doc), err
}

// readDelivery completes a delivery, of which the columns were read, with its
// document and with what follows from the columns.
func readDelivery(d *heliograph.Delivery, text []byte) error {
	doc := deliveryDoc{DeliveryDetails: &d.Details}
	err := json.Unmarshal(text, &doc)
	d.Category, d.Created, d.Expires = d.Class.Category(), d.ID.Millis()+doc.Later, doc.Expires
	return err
}

func scanDelivery(row scanner) (*heliograph.Delivery, error) {
	var d heliograph.Delivery
	dest, finish := deliveryDest(&d)
	if err := row.Scan(dest...); err != nil {
		return nil, err
	}
	return &d, finish()
}

// deliveryArgs are the parameters of an insert of deliveryColumns.
func deliveryArgs(d *heliograph.Delivery) ([]any, error) {
	doc, err := docOf(d)
	if err != nil {
		return nil, err
	}
	return []any{
		idBytes(d.App), notificationBytes(d.ID), string(d.Kind), idBytes(d.Integration), d.Channel, idBytes(d.Message), idBytes(d.User),
		idBytes(d.Client), idBytes(d.Conversation), d.Address, int64(d.Class), int64(d.Slot), string(d.Status), d.Reason,
		int64(d.Attempts), int64(d.Due), int64(d.Sent), int64(d.Final), doc,
	}, nil
}

const insertDelivery = `INSERT INTO deliveries (` + deliveryColumns + `)
	VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19)`

const insertQueue = `INSERT INTO queue (slot, integration_id, class, due_at, id, app_id, state, attempt, started_at)
	VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`

func queueArgs(d *heliograph.Delivery, state int64, started heliograph.Millis) []any {
	return []any{int64(d.Slot), idBytes(d.Integration), int64(d.Class), int64(d.Due), notificationBytes(d.ID), idBytes(d.App), state, int64(d.Attempts), int64(started)}
}

// Enqueue stores a new delivery and queues it.
func (s Deliveries) Enqueue(ctx context.Context, d *heliograph.Delivery) error {
	return s.Atomically(ctx, func(ctx context.Context) error {
		args, err := deliveryArgs(d)
		if err != nil {
			return err
		}
		if _, err := s.exec(ctx, insertDelivery, args...); err != nil {
			return err
		}
		_, err = s.exec(ctx, insertQueue, queueArgs(d, 0, 0)...)
		return err
	})
}

// errDeliveryNotFound is what a caller hears of a delivery that is not there.
var errDeliveryNotFound = heliograph.Errorf(heliograph.NotFound, heliograph.CodeNotFound, "there is no such notification")

// Delivery returns one delivery.
func (s Deliveries) Delivery(ctx context.Context, app heliograph.AppID, id heliograph.NotificationID) (*heliograph.Delivery, error) {
	return one(ctx, s.Store, errDeliveryNotFound, scanDelivery, `SELECT `+deliveryColumns+` FROM deliveries WHERE app_id = $1 AND id = $2`, app, id)
}

// MessageDeliveries returns the deliveries of one message of a conversation.
func (s Deliveries) MessageDeliveries(ctx context.Context, app heliograph.AppID, id heliograph.MessageID) ([]*heliograph.Delivery, error) {
	return collect(ctx, s.Store, scanDelivery, `SELECT `+deliveryColumns+` FROM deliveries
		WHERE app_id = $1 AND message_id = $2 AND kind <> 'notification' ORDER BY id LIMIT 100`, app, id)
}

// Pause stops an integration's lane until a time.
func (s Deliveries) Pause(ctx context.Context, i heliograph.IntegrationID, until heliograph.Millis, reason string) error {
	_, err := s.exec(ctx, `UPDATE integrations SET paused_until = $1, pause_reason = $2 WHERE id = $3 AND paused_until < $1`, until, reason, i)
	return err
}
