package suncov1

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"time"

	"heliograph"
	"heliograph/internal/api/httpx"
	"heliograph/internal/conversation"
)

// Answers keeps the answers to requests with an idempotency key. A key is one
// app's, on one route.
type Answers interface {
	// Find returns what was kept of a key since a moment; a status of 0: nothing.
	Find(ctx context.Context, app heliograph.AppID, route, key string, since heliograph.Millis) (digest []byte, status int, answer string, err error)
	// Reserve takes a key inside a transaction; false when it was taken since a moment.
	Reserve(ctx context.Context, app heliograph.AppID, route, key string, digest []byte, at, since heliograph.Millis) (bool, error)
	// Complete stores the answer of a key that the same transaction reserved.
	Complete(ctx context.Context, app heliograph.AppID, route, key string, status int, answer string) error
}

const (
	// keepAnswers is how long a key stands for its first request.
	keepAnswers = 24 * time.Hour
	// waitForTwin is how long a request waits for another with its key.
	waitForTwin = 5 * time.Second
	// maxIdempotencyKey bounds a key, in bytes.
	maxIdempotencyKey = 255
)

var errTaken = errors.New("the key was taken meanwhile")

// answerOnce answers a request with an idempotency key: the first one with the
// key is done, its repetitions get the same answer.
func (c *call) answerOnce(ctx context.Context, key string) (int, []byte, error) {
	digest, err := c.digest()
	if err != nil {
		return 0, nil, err
	}
	limit, cancel := context.WithTimeout(ctx, waitForTwin)
	defer cancel()
	done, err := c.flights.join(limit, flight{c.App.ID, c.route.name(), key})
	if err != nil {
		return 0, nil, inProgress()
	}
	defer done()
	if status, body, err := c.tryOnce(ctx, key, digest); err != nil || status != 0 {
		return status, body, err
	}
	status, body, err := c.keptAnswer(ctx, key, digest)
	if err != nil || status != 0 {
		return status, body, err
	}
	status, body, err = c.answerFirst(ctx, key, digest)
	if !errors.Is(err, errTaken) {
		return status, body, err
	}
	// Another process was faster; its transaction has ended.
	if status, body, err = c.keptAnswer(ctx, key, digest); err == nil && status == 0 {
		err = inProgress()
	}
	return status, body, err
}

// tryOnce tries the route's own way to answer once; status 0: it does not take
// this call.
func (c *call) tryOnce(ctx context.Context, key string, digest []byte) (int, []byte, error) {
	if c.route.once == nil {
		return 0, nil, nil
	}
	k, err := c.route.once(ctx, c, &conversation.Once{Route: c.route.name(), Key: key, Digest: digest, Status: c.route.success()})
	if k == nil || err != nil {
		return 0, nil, err
	}
	if k.Again {
		return c.again(k.Status, k.Answer, k.Same)
	}
	return k.Status, []byte(k.Answer), nil
}

// again is the answer to a key that was used before, for the same request or
// another.
func (c *call) again(status int, answer string, same bool) (int, []byte, error) {
	if !same {
		return 0, nil, heliograph.Errorf(heliograph.Conflict, heliograph.CodeIdempotencyMismatch,
			"this Idempotency-Key was used for another request")
	}
	c.w.Header().Set("Idempotent-Replayed", "true")
	return status, []byte(answer), nil
}

func inProgress() error {
	return &heliograph.Error{Kind: heliograph.Conflict, Code: heliograph.CodeIdempotencyInProgress,
		Message: "a request with this Idempotency-Key is still under way; ask again"}
}

// digest is made of what a repetition must have in common with the first: the
// path's parameters and the body.
func (c *call) digest() ([]byte, error) {
	body, err := c.bytes()
	if err != nil {
		return nil, err
	}
	h := sha256.New()
	for i, name := range c.names {
		if name != "appId" {
			h.Write([]byte(c.values[i]))
			h.Write([]byte{0})
		}
	}
	h.Write(body)
	return h.Sum(nil), nil
}

// keptAnswer returns the answer that was given to the key before; status 0: none.
func (c *call) keptAnswer(ctx context.Context, key string, digest []byte) (int, []byte, error) {
	had, status, answer, err := c.api.Answers.Find(ctx, c.App.ID, c.route.name(), key, c.since())
	if err != nil || status == 0 {
		return 0, nil, err
	}
	return c.again(status, answer, string(had) == string(digest))
}

// answerFirst does the work and keeps its answer, in one transaction. An answer
// that says what the caller did wrong is kept as well.
func (c *call) answerFirst(ctx context.Context, key string, digest []byte) (int, []byte, error) {
	status, body, err := c.keep(ctx, key, digest, func(ctx context.Context) (int, []byte, error) {
		out, err := c.route.handle(ctx, c)
		if err != nil {
			return 0, nil, err
		}
		body, err := encode(out)
		return c.route.success(), body, err
	})
	e, ok := errors.AsType[*heliograph.Error](err)
	if !ok || !final(e.Kind) {
		return status, body, err
	}
	_, _, keepErr := c.keep(ctx, key, digest, func(context.Context) (int, []byte, error) {
		body, err := json.Marshal(errorBody{errorDetail{Code: e.Code, Description: e.Message}})
		return httpx.Status(e.Kind), body, err
	})
	if keepErr != nil && !errors.Is(keepErr, errTaken) {
		return 0, nil, keepErr
	}
	return 0, nil, err
}

// final reports whether the same request would fail again.
func final(k heliograph.Kind) bool {
	switch k {
	case heliograph.Invalid, heliograph.Forbidden, heliograph.NotFound, heliograph.Conflict, heliograph.TooLarge, heliograph.Locked:
		return true
	}
	return false
}

// keep runs answer and stores what it returns, in one transaction.
func (c *call) keep(ctx context.Context, key string, digest []byte, answer func(context.Context) (int, []byte, error)) (status int, body []byte, err error) {
	app, route := c.App.ID, c.route.name()
	err = c.api.Atomic(ctx, func(ctx context.Context) error {
		free, err := c.api.Answers.Reserve(ctx, app, route, key, digest, heliograph.At(c.api.Now()), c.since())
		if err != nil {
			return err
		}
		if !free {
			return errTaken
		}
		if status, body, err = answer(ctx); err != nil {
			return err
		}
		return c.api.Answers.Complete(ctx, app, route, key, status, string(body))
	})
	return status, body, err
}

func (c *call) since() heliograph.Millis { return heliograph.At(c.api.Now().Add(-keepAnswers)) }
