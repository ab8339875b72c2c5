package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"

	"heliograph"
	"heliograph/internal/delivery"
)

// Sources lists the sources of a slot that hold anything: one probe of the key
// for each, however much they hold.
func (s Deliveries) Sources(ctx context.Context, slot int) ([]delivery.AppSource, error) {
	const next = `SELECT integration_id, class, app_id FROM queue
		WHERE slot = $1 AND (integration_id, class) > ($2, $3) ORDER BY integration_id, class LIMIT 1`
	var out []delivery.AppSource
	after, class := make([]byte, 12), int64(-1)
	for {
		src := delivery.AppSource{Source: delivery.Source{Slot: slot}}
		err := s.row(ctx, next, slot, after, class).Scan(&src.Integration, &src.Class, &src.App)
		if errors.Is(err, sql.ErrNoRows) {
			return out, nil
		}
		if err != nil {
			return nil, err
		}
		out = append(out, src)
		after, class = src.Integration[:], int64(src.Class)
	}
}

const itemColumns = deliveryColumnsOf + `, q.state, q.attempt, q.started_at, q.due_at, m.doc, u.external_id`

const itemJoin = ` FROM queue q
	JOIN deliveries d ON d.app_id = q.app_id AND d.id = q.id
	LEFT JOIN messages m ON m.app_id = d.app_id AND m.id = d.message_id
	LEFT JOIN users u ON u.app_id = d.app_id AND u.id = d.user_id`

func scanItem(row scanner) (*delivery.Item, error) {
	it := &delivery.Item{Delivery: &heliograph.Delivery{}}
	dest, finish := deliveryDest(it.Delivery)
	var content []byte
	var external sql.NullString
	var attempt int
	var due heliograph.Millis
	if err := row.Scan(append(dest, &it.State, &attempt, &it.Started, &due, &content, &external)...); err != nil {
		return nil, err
	}
	if err := finish(); err != nil {
		return nil, err
	}
	// The queue knows of the newest attempt; the history hears of it at its end.
	it.Delivery.Attempts, it.Delivery.Due = attempt, due
	if !it.Delivery.User.IsZero() {
		it.User = &heliograph.User{ID: it.Delivery.User, App: it.Delivery.App, ExternalID: external.String, Conversation: it.Delivery.Conversation}
	}
	if content == nil {
		return it, nil // deleted while it was queued
	}
	it.Content = &heliograph.Content{}
	return it, readContent(it.Content, content)
}

// maxHeld bounds how many items with an attempt behind them are taken over at
// once; the rest are found as they fall due.
const maxHeld = 50000

// Held returns the items of a slot that have an attempt behind them, except
// those that wait for a person.
func (s Deliveries) Held(ctx context.Context, slot int) ([]*delivery.Item, error) {
	return collect(ctx, s.Store, scanItem, `SELECT `+itemColumns+itemJoin+`
		WHERE q.slot = $1 AND q.attempt > 0 AND q.state <> 3 ORDER BY q.due_at LIMIT $2`, slot, maxHeld)
}

// detailPage is how many items one query fetches the details of. Queries of one
// length share one prepared statement.
const detailPage = 64

// Due returns the first ready items of a source, leaving out the known ones.
func (s Deliveries) Due(ctx context.Context, src delivery.Source, now heliograph.Millis, limit int, known func(heliograph.NotificationID) bool) (items []*delivery.Item, more bool, next heliograph.Millis, err error) {
	places, err := collect(ctx, s.Store, func(row scanner) (p place, err error) { return p, row.Scan(&p.due, &p.id) },
		`SELECT due_at, id FROM queue WHERE slot = $1 AND integration_id = $2 AND class = $3 AND due_at <= $4 AND state = 0
		ORDER BY due_at, id LIMIT $5`, src.Slot, src.Integration, int(src.Class), now, limit)
	if err != nil {
		return nil, false, 0, err
	}
	more = len(places) == limit
	fresh := places[:0]
	for _, p := range places {
		if !known(p.id) {
			fresh = append(fresh, p)
		}
	}
	for from := 0; from < len(fresh); from += detailPage {
		part, err := s.items(ctx, src, fresh[from:min(from+detailPage, len(fresh))])
		if err != nil {
			return nil, false, 0, err
		}
		items = append(items, part...)
	}
	err = s.row(ctx, `SELECT due_at FROM queue WHERE slot = $1 AND integration_id = $2 AND class = $3 AND due_at > $4 AND state = 0
		ORDER BY due_at LIMIT 1`, src.Slot, src.Integration, int(src.Class), now).Scan(&next)
	if errors.Is(err, sql.ErrNoRows) {
		err = nil
	}
	return items, more, next, err
}

// place is where a row stands in its source.
type place struct {
	due heliograph.Millis
	id  heliograph.NotificationID
}

var selectItems = `SELECT ` + itemColumns + itemJoin + `
	WHERE q.slot = $1 AND q.integration_id = $2 AND q.class = $3 AND (q.due_at, q.id) >= ($4, $5) AND (q.due_at, q.id) <= ($6, $7) AND q.state = 0
	AND q.id IN (` + placeholders(8, detailPage) + `) ORDER BY q.due_at, q.id`

// items returns the details of queued deliveries, in their order. It looks no
// further than from the first to the last of them.
func (s Deliveries) items(ctx context.Context, src delivery.Source, at []place) ([]*delivery.Item, error) {
	first, last := at[0], at[len(at)-1]
	args := []any{src.Slot, src.Integration, int(src.Class), first.due, first.id, last.due, last.id}
	for i := range detailPage {
		args = append(args, at[min(i, len(at)-1)].id)
	}
	return collect(ctx, s.Store, scanItem, selectItems, args...)
}

// Expired looks through the next items of a source for those that are too late.
// It reads no more than limit of them, whatever it finds.
func (s Deliveries) Expired(ctx context.Context, src delivery.Source, now heliograph.Millis, after delivery.Place, limit int) (items []*delivery.Item, next delivery.Place, err error) {
	type seen struct {
		place
		expires heliograph.Millis
	}
	rows, err := collect(ctx, s.Store, func(row scanner) (r seen, err error) {
		var text []byte
		var doc deliveryDoc
		if err = row.Scan(&r.due, &r.id, &text); err == nil {
			err = json.Unmarshal(text, &doc)
		}
		r.expires = doc.Expires
		return r, err
	}, `SELECT q.due_at, q.id, d.doc FROM queue q JOIN deliveries d ON d.app_id = q.app_id AND d.id = q.id
		WHERE q.slot = $1 AND q.integration_id = $2 AND q.class = $3 AND (q.due_at, q.id) > ($4, $5) AND q.due_at <= $6 AND q.state = 0
		ORDER BY q.due_at, q.id LIMIT $7`, src.Slot, src.Integration, int(src.Class), after.Due, after.ID[:], now, limit)
	if err != nil {
		return nil, next, err
	}
	var late []place
	for _, r := range rows {
		if r.expires != 0 && r.expires <= now {
			late = append(late, r.place)
		}
	}
	for from := 0; from < len(late); from += detailPage {
		part, err := s.items(ctx, src, late[from:min(from+detailPage, len(late))])
		if err != nil {
			return nil, next, err
		}
		items = append(items, part...)
	}
	if len(rows) == limit {
		last := rows[limit-1]
		next = delivery.Place{Due: last.due, ID: last.id}
	}
	return items, next, nil
}
