package store

import (
	"context"
	"sync/atomic"

	"heliograph"
)

// listeners are told of work that a transaction left behind, after it committed.
type listeners struct {
	told atomic.Pointer[func([]heliograph.Told)]
}

// OnTold sets who is offered the events that webhooks are to be told of, right
// after their commit. f must be quick. What it does not take is found in the
// webhook queue later.
func (s *Store) OnTold(f func([]heliograph.Told)) { s.listen.told.Store(&f) }

func (s *Store) offerTold(told []heliograph.Told) {
	if f := s.listen.told.Load(); f != nil && len(told) > 0 {
		(*f)(told)
	}
}

const insertEvent = `INSERT INTO events (app_id, id, type, at, user_id, conversation_id, delivery_id, message_id, doc)
	VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`

// A webhook that belongs to an integration hears only of that integration.
const tellWebhooks = `INSERT INTO webhook_queue (slot, webhook_id, event_id, okey, due_at, first_at, app_id, attempt, parked)
	SELECT $1, id, $2, $3, $4, $5, app_id, 0, 0 FROM webhooks
	WHERE app_id = $6 AND triggers & $7 <> 0 AND disabled = '' AND (integration_id IS NULL OR integration_id = $8)
	RETURNING webhook_id`

// AppendEvents stores events, and what webhooks are to be told of them, in the
// transaction that ctx carries.
func (s *Store) AppendEvents(ctx context.Context, events ...*heliograph.Event) error {
	return s.AppendEventsWith(ctx, nil, events...)
}

// AppendEventsWith is AppendEvents for a caller that has what webhook bodies
// are made from at hand; it spares loading it again.
func (s *Store) AppendEventsWith(ctx context.Context, with *heliograph.EventContext, events ...*heliograph.Event) error {
	return s.Atomically(ctx, func(ctx context.Context) error {
		var told []heliograph.Told
		for _, e := range events {
			r, err := rowOf(e, with.DeliveryAtHand())
			if err != nil {
				return err
			}
			if _, err := s.exec(ctx, insertEvent, e.App, e.ID, string(e.Type), e.At, r.user, e.Conversation, e.Delivery, r.message, r.doc); err != nil {
				return err
			}
			bit := e.Trigger().Bit()
			if bit == 0 {
				continue
			}
			key := e.Key()
			ids, err := collect(ctx, s, scanWebhookID, tellWebhooks,
				heliograph.KeySlot(key), e.ID, key[:], e.At, e.At, e.App, bit, integrationOrNone(e.Data.Integ))
			if err != nil {
				return err
			}
			for _, id := range ids {
				told = append(told, heliograph.Told{Event: e, Webhook: id, Context: with})
			}
		}
		if len(told) > 0 {
			s.AfterCommit(ctx, func() { s.offerTold(told) })
		}
		return nil
	})
}

func scanWebhookID(row scanner) (id heliograph.WebhookID, err error) { return id, row.Scan(&id) }

// integrationOrNone is for comparisons: NULL would never be equal.
func integrationOrNone(id heliograph.IntegrationID) []byte { return id[:] }

// selectEvents is followed by conditions on e, the events.
const selectEvents = `SELECT e.app_id, e.id, e.type, e.at, e.user_id, e.conversation_id, e.delivery_id, e.message_id, e.doc, ` + deliveryFacts + `
	FROM events e` + deliveryFactsJoin

func scanEvent(row scanner) (*heliograph.Event, error) {
	var e heliograph.Event
	var f factsOf
	var doc []byte
	if err := row.Scan(append([]any{&e.App, &e.ID, &e.Type, &e.At, &e.User, &e.Conversation, &e.Delivery, &e.Message, &doc}, f.into()...)...); err != nil {
		return nil, err
	}
	return &e, f.complete(&e, doc)
}

// DeliveryEvents returns the events of one delivery, oldest first.
func (s *Store) DeliveryEvents(ctx context.Context, app heliograph.AppID, id heliograph.NotificationID) ([]*heliograph.Event, error) {
	return collect(ctx, s, scanEvent, selectEvents+` WHERE e.app_id = $1 AND e.delivery_id = $2 ORDER BY e.id LIMIT 1000`, app, id)
}

// hotEvents collects the events of a hot write.
type hotEvents struct {
	events params
	tell   params
	told   []heliograph.Told // by position of tell; Webhook is set from the answer
}

var hotInsertEvent = hotStmt{
	row: `INSERT INTO events (app_id, id, type, at, user_id, conversation_id, delivery_id, message_id, doc) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
	set: `INSERT INTO events (app_id, id, type, at, user_id, conversation_id, delivery_id, message_id, doc)
		SELECT a, b, c, d, e, f, g, h, i::jsonb FROM unnest($1::bytea[], $2::bytea[], $3::text[], $4::bigint[], $5::bytea[], $6::bytea[], $7::bytea[], $8::bytea[], $9::text[])
		AS v(a, b, c, d, e, f, g, h, i)`,
	types: "bbtibbbbt",
}

var hotTellWebhooks = hotStmt{
	row: `INSERT INTO webhook_queue (slot, webhook_id, event_id, okey, due_at, first_at, app_id, attempt, parked)
		SELECT ?, id, ?, ?, ?, ?, app_id, 0, 0 FROM webhooks
		WHERE app_id = ? AND triggers & ? <> 0 AND disabled = '' AND (integration_id IS NULL OR integration_id = ?)
		RETURNING webhook_id`,
	set: `WITH v AS (SELECT * FROM unnest($1::bigint[], $2::bytea[], $3::bytea[], $4::bigint[], $5::bigint[], $6::bytea[], $7::bigint[], $8::bytea[])
			WITH ORDINALITY AS v(slot, event_id, okey, due_at, first_at, app_id, bit, integration_id, i)),
		told AS (INSERT INTO webhook_queue (slot, webhook_id, event_id, okey, due_at, first_at, app_id, attempt, parked)
			SELECT v.slot, w.id, v.event_id, v.okey, v.due_at, v.first_at, v.app_id, 0, 0
			FROM v JOIN webhooks w ON w.app_id = v.app_id AND w.triggers & v.bit <> 0 AND w.disabled = '' AND (w.integration_id IS NULL OR w.integration_id = v.integration_id)
			RETURNING event_id, webhook_id)
		SELECT v.i, told.webhook_id FROM told JOIN v ON v.event_id = told.event_id ORDER BY v.i`,
	types: "ibbiibib",
}

// add takes one event and what its webhook bodies are made from.
func (h *hotEvents) add(e *heliograph.Event, with *heliograph.EventContext) error {
	r, err := rowOf(e, with.DeliveryAtHand())
	if err != nil {
		return err
	}
	h.events.add(idBytes(e.App), idBytes(e.ID), string(e.Type), int64(e.At), idBytes(r.user), idBytes(e.Conversation),
		notificationBytes(e.Delivery), idBytes(r.message), r.doc)
	if bit := e.Trigger().Bit(); bit != 0 {
		key := e.Key()
		h.tell.add(int64(heliograph.KeySlot(key)), idBytes(e.ID), key[:], int64(e.At), int64(e.At), idBytes(e.App), bit, e.Data.Integ[:])
		h.told = append(h.told, heliograph.Told{Event: e, Context: with})
	}
	return nil
}

// write stores what was collected, and offers it after the commit.
func (h *hotEvents) write(ctx context.Context, s *Store, tx *hotTx) error {
	if err := tx.exec(ctx, &hotInsertEvent, &h.events); err != nil {
		return err
	}
	var told []heliograph.Told
	err := tx.query(ctx, &hotTellWebhooks, &h.tell, func(i int, c cells) error {
		t := h.told[i]
		copy(t.Webhook[:], c.bytes(0))
		told = append(told, t)
		return nil
	})
	if err == nil && len(told) > 0 {
		tx.after(func() { s.offerTold(told) })
	}
	return err
}

// idBytes is an id as a parameter: nil when it is none.
func idBytes[K any](id heliograph.ID[K]) any {
	if id.IsZero() {
		return nil
	}
	return append([]byte(nil), id[:]...)
}

func notificationBytes(id heliograph.NotificationID) any {
	if id.IsZero() {
		return nil
	}
	return append([]byte(nil), id[:]...)
}
