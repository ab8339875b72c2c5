package store

// This file has a text per dialect: a claim is a hot write.

import (
	"context"

	"heliograph"
	"heliograph/internal/delivery"
)

var claimVerb = &verb{name: "claim", lane: laneOutcome, run: runClaims}

// A claim counts only when nobody else has started this attempt and the process
// still has the slot's lease, and asks in the same breath whether the address is
// still wanted.
var hotClaim = hotStmt{
	row: `UPDATE queue SET state = 1, attempt = ?, started_at = ?
		WHERE slot = ? AND integration_id = ? AND class = ? AND due_at = ? AND id = ? AND attempt = ? AND state IN (0, 2)
			AND (? IS NULL OR EXISTS (SELECT 1 FROM leases l WHERE l.slot = queue.slot AND l.process = ?))
		RETURNING EXISTS (SELECT 1 FROM suppressions s WHERE s.app_id = queue.app_id AND s.address = ?
			AND s.integration_id IN (x'000000000000000000000000', queue.integration_id) AND (s.scope <> 'marketing' OR ? = 'marketing'))`,
	set: `UPDATE queue q SET state = 1, attempt = v.attempt, started_at = v.started
		FROM unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::bytea[], $5::bigint[], $6::bigint[], $7::bytea[], $8::bigint[], $9::bytea[], $10::bytea[], $11::text[], $12::text[])
			WITH ORDINALITY AS v(attempt, started, slot, integration_id, class, due_at, id, was, process, same, address, category, i)
		WHERE q.slot = v.slot AND q.integration_id = v.integration_id AND q.class = v.class AND q.due_at = v.due_at AND q.id = v.id
			AND q.attempt = v.was AND q.state IN (0, 2)
			AND (v.process IS NULL OR EXISTS (SELECT 1 FROM leases l WHERE l.slot = q.slot AND l.process = v.same))
		RETURNING v.i, EXISTS (SELECT 1 FROM suppressions s WHERE s.app_id = q.app_id AND s.address = v.address
			AND s.integration_id IN ('\x000000000000000000000000'::bytea, q.integration_id) AND (s.scope <> 'marketing' OR v.category = 'marketing'))`,
	types: "iiibiibibbtt",
}

// Claim records the start of attempts.
func (s Deliveries) Claim(claims []*delivery.Claim, done func(error)) {
	s.writers.async(claimVerb, claims, done)
}

func runClaims(ctx context.Context, tx *hotTx, args []any) error {
	var p params
	var all []*delivery.Claim
	for _, a := range args {
		for _, c := range a.([]*delivery.Claim) {
			c.Taken, c.Suppressed = false, false
			d := c.Item.Delivery
			p.add(int64(c.Attempt), int64(c.At), int64(d.Slot), idBytes(d.Integration), int64(d.Class), int64(d.Due), notificationBytes(d.ID), int64(d.Attempts), idBytes(c.Process), idBytes(c.Process), d.Address, string(d.Category))
			all = append(all, c)
		}
	}
	return tx.query(ctx, &hotClaim, &p, func(i int, c cells) error {
		all[i].Taken, all[i].Suppressed = true, c.int(0) != 0
		return nil
	})
}

// Suppressed reports whether an address must not be sent to by an integration.
func (s Deliveries) Suppressed(ctx context.Context, app heliograph.AppID, i heliograph.IntegrationID, address string, c heliograph.Category) (bool, error) {
	var found bool
	err := s.row(ctx, `SELECT EXISTS (SELECT 1 FROM suppressions WHERE app_id = $1 AND address = $2
		AND integration_id IN ($3, $4) AND (scope <> 'marketing' OR $5 = 'marketing'))`, app, address, make([]byte, 12), i[:], string(c)).Scan(&found)
	return found, err
}
