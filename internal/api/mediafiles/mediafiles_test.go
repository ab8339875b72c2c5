package mediafiles_test

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"heliograph"
	"heliograph/channel"
	"heliograph/internal/api/mediafiles"
	"heliograph/internal/auth"
	"heliograph/internal/media"
	"heliograph/internal/store"
)

// bed is the surface over the real engine, on a server.
type bed struct {
	*testing.T
	files *media.Service
	store *store.Store
	ids   *heliograph.IDMaker
	app   *heliograph.App
	user  heliograph.UserID
	url   string
	who   auth.Principal // who calls with a credential
}

func newBed(t *testing.T) *bed {
	t.Helper()
	b := &bed{T: t, ids: heliograph.NewIDMaker(time.Now, rand.Reader)}
	o := store.Options{File: filepath.Join(t.TempDir(), "h.db"), IDs: b.ids, Now: time.Now}
	b.must(store.Migrate(t.Context(), o))
	var err error
	b.store, err = store.Open(t.Context(), o)
	b.must(err)
	t.Cleanup(func() { _ = b.store.Close() })
	apps := store.Apps{Store: b.store}
	org, err := apps.DefaultOrg(t.Context(), &heliograph.Org{ID: b.ids.Org(), Name: "Default"})
	b.must(err)
	b.app = &heliograph.App{ID: b.ids.App(), Org: org, Name: "Shop"}
	b.must(apps.Insert(t.Context(), b.app))
	b.user = b.ids.User()
	api := &mediafiles.API{Auth: b, Apps: b, Users: b, Log: slog.New(slog.NewTextHandler(t.Output(), nil))}
	server := httptest.NewServer(api)
	t.Cleanup(server.Close)
	b.url = server.URL
	b.files = media.New(media.Deps{
		Store: store.Media{Store: b.store}, CheckURL: func(string) error { return nil }, BaseURL: b.url, IDs: b.ids, Random: rand.Reader,
		Now: time.Now, Log: api.Log, Watch: noWatch{}, Limits: media.Limits{Wait: 20 * time.Millisecond},
	})
	api.Files = b.files
	return b
}

type noWatch struct{}

func (noWatch) MediaFetched(string)      {}
func (noWatch) MediaBytes(string, int64) {}

func (b *bed) must(err error) {
	b.Helper()
	if err != nil {
		b.Fatal(err)
	}
}

// Authenticate implements mediafiles.Authenticator.
func (b *bed) Authenticate(_ context.Context, r *http.Request) (auth.Principal, error) {
	if r.Header.Get("Authorization") == "" {
		return auth.Principal{}, heliograph.Errorf(heliograph.Unauthenticated, heliograph.CodeUnauthorized, "Authorization is required")
	}
	return b.who, nil
}

// App implements mediafiles.Apps.
func (b *bed) App(context.Context, heliograph.AppID) (*heliograph.App, error) { return b.app, nil }

// Resolve implements mediafiles.Users.
func (b *bed) Resolve(_ context.Context, _ heliograph.AppID, name string) (*heliograph.User, error) {
	if name != "jo" {
		return nil, heliograph.Errorf(heliograph.NotFound, heliograph.CodeUserNotFound, "no such user")
	}
	return &heliograph.User{ID: b.user, ExternalID: name}, nil
}

func (b *bed) upload(name, kind, content string, a media.Access) string {
	b.Helper()
	f, err := b.files.Upload(b.Context(), media.Draft{App: b.app.ID, User: b.user, Access: a, Type: kind, Name: name}, strings.NewReader(content))
	b.must(err)
	return b.files.URL(f)
}

// call returns the answer with its body.
func (b *bed) call(method, url string, headers ...string) (*http.Response, string) {
	b.Helper()
	req, err := http.NewRequestWithContext(b.Context(), method, url, nil)
	b.must(err)
	for i := 0; i+1 < len(headers); i += 2 {
		req.Header.Set(headers[i], headers[i+1])
	}
	res, err := http.DefaultClient.Do(req)
	b.must(err)
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	b.must(err)
	return res, string(body)
}

const png = "\x89PNG\x0d\x0a\x1a\x0a"

func TestServe(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	want := png + strings.Repeat("0123456789", 80_000)
	url := b.upload("Ü b.png", "image/png", want, media.Public)
	sum := sha256.Sum256([]byte(want))
	tag := `"` + hex.EncodeToString(sum[:]) + `"`
	res, body := b.call("GET", url)
	if res.StatusCode != 200 || body != want {
		t.Fatalf("%d, %d bytes", res.StatusCode, len(body))
	}
	for name, value := range map[string]string{
		"Content-Type": "image/png", "Content-Length": fmt.Sprint(len(want)), "ETag": tag, "Accept-Ranges": "bytes",
		"Cache-Control": "private, max-age=31536000, immutable", "X-Content-Type-Options": "nosniff",
		"Content-Security-Policy": "sandbox; default-src 'none'", "Content-Disposition": "inline; filename*=utf-8''%C3%9C%20b.png",
		"Access-Control-Allow-Origin": "*", "Cross-Origin-Resource-Policy": "cross-origin", "Set-Cookie": "", "Last-Modified": "",
	} {
		if got := res.Header.Get(name); got != value {
			t.Errorf("%s: %q, want %q", name, got, value)
		}
	}
	head, none := b.call("HEAD", url)
	if head.StatusCode != 200 || none != "" || head.Header.Get("Content-Length") != fmt.Sprint(len(want)) {
		t.Errorf("HEAD: %d, %d bytes", head.StatusCode, len(none))
	}
	for _, tt := range []struct {
		name, header, value string
		status              int
		body                string
	}{
		{"a part", "Range", "bytes=262140-262149", 206, want[262140:262150]},
		{"the end", "Range", "bytes=-5", 206, want[len(want)-5:]},
		{"beyond", "Range", "bytes=9000000-", 416, ""},
		{"known already", "If-None-Match", tag, 304, ""},
		{"known otherwise", "If-None-Match", `"x"`, 200, want},
	} {
		res, body := b.call("GET", url, tt.header, tt.value)
		if res.StatusCode != tt.status || tt.status != 416 && body != tt.body {
			t.Errorf("%s: %d, %d bytes", tt.name, res.StatusCode, len(body))
		}
	}
	if res, _ := b.call("POST", url); res.StatusCode != 405 || res.Header.Get("Allow") != "GET, HEAD" {
		t.Errorf("POST: %d", res.StatusCode)
	}
}

func TestHowFilesAreShown(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	for _, tt := range []struct {
		name, kind, content string
		disposition, policy string
		cors                string
	}{
		{"a.svg", "image/svg+xml", "<svg/>", `attachment; filename=a.svg`, "sandbox; default-src 'none'", ""},
		{"a.html", "text/html", "<html>", `attachment; filename=a.html`, "sandbox; default-src 'none'", ""},
		{"a.xml", "text/xml", "<?xml?>", `attachment; filename=a.xml`, "sandbox; default-src 'none'", ""},
		{"a.txt", "text/plain", "hello", `attachment; filename=a.txt`, "sandbox; default-src 'none'", ""},
		{"a.pdf", "application/pdf", "%PDF-1.7", `inline; filename=a.pdf`, "default-src 'none'", ""},
		{"a.mp3", "audio/mpeg", "ID3\x03", `inline; filename=a.mp3`, "sandbox; default-src 'none'", ""},
		{"a.png", "image/png", "<html>", `attachment; filename=a.png`, "sandbox; default-src 'none'", ""},
	} {
		res, body := b.call("GET", b.upload(tt.name, tt.kind, tt.content, media.Public))
		h := res.Header
		if body != tt.content || h.Get("Content-Disposition") != tt.disposition || h.Get("Content-Security-Policy") != tt.policy || h.Get("Access-Control-Allow-Origin") != tt.cors {
			t.Errorf("%s as %s: %v", tt.name, tt.kind, h)
		}
	}
}

func TestRefusals(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	url := b.upload("a.png", "image/png", png, media.Public)
	key := strings.Split(url, "/")
	last := key[len(key)-2]
	changed := map[string]string{
		"another secret":  strings.Replace(url, last, last[:len(last)-1]+string('0'+(last[len(last)-1]-'0'+1)%2), 1),
		"no secret":       strings.Replace(url, last, last[:24], 1),
		"another file":    strings.Replace(url, last[:24], b.ids.Media().String(), 1),
		"another app":     strings.Replace(url, b.app.ID.String(), b.ids.App().String(), 1),
		"nothing":         b.url + "/media/",
		"outside":         b.url + "/media/../../etc/passwd",
		"capital letters": strings.Replace(url, last, strings.ToUpper(last), 1),
	}
	var said string
	for name, u := range changed {
		res, body := b.call("GET", u)
		if res.StatusCode != 404 || res.Header.Get("Cache-Control") != "no-store" || !strings.Contains(res.Header.Get("Content-Type"), "application/json") {
			t.Errorf("%s: %d %v", name, res.StatusCode, res.Header)
		}
		if said == "" {
			said = body
		}
		if body != said || !strings.Contains(body, `"not_found"`) {
			t.Errorf("%s: %s tells it from others", name, body)
		}
	}
	if res, _ := b.call("GET", strings.TrimSuffix(url, "a.png")); res.StatusCode != 200 {
		t.Errorf("without its name: %d", res.StatusCode)
	}
	b.must(b.files.Remove(t.Context(), b.app.ID, url))
	if res, body := b.call("GET", url); res.StatusCode != 404 || body != said {
		t.Errorf("removed: %d %s", res.StatusCode, body)
	}
}

func TestPrivateFiles(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	url := b.upload("a.png", "image/png", png, media.Private)
	principal := func(scope heliograph.KeyScope, org heliograph.OrgID, app heliograph.AppID, user string) auth.Principal {
		return auth.Principal{Scope: scope, Org: org, App: app, UserExternalID: user}
	}
	if res, _ := b.call("GET", url); res.StatusCode != 401 {
		t.Errorf("nobody: %d", res.StatusCode)
	}
	org := b.app.Org
	for _, tt := range []struct {
		name   string
		who    auth.Principal
		status int
	}{
		{"its app", principal(heliograph.ScopeApp, org, b.app.ID, ""), 200},
		{"its account", principal(heliograph.ScopeAccount, org, heliograph.AppID{}, ""), 200},
		{"another app", principal(heliograph.ScopeApp, org, b.ids.App(), ""), 403},
		{"another account", principal(heliograph.ScopeAccount, b.ids.Org(), heliograph.AppID{}, ""), 403},
		{"its user", principal(heliograph.ScopeAppUser, org, b.app.ID, "jo"), 200},
		{"another user", principal(heliograph.ScopeAppUser, org, b.app.ID, "al"), 403},
	} {
		b.who = tt.who
		if res, _ := b.call("GET", url, "Authorization", "x"); res.StatusCode != tt.status {
			t.Errorf("%s: %d, want %d", tt.name, res.StatusCode, tt.status)
		}
	}
}

// TestWhatIsNotHere asks for files that are still with the provider, or lost.
func TestWhatIsNotHere(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	msg := &heliograph.Message{ID: b.ids.Message(), App: b.app.ID, User: b.user}
	in := &heliograph.Integration{ID: b.ids.Integration(), App: b.app.ID}
	b.must(b.files.Adopt(t.Context(), in, msg, &channel.Media{URL: "https://e.test/1"}, heliograph.MediaID{}))
	res, body := b.call("GET", msg.MediaURL)
	if res.StatusCode != 503 || res.Header.Get("Retry-After") == "" || !strings.Contains(body, `"media_pending"`) {
		t.Errorf("%d %s", res.StatusCode, body)
	}
	now := heliograph.At(time.Now())
	view := store.Media{Store: b.store}
	files, err := view.Claim(t.Context(), now, now+1000, 1, nil)
	b.must(err)
	files[0].Reason = media.ReasonTooLarge
	b.must(view.Lose(t.Context(), files[0]))
	res, body = b.call("GET", msg.MediaURL)
	if res.StatusCode != 404 || !strings.Contains(body, `"media_lost"`) || !strings.Contains(body, "too_large") {
		t.Errorf("%d %s", res.StatusCode, body)
	}
}
