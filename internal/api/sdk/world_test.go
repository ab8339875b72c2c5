package sdk_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/golang-jwt/jwt/v5"

	"heliograph"
	"heliograph/internal/app"
	"heliograph/internal/config"
	"heliograph/internal/testkit"
	"heliograph/internal/testkit/pgtest"
)

// world is the whole program with a tenant's app, on real HTTP.
type world struct {
	*testing.T
	url    string
	sink   *testkit.Sink
	tenant *tenantApp

	account *heliograph.Key
}

// second makes another app.
func (w *world) second() *tenantApp { return w.newTenant(w.account) }

// tenantApp is one app with its integrations.
type tenantApp struct {
	id, key, secret   string
	web, ios, android string
}

// onEachDatabase runs a test with a program on SQLite and one on PostgreSQL.
func onEachDatabase(t *testing.T, run func(*world)) {
	t.Helper()
	for name, url := range map[string]func(testing.TB) string{"sqlite": func(testing.TB) string { return "" }, "postgres": pgtest.URL} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			run(newWorld(t, url(t)))
		})
	}
}

func newWorld(t *testing.T, database string, change ...func(*config.Config)) *world {
	t.Helper()
	c := config.Default()
	c.Data, c.Address, c.DatabaseURL, c.AllowPrivateTargets = t.TempDir(), "127.0.0.1:0", heliograph.Secret(database), true
	for _, f := range change {
		f(c)
	}
	quiet := slog.New(slog.DiscardHandler)
	a, err := app.New(t.Context(), c, "test", slog.New(slog.NewTextHandler(t.Output(), &slog.HandlerOptions{Level: slog.LevelWarn})))
	if err != nil {
		t.Fatal(err)
	}
	a.Start(t.Context())
	t.Cleanup(func() { _ = a.Stop(context.Background()) })
	w := &world{T: t, url: "http://" + a.Address(), sink: testkit.NewSink(t, nil)}
	account, err := app.CreateKey(t.Context(), &c.Storage, app.KeyRequest{Scope: "account", Name: "all"}, quiet)
	if err != nil {
		t.Fatal(err)
	}
	w.account = account
	w.tenant = w.newTenant(account)
	w.admin("POST", "/webhooks", map[string]any{"target": w.sink.URL, "triggers": []string{"*", "typing:appUser"}, "includeClient": true}).want(201)
	return w
}

func (w *world) newTenant(account *heliograph.Key) *tenantApp {
	w.Helper()
	as := "Basic " + base64.StdEncoding.EncodeToString([]byte(account.Handle()+":"+account.Secret.Reveal()))
	out := &tenantApp{}
	out.id = w.do("POST", "/v1.1/apps", header{"Authorization": as}, map[string]any{"name": "Shop"}).want(201).text("app", "_id")
	key := w.do("POST", "/v1.1/apps/"+out.id+"/keys", header{"Authorization": as}, map[string]any{"name": "k"}).want(201)
	out.key, out.secret = key.text("key", "_id"), key.text("key", "secret")
	kits := w.do("GET", "/v1.1/apps/"+out.id+"/sdks", header{"Authorization": out.basic()}, nil).want(200)
	out.web, out.ios, out.android = kits.text("webIntegrationId"), kits.text("iosIntegrationId"), kits.text("androidIntegrationId")
	return out
}

func (a *tenantApp) basic() string {
	return "Basic " + base64.StdEncoding.EncodeToString([]byte(a.key+":"+a.secret))
}

// token is a user's token, with more claims or others.
func (a *tenantApp) token(user string, claims ...jwt.MapClaims) string {
	all := jwt.MapClaims{"scope": "appUser", "userId": user}
	for _, c := range claims {
		for k, v := range c {
			all[k] = v
		}
	}
	t := jwt.NewWithClaims(jwt.SigningMethodHS256, all)
	t.Header["kid"] = a.key
	text, err := t.SignedString([]byte(a.secret))
	if err != nil {
		panic(err)
	}
	return text
}

type header map[string]string

// answer is what the server answered.
type answer struct {
	*testing.T
	what   string
	status int
	header http.Header
	body   map[string]any
	raw    []byte
}

func (w *world) do(method, path string, h header, body any) *answer {
	w.Helper()
	var r io.Reader
	switch b := body.(type) {
	case nil:
	case io.Reader:
		r = b
	case string:
		r = strings.NewReader(b)
	default:
		text, err := json.Marshal(b)
		if err != nil {
			w.Fatal(err)
		}
		r = bytes.NewReader(text)
	}
	req := httptest.NewRequest(method, w.url+path, r)
	req.RequestURI = ""
	for k, v := range h {
		if v != "" {
			req.Header.Set(k, v)
		}
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		w.Fatal(err)
	}
	defer res.Body.Close()
	out := &answer{T: w.T, what: method + " " + path, status: res.StatusCode, header: res.Header}
	if out.raw, err = io.ReadAll(res.Body); err != nil {
		w.Fatal(err)
	}
	_ = json.Unmarshal(out.raw, &out.body)
	return out
}

// admin calls the v1.1 API of the tenant.
func (w *world) admin(method, path string, body any) *answer {
	w.Helper()
	return w.do(method, "/v1.1/apps/"+w.tenant.id+path, header{"Authorization": w.tenant.basic()}, body)
}

// want checks the status and, for an error, its code.
func (a *answer) want(status int, code ...string) *answer {
	a.Helper()
	if a.status != status {
		a.Fatalf("%s: %d, want %d: %s", a.what, a.status, status, a.raw)
	}
	if len(code) > 0 && a.text("error", "code") != code[0] {
		a.Fatalf("%s: %s, want the code %s", a.what, a.raw, code[0])
	}
	return a
}

// at returns a value deep in the answer; nil when it is not there.
func (a *answer) at(path ...any) any {
	var v any = a.body
	for _, p := range path {
		switch p := p.(type) {
		case string:
			m, _ := v.(map[string]any)
			v = m[p]
		case int:
			list, _ := v.([]any)
			if p >= len(list) {
				return nil
			}
			v = list[p]
		}
	}
	return v
}

func (a *answer) text(path ...any) string {
	s, _ := a.at(path...).(string)
	return s
}

// phone is a device with what it keeps.
type phone struct {
	w            *world
	integration  string
	id           string
	session, jwt string
	origin       string
}

func (w *world) device(integration, id string) *phone {
	return &phone{w: w, integration: integration, id: (id + strings.Repeat("0", 32))[:32]}
}

func (p *phone) call(method, path string, body any, more ...header) *answer {
	p.w.Helper()
	h := header{"X-Heliograph-Session": p.session, "Origin": p.origin}
	if p.jwt != "" {
		h["Authorization"] = "Bearer " + p.jwt
	}
	for _, m := range more {
		for k, v := range m {
			h[k] = v
		}
	}
	return p.w.do(method, "/sdk/v1/"+p.integration+"/"+path, h, body)
}

// enter calls init, start or login, and keeps the session.
func (p *phone) enter(how string, more map[string]any) *answer {
	p.w.Helper()
	in := map[string]any{"device": map[string]any{"id": p.id, "appVersion": "1.0", "info": map[string]string{"currentUrl": "https://shop.example/"}}}
	for k, v := range more {
		in[k] = v
	}
	a := p.call("POST", how, in)
	if a.status == 200 {
		p.session = a.text("session", "token")
	}
	return a
}

func (p *phone) say(text string, more ...header) *answer {
	p.w.Helper()
	return p.call("POST", "messages", map[string]any{"type": "text", "text": text}, more...)
}

// told waits for a webhook of a trigger that fits.
func (w *world) told(trigger string, fits func(*answer) bool) *answer {
	w.Helper()
	var found *answer
	w.sink.Wait(w.T, trigger, func(all []*testkit.Received) bool {
		for _, r := range all {
			if body := r.JSON(); body["trigger"] == trigger {
				if a := (&answer{T: w.T, what: trigger, body: body, raw: r.Body}); fits(a) {
					found = a
					return true
				}
			}
		}
		return false
	})
	return found
}
