package store

// This file has a text per dialect: a claim is a hot write.

import (
	"context"

	"heliograph"
	"heliograph/internal/delivery"
)

var claimVerb = &verb{name: "claim", lane: laneOutcome, run: runClaims}

// A claim counts only when nobody else has started this attempt and the process
// still has the slot's lease.
var hotClaim = hotStmt{
	row: `UPDATE queue SET state = 1, attempt = ?, started_at = ?
		WHERE slot = ? AND integration_id = ? AND class = ? AND due_at = ? AND id = ? AND attempt = ? AND state IN (0, 2)
			AND (? IS NULL OR EXISTS (SELECT 1 FROM leases l WHERE l.slot = queue.slot AND l.process = ?))`,
	set: `UPDATE queue q SET state = 1, attempt = v.attempt, started_at = v.started
		FROM unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::bytea[], $5::bigint[], $6::bigint[], $7::bytea[], $8::bigint[], $9::bytea[], $10::bytea[])
			WITH ORDINALITY AS v(attempt, started, slot, integration_id, class, due_at, id, was, process, same, i)
		WHERE q.slot = v.slot AND q.integration_id = v.integration_id AND q.class = v.class AND q.due_at = v.due_at AND q.id = v.id
			AND q.attempt = v.was AND q.state IN (0, 2)
			AND (v.process IS NULL OR EXISTS (SELECT 1 FROM leases l WHERE l.slot = q.slot AND l.process = v.same))
		RETURNING v.i`,
	types: "iiibiibibb",
}

// hotAnySuppressed spares looking every address up for an app that has never
// suppressed one.
var hotAnySuppressed = hotStmt{
	row:   `SELECT 1 FROM suppressions WHERE app_id = ? LIMIT 1`,
	set:   `SELECT v.i FROM unnest($1::bytea[]) WITH ORDINALITY AS v(app_id, i) WHERE EXISTS (SELECT 1 FROM suppressions s WHERE s.app_id = v.app_id)`,
	types: "b",
}

var hotSuppressed = hotStmt{
	row: `SELECT 1 FROM suppressions WHERE app_id = ? AND address = ? AND integration_id IN (x'000000000000000000000000', ?) AND (scope <> 'marketing' OR ? = 'marketing') AND (until_at = 0 OR until_at > ?) LIMIT 1`,
	set: `SELECT v.i FROM unnest($1::bytea[], $2::text[], $3::bytea[], $4::text[], $5::bigint[]) WITH ORDINALITY AS v(app_id, address, integration_id, category, at, i)
		WHERE EXISTS (SELECT 1 FROM suppressions s WHERE s.app_id = v.app_id AND s.address = v.address
			AND s.integration_id IN ('\x000000000000000000000000'::bytea, v.integration_id) AND (s.scope <> 'marketing' OR v.category = 'marketing')
			AND (s.until_at = 0 OR s.until_at > v.at))`,
	types: "btbti",
}

// Claim records the start of attempts.
func (s Deliveries) Claim(claims []*delivery.Claim, done func(error)) {
	s.writers.async(claimVerb, claims, done)
}

func runClaims(ctx context.Context, tx *hotTx, args []any) error {
	var all []*delivery.Claim
	var p params
	var apps set[heliograph.AppID]
	for _, a := range args {
		for _, c := range a.([]*delivery.Claim) {
			c.Taken, c.Suppressed = false, false
			d := c.Item.Delivery
			apps.add(d.App)
			p.add(int64(c.Attempt), int64(c.At), int64(d.Slot), idBytes(d.Integration), int64(d.Class), int64(d.Due), notificationBytes(d.ID), int64(d.Attempts), idBytes(c.Process), idBytes(c.Process))
			all = append(all, c)
		}
	}
	careful := careful{}
	if err := careful.ask(tx, apps.list); err != nil {
		return err
	}
	taken, err := tx.execEach(ctx, &hotClaim, &p)
	if err != nil {
		return err
	}
	for i, c := range all {
		c.Taken = taken[i]
	}
	return careful.findSuppressed(ctx, tx, all)
}

// careful tells which apps have ever suppressed an address, of those that were
// asked for.
type careful map[heliograph.AppID]bool

// ask asks for apps. The answer comes with the next that is waited for.
func (k careful) ask(tx *hotTx, apps []heliograph.AppID) error {
	var p params
	for _, app := range apps {
		p.add(idBytes(app))
	}
	return tx.along(&hotAnySuppressed, &p, func(i int, _ cells) error { k[apps[i]] = true; return nil })
}

// findSuppressed asks whether the addresses of claims are still wanted, in the
// transaction that records the attempts.
func (k careful) findSuppressed(ctx context.Context, tx *hotTx, claims []*delivery.Claim) error {
	var asked params
	var which []*delivery.Claim
	for _, c := range claims {
		if d := c.Item.Delivery; c.Taken && k[d.App] {
			asked.add(idBytes(d.App), d.Address, d.Integration[:], string(d.Category), int64(c.At))
			which = append(which, c)
		}
	}
	return tx.query(ctx, &hotSuppressed, &asked, func(i int, _ cells) error { which[i].Suppressed = true; return nil })
}

// Suppressed reports whether an address must not be sent to by an integration now.
func (s Deliveries) Suppressed(ctx context.Context, app heliograph.AppID, i heliograph.IntegrationID, address string, c heliograph.Category, now heliograph.Millis) (bool, error) {
	var found bool
	err := s.row(ctx, `SELECT EXISTS (SELECT 1 FROM suppressions WHERE app_id = $1 AND address = $2
		AND integration_id IN ($3, $4) AND (scope <> 'marketing' OR $5 = 'marketing') AND (until_at = 0 OR until_at > $6))`, app, address, make([]byte, 12), i[:], string(c), now).Scan(&found)
	return found, err
}
