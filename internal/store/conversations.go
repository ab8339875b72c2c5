package store

import (
	"context"

	"heliograph"
)

// Conversations are the rows of conversations.
type Conversations struct{ *Store }

const conversationColumns = `app_id, id, user_id, seq, last_received, messages, unread, business_read, user_read, last_user_at, context_from, created_at`

var errNoConversation = heliograph.Errorf(heliograph.NotFound, heliograph.CodeConversationNotFound, "there is no such conversation")

// scanConversation reads conversationColumns.
func scanConversation(row scanner) (*heliograph.Conversation, error) {
	var c heliograph.Conversation
	return &c, row.Scan(&c.App, &c.ID, &c.User, &c.Seq, &c.LastReceived, &c.Messages, &c.Unread,
		&c.BusinessRead, &c.UserRead, &c.LastUserAt, &c.ContextFrom, &c.Created)
}

// Get returns one conversation.
func (s Conversations) Get(ctx context.Context, app heliograph.AppID, id heliograph.ConversationID) (*heliograph.Conversation, error) {
	return one(ctx, s.Store, errNoConversation, scanConversation,
		`SELECT `+conversationColumns+` FROM conversations WHERE app_id = $1 AND id = $2`, app, id)
}

// ByIDs returns those of some conversations of an app that exist, in any order.
func (s Conversations) ByIDs(ctx context.Context, app heliograph.AppID, ids ...heliograph.ConversationID) ([]*heliograph.Conversation, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	return collect(ctx, s.Store, scanConversation, `SELECT `+conversationColumns+` FROM conversations
		WHERE app_id = $1 AND id IN (`+placeholders(2, len(ids))+`)`, withIDs(app, ids)...)
}

// News returns a conversation and the oldest messages received after a moment,
// oldest first, as they were at one time.
func (s Conversations) News(ctx context.Context, app heliograph.AppID, id heliograph.ConversationID, moment heliograph.Millis, limit int) (*heliograph.Conversation, []*heliograph.Message, error) {
	var c *heliograph.Conversation
	list, err := collect(ctx, s.Store, func(row scanner) (m *heliograph.Message, err error) {
		var left beside
		if c, err = scanConversation(left.of(row)); err == nil {
			m, err = scanMessage(left.rest())
		}
		return m, err
	}, `SELECT * FROM (SELECT `+conversationColumns+` FROM conversations WHERE app_id = $1 AND id = $2) c,
		(SELECT `+messageColumns+` FROM messages WHERE app_id = $3 AND conversation_id = $4 AND received > $5 ORDER BY received LIMIT $6) m
		ORDER BY m.received`, app, id, app, id, moment, limit)
	if err != nil || len(list) > 0 {
		return c, list, err
	}
	c, err = s.Get(ctx, app, id)
	return c, nil, err
}

// Lock returns one conversation and keeps others from changing it until the
// transaction ends.
func (s Conversations) Lock(ctx context.Context, app heliograph.AppID, id heliograph.ConversationID) (*heliograph.Conversation, error) {
	return one(ctx, s.Store, errNoConversation, scanConversation,
		`SELECT `+conversationColumns+` FROM conversations WHERE app_id = $1 AND id = $2 /*for update*/`, app, id)
}

// Start makes c the default conversation of its user. It returns the id of the
// one the user has then, which is another when there was one before.
func (s Conversations) Start(ctx context.Context, c *heliograph.Conversation) (id heliograph.ConversationID, err error) {
	err = s.Atomically(ctx, func(ctx context.Context) error {
		if err := (Users{s.Store}).StartConversation(ctx, c); err != nil {
			return err
		}
		u, err := Users{s.Store}.Get(ctx, c.App, c.User)
		if err == nil {
			id = u.Conversation
		}
		return err
	})
	return id, err
}

// Advance takes the next place for a business's message: one statement that
// locks the row, gives out the sequence and a moment later than any before, and
// counts the message as unread. A conversation of limit messages gives no place.
func (s Conversations) Advance(ctx context.Context, app heliograph.AppID, id heliograph.ConversationID, now heliograph.Millis, limit int64) (*heliograph.Conversation, error) {
	var out *heliograph.Conversation
	err := s.Atomically(ctx, func(ctx context.Context) (err error) {
		out, err = one(ctx, s.Store, nil, scanConversation, `UPDATE conversations SET seq = seq + 1, messages = messages + 1, unread = unread + 1,
			last_received = CASE WHEN last_received >= $1 THEN last_received + 1 ELSE $2 END
			WHERE app_id = $3 AND id = $4 AND messages < $5 RETURNING `+conversationColumns, now, now, app, id, limit)
		if err != nil || !out.ID.IsZero() {
			return err
		}
		if _, err := s.Get(ctx, app, id); err != nil {
			return err
		}
		return heliograph.Errorf(heliograph.Locked, heliograph.CodeLocked, "the conversation holds %d messages; delete them to go on", limit)
	})
	if err != nil {
		return nil, err
	}
	return out, nil
}

// Save writes a locked row back.
func (s Conversations) Save(ctx context.Context, c *heliograph.Conversation) error {
	_, err := s.exec(ctx, `UPDATE conversations SET seq = $1, last_received = $2, messages = $3, unread = $4, business_read = $5, user_read = $6, last_user_at = $7, context_from = $8
		WHERE app_id = $9 AND id = $10`, c.Seq, c.LastReceived, c.Messages, c.Unread, c.BusinessRead, c.UserRead, c.LastUserAt, c.ContextFrom, c.App, c.ID)
	if err == nil {
		s.hint(ctx, heliograph.Hint{Kind: heliograph.HintState, App: c.App, User: c.User, Conversation: c.ID})
	}
	return err
}

// beside reads one row for two: the first scan only notes where its values go, and
// the second reads them and its own.
type beside struct {
	row  scanner
	dest []any
}

func (b *beside) of(row scanner) scanner {
	b.row = row
	return noting{b}
}

func (b *beside) rest() scanner { return reading{b} }

type noting struct{ *beside }

func (n noting) Scan(dest ...any) error {
	n.dest = append(n.dest, dest...)
	return nil
}

type reading struct{ *beside }

func (r reading) Scan(dest ...any) error { return r.row.Scan(append(r.dest, dest...)...) }
