package store

// This file has a text per dialect: an outcome is a hot write.

import (
	"bytes"
	"context"
	"encoding/json"
	"slices"

	"heliograph"
	"heliograph/internal/delivery"
)

var finishVerb = &verb{name: "finish", lane: laneOutcome, run: runFinish}

var hotUnqueue = hotStmt{
	row: `DELETE FROM queue WHERE slot = ? AND integration_id = ? AND class = ? AND due_at = ? AND id = ? AND attempt = ?`,
	set: `DELETE FROM queue q USING unnest($1::bigint[], $2::bytea[], $3::bigint[], $4::bigint[], $5::bytea[], $6::bigint[])
			WITH ORDINALITY AS v(slot, integration_id, class, due_at, id, attempt, i)
		WHERE q.slot = v.slot AND q.integration_id = v.integration_id AND q.class = v.class AND q.due_at = v.due_at AND q.id = v.id AND q.attempt = v.attempt
		RETURNING v.i`,
	types: "ibiibi",
}

// hotUnqueueMoved finds an attempt that another process has taken for a lost
// one: its end is known after all.
var hotUnqueueMoved = hotStmt{
	row: `DELETE FROM queue WHERE (slot, integration_id, class, due_at) IN (SELECT slot, integration_id, class, due_at FROM deliveries WHERE app_id = ? AND id = ?)
		AND id = ? AND attempt = ? AND state IN (2, 3)`,
	set: `DELETE FROM queue q USING unnest($1::bytea[], $2::bytea[], $3::bytea[], $4::bigint[]) WITH ORDINALITY AS v(app_id, id, same, attempt, i), deliveries d
		WHERE d.app_id = v.app_id AND d.id = v.id AND q.slot = d.slot AND q.integration_id = d.integration_id AND q.class = d.class AND q.due_at = d.due_at
			AND q.id = v.same AND q.attempt = v.attempt AND q.state IN (2, 3)
		RETURNING v.i`,
	types: "bbbi",
}

var hotQueue = hotStmt{
	row: `INSERT INTO queue (slot, integration_id, class, due_at, id, app_id, state, attempt, started_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
	set: `INSERT INTO queue (slot, integration_id, class, due_at, id, app_id, state, attempt, started_at)
		SELECT * FROM unnest($1::smallint[], $2::bytea[], $3::smallint[], $4::bigint[], $5::bytea[], $6::bytea[], $7::smallint[], $8::smallint[], $9::bigint[])`,
	types: "ibiibbiii",
}

var hotUpdateDelivery = hotStmt{
	row: `UPDATE deliveries SET status = ?, reason = ?, attempts = ?, due_at = ?, sent_at = ?, final_at = ?, doc = ? WHERE app_id = ? AND id = ?`,
	set: `UPDATE deliveries d SET status = v.status, reason = v.reason, attempts = v.attempts, due_at = v.due_at, sent_at = v.sent_at, final_at = v.final_at, doc = v.doc::json
		FROM unnest($1::text[], $2::text[], $3::bigint[], $4::bigint[], $5::bigint[], $6::bigint[], $7::text[], $8::bytea[], $9::bytea[])
			AS v(status, reason, attempts, due_at, sent_at, final_at, doc, app_id, id)
		WHERE d.app_id = v.app_id AND d.id = v.id`,
	types: "ttiiiitbb",
}

// What another integration takes over is moved apart from other changes, which
// need not touch the index of integrations.
var hotReroute = hotStmt{
	row: `UPDATE deliveries SET integration_id = ?, channel = ?, client_id = ?, slot = ? WHERE app_id = ? AND id = ?`,
	set: `UPDATE deliveries d SET integration_id = v.integration_id, channel = v.channel, client_id = v.client_id, slot = v.slot
		FROM unnest($1::bytea[], $2::text[], $3::bytea[], $4::smallint[], $5::bytea[], $6::bytea[]) AS v(integration_id, channel, client_id, slot, app_id, id)
		WHERE d.app_id = v.app_id AND d.id = v.id`,
	types: "btbibb",
}

var hotSuppress = hotStmt{
	row: `INSERT INTO suppressions (app_id, address, integration_id, scope, source, reason, since, until_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?) ` + lastsLonger,
	set: `INSERT INTO suppressions (app_id, address, integration_id, scope, source, reason, since, until_at)
		SELECT DISTINCT ON (a, b, c, d) a, b, c, d, e, f, g, h
		FROM unnest($1::bytea[], $2::text[], $3::bytea[], $4::text[], $5::text[], $6::text[], $7::bigint[], $8::bigint[]) AS v(a, b, c, d, e, f, g, h)
		ORDER BY a, b, c, d, CASE h WHEN 0 THEN 9223372036854775807 ELSE h END DESC ` + lastsLonger,
	types: "btbtttii",
}

// Whoever is suppressed shows it on the client, as after a keyword.
var hotBlock = hotStmt{
	row: `UPDATE clients SET status = 'blocked' WHERE app_id = ? AND address = ? AND status = 'active' AND status <> 'pending' AND ? IN (x'000000000000000000000000', integration_id)`,
	set: `UPDATE clients c SET status = 'blocked' FROM unnest($1::bytea[], $2::text[], $3::bytea[]) AS v(app_id, address, integration_id)
		WHERE c.app_id = v.app_id AND c.address = v.address AND c.status = 'active' AND c.status <> 'pending' AND v.integration_id IN ('\x000000000000000000000000'::bytea, c.integration_id)`,
	types: "btb",
}

var hotConsent = hotStmt{
	row: `INSERT INTO consents (app_id, id, address, user_id, at, doc) VALUES (?, ?, ?, ?, ?, ?)`,
	set: `INSERT INTO consents (app_id, id, address, user_id, at, doc)
		SELECT a, b, c, d, e, f::json FROM unnest($1::bytea[], $2::bytea[], $3::text[], $4::bytea[], $5::bigint[], $6::text[]) AS v(a, b, c, d, e, f)`,
	types: "bbtbit",
}

// Finish records an outcome. It counts only while its attempt is the newest.
func (s Deliveries) Finish(o *delivery.Outcome, done func(error)) {
	s.writers.async(finishVerb, finishing{s.Store, o}, done)
}

type finishing struct {
	s *Store
	o *delivery.Outcome
}

func runFinish(ctx context.Context, tx *hotTx, args []any) error {
	// In the order in which all lock what is queued.
	slices.SortFunc(args, func(a, b any) int {
		x, y := a.(finishing).o.Item.Delivery.ID, b.(finishing).o.Item.Delivery.ID
		return bytes.Compare(x[:], y[:])
	})
	var leave params
	var apps set[heliograph.AppID]
	w := changes{s: args[0].(finishing).s}
	for _, a := range args {
		o := a.(finishing).o
		d := o.Item.Delivery
		apps.add(d.App)
		leave.add(int64(d.Slot), idBytes(d.Integration), int64(d.Class), int64(d.Due), notificationBytes(d.ID), int64(o.Attempt))
	}
	if err := w.events.expect(tx, apps.list); err != nil {
		return err
	}
	left, err := tx.execEach(ctx, &hotUnqueue, &leave)
	if err == nil {
		err = finishMoved(ctx, tx, args, left)
	}
	if err != nil {
		return err
	}
	for i, a := range args {
		o := a.(finishing).o
		if o.Applied = left[i]; !o.Applied {
			if o.Item.State == delivery.Ready {
				continue // it was never sent, and somebody else has decided
			}
			// The provider's own word came first. What we saw stays on record.
			seen := *o.Events[0]
			if seen.Type != heliograph.EventUnknown {
				seen.Type, seen.Data.Retry = heliograph.EventAttempt, 0
			}
			if err := w.events.add(&seen, nil); err != nil {
				return err
			}
			continue
		}
		if o.Requeue {
			w.queue.add(queueArgs(o.Update, int64(o.State), o.Item.Started)...)
		}
		if o.Rerouted {
			d := o.Update
			w.moved.add(idBytes(d.Integration), d.Channel, idBytes(d.Client), int64(d.Slot), idBytes(d.App), notificationBytes(d.ID))
		}
		if err := w.add(o.Update, o.Item.User, o.Item.Content, o.Events, o.Suppress, o.Consent); err != nil {
			return err
		}
	}
	return w.write(ctx, tx)
}

// finishMoved looks again for the outcomes that found no row. An outcome that
// is itself a doubt has nothing to add.
func finishMoved(ctx context.Context, tx *hotTx, args []any, left []bool) error {
	var p params
	var at []int
	for i, ok := range left {
		o := args[i].(finishing).o
		if ok || o.Requeue {
			continue
		}
		id := notificationBytes(o.Update.ID)
		p.add(idBytes(o.Update.App), id, id, int64(o.Attempt))
		at = append(at, i)
	}
	found, err := tx.execEach(ctx, &hotUnqueueMoved, &p)
	for j, ok := range found {
		left[at[j]] = ok
	}
	return err
}

// changes collects what a batch changes of deliveries.
type changes struct {
	s        *Store
	queue    params
	deliver  params
	moved    params
	suppress params
	block    params
	consent  params
	events   hotEvents
}

func (w *changes) add(d *heliograph.Delivery, user *heliograph.User, said *heliograph.Content, events []*heliograph.Event, sup *heliograph.Suppression, con *heliograph.Consent) error {
	doc, err := docOf(d)
	if err != nil {
		return err
	}
	w.deliver.add(string(d.Status), d.Reason, int64(d.Attempts), int64(d.Due), int64(d.Sent), int64(d.Final), doc, idBytes(d.App), notificationBytes(d.ID))
	if sup != nil {
		w.suppress.add(idBytes(sup.App), sup.Address, sup.Integration[:], string(sup.Scope), string(sup.Source), sup.Reason, int64(sup.Since), int64(sup.Until))
		if sup.Scope != heliograph.ScopeMarketing && sup.Until == 0 {
			w.block.add(idBytes(sup.App), sup.Address, sup.Integration[:])
		}
	}
	if con != nil {
		doc, err := json.Marshal(consentDoc{con.Action, con.Scope, con.Source, con.Integration, con.Evidence})
		if err != nil {
			return err
		}
		w.consent.add(idBytes(con.App), idBytes(con.ID), con.Address, idBytes(con.User), int64(con.At), string(doc))
	}
	with := &heliograph.EventContext{Delivery: d, User: user, Content: said}
	for _, e := range events {
		if err := w.events.add(e, with); err != nil {
			return err
		}
	}
	return nil
}

func (w *changes) write(ctx context.Context, tx *hotTx) error {
	steps := []struct {
		st *hotStmt
		p  *params
	}{{&hotQueue, &w.queue}, {&hotUpdateDelivery, &w.deliver}, {&hotReroute, &w.moved}, {&hotSuppress, &w.suppress}, {&hotBlock, &w.block}, {&hotConsent, &w.consent}}
	for _, step := range steps {
		if err := tx.exec(ctx, step.st, step.p); err != nil {
			return err
		}
	}
	return w.events.write(ctx, w.s, tx)
}

// FinishObserved is Finish together with what observe does. It is not hot.
func (s Deliveries) FinishObserved(ctx context.Context, o *delivery.Outcome, observe func(context.Context) error) error {
	return s.Atomically(ctx, func(ctx context.Context) error {
		d := o.Item.Delivery
		n, err := s.exec(ctx, `DELETE FROM queue WHERE slot = $1 AND integration_id = $2 AND class = $3 AND due_at = $4 AND id = $5 AND attempt = $6
			AND (state = 3 OR $7 <> 3)`, d.Slot, d.Integration, int(d.Class), d.Due, d.ID, o.Attempt, int(o.Item.State))
		if err != nil {
			return err
		}
		if o.Applied = n > 0; !o.Applied {
			return nil
		}
		if o.Requeue {
			if _, err := s.exec(ctx, insertQueue, queueArgs(o.Update, int64(o.State), o.Item.Started)...); err != nil {
				return err
			}
		}
		if err := s.storeChange(ctx, o.Update, o.Item.User, o.Events, o.Suppress, o.Consent); err != nil {
			return err
		}
		return observe(ctx)
	})
}

// storeChange is changes for one delivery outside the hot writes.
func (s Deliveries) storeChange(ctx context.Context, d *heliograph.Delivery, user *heliograph.User, events []*heliograph.Event, sup *heliograph.Suppression, con *heliograph.Consent) error {
	doc, err := docOf(d)
	if err != nil {
		return err
	}
	if _, err := s.exec(ctx, `UPDATE deliveries SET status = $1, reason = $2, attempts = $3, due_at = $4, sent_at = $5, final_at = $6, doc = $7
		WHERE app_id = $8 AND id = $9`, string(d.Status), d.Reason, d.Attempts, d.Due, d.Sent, d.Final, doc, d.App, d.ID); err != nil {
		return err
	}
	consents := Consents{s.Store}
	if sup != nil {
		if _, err := consents.Suppress(ctx, sup); err != nil {
			return err
		}
	}
	if con != nil {
		if err := consents.Log(ctx, con); err != nil {
			return err
		}
	}
	return s.AppendEventsWith(ctx, &heliograph.EventContext{Delivery: d, User: user}, events...)
}
