// Package sdk is the HTTP surface that our SDKs speak: docs/sdk-protocol.md. It
// translates between the wire and the engines; every rule about devices and
// messages is theirs.
package sdk

import (
	"context"
	"log/slog"
	"net/http"
	"strings"

	"heliograph"
	"heliograph/internal/api/httpx"
	"heliograph/internal/conversation"
	"heliograph/internal/device"
	"heliograph/internal/media"
	"heliograph/internal/profile"
)

// Prefix is where the surface is served: /sdk/v1/{integrationId}/{call}.
const Prefix = "/sdk/v1/"

// API is the surface. Every field but Live, Limits and Proxies must be set.
type API struct {
	Devices       *device.Service
	Profiles      *profile.Service
	Conversations *conversation.Service
	Media         *media.Service
	Sights        Sights
	PushKeys      PushKeys
	Live          *Live // nil: there are no live connections

	// Atomic runs fn in one transaction; fn may be run again.
	Atomic func(ctx context.Context, fn func(context.Context) error) error
	// Answers keeps the answers to requests with an idempotency key.
	Answers httpx.Answers
	Limits  Limits
	Proxies httpx.Proxies // of the operator

	Now heliograph.Clock
	Log *slog.Logger
}

// Sights takes in what people have seen.
type Sights interface {
	// Seen says that a device shows a user's conversation to the person, up to the
	// message that was received at until.
	Seen(ctx context.Context, app heliograph.AppID, user heliograph.UserID, client heliograph.ClientID, until heliograph.Millis) error
	// PushEvent takes in what a device tells of a push: received, displayed, tapped
	// or dismissed. Another delivery than the device's is an error of kind NotFound.
	PushEvent(ctx context.Context, in *heliograph.Integration, device string, id heliograph.NotificationID, what string) error
}

// PushKeys knows what browsers subscribe to pushes with.
type PushKeys interface {
	// PushKey returns the public VAPID key of an integration of type web.
	PushKey(in *heliograph.Integration) (string, error)
}

// Handler serves the surface below Prefix.
func (a *API) Handler() http.Handler {
	s := &server{
		API: a, routes: map[string]map[string]*route{}, limiter: newLimiter(a.Limits, a.Now),
		once: &httpx.Once{Answers: a.Answers, Atomic: a.Atomic, Now: a.Now},
	}
	for _, r := range a.routes() {
		if s.routes[r.path] == nil {
			s.routes[r.path] = map[string]*route{}
		}
		s.routes[r.path][r.method] = &r
	}
	return s
}

// server finds the route of a request, and answers.
type server struct {
	*API
	routes  map[string]map[string]*route
	limiter *limiter
	once    *httpx.Once
}

func (s *server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	name, path, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, Prefix), "/")
	c := &call{Request: r, server: s, w: w}
	methods := s.routes[path]
	if methods == nil {
		c.fail(heliograph.Errorf(heliograph.NotFound, heliograph.CodeNotFound, "there is nothing at this path"))
		return
	}
	var id heliograph.IntegrationID
	if id.UnmarshalText([]byte(name)) != nil || id.IsZero() {
		c.lost(methods, heliograph.Errorf(heliograph.NotFound, heliograph.CodeIntegrationNotFound, "there is no such integration"))
		return
	}
	method := r.Method
	if method == http.MethodHead {
		method = http.MethodGet
	}
	c.route = methods[method]
	if s.Live != nil && c.route != nil && c.route.live != nil {
		c.route.live(w, r, id) // it checks the origin itself
		return
	}
	if err := c.arrive(r.Context(), id); heliograph.IsKind(err, heliograph.NotFound) {
		c.lost(methods, err)
		return
	} else if err != nil {
		c.fail(err)
		return
	}
	switch {
	case r.Method == http.MethodOptions:
		preflight(w, methods)
	case c.route == nil:
		w.Header().Set("Allow", allowed(methods))
		c.failStatus(http.StatusMethodNotAllowed, &heliograph.Error{Code: "method_not_allowed", Message: "this path allows " + allowed(methods)})
	default:
		httpx.Name(w, c.route.name())
		c.run(r.Context())
	}
}
