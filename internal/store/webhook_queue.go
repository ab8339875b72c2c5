package store

// This file has a text per dialect: what became of calls is a hot write.

import (
	"context"
	"strconv"
	"strings"

	"heliograph"
	"heliograph/internal/webhook"
)

// WebhookQueue is what webhooks are to be told.
type WebhookQueue struct{ *Store }

const entryQuery = entryColumns + ` FROM webhook_queue q` + entryJoins + ` WHERE `

const entryColumns = `SELECT q.slot, q.webhook_id, q.app_id, q.event_id, q.okey, q.due_at, q.attempt, q.parked, q.first_at, q.body,
	e.type, e.user_id, e.conversation_id, e.delivery_id, e.message_id, e.doc, ` + deliveryFacts

const entryJoins = ` LEFT JOIN events e ON e.app_id = q.app_id AND e.id = q.event_id` + deliveryFactsJoin

func scanEntry(row scanner) (*webhook.Entry, error) {
	var w webhook.Entry
	var key, doc []byte
	var kind *string
	var parked int
	var f factsOf
	e := &heliograph.Event{}
	err := row.Scan(append([]any{&w.Slot, &w.Webhook, &w.App, &w.ID, &key, &w.Due, &w.Attempt, &parked, &w.First, &w.Body,
		&kind, &e.User, &e.Conversation, &e.Delivery, &e.Message, &doc}, f.into()...)...)
	if err != nil {
		return nil, err
	}
	copy(w.Key[:], key)
	w.Parked = parked != 0
	if kind == nil {
		return &w, nil
	}
	e.App, e.ID, e.Type = w.App, w.ID, heliograph.EventType(*kind)
	w.Event = e
	return &w, f.complete(e, doc)
}

// Page implements webhook.Queue.
func (s WebhookQueue) Page(ctx context.Context, at webhook.Place, after heliograph.EventID, limit int) ([]*webhook.Entry, error) {
	return collect(ctx, s.Store, scanEntry, entryQuery+`q.slot = $1 AND q.webhook_id = $2 AND q.event_id > $3 AND q.parked = 0
		ORDER BY q.event_id LIMIT $4`, at.Slot, at.Webhook, after[:], limit)
}

// Recent implements webhook.Queue.
func (s WebhookQueue) Recent(ctx context.Context, slots []int, id heliograph.WebhookID, after heliograph.EventID, limit int) ([]*webhook.Entry, error) {
	args := append([]any{id, after[:], limit}, anys(slots)...)
	return collect(ctx, s.Store, scanEntry, entryQuery+`q.webhook_id = $1 AND q.event_id > $2 AND q.parked = 0
		AND q.slot IN (`+placeholders(4, len(slots))+`) ORDER BY q.event_id LIMIT $3`, args...)
}

// places begins a query about the places in slots that hold something; only
// narrows down what. It hops from one place to the next in a key, so that its cost
// follows the places, not the entries. The last row of each slot has no webhook.
func places(slots, only string) string {
	return `WITH RECURSIVE place (slot, webhook_id) AS (
			SELECT l.slot, (SELECT q.webhook_id FROM webhook_queue q WHERE q.slot = l.slot` + only + ` ORDER BY q.webhook_id LIMIT 1)
			FROM leases l WHERE l.slot IN (` + slots + `)
		UNION ALL
			SELECT p.slot, (SELECT q.webhook_id FROM webhook_queue q WHERE q.slot = p.slot AND q.webhook_id > p.webhook_id` + only + ` ORDER BY q.webhook_id LIMIT 1)
			FROM place p WHERE p.webhook_id IS NOT NULL)`
}

// Parked implements webhook.Queue. The cross join keeps SQLite from reading all
// of the queue.
func (s WebhookQueue) Parked(ctx context.Context, slots []int, skip []heliograph.WebhookID, due heliograph.Millis, limit int) ([]*webhook.Entry, error) {
	if len(slots) == 0 {
		return nil, nil
	}
	args := append([]any{due, limit}, anys(slots)...)
	not := ""
	if len(skip) > 0 {
		not = " AND webhook_id NOT IN (" + placeholders(len(args)+1, len(skip)) + ")"
		args = append(args, anys(skip)...)
	}
	heads := make([]string, webhook.ParkedOfPlace)
	for i := range heads {
		heads[i] = `SELECT p.slot, p.webhook_id, (SELECT q.event_id FROM webhook_queue q
			WHERE q.slot = p.slot AND q.webhook_id = p.webhook_id AND q.parked = 1 AND q.due_at <= $1 ORDER BY q.due_at LIMIT 1 OFFSET ` + strconv.Itoa(i) + `)
			FROM place p WHERE webhook_id IS NOT NULL` + not
	}
	return collect(ctx, s.Store, scanEntry, places(placeholders(3, len(slots)), " AND q.parked = 1")+`,
		head (slot, webhook_id, event_id) AS MATERIALIZED (`+strings.Join(heads, " UNION ALL ")+`)
		`+entryColumns+` FROM head h CROSS JOIN webhook_queue q`+entryJoins+`
		WHERE q.slot = h.slot AND q.webhook_id = h.webhook_id AND q.event_id = h.event_id LIMIT $2`, args...)
}

// Waiting implements webhook.Queue.
func (s WebhookQueue) Waiting(ctx context.Context, slots []int) ([]webhook.Place, error) {
	if len(slots) == 0 {
		return nil, nil
	}
	return collect(ctx, s.Store, scanPlace, places(placeholders(1, len(slots)), "")+`
		SELECT slot, webhook_id FROM place WHERE webhook_id IS NOT NULL`, anys(slots)...)
}

func scanPlace(row scanner) (p webhook.Place, err error) { return p, row.Scan(&p.Slot, &p.Webhook) }

func anys[T any](list []T) []any {
	out := make([]any, len(list))
	for i, v := range list {
		out[i] = v
	}
	return out
}

// everySlot lists the slots, so that a query for one webhook can use the key.
func everySlot() []any {
	out := make([]any, heliograph.Slots)
	for i := range out {
		out[i] = i
	}
	return out
}

// Discard implements webhook.Queue.
func (s WebhookQueue) Discard(ctx context.Context, r webhook.Ref, limit int) (int, error) {
	args := append([]any{r.ID, r.App, limit}, everySlot()...)
	n, err := s.exec(ctx, `DELETE FROM webhook_queue WHERE (slot, webhook_id, event_id) IN (SELECT slot, webhook_id, event_id FROM webhook_queue
		WHERE webhook_id = $1 AND slot IN (`+placeholders(4, heliograph.Slots)+`)
			AND NOT EXISTS (SELECT 1 FROM webhooks w WHERE w.app_id = $2 AND w.id = $1 AND w.disabled = '') LIMIT $3)`, args...)
	return int(n), err
}

// Put queues events for a webhook, unless they are queued already, and tells
// which were not.
func (s WebhookQueue) Put(ctx context.Context, h *heliograph.Webhook, events []*heliograph.Event, now heliograph.Millis) (put []*heliograph.Event, err error) {
	if len(events) == 0 {
		return nil, nil
	}
	var rows strings.Builder
	var args []any
	for i, e := range events {
		if i > 0 {
			rows.WriteString(", ")
		}
		rows.WriteString("(" + placeholders(1+7*i, 7) + ", 0, 0)")
		key := e.Key()
		args = append(args, heliograph.KeySlot(key), h.ID, e.ID, key[:], now, now, e.App)
	}
	err = s.Atomically(ctx, func(ctx context.Context) error {
		put = put[:0]
		ids, err := collect(ctx, s.Store, scanID[heliograph.EventID], `INSERT INTO webhook_queue
			(slot, webhook_id, event_id, okey, due_at, first_at, app_id, attempt, parked) VALUES `+rows.String()+`
			ON CONFLICT DO NOTHING RETURNING event_id`, args...)
		if err != nil {
			return err
		}
		fresh := map[heliograph.EventID]bool{}
		for _, id := range ids {
			fresh[id] = true
		}
		for _, e := range events {
			if fresh[e.ID] {
				put = append(put, e)
			}
		}
		return nil
	})
	return put, err
}

// outcomesPerJob parts what was told into several operations of the writer, so
// that one which fails does not take all others with it.
const outcomesPerJob = 128

var toldVerb = &verb{name: "told", lane: laneOutcome, run: runTold}

// Done implements webhook.Queue.
func (s WebhookQueue) Done(ctx context.Context, outcomes []webhook.Outcome) error {
	left := 0
	results := make(chan error, len(outcomes)/outcomesPerJob+1)
	for len(outcomes) > 0 {
		n := min(len(outcomes), outcomesPerJob)
		s.writers.async(toldVerb, outcomes[:n:n], func(err error) { results <- err })
		outcomes = outcomes[n:]
		left++
	}
	var first error
	for range left {
		if err := <-results; err != nil && first == nil {
			first = err
		}
	}
	return first
}

var hotLogCall = hotStmt{
	row: `INSERT INTO webhook_log (app_id, event_id, webhook_id, attempt, at, status, took_ms, outcome, error)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`,
	set: `INSERT INTO webhook_log (app_id, event_id, webhook_id, attempt, at, status, took_ms, outcome, error)
		SELECT * FROM unnest($1::bytea[], $2::bytea[], $3::bytea[], $4::smallint[], $5::bigint[], $6::smallint[], $7::bigint[], $8::text[], $9::text[])
		ON CONFLICT DO NOTHING`,
	types: "bbbiiiitt",
}

var hotToldOff = hotStmt{
	row: `DELETE FROM webhook_queue WHERE slot = ? AND webhook_id = ? AND event_id = ?`,
	set: `DELETE FROM webhook_queue q USING unnest($1::bigint[], $2::bytea[], $3::bytea[]) AS v(slot, webhook_id, event_id)
		WHERE q.slot = v.slot AND q.webhook_id = v.webhook_id AND q.event_id = v.event_id`,
	types: "ibb",
}

// An attempt only counts up: what another process noted meanwhile stays.
var hotPutOff = hotStmt{
	row: `UPDATE webhook_queue SET due_at = ?, parked = ?, first_at = ?, body = ?, attempt = ?5
		WHERE slot = ? AND webhook_id = ? AND event_id = ? AND attempt < ?5`,
	set: `UPDATE webhook_queue q SET due_at = v.due_at, parked = v.parked, first_at = v.first_at, body = v.body, attempt = v.attempt
		FROM unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::bytea[], $5::bigint[], $6::bigint[], $7::bytea[], $8::bytea[])
			AS v(due_at, parked, first_at, body, attempt, slot, webhook_id, event_id)
		WHERE q.slot = v.slot AND q.webhook_id = v.webhook_id AND q.event_id = v.event_id AND q.attempt < v.attempt`,
	types: "iiibiibb",
}

func runTold(ctx context.Context, tx *hotTx, args []any) error {
	var log, off, later params
	for _, a := range args {
		for i := range a.([]webhook.Outcome) {
			o := &a.([]webhook.Outcome)[i]
			log.add(idBytes(o.App), idBytes(o.ID), idBytes(o.Webhook), int64(o.N), int64(o.At), int64(o.Status), o.Took, o.Outcome, o.Error)
			if o.Outcome != webhook.OutcomeRetry {
				off.add(int64(o.Slot), idBytes(o.Webhook), idBytes(o.ID))
				continue
			}
			parked := int64(0)
			if o.Parked {
				parked = 1
			}
			later.add(int64(o.Due), parked, int64(o.First), o.Body, int64(o.Attempt), int64(o.Slot), idBytes(o.Webhook), idBytes(o.ID))
		}
	}
	for _, step := range []struct {
		st *hotStmt
		p  *params
	}{{&hotLogCall, &log}, {&hotPutOff, &later}, {&hotToldOff, &off}} {
		if err := tx.exec(ctx, step.st, step.p); err != nil {
			return err
		}
	}
	return nil
}
