// Package suncov1 is the HTTP surface that keeps the contract of Sunshine
// Conversations v1.1, with our additions. It translates between the wire and
// the engines; every rule about messaging is theirs.
package suncov1

import (
	"context"
	"log/slog"
	"net/http"

	"heliograph"
	"heliograph/internal/api/httpx"
	"heliograph/internal/auth"
	"heliograph/internal/conversation"
	"heliograph/internal/device"
	"heliograph/internal/media"
	"heliograph/internal/notify"
	"heliograph/internal/profile"
	"heliograph/internal/template"
	"heliograph/internal/tenant"
	"heliograph/internal/webhook"
)

// API is the surface. Every field but Limit must be set.
type API struct {
	Auth          *auth.Service
	Tenants       *tenant.Service
	Profiles      *profile.Service
	Conversations *conversation.Service
	Notifications *notify.Service
	Webhooks      *webhook.Service
	Templates     *template.Service
	Media         *media.Service
	Devices       *device.Service

	// Atomic runs fn in one transaction; fn may be run again.
	Atomic func(ctx context.Context, fn func(context.Context) error) error
	// Answers keeps the answers to requests with an idempotency key.
	Answers httpx.Answers

	// PublicURL begins the links in answers; it has no trailing slash.
	PublicURL string

	Limit Limit // of each app's calls; the zero value is none

	Now     heliograph.Clock
	Log     *slog.Logger
	Version string // of the program, for the reference
}

// Handler serves the surface at /v1.1, at /v1 (notifications only), and both
// again under /sc; and its reference at /docs/api.
func (a *API) Handler() http.Handler {
	t := &tree{}
	for _, r := range a.routes() {
		r.label = r.name()
		for _, path := range r.paths() {
			t.add(r.method, path, &r)
		}
	}
	return &server{API: a, tree: t, limiter: newLimiter(a.Limit, a.Now), once: &httpx.Once{Answers: a.Answers, Atomic: a.Atomic, Now: a.Now}}
}
