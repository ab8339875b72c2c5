package suncov1_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"heliograph"
	"heliograph/channel"
	"heliograph/internal/api/suncov1"
	"heliograph/internal/auth"
	"heliograph/internal/secret"
	"heliograph/internal/store"
	"heliograph/internal/template"
	"heliograph/internal/tenant"
	"heliograph/internal/testkit"
)

// world is the surface over real engines and a real database, with a clock that
// stands still.
type world struct {
	*testing.T
	clock   *testkit.Clock
	store   *store.Store
	tenants *tenant.Service
	api     *suncov1.API
	handler http.Handler
	org     heliograph.OrgID
	account *heliograph.Key
	app     *heliograph.App
	key     *heliograph.Key
	hooks   map[heliograph.IntegrationID]string // integrations' own webhooks
	changed []heliograph.IntegrationID
}

func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{T: t, clock: testkit.NewClock(), hooks: map[heliograph.IntegrationID]string{}}
	random := testkit.NewRandom(1)
	ids := heliograph.NewIDMaker(w.clock.Now, random)
	ring, err := secret.NewRing(make([]byte, secret.KeyBytes))
	w.must(err)
	o := store.Options{File: filepath.Join(t.TempDir(), "data.db"), Seal: ring, IDs: ids, Now: w.clock.Now}
	w.must(store.Migrate(t.Context(), o))
	w.store, err = store.Open(t.Context(), o)
	w.must(err)
	t.Cleanup(func() { _ = w.store.Close() })
	authentication := auth.New(store.Keys{Store: w.store}, nobody{}, w.clock.Now)
	w.tenants = tenant.New(tenant.Options{
		Atomic: w.store.Atomically, Apps: store.Apps{Store: w.store}, Keys: store.Keys{Store: w.store},
		Accounts: store.ServiceAccounts{Store: w.store}, Integrations: store.Integrations{Store: w.store}, Menus: store.Menus{Store: w.store}, Credentials: authentication, Hooks: w, Host: w,
		Types: []*channel.Type{pigeon()}, Changed: func(id heliograph.IntegrationID) { w.changed = append(w.changed, id) },
		IDs: ids, Now: w.clock.Now, Random: random,
	})
	w.api = &suncov1.API{
		Auth: authentication, Tenants: w.tenants, Atomic: w.store.Atomically, Answers: store.Idempotency{Store: w.store},
		Now: w.clock.Now, Log: slog.New(slog.NewTextHandler(t.Output(), nil)),
	}
	w.api.Templates = template.New(template.Options{
		Atomic: w.store.Atomically, Store: store.Templates{Store: w.store}, Definitions: store.TemplateDefinitions{Store: w.store}, Integrations: w.tenants,
		Types: []*channel.Type{pigeon()}, IDs: ids, Now: w.clock.Now, Log: slog.New(slog.DiscardHandler),
	})
	w.handler = w.api.Handler()
	w.org, err = w.tenants.DefaultOrg(t.Context())
	w.must(err)
	w.account, err = w.tenants.CreateAccountKey(t.Context(), w.org, "account")
	w.must(err)
	w.app, w.key = w.newApp()
	return w
}

func (w *world) newApp() (*heliograph.App, *heliograph.Key) {
	w.Helper()
	name := "Shop"
	app, err := w.tenants.CreateApp(w.Context(), w.org, tenant.AppChange{Name: &name})
	w.must(err)
	key, err := w.tenants.CreateKey(w.Context(), app.ID, "key")
	w.must(err)
	return app, key
}

// insertOrg makes an organization beside the default one.
func (w *world) insertOrg(id heliograph.OrgID) error {
	return store.Apps{Store: w.store}.InsertOrg(w.Context(), &heliograph.Org{ID: id, Name: "Other"})
}

func (w *world) must(err error) {
	w.Helper()
	if err != nil {
		w.Fatal(err)
	}
}

// Deps implements tenant.Host.
func (w *world) Deps(t *channel.Type, id heliograph.IntegrationID) channel.Deps {
	return channel.Deps{HookURL: "https://heliograph.example/hooks/" + t.Name + "/" + id.String(), Clock: w.clock.Now}
}

// SetIntegrationWebhook implements tenant.Hooks.
func (w *world) SetIntegrationWebhook(_ context.Context, _ heliograph.AppID, id heliograph.IntegrationID, target string) error {
	if strings.HasPrefix(target, "http:") {
		return heliograph.InvalidField("webhookUrl", "must be https")
	}
	w.hooks[id] = target
	return nil
}

// nobody is users before there are any.
type nobody struct{}

func (nobody) RequireCredential(context.Context, heliograph.AppID, string) error { return nil }

// pigeon is a channel whose provider accepts only the word "coo".
func pigeon() *channel.Type {
	return &channel.Type{
		Name: "pigeon", Title: "Pigeon post", Settings: pigeonSettings{},
		Open: func(c channel.Config, _ channel.Deps) (channel.Channel, error) {
			p := &pigeonChannel{}
			return p, json.Unmarshal(c.Settings, p)
		},
	}
}

type pigeonSettings struct {
	Loft   string `json:"loft" required:"true"`
	Word   string `json:"word" required:"true" secret:"true" update:"true"`
	Ringed bool   `json:"ringed"`
}

type pigeonChannel struct {
	Word  string
	About *string
	Photo string
}

func (p *pigeonChannel) Send(context.Context, *channel.Outgoing) channel.Result {
	return channel.Accepted(200)
}

// The loft's profile: its about is kept, and its picture's URL tells what came.
func (p *pigeonChannel) Profile(context.Context) (*channel.Profile, error) {
	return &channel.Profile{About: p.About, Websites: []string{"https://loft.example"}, PhotoURL: p.Photo}, nil
}

func (p *pigeonChannel) SetProfile(_ context.Context, c *channel.Profile) error {
	if c.About != nil {
		p.About = c.About
	}
	return nil
}

func (p *pigeonChannel) SetPhoto(_ context.Context, photo *channel.Blob) (string, error) {
	file, err := io.ReadAll(photo.Body)
	p.Photo = fmt.Sprintf("https://loft.example/%s?type=%s&size=%d&read=%d", photo.Name, photo.Type, photo.Size, len(file))
	return p.Photo, err
}

func (p *pigeonChannel) Verify(context.Context) (map[string]string, error) {
	switch p.Word {
	case "coo":
		return map[string]string{"phoneNumber": "+15550001", "name": "Homer"}, nil
	case "fog":
		return nil, heliograph.Errorf(heliograph.Unavailable, heliograph.CodeUnavailable, "the loft does not answer")
	}
	return nil, heliograph.InvalidField("word", "is refused by the loft")
}

// answer is what the surface answered.
type answer struct {
	*httptest.ResponseRecorder
	t *testing.T
}

// call sends a request; a nil body is none, a string is sent as it is, anything
// else as JSON.
func (w *world) call(authorization, method, path string, body any) *answer {
	w.Helper()
	var r io.Reader
	switch b := body.(type) {
	case nil:
	case string:
		r = strings.NewReader(b)
	default:
		text, err := json.Marshal(b)
		w.must(err)
		r = bytes.NewReader(text)
	}
	return w.do(authorization, httptest.NewRequest(method, path, r))
}

func (w *world) do(authorization string, r *http.Request) *answer {
	w.Helper()
	if authorization != "" {
		r.Header.Set("Authorization", authorization)
	}
	r.Header.Set("Content-Type", "application/json")
	rec := httptest.NewRecorder()
	w.handler.ServeHTTP(rec, r)
	if got := rec.Header().Get("Content-Type"); rec.Code != http.StatusNoContent && !strings.Contains(got, "application/json") {
		w.Fatalf("%s %s: content type %q", r.Method, r.URL, got)
	}
	return &answer{rec, w.T}
}

// want checks the status and, for an error, its code; it returns the body.
func (a *answer) want(status int, code ...string) map[string]any {
	a.t.Helper()
	var body map[string]any
	if a.Code != http.StatusNoContent {
		if err := json.Unmarshal(a.Body.Bytes(), &body); err != nil {
			a.t.Fatalf("the answer is not a JSON object: %s", a.Body)
		}
	}
	if a.Code != status {
		a.t.Fatalf("status %d, want %d: %s", a.Code, status, a.Body)
	}
	if len(code) > 0 {
		e, _ := body["error"].(map[string]any)
		if e["code"] != code[0] || e["description"] == "" {
			a.t.Fatalf("error %v, want code %s with a description", body, code[0])
		}
	}
	return body
}

// dig returns a value deep in a JSON object.
func dig(t *testing.T, v any, path ...string) any {
	t.Helper()
	for _, p := range path {
		m, ok := v.(map[string]any)
		if !ok {
			t.Fatalf("no %q in %v", p, v)
		}
		v = m[p]
	}
	return v
}

func basic(k *heliograph.Key) string {
	return "Basic " + base64.StdEncoding.EncodeToString([]byte(k.Handle()+":"+k.Secret.Reveal()))
}

func bearer(t *testing.T, k *heliograph.Key, claims jwt.MapClaims) string {
	t.Helper()
	token := jwt.NewWithClaims(jwt.SigningMethodHS256, claims)
	token.Header["kid"] = k.Handle()
	text, err := token.SignedString([]byte(k.Secret.Reveal()))
	if err != nil {
		t.Fatal(err)
	}
	return "Bearer " + text
}

func (w *world) userToken(user string) string {
	return bearer(w.T, w.key, jwt.MapClaims{"scope": "appUser", "userId": user, "iat": w.clock.Now().Unix()})
}

const second = time.Second
