package store

// This file has a text per dialect: what the hot write of sayings runs.

import (
	"fmt"
	"strings"

	"heliograph"
	"heliograph/internal/conversation"
)

// perRow is a statement whose text is the portable one: SQLite runs it for each
// row of parameters, PostgreSQL once for all rows, where lock says what of the
// rows that are found is held. Columns that are documents must be cast to text.
func perRow(q, lock, types string) hotStmt {
	var arrays, names []string
	var swap []string
	for i := len(types) - 1; i >= 0; i-- { // $10 before $1
		swap = append(swap, fmt.Sprintf("$%d", i+1), fmt.Sprintf("v.p%d", i+1))
	}
	for i, t := range types {
		arrays = append(arrays, fmt.Sprintf("$%d::%s[]", i+1, map[rune]string{'b': "bytea", 'i': "bigint", 't': "text"}[t]))
		names = append(names, fmt.Sprintf("p%d", i+1))
	}
	return hotStmt{
		row: sqliteDialect.translate(q),
		set: `SELECT v.i, s.* FROM unnest(` + strings.Join(arrays, ", ") + `) WITH ORDINALITY AS v(` + strings.Join(names, ", ") + `, i)
			CROSS JOIN LATERAL (` + strings.NewReplacer(swap...).Replace(q) + lock + `) s`,
		types: types,
	}
}

// What is read of a user u, its conversation c and its client k.
const (
	saidUser         = `u.id, u.external_id, u.credential_required, CAST(u.doc AS TEXT), u.created_at`
	saidConversation = `c.id, c.seq, c.last_received, c.messages, c.unread, c.business_read, c.user_read, c.last_user_at, c.context_from, c.created_at`
	saidClient       = `k.id, k.status, k.is_primary, k.conversation_id, CAST(k.doc AS TEXT), k.linked_at, k.last_seen`

	saidUserWidth, saidConversationWidth = 5, 10
)

// A row that somebody else holds is not waited for: it is left to the other way
// in. So sayings, which hold many rows, are part of no circle of waiting.
var (
	hotUserByID = perRow(`SELECT `+saidUser+`, `+saidConversation+` FROM users u JOIN conversations c ON c.app_id = u.app_id AND c.id = u.conversation_id
		WHERE u.app_id = $1 AND u.id = $2`, ` FOR UPDATE OF c SKIP LOCKED`, "bb")
	// An external id that reads as an id stands back behind the user of that id.
	hotUserByName = perRow(`SELECT `+saidUser+`, `+saidConversation+` FROM users u JOIN conversations c ON c.app_id = u.app_id AND c.id = u.conversation_id
		WHERE u.app_id = $1 AND u.external_id = $2 AND NOT EXISTS (SELECT 1 FROM users x WHERE x.app_id = u.app_id AND x.id = $3)`, ` FOR UPDATE OF c SKIP LOCKED`, "btb")
	hotSender = perRow(`SELECT `+saidUser+`, `+saidConversation+`, `+saidClient+` FROM clients k
		JOIN users u ON u.app_id = k.app_id AND u.id = k.user_id JOIN conversations c ON c.app_id = u.app_id AND c.id = u.conversation_id
		WHERE k.app_id = $1 AND k.address = $2 AND k.platform = $3 AND k.integration_id = $4 AND k.status <> 'pending' AND NOT EXISTS (SELECT 1 FROM clients p
			WHERE p.app_id = k.app_id AND p.address = k.address AND p.platform = k.platform AND p.integration_id = k.integration_id AND p.status = 'pending')`,
		` FOR UPDATE OF k, c SKIP LOCKED`, "bttb")

	hotOutbound  = perRow(selectOutbound, "", "bbii")
	hotReceived  = perRow(selectReceived, "", "bbiii")
	hotScheduled = perRow(selectScheduled, "", "bbiii")
)

var hotForget = hotStmt{
	row:   `DELETE FROM inbound WHERE app_id = ? AND id = ?`,
	set:   `DELETE FROM inbound x USING unnest($1::bytea[], $2::bytea[]) AS v(app_id, id) WHERE x.app_id = v.app_id AND x.id = v.id`,
	types: "bb",
}

var hotSeen = hotStmt{
	row: `UPDATE clients SET last_seen = ? WHERE app_id = ? AND id = ? AND last_seen < ?`,
	set: `UPDATE clients k SET last_seen = v.at FROM unnest($1::bigint[], $2::bytea[], $3::bytea[], $4::bigint[]) AS v(at, app_id, id, same)
		WHERE k.app_id = v.app_id AND k.id = v.id AND k.last_seen < v.at`,
	types: "ibbi",
}

var hotSaid = hotStmt{
	row: `INSERT INTO messages (app_id, id, conversation_id, user_id, seq, received, role, source, integration_id, external_id, source_at, doc) VALUES (?, ?, ?, ?, ?, ?, 'appUser', ?, ?, ?, ?, ?)`,
	set: `INSERT INTO messages (app_id, id, conversation_id, user_id, seq, received, role, source, integration_id, external_id, source_at, doc)
		SELECT a, b, c, d, e, f, 'appUser', g, h, i, j, k::json
		FROM unnest($1::bytea[], $2::bytea[], $3::bytea[], $4::bytea[], $5::bigint[], $6::bigint[], $7::text[], $8::bytea[], $9::text[], $10::bigint[], $11::text[]) AS v(a, b, c, d, e, f, g, h, i, j, k)`,
	types: "bbbbiitbtit",
}

var hotSaveConversation = hotStmt{
	row: `UPDATE conversations SET seq = ?, last_received = ?, messages = ?, unread = ?, user_read = ?, last_user_at = ?, context_from = ? WHERE app_id = ? AND id = ?`,
	set: `UPDATE conversations c SET seq = v.seq, last_received = v.last_received, messages = v.messages, unread = v.unread,
			user_read = v.user_read, last_user_at = v.last_user_at, context_from = v.context_from
		FROM unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::bigint[], $5::bigint[], $6::bigint[], $7::bigint[], $8::bytea[], $9::bytea[])
			AS v(seq, last_received, messages, unread, user_read, last_user_at, context_from, app_id, id)
		WHERE c.app_id = v.app_id AND c.id = v.id`,
	types: "iiiiiiibb",
}

func saidArgs(m *heliograph.Message, doc string) []any {
	var at any
	if m.Source.At != 0 {
		at = int64(m.Source.At)
	}
	return []any{m.App[:], m.ID[:], m.Conversation[:], m.User[:], m.Seq, int64(m.Received),
		m.Source.Type, idBytes(m.Source.Integration), textOrNull(m.Source.ExternalID), at, doc}
}

func saveArgs(c *heliograph.Conversation) []any {
	return []any{c.Seq, int64(c.LastReceived), c.Messages, c.Unread, int64(c.UserRead), int64(c.LastUserAt), int64(c.ContextFrom), c.App[:], c.ID[:]}
}

// sentFromCells reads what selectOutbound returns.
func sentFromCells(c cells) (conversation.Sent, error) {
	t := conversation.Sent{Kind: heliograph.DeliveryKind(c.text(3)), Address: c.text(5)}
	copy(t.Message[:], c.bytes(1))
	copy(t.Delivery[:], c.bytes(2))
	copy(t.Integration[:], c.bytes(4))
	var err error
	t.External, err = externalOf(c.bytes(6))
	return t, err
}
