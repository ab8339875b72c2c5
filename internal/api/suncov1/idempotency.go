package suncov1

import (
	"context"
	"crypto/sha256"

	"heliograph"
)

// Answers keeps the answers to requests with an idempotency key.
type Answers interface {
	// Find returns the answer kept for a key; nil when there is none.
	Find(ctx context.Context, app heliograph.AppID, route, key string) (*Answer, error)
	// Keep stores an answer. A key that is taken is an error of kind Conflict.
	Keep(ctx context.Context, app heliograph.AppID, route, key string, a *Answer) error
}

// Answer is what was answered to a request with an idempotency key.
type Answer struct {
	Digest [sha256.Size]byte // of the request's body
	Status int
	Body   string
	At     heliograph.Millis
}

func (c *call) answerOnce(ctx context.Context, key string) (int, []byte, error) {
	return 0, nil, badRequest("not yet")
}
