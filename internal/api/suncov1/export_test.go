package suncov1

import (
	"context"
	"encoding/json"
	"net/http"

	"heliograph/internal/api/httpx"
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
	return &server{API: a, tree: t, once: &httpx.Once{Answers: a.Answers, Atomic: a.Atomic, Now: a.Now}}
}

// BodiesShown returns the example bodies.
func BodiesShown() map[string]json.RawMessage { return examples() }

// RouteShown is a route as tests see it.
type RouteShown struct {
	Method  string
	Name    string
	Paths   []string // patterns, the documented one first
	Scopes  []string // that may call it
	Public  bool
	Absent  bool // answers 501
	Takes   bool // takes a body
	Lines   bool // NDJSON
	Form    bool // its body is a form
	Example json.RawMessage
}

// RoutesShown returns every route of the surface.
func RoutesShown() []RouteShown {
	var out []RouteShown
	shown := examples()
	absent := map[string]bool{}
	for _, r := range (&API{}).absentRoutes() {
		absent[r.name()] = true
	}
	for _, r := range (&API{}).routes() {
		out = append(out, RouteShown{
			Method: r.method, Name: r.documentedName(), Paths: r.paths(), Scopes: r.scopes.names(), Public: r.public,
			Absent: absent[r.name()], Takes: r.op.in != nil, Lines: r.op.lines, Form: r.op.form, Example: shown[r.documentedName()],
		})
	}
	return out
}
