package suncov1_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/golang-jwt/jwt/v5"

	"heliograph/internal/api/suncov1"
)

// body returns the route's example with the values of v where it names things.
func (p *program) body(r suncov1.RouteShown, v map[string]string, phone string) string {
	if r.Example == nil {
		return ""
	}
	var doc any
	fatal(p.T, json.Unmarshal(r.Example, &doc))
	out, err := json.Marshal(pointAt(doc, "", v, phone))
	fatal(p.T, err)
	return string(out)
}

// pointAt makes an example name the things of v.
func pointAt(doc any, name string, v map[string]string, phone string) any {
	switch d := doc.(type) {
	case map[string]any:
		for k, value := range d {
			d[k] = pointAt(value, k, v, phone)
		}
		if name == "discarded" {
			d["_id"] = v["otherId"]
		}
	case []any:
		for i := range d {
			d[i] = pointAt(d[i], name, v, phone)
		}
	case string:
		switch {
		case name == "mediaUrl":
			return v["mediaUrl"]
		case name == "_id":
			return v["userId"]
		case name == "userId":
			return d // a new user's name is the caller's to choose
		case strings.HasPrefix(d, "+1555"):
			return phone
		case v[name] != "":
			return v[name]
		}
	}
	return doc
}

// named reports whether a path names something of an app, beside the app.
func named(path string) bool {
	return strings.Contains(strings.ReplaceAll(path, "{appId}", ""), "{")
}

// TestIsolation sends every route, in every form, from another app with the ids
// of this one. A new route is covered as soon as it is listed.
func TestIsolation(t *testing.T) {
	t.Parallel()
	p := newProgram(t, "")
	a, b := p.settle("CanaryA"), p.settle("CanaryB")
	intruder, before := basic(b.key), p.state(a.id)
	mixed := map[string]string{} // b's app, a's things
	for k, v := range a.values {
		mixed[k] = v
	}
	mixed["appId"] = b.values["appId"]

	for _, r := range suncov1.RoutesShown() {
		if r.Public || r.Absent {
			continue
		}
		for _, pattern := range r.Paths {
			var tries []struct {
				path   string
				status []int
			}
			try := func(values map[string]string, status ...int) {
				tries = append(tries, struct {
					path   string
					status []int
				}{p.fill(pattern, values), status})
			}
			if strings.Contains(pattern, "{appId}") {
				try(a.values, 403)
			}
			if named(pattern) {
				// In b's own app the things of a do not exist.
				if slices.Contains(r.Scopes, "app") {
					try(mixed, 404)
				}
			} else {
				try(mixed)
			}
			for _, one := range tries {
				rec := p.do(intruder, r.Method, one.path, p.body(r, a.values, a.phone))
				at := r.Method + " " + one.path
				if len(one.status) > 0 && !slices.Contains(one.status, rec.Code) {
					t.Errorf("%s: %d, want %v: %s", at, rec.Code, one.status, rec.Body)
				}
				if rec.Code >= 500 {
					t.Errorf("%s: %d %s", at, rec.Code, rec.Body)
				}
				if strings.Contains(rec.Body.String(), a.canary) {
					t.Errorf("%s shows what is another app's: %s", at, rec.Body)
				}
			}
		}
		if changed := changes(before, p.state(a.id)); len(changed) > 0 {
			t.Fatalf("%s %s changed another app's data: %s", r.Method, r.Name, changed)
		}
	}
}

// TestServiceAccountReachesItsAppsOnly sends every route, in every form, from a
// service account that was granted one app, with the ids of another.
func TestServiceAccountReachesItsAppsOnly(t *testing.T) {
	t.Parallel()
	p := newProgram(t, "")
	a, b := p.settle("CanaryA"), p.settle("CanaryB")
	intruder, before := basic(b.service), p.state(a.id)
	for _, r := range suncov1.RoutesShown() {
		if r.Public || r.Absent {
			continue
		}
		for _, pattern := range r.Paths {
			rec := p.do(intruder, r.Method, p.fill(pattern, a.values), p.body(r, a.values, a.phone))
			at := r.Method + " " + pattern
			if rec.Code != 403 && r.Name != "GET /apps" && r.Name != "POST /apps" {
				t.Errorf("%s: %d, want 403: %s", at, rec.Code, rec.Body)
			}
			if strings.Contains(rec.Body.String(), a.canary) {
				t.Errorf("%s shows what is of an app that was not granted: %s", at, rec.Body)
			}
		}
	}
	if changed := changes(before, p.state(a.id)); len(changed) > 0 {
		t.Fatalf("an app that was not granted changed: %s", changed)
	}
}

// TestOtherOrganization sends every route from an account key of strangers.
func TestOtherOrganization(t *testing.T) {
	t.Parallel()
	p := newProgram(t, "")
	a := p.settle("CanaryA")
	before := p.state(a.id)
	for _, r := range suncov1.RoutesShown() {
		if r.Public || r.Absent {
			continue
		}
		rec := p.do(basic(p.foreign), r.Method, p.fill(r.Paths[0], a.values), p.body(r, a.values, a.phone))
		if (strings.Contains(r.Paths[0], "{appId}") || strings.Contains(r.Paths[0], "{serviceAccountId}")) && rec.Code != 404 {
			t.Errorf("%s %s: %d, want 404: %s", r.Method, r.Name, rec.Code, rec.Body)
		}
		if strings.Contains(rec.Body.String(), a.canary) {
			t.Errorf("%s %s shows what is another organization's: %s", r.Method, r.Name, rec.Body)
		}
	}
	if changed := changes(before, p.state(a.id)); len(changed) > 0 {
		t.Fatalf("another organization's data changed: %s", changed)
	}
}

// TestScopeOfEveryRoute calls every route with each kind of credential.
func TestScopeOfEveryRoute(t *testing.T) {
	t.Parallel()
	p := newProgram(t, "")
	a := p.settle("CanaryA")
	user := func(external string) string {
		return bearer(t, a.key, jwt.MapClaims{"scope": "appUser", "userId": external})
	}
	self, neighbour := user("jo-CanaryA"), user(a.other)
	before := p.state(a.id)
	for _, r := range suncov1.RoutesShown() {
		if r.Public || r.Absent {
			continue
		}
		for _, pattern := range r.Paths {
			path, body := p.fill(pattern, a.values)+neededQuery(r, a), p.body(r, a.values, a.phone)
			refused := func(who, authorization string, want int) {
				t.Helper()
				if rec := p.do(authorization, r.Method, path, body); rec.Code != want {
					t.Errorf("%s %s by %s: %d, want %d: %s", r.Method, pattern, who, rec.Code, want, rec.Body)
				}
			}
			refused("nobody", "", 401)
			refused("a wrong secret", basic(p.account)+"x", 401)
			if !slices.Contains(r.Scopes, "app") {
				refused("an app's key", basic(a.key), 403)
				refused("an app's token", bearer(t, a.key, jwt.MapClaims{"scope": "app"}), 403)
			}
			if !slices.Contains(r.Scopes, "appUser") {
				refused("a user", self, 403)
			} else if r.Method == "GET" {
				refused("the user", self, 200) // who is not refused
			}
			// What a user may do is never about another user.
			refused("another user", neighbour, 403)
			if !strings.Contains(pattern, "{appId}") && strings.Contains(r.Paths[0], "{appId}") {
				refused("an account key that names no app", basic(p.account), 403)
			}
		}
	}
	// A user's first token changes the user: only credential_required. And a user
	// may ask for codes.
	for _, c := range changes(before, p.state(a.id)) {
		if !strings.HasPrefix(c, "users:") && !strings.HasPrefix(c, "codes:") {
			t.Errorf("refused calls changed something: %s", c)
		}
	}
}

// neededQuery is what a route needs in the query.
func neededQuery(r suncov1.RouteShown, a *tenancy) string {
	switch r.Name {
	case "GET /consents", "DELETE /consents":
		return "?address=%2B15550199999&scope=marketing"
	case "GET /appusers/{userId}/linkrequest":
		return "?integrationIds=" + a.values["integrationId"]
	}
	return ""
}

// TestOwnerReachesEverything is what makes the other tests mean something: the
// same calls succeed for the app itself.
func TestOwnerReachesEverything(t *testing.T) {
	t.Parallel()
	p := newProgram(t, "")
	a := p.settle("CanaryA")
	routes := suncov1.RoutesShown()
	// Whatever removes comes last, the deepest first.
	order := func(r suncov1.RouteShown) int {
		switch {
		case r.Method == "GET":
			return 0
		case r.Method != "DELETE":
			return 1
		}
		return 100 - strings.Count(r.Paths[0], "/")
	}
	slices.SortStableFunc(routes, func(x, y suncov1.RouteShown) int { return order(x) - order(y) })
	for _, r := range routes {
		if r.Public {
			continue
		}
		path := p.fill(r.Paths[0], a.values) + neededQuery(r, a)
		body, kind := p.body(r, a.values, a.phone), "application/json"
		if r.Form {
			path += "?access=public"
			body, kind = formOf("jo.png", "image/png", png, "role", "appMaker")
		}
		rec := p.do(basic(p.account), r.Method, path, body, "Content-Type", kind)
		switch {
		case r.Absent && rec.Code == 501, rec.Code < 300:
		case rec.Code == 409 && strings.Contains(rec.Body.String(), "not_cancellable"):
			// Deleting its message had cancelled it.
		case rec.Code == 400 && strings.Contains(rec.Body.String(), "no message templates"):
			// That is so of its channel.
		case rec.Code == 400 && strings.Contains(r.Name, "/profile") && strings.Contains(rec.Body.String(), "integrationId names an integration of type twilio"),
			rec.Code == 400 && strings.HasSuffix(r.Name, "/photo"):
			// Its sender has no profile.
		default:
			t.Errorf("%s %s: %d %s", r.Method, path, rec.Code, rec.Body)
		}
	}
}
