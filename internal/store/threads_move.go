package store

import (
	"context"

	"heliograph"
)

// movable is what of a message changes when it moves.
type movable struct {
	id       heliograph.MessageID
	received heliograph.Millis
	seq      int64
}

func scanMovable(row scanner) (m movable, err error) {
	return m, row.Scan(&m.id, &m.received, &m.seq)
}

// Move moves up to n of the oldest messages from one user's conversation to
// another's, and returns how many. They keep their time, by which both
// conversations interleave; where two meet, the moved one comes a millisecond
// later, so that times stay different. Their sequence numbers follow the newest
// one of the conversation they come to, as for any new message.
func (s Threads) Move(ctx context.Context, from, to *heliograph.User, n int) (moved int, err error) {
	err = s.Atomically(ctx, func(ctx context.Context) error {
		moved, err = s.move(ctx, from, to, n)
		return err
	})
	return moved, err
}

func (s Threads) move(ctx context.Context, from, to *heliograph.User, n int) (int, error) {
	seqs, err := collect(ctx, s.Store, scanSeq, `SELECT id, seq FROM conversations WHERE app_id = $1 AND id IN ($2, $3) ORDER BY id /*for update*/`,
		to.App, from.Conversation, to.Conversation)
	if err != nil {
		return 0, err
	}
	batch, err := collect(ctx, s.Store, scanMovable, `SELECT id, received, seq FROM messages
		WHERE app_id = $1 AND conversation_id = $2 ORDER BY received, id LIMIT $3`, from.App, from.Conversation, n)
	if err != nil || len(batch) == 0 {
		return 0, err
	}
	last, err := s.spread(ctx, to, batch)
	if err != nil {
		return 0, err
	}
	var base, top int64
	for _, c := range seqs {
		if c.id == to.Conversation {
			base = c.seq
		}
	}
	ids := make([]heliograph.MessageID, len(batch))
	for i, m := range batch {
		ids[i], top = m.id, max(top, m.seq)
	}
	if err := s.moveRows(ctx, to, ids, base); err != nil {
		return 0, err
	}
	_, err = s.exec(ctx, `UPDATE conversations SET seq = $1, messages = messages + $2, last_received = CASE WHEN last_received < $3 THEN $4 ELSE last_received END
		WHERE app_id = $5 AND id = $6`, base+top, len(batch), last, last, to.App, to.Conversation)
	if err != nil {
		return 0, err
	}
	_, err = s.exec(ctx, `UPDATE conversations SET messages = messages - $1 WHERE app_id = $2 AND id = $3`, len(batch), from.App, from.Conversation)
	return len(batch), err
}

type conversationSeq struct {
	id  heliograph.ConversationID
	seq int64
}

func scanSeq(row scanner) (c conversationSeq, err error) { return c, row.Scan(&c.id, &c.seq) }

// spread gives the messages of batch, which are in order, times that no message
// of to has, and returns the last one.
func (s Threads) spread(ctx context.Context, to *heliograph.User, batch []movable) (heliograph.Millis, error) {
	taken := map[heliograph.Millis]bool{}
	known := batch[0].received - 1 // taken is complete up to here
	var last heliograph.Millis
	for _, m := range batch {
		at := max(m.received, last+1)
		for {
			if at > known {
				until := max(at, batch[len(batch)-1].received) + heliograph.Millis(len(batch))
				found, err := collect(ctx, s.Store, scanMillis, `SELECT received FROM messages
					WHERE app_id = $1 AND conversation_id = $2 AND received > $3 AND received <= $4`, to.App, to.Conversation, known, until)
				if err != nil {
					return 0, err
				}
				for _, t := range found {
					taken[t] = true
				}
				known = until
			}
			if !taken[at] {
				break
			}
			at++
		}
		if at != m.received {
			if _, err := s.exec(ctx, `UPDATE messages SET received = $1 WHERE app_id = $2 AND id = $3`, at, to.App, m.id); err != nil {
				return 0, err
			}
		}
		last = at
	}
	return last, nil
}

func scanMillis(row scanner) (m heliograph.Millis, err error) { return m, row.Scan(&m) }

// moveRows moves messages and, so that what is still to happen to them is told
// of their new user, their deliveries.
func (s Threads) moveRows(ctx context.Context, to *heliograph.User, ids []heliograph.MessageID, base int64) error {
	list := placeholders(4, len(ids))
	args := append([]any{to.Conversation, to.ID}, withIDs(to.App, ids)...)
	for _, q := range []string{
		`UPDATE deliveries SET conversation_id = $1, user_id = $2 WHERE app_id = $3 AND kind <> 'notification' AND message_id IN (` + list + `)`,
		`UPDATE deliveries SET conversation_id = $1, user_id = $2 WHERE app_id = $3 AND id IN
			(SELECT notification_id FROM messages WHERE app_id = $3 AND notification_id IS NOT NULL AND id IN (` + list + `))`,
	} {
		if _, err := s.exec(ctx, q, args...); err != nil {
			return err
		}
	}
	args = append([]any{to.Conversation, to.ID, base}, withIDs(to.App, ids)...)
	_, err := s.exec(ctx, `UPDATE messages SET conversation_id = $1, user_id = $2, seq = seq + $3 WHERE app_id = $4 AND id IN (`+placeholders(5, len(ids))+`)`, args...)
	return err
}

// Join ends a move: what one conversation knew besides its messages goes to the
// other. Notifications before the later of both context marks do not go with an
// answer any more: some of them did already.
func (s Threads) Join(ctx context.Context, from, to *heliograph.User) error {
	c, err := one(ctx, s.Store, nil, scanMarks, `SELECT unread, business_read, user_read, last_user_at, context_from
		FROM conversations WHERE app_id = $1 AND id = $2`, from.App, from.Conversation)
	if err != nil {
		return err
	}
	_, err = s.exec(ctx, `UPDATE conversations SET unread = unread + $1,
		business_read = CASE WHEN business_read < $2 THEN $2 ELSE business_read END,
		user_read = CASE WHEN user_read < $3 THEN $3 ELSE user_read END,
		last_user_at = CASE WHEN last_user_at < $4 THEN $4 ELSE last_user_at END,
		context_from = CASE WHEN context_from < $5 THEN $5 ELSE context_from END
		WHERE app_id = $6 AND id = $7`, c[0], c[1], c[2], c[3], c[4], to.App, to.Conversation)
	if err != nil {
		return err
	}
	for _, q := range []string{
		`UPDATE messages SET user_id = $1 WHERE app_id = $2 AND user_id = $3 AND conversation_id IS NULL`,
		`UPDATE media SET user_id = $1 WHERE app_id = $2 AND user_id = $3`,
	} {
		if _, err := s.exec(ctx, q, to.ID, to.App, from.ID); err != nil {
			return err
		}
	}
	if from.ConversationStarted() {
		s.hint(ctx, heliograph.Hint{Kind: heliograph.HintChanged, App: to.App, User: to.ID, Conversation: to.Conversation})
	}
	return nil
}

func scanMarks(row scanner) (c [5]int64, err error) {
	return c, row.Scan(&c[0], &c[1], &c[2], &c[3], &c[4])
}
