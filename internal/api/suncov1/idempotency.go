package suncov1

import (
	"context"
	"crypto/sha256"
	"encoding/json"

	"heliograph"
	"heliograph/internal/api/httpx"
	"heliograph/internal/conversation"
)

// answerOnce answers a request with an idempotency key: the first one with the
// key is done, its repetitions get the same answer.
func (c *call) answerOnce(ctx context.Context, key string) (int, []byte, error) {
	digest, err := c.digest()
	if err != nil {
		return 0, nil, err
	}
	r := &httpx.Keyed{
		App: c.App.ID, Route: c.route.name(), Key: key, Digest: digest, Status: c.route.success(),
		Work: func(ctx context.Context) ([]byte, error) {
			out, err := c.route.handle(ctx, c)
			if err != nil {
				return nil, err
			}
			return encode(out)
		},
		Refusal: refusal,
	}
	if c.route.once != nil {
		r.Fast = func(ctx context.Context) (*httpx.Kept, error) {
			k, err := c.route.once(ctx, c, &conversation.Once{Route: r.Route, Key: key, Digest: digest, Status: r.Status})
			return (*httpx.Kept)(k), err
		}
	}
	status, body, replayed, err := c.once.Do(ctx, r)
	if replayed {
		c.w.Header().Set("Idempotent-Replayed", "true")
	}
	return status, body, err
}

// refusal is the body of an answer to an error.
func refusal(e *heliograph.Error) []byte {
	body, _ := json.Marshal(errorBody{errorDetail{Code: e.Code, Description: e.Message}})
	return body
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

func (c *call) since() heliograph.Millis { return c.once.Since() }
