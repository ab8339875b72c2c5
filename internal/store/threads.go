package store

import (
	"context"

	"heliograph"
)

// Threads are what users wrote and were sent, seen as a whole: to be erased, or
// to move to another user. Both go in batches, so that a long conversation does
// not hold up other writers.
type Threads struct{ *Store }

// Next returns up to n of a user's messages and the deliveries of them.
func (s Threads) Next(ctx context.Context, u *heliograph.User, n int) (messages []heliograph.MessageID, deliveries []heliograph.NotificationID, err error) {
	rows, err := collect(ctx, s.Store, scanPair, `SELECT id, notification_id FROM messages
		WHERE app_id = $1 AND conversation_id = $2 ORDER BY received LIMIT $3`, u.App, u.Conversation, n)
	if err != nil {
		return nil, nil, err
	}
	if len(rows) < n {
		apart, err := collect(ctx, s.Store, scanPair, `SELECT id, notification_id FROM messages
			WHERE app_id = $1 AND user_id = $2 AND conversation_id IS NULL LIMIT $3`, u.App, u.ID, n-len(rows))
		if err != nil {
			return nil, nil, err
		}
		rows = append(rows, apart...)
	}
	for _, r := range rows {
		messages = append(messages, r.message)
		if !r.notification.IsZero() {
			deliveries = append(deliveries, r.notification)
		}
	}
	if len(messages) == 0 {
		return nil, nil, nil
	}
	more, err := collect(ctx, s.Store, scanDeliveryID, `SELECT id FROM deliveries
		WHERE app_id = $1 AND kind <> 'notification' AND message_id IN (`+placeholders(2, len(messages))+`)`, withIDs(u.App, messages)...)
	return messages, append(deliveries, more...), err
}

type messagePair struct {
	message      heliograph.MessageID
	notification heliograph.NotificationID
}

func scanPair(row scanner) (p messagePair, err error) {
	return p, row.Scan(&p.message, &p.notification)
}

func scanDeliveryID(row scanner) (id heliograph.NotificationID, err error) { return id, row.Scan(&id) }

// withIDs is the parameters of a query over one app and a list of ids.
func withIDs[T any](app heliograph.AppID, ids []T) []any {
	args := make([]any, 1, len(ids)+1)
	args[0] = app
	for _, id := range ids {
		args = append(args, id)
	}
	return args
}

// CancelDeliveries takes deliveries out of the queue and returns which. An
// attempt that is under way cannot be called back: its delivery is left alone,
// unless underWay says that its end is of no interest any more.
func (s Threads) CancelDeliveries(ctx context.Context, app heliograph.AppID, at heliograph.Millis, underWay bool, ids ...heliograph.NotificationID) (cancelled []heliograph.NotificationID, err error) {
	const attemptUnderWay = 1
	keep := attemptUnderWay
	if underWay {
		keep = -1
	}
	if len(ids) == 0 {
		return nil, nil
	}
	err = s.Atomically(ctx, func(ctx context.Context) error {
		cancelled, err = collect(ctx, s.Store, scanDeliveryID, `DELETE FROM queue WHERE state <> $1 AND (slot, integration_id, class, due_at, id) IN
			(SELECT slot, integration_id, class, due_at, id FROM deliveries WHERE app_id = $2 AND id IN (`+placeholders(3, len(ids))+`)) RETURNING id`,
			append([]any{keep}, withIDs(app, ids)...)...)
		if err != nil || len(cancelled) == 0 {
			return err
		}
		args := append([]any{string(heliograph.Cancelled), heliograph.ReasonCancelled, at}, withIDs(app, cancelled)...)
		_, err = s.exec(ctx, `UPDATE deliveries SET status = $1, reason = $2, final_at = $3
			WHERE app_id = $4 AND id IN (`+placeholders(5, len(cancelled))+`)`, args...)
		return err
	})
	return cancelled, err
}

// Erase deletes messages with their files and the requests that brought them, and the address
// from deliveries that are over. What is left of a delivery can be counted, but
// tells of nobody. A request is found by the provider's id of its message.
func (s Threads) Erase(ctx context.Context, app heliograph.AppID, messages []heliograph.MessageID, deliveries []heliograph.NotificationID) error {
	return s.Atomically(ctx, func(ctx context.Context) error {
		if len(deliveries) > 0 {
			if _, err := s.exec(ctx, `UPDATE deliveries SET address = '' WHERE final_at > 0 AND app_id = $1 AND id IN (`+placeholders(2, len(deliveries))+`)`, withIDs(app, deliveries)...); err != nil {
				return err
			}
		}
		if len(messages) == 0 {
			return nil
		}
		if _, err := s.exec(ctx, `UPDATE inbound SET raw = $1 WHERE app_id = $2 AND (integration_id, fact_key) IN
			(SELECT integration_id, external_id FROM messages WHERE app_id = $2 AND external_id IS NOT NULL AND id IN (`+placeholders(3, len(messages))+`))`,
			append([]any{[]byte{}}, withIDs(app, messages)...)...); err != nil {
			return err
		}
		if _, err := s.exec(ctx, `DELETE FROM messages WHERE app_id = $1 AND id IN (`+placeholders(2, len(messages))+`)`, withIDs(app, messages)...); err != nil {
			return err
		}
		return Media{s.Store}.goneWith(ctx, app, messages)
	})
}

// ForgetBodies removes the bodies that wait to be told to webhooks again for
// one ordering key. They are made anew, from what is left.
func (s Threads) ForgetBodies(ctx context.Context, app heliograph.AppID, key [12]byte) error {
	_, err := s.exec(ctx, `UPDATE webhook_queue SET body = NULL WHERE slot = $1 AND app_id = $2 AND okey = $3 AND body IS NOT NULL`,
		heliograph.KeySlot(key), app, key[:])
	return err
}
