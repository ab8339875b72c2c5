package suncov1_test

import (
	"io"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/golang-jwt/jwt/v5"

	"heliograph"
)

func TestBothFamiliesAndPrefixes(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	other, _ := w.newApp()
	own := w.app.ID.String()
	for _, tt := range []struct {
		name, authorization, path string
		status                    int
		code                      string
	}{
		{"short, app key", basic(w.key), "/v1.1/keys", 200, ""},
		{"long, app key", basic(w.key), "/v1.1/apps/" + own + "/keys", 200, ""},
		{"long, account key", basic(w.account), "/v1.1/apps/" + own + "/keys", 200, ""},
		{"under /sc, short", basic(w.key), "/sc/v1.1/keys", 200, ""},
		{"under /sc, long", basic(w.account), "/sc/v1.1/apps/" + own + "/keys", 200, ""},
		{"one slash at the end", basic(w.key), "/v1.1/keys/", 200, ""},
		{"percent-encoded id", basic(w.account), "/v1.1/apps/%" + hexOf(own[0]) + own[1:] + "/keys", 200, ""},
		{"short, account key: no app is named", basic(w.account), "/v1.1/keys", 403, "forbidden"},
		{"another app, app key", basic(w.key), "/v1.1/apps/" + other.ID.String() + "/keys", 403, "forbidden"},
		{"no app at all, app key", basic(w.key), "/v1.1/apps/nonsense/keys", 403, "forbidden"},
		{"another app, account key", basic(w.account), "/v1.1/apps/" + other.ID.String() + "/keys", 200, ""},
		{"unknown app, account key", basic(w.account), "/v1.1/apps/0123456789abcdef01234567/keys", 404, "app_not_found"},
		{"no id, account key", basic(w.account), "/v1.1/apps/nonsense/keys", 404, "app_not_found"},
		{"integrations are long only", basic(w.key), "/v1.1/integrations", 404, "not_found"},
		{"unknown path", basic(w.key), "/v1.1/nothing", 404, "not_found"},
		{"unknown path, no credential", "", "/nothing", 404, "not_found"},
		{"the old version", basic(w.key), "/v1/keys", 404, "not_found"},
		{"a bad escape", basic(w.key), "/v1.1/keys/%00", 400, "bad_request"},
		{"left out on purpose", basic(w.key), "/v1.1/stripe/account", 501, "not_implemented"},
		{"left out on purpose, no credential", "", "/v1.1/stripe/account", 401, "unauthorized"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			a := w.call(tt.authorization, "GET", tt.path, nil)
			if tt.code == "" {
				a.want(tt.status)
				return
			}
			a.want(tt.status, tt.code)
		})
	}
	if a := w.call(basic(w.key), "PATCH", "/v1.1/keys", nil); a.Header().Get("Allow") != "GET, POST" {
		t.Fatalf("Allow: %q", a.Header().Get("Allow"))
	} else {
		a.want(405, "method_not_allowed")
	}
}

func hexOf(c byte) string { return string("0123456789abcdef"[c>>4]) + string("0123456789abcdef"[c&15]) }

func TestAnotherOrganizationsAppDoesNotExist(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	stranger := *w.account
	stranger.Org = heliograph.OrgID{1} // as a key of another organization would have
	if err := w.insertOrg(stranger.Org); err != nil {
		t.Fatal(err)
	}
	key, err := w.tenants.CreateAccountKey(t.Context(), stranger.Org, "stranger")
	w.must(err)
	w.call(basic(key), "GET", "/v1.1/apps/"+w.app.ID.String(), nil).want(404, "app_not_found")
	if list := w.call(basic(key), "GET", "/v1.1/apps", nil).want(200)["apps"].([]any); len(list) != 0 {
		t.Fatalf("sees %v", list)
	}
}

func TestScopes(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	app := "/v1.1/apps/" + w.app.ID.String()
	for _, tt := range []struct{ method, path string }{
		{"POST", "/v1.1/apps"}, {"GET", "/v1.1/apps"}, {"DELETE", app},
	} {
		w.call(basic(w.key), tt.method, tt.path, `{"name":"x"}`).want(403, "forbidden")
	}
	w.call(basic(w.key), "GET", app, nil).want(200)
	w.call(basic(w.key), "PUT", app, `{"name":"x"}`).want(200)
	for _, tt := range []struct{ method, path string }{
		{"GET", app}, {"GET", "/v1.1/keys"}, {"POST", "/v1.1/keys"}, {"GET", app + "/integrations"}, {"GET", "/v1.1/apps"},
	} {
		w.call(w.userToken("jo"), tt.method, tt.path, `{"name":"x"}`).want(403, "forbidden")
		w.call("", tt.method, tt.path, `{"name":"x"}`).want(401, "unauthorized")
	}
	w.call(bearer(t, w.key, jwt.MapClaims{"scope": "account"}), "GET", "/v1.1/apps", nil).want(403, "forbidden")
}

func TestBodies(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	fill := func(size int) string {
		return `{"name":"x","pad":"` + strings.Repeat("p", size-len(`{"name":"x","pad":""}`)) + `"}`
	}
	w.call(basic(w.key), "POST", "/v1.1/keys", fill(100*1024)).want(201)
	w.call(basic(w.key), "POST", "/v1.1/keys", fill(100*1024+1)).want(413, "payload_too_large")
	unsized := httptest.NewRequest("POST", "/v1.1/keys", io.MultiReader(strings.NewReader(fill(100*1024+1))))
	w.do(basic(w.key), unsized).want(413, "payload_too_large")

	for _, body := range []string{
		``, ` `, `null`, `[]`, `5`, `"x"`, `{`, `{"name":"x"} {}`, `{"name":"x"}x`, `{"name":"\u0000"}`, "{\"name\":\"\x00\"}",
		"{\"name\":\"\xff\"}", `{"name":"\ud800"}`, `{"name":"\ud800\u0041"}`, `{"name":"\udc00"}`, `{"name":{}}`, `{"name":["x"]}`,
		`{"name":"x"`, strings.Repeat(`{"a":`, 20000),
	} {
		a := w.call(basic(w.key), "POST", "/v1.1/keys", body)
		if a.Code != 400 {
			t.Errorf("%.30q: %d %s", body, a.Code, a.Body)
		}
	}
	for _, body := range []string{`{"name":"\ud83d\ude00"}`, `{"name":"\\u0000"}`, ` {"name":"x"} `} {
		w.call(basic(w.key), "POST", "/v1.1/keys", body).want(201)
	}

	// A client sends its content type with empty bodies, too.
	w.call(basic(w.key), "GET", "/v1.1/keys", nil).want(200)
	made := w.call(basic(w.key), "POST", "/v1.1/keys", `{"name":"x"}`).want(201)
	w.call(basic(w.key), "DELETE", "/v1.1/keys/"+dig(t, made, "key", "_id").(string), `{"type":"ignored"`).want(200)
}

func TestErrorsNameTheField(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	got := w.call(basic(w.key), "POST", "/v1.1/keys", `{"name":5}`).want(400, "bad_request")
	if text := dig(t, got, "error", "description"); text != "name must be a string, not number" {
		t.Fatalf("%q", text)
	}
}

func TestCORS(t *testing.T) {
	t.Parallel()
	p := newProgram(t, "")
	a := p.settle("Canary")
	user := bearer(t, a.key, jwt.MapClaims{"scope": "appUser", "userId": "jo-Canary"})
	const origin = "https://shop.example"
	open, closed := "/v1.1/appusers/jo-Canary", "/v1.1/keys"
	for _, tt := range []struct {
		name, authorization, method, path string
		status                            int
		readable                          bool
	}{
		{"a user's own data", user, "GET", open, 200, true},
		{"what a user may not do", user, "GET", open + "-x", 403, true},
		{"a bad token, which a page must be able to notice", user + "x", "GET", open, 401, true},
		{"an app's key", basic(a.key), "GET", open, 200, false},
		{"an app's key, on a route for servers", basic(a.key), "GET", closed, 200, false},
		{"an account key", basic(p.account), "GET", "/v1.1/apps", 200, false},
		{"a user on a route for servers", user, "GET", closed, 403, false},
		{"the question before a call, for users", "", "OPTIONS", open, 204, true},
		{"the question before a call, for servers", "", "OPTIONS", closed, 204, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			rec := p.do(tt.authorization, tt.method, tt.path, "", "Origin", origin, "Access-Control-Request-Method", "GET")
			h := rec.Header()
			if rec.Code != tt.status || (h.Get("Access-Control-Allow-Origin") == origin) != tt.readable {
				t.Fatalf("%d %v", rec.Code, h)
			}
			if tt.readable && !strings.HasPrefix(h.Get("Access-Control-Expose-Headers"), "Retry-After, RateLimit-Limit") {
				t.Fatalf("Retry-After is not exposed: %v", h)
			}
			if h.Get("Access-Control-Allow-Credentials") != "" {
				t.Fatal("cookies are invited")
			}
		})
	}
	// Without an origin nothing is said of origins.
	if rec := p.do(user, "GET", open, ""); rec.Header().Get("Access-Control-Allow-Origin") != "" {
		t.Fatal(rec.Header())
	}
}

// TestDoubledParameters: of two values none can be the one that was meant.
func TestDoubledParameters(t *testing.T) {
	t.Parallel()
	p := newProgram(t, "")
	a := p.settle("Canary")
	app := "/apps/" + a.id.String()
	for query, field := range map[string]string{
		app + "/integrations?limit=1&limit=2":                        "limit",
		app + "/integrations?types=owl&limit=1&types=dove":           "types",
		"/webhooks/" + a.values["webhookId"] + "/deliveries?to=&to=": "to",
		"/appusers/jo-Canary/messages?before=1&after=2&%62efore=1":   "before",
	} {
		rec := p.do(basic(a.key), "GET", "/v1.1"+query, "")
		if rec.Code != 400 || !strings.Contains(rec.Body.String(), field+" is given more than once") {
			t.Errorf("%s: %d %s", query, rec.Code, rec.Body)
		}
	}
}

// TestNamesInPaths: a vendor client does not encode what it puts into a path.
func TestNamesInPaths(t *testing.T) {
	t.Parallel()
	p := newProgram(t, "")
	a := p.settle("Canary")
	for name, paths := range map[string][]string{
		"jo@example.org": {"/v1.1/appusers/jo@example.org", "/v1.1/appusers/jo%40example.org", "/sc/v1.1/appusers/jo@example.org"},
		"a:b;c=d&e+f,g$": {"/v1.1/appusers/a:b;c=d&e+f,g$", "/v1.1/appusers/a%3Ab%3Bc%3Dd%26e%2Bf%2Cg%24"},
		"größe":          {"/v1.1/appusers/gr%C3%B6%C3%9Fe"},
	} {
		made := p.must(basic(a.key), "POST", "/v1.1/appusers", `{"userId":"`+name+`"}`, "appUser", "_id")
		for _, path := range paths {
			if got := p.must(basic(a.key), "GET", path, "", "appUser", "_id"); got != made {
				t.Errorf("%s is %s, want %s", path, got, made)
			}
		}
	}
}
