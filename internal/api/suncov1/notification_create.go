package suncov1

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"net/http"

	"heliograph"
	"heliograph/internal/api/httpx"
	"heliograph/internal/notify"
)

// postNotification is written by hand because its cost counts: it is what a
// million messages go through.
func (a *API) postNotification(w http.ResponseWriter, c *call) {
	sent, err := a.sendNotification(c.Context(), c)
	if err != nil {
		c.fail(err)
		return
	}
	if sent.Replay {
		w.Header().Set("Idempotent-Replayed", "true")
	}
	write(w, sent.Status, []byte(sent.Body))
}

func (a *API) sendNotification(ctx context.Context, c *call) (*notify.Sent, error) {
	key, err := httpx.IdempotencyKey(c.Header)
	if err != nil {
		return nil, err
	}
	raw, err := c.bytes()
	if err != nil {
		return nil, err
	}
	digest := sha256.Sum256(raw)
	var sent *notify.Sent
	body, err := decode[notificationBody](c)
	if err == nil {
		if key, err = body.key(key); err != nil {
			return nil, err
		}
		sent, err = a.sendBody(ctx, c, body, key, digest[:])
	}
	if err == nil || key == "" {
		return sent, err
	}
	return a.keepRefusal(ctx, c, key, digest[:], err)
}

func (a *API) sendBody(ctx context.Context, c *call, body *notificationBody, key string, digest []byte) (*notify.Sent, error) {
	in, err := a.intent(ctx, c.App, body)
	if err != nil {
		return nil, err
	}
	in.Key, in.Digest = key, digest
	limit, cancel := context.WithTimeout(ctx, httpx.WaitForTwin)
	defer cancel()
	sent, err := a.Notifications.Send(limit, in)
	if err != nil && limit.Err() != nil && ctx.Err() == nil {
		// It may still be stored: with a key the caller can safely ask again.
		return nil, &heliograph.Error{Kind: heliograph.Unavailable, Code: heliograph.CodeUnavailable, RetryAfter: httpx.WaitForTwin, Err: err,
			Message: "the notification was not stored in time; it may still be. Ask again with an Idempotency-Key"}
	}
	return sent, err
}

// keepRefusal keeps what was wrong with a request, so that its repetition gets
// the same answer, and a key that was used before answers for its first request.
func (a *API) keepRefusal(ctx context.Context, c *call, key string, digest []byte, refusal error) (*notify.Sent, error) {
	e, ok := errors.AsType[*heliograph.Error](refusal)
	if !ok || !httpx.Final(e.Kind) || e.Code == heliograph.CodeIdempotencyMismatch {
		return nil, refusal
	}
	had, status, answer, err := a.Answers.Find(ctx, c.App.ID, notify.IdempotencyRoute, key, c.since())
	if err != nil {
		return nil, err
	}
	if status != 0 {
		if !bytes.Equal(had, digest) {
			return nil, heliograph.Errorf(heliograph.Conflict, heliograph.CodeIdempotencyMismatch, "this Idempotency-Key was used with another body")
		}
		return &notify.Sent{Status: status, Body: answer, Replay: true}, nil
	}
	body, err := json.Marshal(errorBody{errorDetail{Code: e.Code, Description: e.Message}})
	if err != nil {
		return nil, err
	}
	err = a.Atomic(ctx, func(ctx context.Context) error {
		free, err := a.Answers.Reserve(ctx, c.App.ID, notify.IdempotencyRoute, key, digest, heliograph.At(a.Now()), c.since())
		if err != nil || !free {
			return err
		}
		return a.Answers.Complete(ctx, c.App.ID, notify.IdempotencyRoute, key, httpx.Status(e.Kind), string(body))
	})
	if err != nil {
		return nil, err
	}
	return nil, refusal
}

// key returns the idempotency key of a notification: the body's, or else the
// header's. Two that differ would each promise something else.
func (b *notificationBody) key(header string) (string, error) {
	const field = "idempotencyKey"
	switch {
	case b.IdempotencyKey == nil:
		return header, nil
	case *b.IdempotencyKey == "":
		return "", heliograph.InvalidField(field, "is empty; leave it out, or give 1 to %d printable ASCII characters", httpx.MaxIdempotencyKey)
	case header != "" && header != *b.IdempotencyKey:
		return "", heliograph.InvalidField(field, "is not the one in the header Idempotency-Key")
	}
	return *b.IdempotencyKey, httpx.CheckIdempotencyKey(field, *b.IdempotencyKey)
}
