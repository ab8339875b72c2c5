package store

// This file has a text per dialect: SQLite has one writer.

import "context"

// hotMeet has whoever makes the owner of an address on PostgreSQL wait for
// another who does: on two integrations of a channel no unique key would tell
// them of each other.
var hotMeet = hotStmt{
	set: `SELECT i, pg_advisory_xact_lock(place) FROM (
			SELECT v.i, hashtextextended(encode(v.app_id, 'hex') || ' ' || v.platform || ' ' || v.address, 0) AS place
			FROM unnest($1::bytea[], $2::text[], $3::text[]) WITH ORDINALITY AS v(app_id, address, platform, i) ORDER BY place OFFSET 0
		) AS places`,
	types: "btt",
}

// meetStrangers looks the addresses that nobody owns up again, once no other
// transaction is about to give them an owner.
func (b *accepting) meetStrangers(ctx context.Context) error {
	if b.tx.pg == nil {
		return nil
	}
	var strangers []addressKey
	var p params
	seen := map[addressKey]bool{}
	for _, a := range b.todo {
		if k := addressOf(a); len(b.owners[k]) == 0 && !seen[k] {
			seen[k] = true
			strangers = append(strangers, k)
			p.add(idBytes(k.app), k.address, k.platform)
		}
	}
	if len(strangers) == 0 {
		return nil
	}
	if err := b.tx.along(&hotMeet, &p, func(int, cells) error { return nil }); err != nil {
		return err
	}
	if err := b.askOwners(strangers); err != nil {
		return err
	}
	return b.tx.wait(ctx)
}
