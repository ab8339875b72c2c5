package mailgun

import (
	"context"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"heliograph/channel/simulator"
	"heliograph/channel/simulator/mailbox"
)

// route says what becomes of mail that Mailgun receives.
type route struct {
	ID          string   `json:"id"`
	Priority    int      `json:"priority"`
	Description string   `json:"description"`
	Expression  string   `json:"expression"`
	Actions     []string `json:"actions"`
	Created     string   `json:"created_at"`

	key string
}

// routeAPI plays /v3/routes.
func (p *Provider) routeAPI(c *call) {
	_ = c.r.ParseMultipartForm(1 << 20)
	p.mu.Lock()
	defer p.mu.Unlock()
	mine := slices.DeleteFunc(slices.Clone(p.routes), func(r *route) bool { return r.key != c.key })
	var one *route
	if len(c.path) > 1 {
		at := slices.IndexFunc(mine, func(r *route) bool { return r.ID == c.path[1] })
		if at < 0 {
			say(c.w, http.StatusNotFound, "Route not found")
			return
		}
		one = mine[at]
	}
	switch {
	case c.r.Method == http.MethodPost && one == nil:
		p.changeRoute(c, &route{ID: p.n.Hex("")[:24], key: c.key, Created: p.n.Now().UTC().Format(http.TimeFormat)}, true)
	case c.r.Method == http.MethodPut && one != nil:
		p.changeRoute(c, one, false)
	case c.r.Method == http.MethodDelete && one != nil:
		p.routes = slices.DeleteFunc(p.routes, func(r *route) bool { return r == one })
		simulator.WriteJSON(c.w, http.StatusOK, map[string]string{"message": "Route has been deleted", "id": one.ID})
	case one != nil:
		simulator.WriteJSON(c.w, http.StatusOK, map[string]*route{"route": one})
	default:
		simulator.WriteJSON(c.w, http.StatusOK, map[string]any{"total_count": len(mine), "items": mine})
	}
}

// changeRoute sets what the form says. The lock is held.
func (p *Provider) changeRoute(c *call, one *route, isNew bool) {
	next := *one
	if c.r.Form.Has("expression") {
		next.Expression = c.r.FormValue("expression")
	}
	if c.r.Form.Has("action") {
		next.Actions = c.r.Form["action"]
	}
	if c.r.Form.Has("description") {
		next.Description = c.r.FormValue("description")
	}
	if v := c.r.FormValue("priority"); v != "" {
		next.Priority, _ = strconv.Atoi(v)
	}
	if _, ok := matcher(next.Expression); !ok {
		say(c.w, http.StatusBadRequest, "Invalid expression")
		return
	}
	if len(next.Actions) == 0 {
		say(c.w, http.StatusBadRequest, "Missing mandatory parameter: action")
		return
	}
	*one = next
	if isNew {
		p.routes = append(p.routes, one)
	}
	simulator.WriteJSON(c.w, http.StatusOK, map[string]any{"message": "Route has been " + map[bool]string{true: "created", false: "updated"}[isNew], "route": one})
}

// matcher reads match_recipient("regular expression") and catch_all().
func matcher(expression string) (func(to string) bool, bool) {
	expression = strings.TrimSpace(expression)
	if expression == "catch_all()" {
		return func(string) bool { return true }, true
	}
	pattern, ok := quoted(expression, "match_recipient")
	if !ok {
		return nil, false
	}
	re, err := regexp.Compile("(?i)^(?:" + pattern + ")$")
	if err != nil {
		return nil, false
	}
	return re.MatchString, true
}

// quoted returns what is in name("…") or name('…').
func quoted(s, name string) (string, bool) {
	s, begins := strings.CutPrefix(strings.TrimSpace(s), name+"(")
	s, ends := strings.CutSuffix(s, ")")
	if !begins || !ends || len(s) < 2 || s[0] != s[len(s)-1] || s[0] != '"' && s[0] != '\'' {
		return "", false
	}
	return s[1 : len(s)-1], true
}

// forwarder receives mail for the domains of customers.
type forwarder struct{ p *Provider }

// Forward implements mailbox.Forwarder: the routes that match are followed in
// the order of their priority, until one stops that.
func (f forwarder) Forward(ctx context.Context, out mailbox.Outgoing) (told mailbox.Told, ok bool) {
	f.p.mu.Lock()
	routes := slices.Clone(f.p.routes)
	f.p.mu.Unlock()
	slices.SortStableFunc(routes, func(a, b *route) int { return a.Priority - b.Priority })
	for _, r := range routes {
		matches, valid := matcher(r.Expression)
		if !valid || !matches(out.To) {
			continue
		}
		for _, action := range r.Actions {
			if strings.TrimSpace(action) == "stop()" {
				return told, true
			}
			target, is := quoted(action, "forward")
			if u, err := url.Parse(target); is && err == nil && u.Host != "" {
				told, ok = f.p.forward(ctx, r.key, target, out), true
			}
		}
	}
	return told, ok
}
