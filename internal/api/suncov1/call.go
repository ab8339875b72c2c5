package suncov1

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"heliograph"
	"heliograph/internal/api/httpx"
	"heliograph/internal/auth"
	"heliograph/internal/conversation"
)

// call is one authenticated request.
type call struct {
	*http.Request
	App       *heliograph.App // nil for routes that concern no app
	Principal auth.Principal

	api    *API
	once   *httpx.Once
	route  *route
	names  []string
	values []string
	w      http.ResponseWriter
	body   []byte
	read   bool
	asked  url.Values         // the query, once read
	user   *heliograph.User   // what {userId} names, once resolved
	post   *conversation.Post // the message of the body, once read
}

// PathValue returns a decoded path parameter.
func (c *call) PathValue(name string) string {
	if i := slices.Index(c.names, name); i >= 0 {
		return c.values[i]
	}
	return ""
}

// userID returns the user that the path's {userId} names, by its id or by the
// caller's own id for it; an id wins.
func (c *call) userID(ctx context.Context) (heliograph.UserID, error) {
	if c.user == nil {
		u, err := c.api.Profiles.Resolve(ctx, c.App.ID, c.PathValue("userId"))
		if err != nil {
			return heliograph.UserID{}, err
		}
		c.user = u
	}
	return c.user.ID, nil
}

// query returns a query parameter.
func (c *call) query(name string) string {
	if c.asked == nil {
		c.asked = c.URL.Query()
	}
	return c.asked.Get(name)
}

// isUser reports whether the caller is a user, not a server.
func (c *call) isUser() bool { return c.Principal.Scope == heliograph.ScopeAppUser }

// pathID reads a path parameter that is an id into id. What is no id names
// nothing, so it is missing, with the given code.
func pathID[K any](c *call, name, code string, id *heliograph.ID[K]) error {
	if !parseID(c.PathValue(name), id) {
		return heliograph.Errorf(heliograph.NotFound, code, "there is no such %s", noun(name))
	}
	return nil
}

// parseID reads 24 hex digits into id and reports whether they are an id.
func parseID[K any](s string, id *heliograph.ID[K]) bool {
	return id.UnmarshalText([]byte(s)) == nil && !id.IsZero()
}

// noun names what a path parameter stands for, in messages: "key" for keyId.
func noun(parameter string) string { return strings.TrimSuffix(parameter, "Id") }
