package unsubscribe_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"heliograph"
	"heliograph/channel"
	"heliograph/channel/channeltest"
	"heliograph/channel/mailgun"
	"heliograph/internal/api/unsubscribe"
	"heliograph/internal/profile"
	"heliograph/internal/store"
	"heliograph/internal/testkit"
)

// bed is the surface over the real engine and a real database, with a person
// who has a client for mail.
type bed struct {
	*testing.T
	profiles *profile.Service
	links    *unsubscribe.Links
	user     *heliograph.User
	in       *heliograph.Integration
	link     string
	broken   error
}

func newBed(t *testing.T) *bed {
	t.Helper()
	ids := heliograph.NewIDMaker(time.Now, testkit.NewRandom(1))
	b := &bed{T: t, in: &heliograph.Integration{ID: ids.Integration(), App: ids.App(), Type: "mailgun", Status: heliograph.IntegrationActive}}
	o := store.Options{File: filepath.Join(t.TempDir(), "d.db"), IDs: ids, Now: time.Now}
	b.must(store.Migrate(t.Context(), o))
	s, err := store.Open(t.Context(), o)
	b.must(err)
	t.Cleanup(func() { _ = s.Close() })
	b.profiles, err = profile.New(profile.Parts{
		Journal: s, Users: store.Users{Store: s}, Clients: store.Clients{Store: s}, Addresses: store.Clients{Store: s},
		Threads: store.Threads{Store: s}, Consents: store.Consents{Store: s}, Integrations: b,
		Types: []*channel.Type{&mailgun.Type}, IDs: ids, Now: time.Now,
	})
	b.must(err)
	b.user, err = b.profiles.Create(t.Context(), b.in.App, profile.NewUser{ExternalID: "ana"})
	b.must(err)
	_, err = b.profiles.Link(t.Context(), b.in.App, b.user.ID, profile.LinkOrder{Type: "mailgun", Address: "ana@e.test", Confirmation: heliograph.ConfirmImmediate})
	b.must(err)

	b.links = &unsubscribe.Links{Auth: channeltest.Auth{}}
	server := httptest.NewServer(&unsubscribe.Unsubscribe{Links: b.links, Consents: b, Apps: b, Log: slog.New(slog.NewTextHandler(t.Output(), nil))})
	t.Cleanup(server.Close)
	b.links.PublicURL = server.URL
	b.link = b.links.URL(unsubscribe.Who{App: b.in.App, Integration: b.in.ID, User: b.user.ID, Address: "ana@e.test"})
	return b
}

func (b *bed) must(err error) {
	b.Helper()
	if err != nil {
		b.Fatal(err)
	}
}

// Integration implements profile.Integrations.
func (b *bed) Integration(context.Context, heliograph.AppID, heliograph.IntegrationID) (*heliograph.Integration, error) {
	return b.in, nil
}

// IntegrationsByType implements profile.Integrations.
func (b *bed) IntegrationsByType(context.Context, heliograph.AppID, string) ([]*heliograph.Integration, error) {
	return []*heliograph.Integration{b.in}, nil
}

// App implements unsubscribe.Apps.
func (b *bed) App(_ context.Context, id heliograph.AppID) (*heliograph.App, error) {
	if id != b.in.App {
		return nil, heliograph.Errorf(heliograph.NotFound, heliograph.CodeAppNotFound, "no such app")
	}
	return &heliograph.App{ID: id, Name: "Shop & Co <b>"}, nil
}

// Suppress implements unsubscribe.Consents.
func (b *bed) Suppress(ctx context.Context, c *heliograph.Consent) (bool, error) {
	if b.broken != nil {
		return false, b.broken
	}
	return b.profiles.Suppress(ctx, c)
}

// Unsuppress implements unsubscribe.Consents.
func (b *bed) Unsuppress(ctx context.Context, c *heliograph.Consent) (bool, error) {
	return b.profiles.Unsuppress(ctx, c)
}

func (b *bed) call(method, link, contentType, body string) (*http.Response, string) {
	b.Helper()
	r, err := http.NewRequestWithContext(b.Context(), method, link, strings.NewReader(body))
	b.must(err)
	if contentType != "" {
		r.Header.Set("Content-Type", contentType)
	}
	res, err := http.DefaultClient.Do(r)
	b.must(err)
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	b.must(err)
	return res, string(text)
}

const form = "application/x-www-form-urlencoded"

// stopped is the scopes that stop the address, and the state of the client.
func (b *bed) stopped() string {
	b.Helper()
	c, err := b.profiles.ConsentOf(b.Context(), b.in.App, "ana@e.test")
	b.must(err)
	u, err := b.profiles.User(b.Context(), b.in.App, b.user.ID)
	b.must(err)
	b.must(b.profiles.Fill(b.Context(), u))
	var out []string
	for _, p := range c.Suppressions {
		out = append(out, string(p.Scope))
	}
	return strings.Join(out, " ") + " " + string(u.Clients[0].Status)
}

func TestOneClick(t *testing.T) {
	t.Parallel()
	var multi bytes.Buffer
	w := multipart.NewWriter(&multi)
	_ = w.WriteField("List-Unsubscribe", "One-Click")
	_ = w.Close()
	for name, tc := range map[string]struct{ kind, body string }{
		"a mail program":        {form, "List-Unsubscribe=One-Click"},
		"one that writes parts": {w.FormDataContentType(), multi.String()},
		"the button":            {form, "action=unsubscribe"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newBed(t)
			for range 2 { // again changes nothing
				before := b.stopped()
				if res, text := b.call(http.MethodGet, b.link, "", ""); res.StatusCode != http.StatusOK || b.stopped() != before || !strings.Contains(text, `<button name="action" value="unsubscribe">`) {
					t.Errorf("looking: %d, %s\n%s", res.StatusCode, b.stopped(), text)
				}
				res, text := b.call(http.MethodPost, b.link, tc.kind, tc.body)
				if res.StatusCode != http.StatusOK || b.stopped() != "sender marketing blocked" || !strings.Contains(text, "You are unsubscribed") {
					t.Errorf("%d, %s\n%s", res.StatusCode, b.stopped(), text)
				}
			}
			c, err := b.profiles.ConsentOf(t.Context(), b.in.App, "ana@e.test")
			if err != nil || c.History[0].Source != heliograph.ConsentListUnsubscribe || c.History[0].User != b.user.ID || c.History[0].Evidence["link"] == "" {
				t.Errorf("%+v, %v", c.History, err)
			}
			if res, text := b.call(http.MethodPost, b.link, form, "action=subscribe"); res.StatusCode != http.StatusOK || b.stopped() != " active" || !strings.Contains(text, "You are subscribed") {
				t.Errorf("again: %d, %s\n%s", res.StatusCode, b.stopped(), text)
			}
		})
	}
}

func TestNothingElse(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	other := *b.links
	for name, tc := range map[string]struct {
		method, link, kind, body string
		want                     int
	}{
		"HEAD":                {http.MethodHead, b.link, "", "", 200},
		"another method":      {http.MethodDelete, b.link, "", "", 405},
		"no form":             {http.MethodPost, b.link, "", "", 400},
		"another form":        {http.MethodPost, b.link, form, "List-Unsubscribe=Two-Clicks", 400},
		"in the query":        {http.MethodPost, b.link + "?List-Unsubscribe=One-Click&action=unsubscribe", form, "", 400},
		"JSON":                {http.MethodPost, b.link, "application/json", `{"action":"unsubscribe"}`, 400},
		"too large":           {http.MethodPost, b.link, form, "x=" + strings.Repeat("x", 20_000), 400},
		"no token":            {http.MethodPost, b.links.PublicURL + "/u/", form, "action=unsubscribe", 404},
		"half a token":        {http.MethodPost, b.link[:len(b.link)-10], form, "action=unsubscribe", 404},
		"another app's":       {http.MethodPost, other.URL(unsubscribe.Who{App: heliograph.AppID{1}, Integration: b.in.ID, Address: "ana@e.test"}), form, "action=unsubscribe", 404},
		"more than the token": {http.MethodPost, b.link + "/x", form, "action=unsubscribe", 404},
	} {
		res, text := b.call(tc.method, tc.link, tc.kind, tc.body)
		if res.StatusCode != tc.want || b.stopped() != " active" {
			t.Errorf("%s: %d, %s\n%s", name, res.StatusCode, b.stopped(), text)
		}
		h := res.Header
		if !strings.HasPrefix(h.Get("Content-Type"), "text/html") || h.Get("Referrer-Policy") != "no-referrer" || h.Get("Cache-Control") != "no-store" || !strings.Contains(h.Get("Content-Security-Policy"), "frame-ancestors 'none'") {
			t.Errorf("%s: %v", name, h)
		}
		if strings.Contains(text, "<b>") {
			t.Errorf("%s: the app's name is not escaped", name)
		}
	}
	b.broken = errors.New("disk full")
	if res, text := b.call(http.MethodPost, b.link, form, "action=unsubscribe"); res.StatusCode != 503 || strings.Contains(text, "disk") || res.Header.Get("Retry-After") == "" {
		t.Errorf("%d %s", res.StatusCode, text)
	}
}

func TestForgedLinks(t *testing.T) {
	t.Parallel()
	b := newBed(t)
	token := b.link[strings.LastIndexByte(b.link, '/')+1:]
	for i := range token {
		for _, c := range "Aa0_." {
			forged := token[:i] + string(c) + token[i+1:]
			if forged == token {
				continue
			}
			if res, _ := b.call(http.MethodPost, b.links.PublicURL+"/u/"+forged, form, "action=unsubscribe"); res.StatusCode != http.StatusNotFound {
				t.Errorf("%s: %d", forged, res.StatusCode)
			}
		}
	}
	if b.stopped() != " active" {
		t.Error(b.stopped())
	}
}

// seen notes for whom a link was taken to be.
type seen struct{ address string }

func (s *seen) Suppress(_ context.Context, c *heliograph.Consent) (bool, error) {
	s.address = c.Address
	return true, nil
}

func (s *seen) Unsuppress(context.Context, *heliograph.Consent) (bool, error) { return false, nil }

func (s *seen) App(context.Context, heliograph.AppID) (*heliograph.App, error) {
	return &heliograph.App{}, nil
}

func FuzzToken(f *testing.F) {
	links := &unsubscribe.Links{Auth: channeltest.Auth{}}
	who := unsubscribe.Who{App: heliograph.AppID{1}, Integration: heliograph.IntegrationID{2}, Address: "ana@e.test"}
	good := links.URL(who)
	f.Add(strings.TrimPrefix(good, unsubscribe.Prefix))
	f.Add("a.b")
	f.Fuzz(func(t *testing.T, token string) {
		s := &seen{}
		h := &unsubscribe.Unsubscribe{Links: links, Consents: s, Apps: s, Log: slog.New(slog.DiscardHandler)}
		r := httptest.NewRequest(http.MethodPost, "/", strings.NewReader("action=unsubscribe"))
		r.Header.Set("Content-Type", form)
		r.URL = &url.URL{Path: unsubscribe.Prefix + token}
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		if w.Code != http.StatusNotFound && unsubscribe.Prefix+token != good {
			t.Errorf("%q is taken for a link of %q: %d", token, s.address, w.Code)
		}
	})
}
