package suncov1

import (
	"context"
	"net/http"
	"strings"

	"heliograph"
	"heliograph/internal/auth"
	"heliograph/internal/conversation"
)

// routes lists every endpoint. Each area keeps its own in routes_<area>.go.
func (a *API) routes() []route {
	var all []route
	for _, area := range [][]route{
		a.appRoutes(),
		a.keyRoutes(),
		a.serviceRoutes(),
		a.integrationRoutes(),
		a.menuRoutes(),
		a.profileRoutes(),
		a.referenceRoutes(),
		a.absentRoutes(),
		a.userRoutes(),
		a.channelRoutes(),
		a.deviceRoutes(),
		a.reachRoutes(),
		a.messageRoutes(),
		a.templateRoutes(),
		a.mediaRoutes(),
		a.webhookRoutes(),
		a.notificationRoutes(),
	} {
		all = append(all, area...)
	}
	return all
}

// form says at which paths a route is found.
type form uint8

const (
	// appLevel: /v1.1/apps/{appId}<path>, and /v1.1<path> with the app implied by
	// the credential.
	appLevel form = iota
	// longOnly: /v1.1/apps/{appId}<path>.
	longOnly
	// global: /v1.1<path>; it concerns no app, or names it in its own way.
	global
	// fixed: path as it is.
	fixed
)

// scopes is a set of credential scopes.
type scopes uint8

const (
	forAccount scopes = 1 << iota
	forApp
	forUser  // only for a user's own resources: the path's {userId} must be the token's
	forOwner // account keys, but not those of service accounts

	// forServers is what most routes allow: account and app keys.
	forServers = forAccount | forApp
	// forAll also allows users' tokens.
	forAll = forServers | forUser
)

// admit reports whether a credential may call the route.
func (s scopes) admit(p *auth.Principal) bool {
	return s.allow(p.Scope) || s&forOwner != 0 && p.Scope == heliograph.ScopeAccount && p.Service.IsZero()
}

func (s scopes) allow(k heliograph.KeyScope) bool {
	switch k {
	case heliograph.ScopeAccount:
		return s&forAccount != 0
	case heliograph.ScopeApp:
		return s&forApp != 0
	case heliograph.ScopeAppUser:
		return s&forUser != 0
	}
	return false
}

// handler answers a call. What it returns is the answer's body; nil is {}.
type handler func(ctx context.Context, c *call) (any, error)

// route is one endpoint.
type route struct {
	method string
	path   string // relative to the form; {name} stands for one segment
	form   form
	scopes scopes
	status int // of success; 0 means 200
	handle handler
	// raw, instead of handle, writes the answer itself: for streams and for the
	// endpoint whose cost counts. Errors go through (*call).fail.
	raw func(w http.ResponseWriter, c *call)
	// v1 also mounts the route at /v1, an alias that some clients use.
	v1 bool
	// public lets anyone call the route; nobody is asked for a credential.
	public bool
	// idempotent honours Idempotency-Key: the handler then runs inside one
	// transaction with the stored answer, so it must only work on the store.
	idempotent bool
	// once, which may be nil, is tried first where there is a key. nil for all
	// leaves the call to handle.
	once func(ctx context.Context, c *call, once *conversation.Once) (*conversation.Kept, error)
	// maxBody bounds the request's body in bytes; 0 means sunco.MaxBody.
	maxBody int64
	op      op

	label string // what the figures call it; set when it is mounted
}

// op is what the reference says of a route.
type op struct {
	id      string // operation id; "" derives it from the method and path
	tag     string
	summary string
	doc     string // more, in sentences
	in, out any    // zero values of the body and the answer; nil: none
	query   []param
	lines   bool // the bodies are NDJSON
	form    bool // the request's body is multipart/form-data
	hidden  bool // leave it out of the reference
}

// param is one query parameter.
type param struct {
	name, doc string
	kind      any // a zero value of its type; nil means string
}

// paths returns every path the route is found at.
func (r *route) paths() []string {
	var rel []string
	switch r.form {
	case appLevel:
		rel = []string{"/apps/{appId}" + r.path, r.path}
	case longOnly:
		rel = []string{"/apps/{appId}" + r.path}
	case global:
		rel = []string{r.path}
	case fixed:
		return []string{r.path}
	}
	var out []string
	for _, p := range rel {
		out = append(out, "/v1.1"+p, "/sc/v1.1"+p)
		if r.v1 {
			out = append(out, "/v1"+p, "/sc/v1"+p)
		}
	}
	return out
}

// name tells routes apart, whatever form and prefix they are called by.
func (r *route) name() string { return r.method + " " + r.path }

// needsUser reports whether the route's path names a user.
func (r *route) needsUser() bool { return strings.Contains(r.path, "{userId}") }

func (r *route) success() int {
	if r.status == 0 {
		return http.StatusOK
	}
	return r.status
}
