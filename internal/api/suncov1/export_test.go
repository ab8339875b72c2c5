package suncov1

import (
	"context"
	"encoding/json"
	"net/http"
)

// Only tests see what is in this file.

// OnePost serves a single route, POST /v1.1/things, that honours idempotency keys.
func (a *API) OnePost(do func(ctx context.Context, body []byte) (any, error)) http.Handler {
	r := &route{method: http.MethodPost, path: "/things/{thing}", scopes: forServers, status: http.StatusCreated, idempotent: true,
		handle: func(ctx context.Context, c *call) (any, error) {
			body, err := c.bytes()
			if err != nil {
				return nil, err
			}
			return do(ctx, body)
		}}
	t := &tree{}
	for _, path := range r.paths() {
		t.add(r.method, path, r)
	}
	return &server{API: a, tree: t}
}

// BodiesShown returns the example bodies.
func BodiesShown() map[string]json.RawMessage { return examples() }
