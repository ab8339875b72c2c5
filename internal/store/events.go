package store

import (
	"context"
	"sync/atomic"

	"heliograph"
)

// listeners are told of work that a transaction left behind, after it committed.
type listeners struct {
	told    atomic.Pointer[func([]heliograph.Told)]
	changed atomic.Pointer[func([]heliograph.Hint)]
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

// tellAfterCommit offers events once the transaction that ctx carries has
// committed.
func (s *Store) tellAfterCommit(ctx context.Context, told []heliograph.Told) {
	if state, ok := ctx.Value(txKey{}).(*txState); ok && !s.d.rowwise {
		state.told = append(state.told, told...)
		return
	}
	s.AfterCommit(ctx, func() { s.offerTold(told) })
}

const insertEvent = `INSERT INTO events (app_id, id, type, user_id, conversation_id, delivery_id, message_id, doc)
	VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`

// A webhook that belongs to an integration hears only of that integration.
const wantingWebhooks = `SELECT id FROM webhooks
	WHERE app_id = $1 AND triggers & $2 <> 0 AND disabled = '' AND (integration_id IS NULL OR integration_id = $3)`

const tellWebhook = `INSERT INTO webhook_queue (slot, webhook_id, event_id, okey, due_at, first_at, app_id, attempt, parked)
	VALUES ($1, $2, $3, $4, $5, $6, $7, 0, 0)`

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
			if _, err := s.exec(ctx, insertEvent, e.App, e.ID, string(e.Type), r.user, r.conversation, e.Delivery, r.message, r.doc); err != nil {
				return err
			}
			bit := e.Trigger().Bit()
			if bit == 0 {
				continue
			}
			key := e.Key()
			ids, err := collect(ctx, s, scanWebhookID, wantingWebhooks, e.App, bit, integrationOrNone(e.Data.Integ))
			if err != nil {
				return err
			}
			for _, id := range ids {
				if _, err := s.exec(ctx, tellWebhook, heliograph.KeySlot(key), id, e.ID, key[:], e.At, e.At, e.App); err != nil {
					return err
				}
				told = append(told, heliograph.Told{Event: e, Webhook: id, Context: with})
			}
		}
		if len(told) > 0 {
			s.tellAfterCommit(ctx, told)
		}
		return nil
	})
}

func scanWebhookID(row scanner) (id heliograph.WebhookID, err error) { return id, row.Scan(&id) }

// integrationOrNone is for comparisons: NULL would never be equal.
func integrationOrNone(id heliograph.IntegrationID) []byte { return id[:] }

// selectEvents is followed by conditions on e, the events.
const selectEvents = `SELECT e.app_id, e.id, e.type, e.user_id, e.conversation_id, e.delivery_id, e.message_id, e.doc, ` + deliveryFacts + `
	FROM events e` + deliveryFactsJoin

func scanEvent(row scanner) (*heliograph.Event, error) {
	var e heliograph.Event
	var f factsOf
	var doc []byte
	if err := row.Scan(append([]any{&e.App, &e.ID, &e.Type, &e.User, &e.Conversation, &e.Delivery, &e.Message, &doc}, f.into()...)...); err != nil {
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
	told   []heliograph.Told // what webhooks may want to hear; Webhook is not set yet
	hooks  map[heliograph.AppID][]subscriber
}

var hotInsertEvent = hotStmt{
	row: `INSERT INTO events (app_id, id, type, user_id, conversation_id, delivery_id, message_id, doc) VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
	set: `INSERT INTO events (app_id, id, type, user_id, conversation_id, delivery_id, message_id, doc)
		SELECT a, b, c, d, e, f, g, h::json FROM unnest($1::bytea[], $2::bytea[], $3::text[], $4::bytea[], $5::bytea[], $6::bytea[], $7::bytea[], $8::text[])
		AS v(a, b, c, d, e, f, g, h)`,
	types: "bbtbbbbt",
}

// hotWebhooks lists the webhooks of an app. What is told is decided from it here
// and not by one INSERT … SELECT … RETURNING: for every such statement SQLite
// opens a table of its own.
var hotWebhooks = hotStmt{
	row: `SELECT id, triggers, integration_id FROM webhooks WHERE app_id = ? AND disabled = ''`,
	set: `SELECT v.i, w.id, w.triggers, w.integration_id FROM unnest($1::bytea[]) WITH ORDINALITY AS v(app_id, i)
		JOIN webhooks w ON w.app_id = v.app_id AND w.disabled = '' ORDER BY v.i, w.id`,
	types: "b",
}

var hotTell = hotStmt{
	row: `INSERT INTO webhook_queue (slot, webhook_id, event_id, okey, due_at, first_at, app_id, attempt, parked) VALUES (?, ?, ?, ?, ?, ?, ?, 0, 0)`,
	set: `INSERT INTO webhook_queue (slot, webhook_id, event_id, okey, due_at, first_at, app_id, attempt, parked)
		SELECT a, b, c, d, e, f, g, 0, 0
		FROM unnest($1::smallint[], $2::bytea[], $3::bytea[], $4::bytea[], $5::bigint[], $6::bigint[], $7::bytea[]) AS v(a, b, c, d, e, f, g)`,
	types: "ibbbiib",
}

// add takes one event and what its webhook bodies are made from.
func (h *hotEvents) add(e *heliograph.Event, with *heliograph.EventContext) error {
	r, err := rowOf(e, with.DeliveryAtHand())
	if err != nil {
		return err
	}
	h.events.add(idBytes(e.App), idBytes(e.ID), string(e.Type), idBytes(r.user), idBytes(r.conversation),
		notificationBytes(e.Delivery), idBytes(r.message), r.doc)
	if e.Trigger().Bit() != 0 {
		h.told = append(h.told, heliograph.Told{Event: e, Context: with})
	}
	return nil
}

// write stores what was collected, and offers it after the commit.
func (h *hotEvents) write(ctx context.Context, s *Store, tx *hotTx) error {
	if err := tx.exec(ctx, &hotInsertEvent, &h.events); err != nil {
		return err
	}
	if len(h.told) == 0 {
		return nil
	}
	var apps set[heliograph.AppID]
	for _, t := range h.told {
		apps.add(t.Event.App)
	}
	if err := h.expect(tx, apps.list); err != nil {
		return err
	}
	if err := tx.wait(ctx); err != nil {
		return err
	}
	var told []heliograph.Told
	var tell params
	for _, t := range h.told {
		e := t.Event
		key := e.Key()
		for _, w := range h.hooks[e.App] {
			if !w.wants(e) {
				continue
			}
			t.Webhook = w.id
			told = append(told, t)
			tell.add(int64(heliograph.KeySlot(key)), idBytes(w.id), idBytes(e.ID), key[:], int64(e.At), int64(e.At), idBytes(e.App))
		}
	}
	if err := tx.exec(ctx, &hotTell, &tell); err != nil {
		return err
	}
	switch {
	case tx.pg != nil:
		tx.told = append(tx.told, told...)
	case len(told) > 0:
		tx.after(func() { s.offerTold(told) })
	}
	return nil
}

// subscriber is what decides whether a webhook is told of an event.
type subscriber struct {
	id          heliograph.WebhookID
	triggers    int64
	integration heliograph.IntegrationID // set: it hears of that integration only
}

func (w *subscriber) wants(e *heliograph.Event) bool {
	return w.triggers&e.Trigger().Bit() != 0 && (w.integration.IsZero() || w.integration == e.Data.Integ)
}

// expect asks for the webhooks of apps of which events may follow, unless it has
// done so. The answer comes with the next that is waited for.
func (h *hotEvents) expect(tx *hotTx, apps []heliograph.AppID) error {
	if h.hooks == nil {
		h.hooks = map[heliograph.AppID][]subscriber{}
	}
	var p params
	var asked []heliograph.AppID
	for _, app := range apps {
		if _, have := h.hooks[app]; !have {
			h.hooks[app] = nil
			asked = append(asked, app)
			p.add(idBytes(app))
		}
	}
	return tx.along(&hotWebhooks, &p, func(i int, c cells) error {
		w := subscriber{triggers: c.int(1)}
		copy(w.id[:], c.bytes(0))
		copy(w.integration[:], c.bytes(2))
		h.hooks[asked[i]] = append(h.hooks[asked[i]], w)
		return nil
	})
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
