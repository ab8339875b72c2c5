package store

// This file has a text per dialect: what providers tell is a hot write.

import (
	"context"

	"heliograph"
	"heliograph/channel"
	"heliograph/internal/delivery"
)

var statusVerb = &verb{name: "status", lane: laneOutcome, run: runStatus}

var hotInbound = hotStmt{
	row: `INSERT INTO inbound (app_id, id, integration_id, fact_key, at, raw) VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`,
	set: `INSERT INTO inbound (app_id, id, integration_id, fact_key, at, raw)
		SELECT * FROM unnest($1::bytea[], $2::bytea[], $3::bytea[], $4::text[], $5::bigint[], $6::bytea[]) AS v(app_id, id, integration_id, fact_key, at, raw)
		ORDER BY integration_id, fact_key ON CONFLICT DO NOTHING RETURNING id`,
	types: "bbbtib",
	key:   []int{1},
}

var hotDeliveryRows = hotStmt{
	row: `SELECT ` + deliveryColumnsOf + `, u.external_id FROM deliveries d LEFT JOIN users u ON u.app_id = d.app_id AND u.id = d.user_id
		WHERE d.app_id = ? AND d.id = ?`,
	set: `SELECT v.i, d.app_id, d.id, d.kind, d.integration_id, d.channel, d.message_id, d.user_id, d.client_id, d.conversation_id, d.address,
			d.class, d.slot, d.status, d.reason, d.attempts, d.due_at, d.sent_at, d.final_at, d.doc::text, u.external_id
		FROM unnest($1::bytea[], $2::bytea[]) WITH ORDINALITY AS v(app_id, id, i)
		JOIN deliveries d ON d.app_id = v.app_id AND d.id = v.id LEFT JOIN users u ON u.app_id = d.app_id AND u.id = d.user_id
		ORDER BY d.id FOR UPDATE OF d`,
	types: "bb",
}

// hotLockQueued locks the queue's rows of deliveries, on PostgreSQL: outcomes
// take those first and the deliveries then, and who went the other way round
// would wait for them in a circle.
var hotLockQueued = hotStmt{
	set: `SELECT v.i FROM unnest($1::bytea[], $2::bytea[]) WITH ORDINALITY AS v(app_id, id, i) JOIN deliveries d ON d.app_id = v.app_id AND d.id = v.id
		JOIN queue q ON q.slot = d.slot AND q.integration_id = d.integration_id AND q.class = d.class AND q.due_at = d.due_at AND q.id = d.id
		ORDER BY q.id FOR UPDATE OF q`,
	types: "bb",
}

// hotUnqueueNewest takes a delivery from the queue whatever its attempt: the
// provider has the message.
var hotUnqueueNewest = hotStmt{
	row: `DELETE FROM queue WHERE slot = ? AND integration_id = ? AND class = ? AND due_at = ? AND id = ?`,
	set: `DELETE FROM queue q USING unnest($1::bigint[], $2::bytea[], $3::bigint[], $4::bigint[], $5::bytea[]) AS v(slot, integration_id, class, due_at, id)
		WHERE q.slot = v.slot AND q.integration_id = v.integration_id AND q.class = v.class AND q.due_at = v.due_at AND q.id = v.id`,
	types: "ibiib",
}

// applying is one provider request in a hot write.
type applying struct {
	s  *Store
	in *delivery.Status
	// observed are the facts about deliveries of larger acts: they are left to a
	// transaction that can hold more than a status.
	observed []channel.Fact
}

// ApplyStatus stores what a provider told of our messages, once, with what it
// changes.
func (s Deliveries) ApplyStatus(ctx context.Context, in *delivery.Status, observe func(context.Context, *delivery.Change) error) error {
	a := &applying{s: s.Store, in: in}
	if err := s.writers.do(ctx, statusVerb, a); err != nil {
		return err
	}
	for _, f := range a.observed {
		if err := s.applyObserved(ctx, in, f, observe); err != nil {
			return err
		}
	}
	return nil
}

// factRef is one fact of a batch and the delivery that it is about.
type factRef struct {
	op    *applying
	fact  *channel.Fact
	d     *heliograph.Delivery
	user  *heliograph.User
	fresh bool
}

func runStatus(ctx context.Context, tx *hotTx, args []any) error {
	s := args[0].(*applying).s
	refs, err := loadFacts(ctx, tx, args)
	if err != nil {
		return err
	}
	if err := keepFacts(ctx, tx, s, refs); err != nil {
		return err
	}
	w := changes{s: s}
	var leave params
	// Facts about one delivery in one batch follow each other.
	newest := map[heliograph.NotificationID]*heliograph.Delivery{}
	for _, r := range refs {
		if !r.fresh || r.d == nil {
			continue
		}
		d := r.d
		if n := newest[d.ID]; n != nil {
			d = n
		}
		c := r.op.in.Advance(d, r.user, r.fact)
		if c == nil {
			continue
		}
		newest[d.ID] = c.Update
		r.op.in.Changed = append(r.op.in.Changed, c)
		if c.Unqueue {
			leave.add(int64(d.Slot), idBytes(d.Integration), int64(d.Class), int64(d.Due), notificationBytes(d.ID))
		}
		if err := w.add(c.Update, r.user, nil, c.Events, c.Suppress, c.Consent); err != nil {
			return err
		}
	}
	w.onlyNewest(newest)
	if err := tx.exec(ctx, &hotUnqueueNewest, &leave); err != nil {
		return err
	}
	return w.write(ctx, tx)
}

// onlyNewest drops updates of a delivery that a later fact of the batch
// overtook: an update over a set of rows must name each row once.
func (w *changes) onlyNewest(newest map[heliograph.NotificationID]*heliograph.Delivery) {
	if w.deliver.len() == len(newest) {
		return
	}
	width := w.deliver.width
	last := map[string]int{}
	for i := range w.deliver.len() {
		last[string(w.deliver.flat[i*width+8].([]byte))] = i
	}
	kept := w.deliver.flat[:0]
	for i := range w.deliver.len() {
		row := w.deliver.flat[i*width : (i+1)*width]
		if last[string(row[8].([]byte))] == i {
			kept = append(kept, row...)
		}
	}
	w.deliver.flat = kept
}

// lockQueued locks the queue's rows of all deliveries that a batch tells the
// fate of, in one order, on PostgreSQL: outcomes and what providers tell each
// keep to it, but not one after the other in a transaction.
func lockQueued(tx *hotTx, batch []*job) error {
	var p params
	told := false
	for _, j := range batch {
		switch a := j.arg.(type) {
		case finishing:
			p.add(idBytes(a.o.Item.Delivery.App), notificationBytes(a.o.Item.Delivery.ID))
		case *sighting:
			told = true
			for _, id := range a.ids {
				p.add(idBytes(a.in.App), notificationBytes(id))
			}
		case *applying:
			told = true
			for _, f := range a.in.Facts {
				if f.Status != nil {
					p.add(idBytes(a.in.Integration.App), notificationBytes(f.Status.Delivery))
				}
			}
		}
	}
	if !told || tx.pg == nil {
		return nil
	}
	return tx.along(&hotLockQueued, &p, func(int, cells) error { return nil })
}

// loadFacts finds the deliveries that the facts are about and locks them; those of
// the queue are locked already.
func loadFacts(ctx context.Context, tx *hotTx, args []any) ([]*factRef, error) {
	var refs []*factRef
	var p params
	for _, arg := range args {
		op := arg.(*applying)
		op.observed, op.in.Changed = nil, nil
		for i := range op.in.Facts {
			f := &op.in.Facts[i]
			if f.Status == nil {
				continue
			}
			refs = append(refs, &factRef{op: op, fact: f})
			p.add(op.in.Integration.App[:], notificationBytes(f.Status.Delivery))
		}
	}
	err := tx.query(ctx, &hotDeliveryRows, &p, func(i int, c cells) error {
		d, external, err := deliveryFromCells(c)
		if err != nil {
			return err
		}
		if d.Integration != refs[i].op.in.Integration.ID {
			return nil // an echo of another integration's delivery is no echo
		}
		refs[i].d = d
		refs[i].user = &heliograph.User{ID: d.User, App: d.App, ExternalID: external, Conversation: d.Conversation}
		return nil
	})
	return refs, err
}

// keepFacts stores the raw request of each fact that is new.
func keepFacts(ctx context.Context, tx *hotTx, s *Store, refs []*factRef) error {
	var p params
	var stored []*factRef
	for _, r := range refs {
		if r.d != nil && delivery.Observed(r.d, r.fact.Status.Status) {
			said := *r.fact.Status
			said.Delivery = r.d.ID // it may have been found by the provider's id
			fact := *r.fact
			fact.Status = &said
			r.op.observed = append(r.op.observed, fact)
			continue
		}
		in := r.op.in
		p.add(in.Integration.App[:], idBytes(s.IDs.Record()), in.Integration.ID[:], r.fact.Key, int64(in.At), in.Raw)
		stored = append(stored, r)
	}
	fresh, err := tx.execEach(ctx, &hotInbound, &p)
	for i, r := range stored {
		if err == nil {
			r.fresh = fresh[i]
		}
	}
	return err
}

// deliveryFromCells reads deliveryColumns and a user's external id.
func deliveryFromCells(c cells) (*heliograph.Delivery, string, error) {
	d := &heliograph.Delivery{
		Kind: heliograph.DeliveryKind(c.text(2)), Channel: c.text(4), Address: c.text(9),
		Class: heliograph.Class(c.int(10)), Slot: int(c.int(11)), Status: heliograph.Status(c.text(12)), Reason: c.text(13), Attempts: int(c.int(14)),
		Due: heliograph.Millis(c.int(15)), Sent: heliograph.Millis(c.int(16)), Final: heliograph.Millis(c.int(17)),
	}
	copy(d.App[:], c.bytes(0))
	copy(d.ID[:], c.bytes(1))
	copy(d.Integration[:], c.bytes(3))
	copy(d.Message[:], c.bytes(5))
	copy(d.User[:], c.bytes(6))
	copy(d.Client[:], c.bytes(7))
	copy(d.Conversation[:], c.bytes(8))
	return d, c.text(19), readDelivery(d, c.bytes(18))
}

// applyObserved applies a fact about a delivery that belongs to a larger act.
func (s Deliveries) applyObserved(ctx context.Context, in *delivery.Status, f channel.Fact, observe func(context.Context, *delivery.Change) error) error {
	var c *delivery.Change
	err := s.Atomically(ctx, func(ctx context.Context) error {
		c = nil
		fresh, err := Inbound{s.Store}.Keep(ctx, in.Integration, in.At, in.Raw, []string{f.Key}, []heliograph.RecordID{s.IDs.Record()})
		if err != nil || !fresh[0] {
			return err
		}
		d, err := one(ctx, s.Store, errDeliveryNotFound, scanDelivery, `SELECT `+deliveryColumns+` FROM deliveries WHERE app_id = $1 AND id = $2 /*for update*/`, in.Integration.App, f.Status.Delivery)
		if err != nil {
			return err
		}
		c = in.Advance(d, nil, &f)
		if c == nil {
			return nil
		}
		if c.Unqueue {
			if _, err := s.exec(ctx, `DELETE FROM queue WHERE slot = $1 AND integration_id = $2 AND class = $3 AND due_at = $4 AND id = $5`,
				d.Slot, d.Integration, int(d.Class), d.Due, d.ID); err != nil {
				return err
			}
		}
		if err := s.storeChange(ctx, c.Update, nil, c.Events, c.Suppress, c.Consent); err != nil {
			return err
		}
		return observe(ctx, c)
	})
	if err == nil && c != nil {
		in.Changed = append(in.Changed, c)
	}
	return err
}
