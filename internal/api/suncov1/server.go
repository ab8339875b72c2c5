package suncov1

import (
	"context"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"unicode/utf8"

	"heliograph"
	"heliograph/internal/api/httpx"
)

// server finds the route of a request, asks who calls and whether they may, and
// answers.
type server struct {
	*API
	tree    *tree
	once    *httpx.Once
	limiter *limiter // nil: there is no limit
}

func (s *server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	var room [8]string
	node, values := s.tree.find(r.URL.EscapedPath(), room[:0])
	if node == nil {
		writeError(w, heliograph.Errorf(heliograph.NotFound, heliograph.CodeNotFound, "there is nothing at this path"))
		return
	}
	method := r.Method
	if method == http.MethodHead {
		method = http.MethodGet
	}
	found := node.methods[method]
	if found == nil {
		s.otherMethod(w, r, node)
		return
	}
	c := &call{Request: r, api: s.API, once: s.once, route: found.route, names: found.names, values: values, w: w}
	httpx.Name(w, found.route.label)
	if err := s.admit(r.Context(), c); err != nil {
		c.fail(err)
		return
	}
	c.run()
}

// otherMethod answers a path that is known, but not with this method.
func (s *server) otherMethod(w http.ResponseWriter, r *http.Request, node *tree) {
	allowed := slices.Sorted(maps.Keys(node.methods))
	if r.Method == http.MethodOptions {
		preflight(w, r, node, allowed)
		return
	}
	w.Header().Set("Allow", strings.Join(allowed, ", "))
	writeStatus(w, http.StatusMethodNotAllowed, "method_not_allowed", "this path allows "+strings.Join(allowed, ", "))
}

// admit authenticates the call and checks that its credential may do what it asks.
func (s *server) admit(ctx context.Context, c *call) error {
	if err := checkAddress(c); err != nil {
		return err
	}
	if c.route.public {
		return nil
	}
	p, err := s.Auth.Authenticate(ctx, c.Request)
	if err != nil {
		return err
	}
	c.Principal = p
	if !c.route.scopes.admit(&p) {
		if !p.Service.IsZero() {
			return forbidden("a service account's credential may not do this")
		}
		return forbidden("a credential of scope %s may not do this", p.Scope)
	}
	if err := s.findApp(ctx, c); err != nil {
		return err
	}
	if c.App != nil && s.limiter != nil {
		if err := s.limiter.take(c.w.Header(), c.App.ID); err != nil {
			return err
		}
	}
	if c.isUser() && c.route.needsUser() {
		return s.ownUser(ctx, c)
	}
	return nil
}

// checkAddress refuses text in the path and query that no database takes, and a
// parameter that is given twice: which of the two was meant is anyone's guess.
func checkAddress(c *call) error {
	for _, v := range c.values {
		if !utf8.ValidString(v) || strings.ContainsRune(v, 0) {
			return badRequest("the path must be UTF-8 without NUL")
		}
	}
	if c.URL.RawQuery == "" {
		return nil
	}
	q, err := url.QueryUnescape(c.URL.RawQuery)
	if err != nil || !utf8.ValidString(q) || strings.ContainsRune(q, 0) {
		return badRequest("the query must be URL-encoded UTF-8 without NUL")
	}
	c.asked = c.URL.Query()
	for _, name := range slices.Sorted(maps.Keys(c.asked)) {
		if len(c.asked[name]) > 1 {
			return heliograph.InvalidField(name, "is given more than once in the query")
		}
	}
	return nil
}

// findApp sets the app that the call concerns: the path's, which must be the
// credential's, or the credential's.
func (s *server) findApp(ctx context.Context, c *call) error {
	id := c.Principal.App
	if named := c.PathValue("appId"); named != "" {
		var asked heliograph.AppID
		ok := parseID(named, &asked)
		if !id.IsZero() && asked != id {
			return forbidden("this credential belongs to another app")
		}
		if !ok {
			return heliograph.Errorf(heliograph.NotFound, heliograph.CodeAppNotFound, "there is no such app")
		}
		id = asked
	} else if c.route.form == global {
		return nil
	}
	if id.IsZero() {
		return forbidden("an account credential names its app in the path: /v1.1/apps/{appId}/…")
	}
	if err := s.granted(ctx, c, id); err != nil {
		return err
	}
	app, err := s.Tenants.App(ctx, id)
	if err != nil {
		return err
	}
	if app.Org != c.Principal.Org {
		return heliograph.Errorf(heliograph.NotFound, heliograph.CodeAppNotFound, "there is no such app")
	}
	c.App = app
	return nil
}

// granted checks that a service account reaches an app. It is told nothing of
// other apps, not even whether they exist.
func (s *server) granted(ctx context.Context, c *call, app heliograph.AppID) error {
	if c.Principal.Service.IsZero() {
		return nil
	}
	yes, err := s.Tenants.MayReach(ctx, c.Principal.Service, app)
	if err == nil && !yes {
		err = forbidden("this service account was not granted this app")
	}
	return err
}

// ownUser checks that the path names the user that the token speaks for.
func (s *server) ownUser(ctx context.Context, c *call) error {
	_, err := c.userID(ctx)
	if heliograph.IsKind(err, heliograph.NotFound) && c.PathValue("userId") != c.Principal.UserExternalID {
		err = nil
	}
	if err != nil {
		return err
	}
	if c.user == nil || c.user.ExternalID != c.Principal.UserExternalID {
		return forbidden("a user's token reaches that user only")
	}
	return nil
}

func forbidden(format string, args ...any) error {
	return heliograph.Errorf(heliograph.Forbidden, heliograph.CodeForbidden, format, args...)
}
