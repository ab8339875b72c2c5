package store

// This file has a text per dialect: that people see messages is a hot write.

import (
	"context"
	"slices"

	"heliograph"
	"heliograph/internal/delivery"
)

var sightVerb = &verb{name: "sight", lane: laneOutcome, run: runSights}

// selectOpen finds the deliveries, of the newest messages to a user that were
// received in a time, whose end has not been told. What was sent by notification is
// known to its message, what else was sent knows its message.
const selectOpen = `WITH newest AS MATERIALIZED (SELECT m.app_id AS app_id, m.id AS id, m.notification_id AS notification_id
		FROM users u JOIN messages m ON m.app_id = u.app_id AND m.conversation_id = u.conversation_id
		WHERE u.app_id = $1 AND u.id = $2 AND m.received > $3 AND m.received <= $4 AND m.role = 'appMaker' ORDER BY m.received DESC LIMIT $5)
	SELECT d.id FROM newest m JOIN deliveries d ON d.app_id = m.app_id AND d.id = m.notification_id
		WHERE m.notification_id IS NOT NULL AND d.status IN ` + openStatus + `
	UNION ALL
	SELECT d.id FROM newest m JOIN deliveries d ON d.app_id = m.app_id AND d.message_id = m.id AND d.kind <> 'notification'
		WHERE m.notification_id IS NULL AND d.status IN ` + openStatus

// openStatus are the statuses after which more may be told.
const openStatus = `('scheduled', 'queued', 'unknown', 'channel')`

// hotOpenRows reads and holds deliveries. One that somebody else holds is not
// waited for, so that this is part of no circle of waiting.
var hotOpenRows = hotStmt{row: hotDeliveryRows.row, set: hotDeliveryRows.set + ` SKIP LOCKED`, types: "bb"}

// sighting is one sight in a hot write.
type sighting struct {
	s   *Store
	in  *delivery.Sight
	ids []heliograph.NotificationID // of deliveries that it may be about
	got []heliograph.NotificationID // the answer: those that could be held
}

// sightTries is how often deliveries that others hold are looked at again. Who
// holds them tells of their end.
const sightTries = 3

// ApplySight stores what it means for deliveries that the person has seen their
// messages. It writes nothing when it means nothing.
func (s Deliveries) ApplySight(ctx context.Context, in *delivery.Sight) error {
	in.Changed = nil
	ids, err := collect(ctx, s.Store, scanDeliveryID, selectOpen, in.App, in.User, in.After, in.Until, in.Limit)
	if err != nil {
		return err
	}
	var changed []*delivery.Change
	for range sightTries {
		if len(ids) == 0 {
			break
		}
		op := &sighting{s: s.Store, in: in, ids: ids}
		if err := s.writers.do(ctx, sightVerb, op); err != nil {
			return err
		}
		changed = append(changed, in.Changed...)
		ids = slices.DeleteFunc(ids, func(id heliograph.NotificationID) bool { return slices.Contains(op.got, id) })
	}
	in.Changed = changed
	return nil
}

func runSights(ctx context.Context, tx *hotTx, args []any) error {
	var p params
	var ops []*sighting // by row of p
	for _, arg := range args {
		op := arg.(*sighting)
		op.got, op.in.Changed = nil, nil
		for _, id := range op.ids {
			ops = append(ops, op)
			p.add(idBytes(op.in.App), notificationBytes(id))
		}
	}
	w := changes{s: args[0].(*sighting).s}
	var leave params
	decided := map[heliograph.NotificationID]bool{} // several devices may show one message at once
	err := tx.query(ctx, &hotOpenRows, &p, func(i int, c cells) error {
		d, external, err := deliveryFromCells(c)
		if err != nil {
			return err
		}
		op := ops[i]
		op.got = append(op.got, d.ID)
		if decided[d.ID] {
			return nil
		}
		user := &heliograph.User{ID: d.User, App: d.App, ExternalID: external, Conversation: d.Conversation}
		change := op.in.Decide(d, user)
		if change == nil {
			return nil
		}
		decided[d.ID] = true
		op.in.Changed = append(op.in.Changed, change)
		if change.Unqueue {
			leave.add(int64(d.Slot), idBytes(d.Integration), int64(d.Class), int64(d.Due), notificationBytes(d.ID))
		}
		return w.add(change.Update, user, nil, change.Events, change.Suppress, change.Consent)
	})
	if err != nil {
		return err
	}
	if err := tx.exec(ctx, &hotUnqueueNewest, &leave); err != nil {
		return err
	}
	return w.write(ctx, tx)
}
