package store

import (
	"context"
	"encoding/json"
	"slices"

	"heliograph"
	"heliograph/internal/conversation"
)

// Messages are the rows of messages.
type Messages struct{ *Store }

const messageColumns = `app_id, id, conversation_id, user_id, notification_id, seq, received, role, source, integration_id, external_id, source_at, doc`

var errNoMessage = heliograph.Errorf(heliograph.NotFound, heliograph.CodeNotFound, "there is no such message")

// scanMessage reads messageColumns.
func scanMessage(row scanner) (*heliograph.Message, error) {
	var m heliograph.Message
	var role string
	var source, external *string
	var at *int64
	var doc []byte
	if err := row.Scan(&m.App, &m.ID, &m.Conversation, &m.User, &m.Notification, &m.Seq, &m.Received, &role,
		&source, &m.Source.Integration, &external, &at, &doc); err != nil {
		return nil, err
	}
	m.Role, m.Source.Type = heliograph.Role(role), heliograph.SourceNotification
	if source != nil {
		m.Source.Type = *source
	}
	if external != nil {
		m.Source.ExternalID = *external
	}
	if at != nil {
		m.Source.At = heliograph.Millis(*at)
	}
	return &m, readContent(&m.Content, doc)
}

// contentDoc is a message's document.
type contentDoc struct {
	*heliograph.Content
	Type heliograph.MessageType `json:"type,omitempty"` // "": text
}

func contentDocOf(c *heliograph.Content) (string, error) {
	doc := contentDoc{Content: c}
	if c.Type != heliograph.TextMessage {
		doc.Type = c.Type
	}
	text, err := json.Marshal(doc)
	return string(text), err
}

func readContent(c *heliograph.Content, text []byte) error {
	doc := contentDoc{Content: c, Type: heliograph.TextMessage}
	err := json.Unmarshal(text, &doc)
	c.Type = doc.Type
	return err
}

// Insert stores a message at the place that its conversation gave it.
func (s Messages) Insert(ctx context.Context, m *heliograph.Message) error {
	doc, err := contentDocOf(&m.Content)
	if err != nil {
		return err
	}
	source := m.Source.Type
	if source == heliograph.SourceNotification {
		source = ""
	}
	var at any
	if m.Source.At != 0 {
		at = int64(m.Source.At)
	}
	_, err = s.exec(ctx, `INSERT INTO messages (`+messageColumns+`) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)`,
		m.App, m.ID, m.Conversation, m.User, m.Notification, m.Seq, m.Received, string(m.Role),
		textOrNull(source), m.Source.Integration, textOrNull(m.Source.ExternalID), at, doc)
	if err == nil && !m.Conversation.IsZero() {
		s.hint(ctx, messagesHint(m.App, m.User, m.Conversation))
	}
	return err
}

// Get returns one message.
func (s Messages) Get(ctx context.Context, app heliograph.AppID, id heliograph.MessageID) (*heliograph.Message, error) {
	return one(ctx, s.Store, errNoMessage, scanMessage, `SELECT `+messageColumns+` FROM messages WHERE app_id = $1 AND id = $2`, app, id)
}

// Rewrite stores what a message says now.
func (s Messages) Rewrite(ctx context.Context, m *heliograph.Message) error {
	doc, err := contentDocOf(&m.Content)
	if err != nil {
		return err
	}
	n, err := s.exec(ctx, `UPDATE messages SET doc = $1 WHERE app_id = $2 AND id = $3`, doc, m.App, m.ID)
	if err == nil && n == 0 {
		return errNoMessage
	}
	if err == nil {
		s.hintMessage(ctx, heliograph.HintChanged, m)
	}
	return err
}

// ByIDs returns those of some messages that exist, by the time they were received.
func (s Messages) ByIDs(ctx context.Context, app heliograph.AppID, ids ...heliograph.MessageID) ([]*heliograph.Message, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	return collect(ctx, s.Store, scanMessage, `SELECT `+messageColumns+` FROM messages
		WHERE app_id = $1 AND id IN (`+placeholders(2, len(ids))+`) ORDER BY received, id`, withIDs(app, ids)...)
}

// Before returns the newest messages received before a moment, newest first.
func (s Messages) Before(ctx context.Context, app heliograph.AppID, c heliograph.ConversationID, moment heliograph.Millis, limit int) ([]*heliograph.Message, error) {
	return collect(ctx, s.Store, scanMessage, `SELECT `+messageColumns+` FROM messages
		WHERE app_id = $1 AND conversation_id = $2 AND received < $3 ORDER BY received DESC LIMIT $4`, app, c, moment, limit)
}

// After returns the oldest messages received after a moment, oldest first.
func (s Messages) After(ctx context.Context, app heliograph.AppID, c heliograph.ConversationID, moment heliograph.Millis, limit int) ([]*heliograph.Message, error) {
	return collect(ctx, s.Store, scanMessage, `SELECT `+messageColumns+` FROM messages
		WHERE app_id = $1 AND conversation_id = $2 AND received > $3 ORDER BY received LIMIT $4`, app, c, moment, limit)
}

// Delete removes one message of a conversation, with its file, and returns what
// it was.
func (s Messages) Delete(ctx context.Context, app heliograph.AppID, c heliograph.ConversationID, id heliograph.MessageID) (m *heliograph.Message, err error) {
	err = s.Atomically(ctx, func(ctx context.Context) error {
		m, err = one(ctx, s.Store, errNoMessage, scanMessage,
			`DELETE FROM messages WHERE app_id = $1 AND conversation_id = $2 AND id = $3 RETURNING `+messageColumns, app, c, id)
		if err != nil {
			return err
		}
		s.hintMessage(ctx, heliograph.HintRemoved, m)
		return Media{s.Store}.goneWith(ctx, app, []heliograph.MessageID{id})
	})
	if err != nil {
		return nil, err
	}
	return m, nil
}

// hintMessage tells that one message of a conversation changed or is gone.
func (s Messages) hintMessage(ctx context.Context, kind heliograph.HintKind, m *heliograph.Message) {
	if !m.Conversation.IsZero() {
		s.hint(ctx, heliograph.Hint{Kind: kind, App: m.App, User: m.User, Conversation: m.Conversation, Message: m.ID})
	}
}

// DeleteAll removes every message of a conversation, and the files that go with
// them.
func (s Messages) DeleteAll(ctx context.Context, app heliograph.AppID, c heliograph.ConversationID) error {
	return s.Atomically(ctx, func(ctx context.Context) error {
		if _, err := s.exec(ctx, `UPDATE media SET `+mediaGone+` WHERE app_id = $1 AND message_id IN
			(SELECT id FROM messages WHERE app_id = $1 AND conversation_id = $2)`, app, c); err != nil {
			return err
		}
		_, err := s.exec(ctx, `DELETE FROM messages WHERE app_id = $1 AND conversation_id = $2`, app, c)
		s.hint(ctx, heliograph.Hint{Kind: heliograph.HintRemoved, App: app, Conversation: c})
		return err
	})
}

// Cancel takes what has not been sent of a conversation's messages, or of one
// of them, out of the queue, and returns which deliveries those were. An attempt
// under way is left alone.
func (s Messages) Cancel(ctx context.Context, app heliograph.AppID, c heliograph.ConversationID, only heliograph.MessageID, at heliograph.Millis) (out []conversation.Sent, err error) {
	const waiting = `m.app_id = $1 AND m.conversation_id = $2 AND d.status IN ('scheduled', 'queued', 'unknown')`
	which, args := "", []any{app, c}
	if !only.IsZero() {
		which, args = " AND m.id = $3", append(args, only)
	}
	err = s.Atomically(ctx, func(ctx context.Context) error {
		found, err := collect(ctx, s.Store, scanSent, `SELECT `+sentColumns+` FROM messages m JOIN deliveries d ON d.app_id = m.app_id AND d.id = m.notification_id
			WHERE `+waiting+` AND m.notification_id IS NOT NULL`+which+`
			UNION ALL SELECT `+sentColumns+` FROM messages m JOIN deliveries d ON d.app_id = m.app_id AND d.message_id = m.id AND d.kind <> 'notification'
			WHERE `+waiting+` AND m.notification_id IS NULL`+which, args...)
		if err != nil {
			return err
		}
		out, err = s.cancel(ctx, app, found, at)
		return err
	})
	return out, err
}

func (s Messages) cancel(ctx context.Context, app heliograph.AppID, found []conversation.Sent, at heliograph.Millis) (out []conversation.Sent, err error) {
	for part := range slices.Chunk(found, 200) {
		ids := make([]heliograph.NotificationID, len(part))
		for i, d := range part {
			ids[i] = d.Delivery
		}
		gone, err := Threads{s.Store}.CancelDeliveries(ctx, app, at, false, ids...)
		if err != nil {
			return nil, err
		}
		for _, d := range part {
			if slices.Contains(gone, d.Delivery) {
				out = append(out, d)
			}
		}
	}
	return out, nil
}

// sentColumns read a conversation.Sent from deliveries d.
const sentColumns = `d.message_id, d.id, d.kind, d.integration_id, d.address, CAST(d.doc AS TEXT) AS doc`

func scanSent(row scanner) (conversation.Sent, error) {
	var t conversation.Sent
	var kind string
	var doc []byte
	if err := row.Scan(&t.Message, &t.Delivery, &kind, &t.Integration, &t.Address, &doc); err != nil {
		return t, err
	}
	t.Kind = heliograph.DeliveryKind(kind)
	var err error
	t.External, err = externalOf(doc)
	return t, err
}

// externalOf returns the provider's ids from a delivery's document.
func externalOf(doc []byte) ([]string, error) {
	var details heliograph.DeliveryDetails
	return details.External, json.Unmarshal(doc, &details)
}

// scanOutbound reads what selectOutbound returns.
func scanOutbound(row scanner) (conversation.Sent, error) {
	var received int64
	return scanSent(after{row, &received})
}

// after is a row that has a column before those that are asked for.
type after struct {
	scanner
	first any
}

func (a after) Scan(dest ...any) error { return a.scanner.Scan(append([]any{a.first}, dest...)...) }

// neverSent are the statuses of what the user cannot have got.
const neverSent = `('scheduled', 'expired', 'cancelled', 'failed')`

// selectOutbound reads what was sent in a conversation after a moment, of its
// newest messages, newest first.
const selectOutbound = `WITH newest AS MATERIALIZED (SELECT app_id, id, notification_id, received FROM messages
		WHERE app_id = $1 AND conversation_id = $2 AND received > $3 AND role = 'appMaker' ORDER BY received DESC LIMIT $4)
	SELECT received, message_id, id, kind, integration_id, address, doc FROM (
		SELECT m.received AS received, ` + sentColumns + ` FROM newest m JOIN deliveries d ON d.app_id = m.app_id AND d.id = m.notification_id
		WHERE m.notification_id IS NOT NULL AND d.status NOT IN ` + neverSent + `
		UNION ALL
		SELECT m.received AS received, ` + sentColumns + ` FROM newest m JOIN deliveries d ON d.app_id = m.app_id AND d.message_id = m.id AND d.kind <> 'notification'
		WHERE m.notification_id IS NULL AND d.status NOT IN ` + neverSent + `) sent
	ORDER BY received DESC`

// Outbound returns what was sent to the user of a conversation after a moment,
// newest first. It looks at the newest messages only, whether they were sent or not.
func (s Messages) Outbound(ctx context.Context, app heliograph.AppID, c heliograph.ConversationID, moment heliograph.Millis, limit int) ([]conversation.Sent, error) {
	return collect(ctx, s.Store, scanOutbound, selectOutbound, app, c, moment, limit)
}

// Delivered returns what a delivery sent; nil when there is no such delivery.
func (s Messages) Delivered(ctx context.Context, app heliograph.AppID, id heliograph.NotificationID) (*conversation.Sent, error) {
	t, err := one(ctx, s.Store, nil, scanSent, `SELECT `+sentColumns+` FROM deliveries d WHERE d.app_id = $1 AND d.id = $2`, app, id)
	if err != nil || t.Delivery.IsZero() {
		return nil, err
	}
	return &t, nil
}
