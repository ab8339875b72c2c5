package app

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	"heliograph"
	"heliograph/internal/config"
	"heliograph/internal/media"
	"heliograph/internal/testkit"
	"heliograph/internal/testkit/pgtest"
)

const aPNG = "\x89PNG\x0d\x0a\x1a\x0a"

// shownFile is a message with a file, as the API shows it.
type shownFile struct {
	ID        string `json:"_id"`
	Type      string
	AuthorID  string
	MediaURL  string
	MediaType string
	MediaSize int64
}

// sendPicture sends a picture from the demo's phone.
func sendPicture(t *testing.T, sim *Simulation, url string) {
	t.Helper()
	err := (&apiClient{base: sim.URL()}).call(t.Context(), http.MethodPost, "/sim/phones/"+demoPhone+"/reply",
		map[string]any{"text": "look", "to": numberOf(t, sim), "media": []string{url}}, nil)
	if err != nil {
		t.Fatal(err)
	}
}

// numberOf is the number that the simulator has.
func numberOf(t *testing.T, sim *Simulation) string {
	t.Helper()
	var got struct{ Numbers []struct{ Number string } }
	if err := (&apiClient{base: sim.URL()}).call(t.Context(), http.MethodGet, "/sim/numbers", nil, &got); err != nil || len(got.Numbers) == 0 {
		t.Fatalf("%v, %v", got, err)
	}
	return got.Numbers[len(got.Numbers)-1].Number
}

func TestCustomersPicture(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(*testing.T, *config.Config){
		"sqlite":   func(*testing.T, *config.Config) {},
		"postgres": func(t *testing.T, c *config.Config) { c.DatabaseURL = heliograph.Secret(pgtest.URL(t)) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := settings(t)
			change(t, c)
			r := newRiver(t, c)
			want := aPNG + strings.Repeat("picture ", 100_000)
			files := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, want) }))
			t.Cleanup(files.Close)
			sendPicture(t, r.sim, files.URL+"/1.png")
			api := &apiClient{base: r.app.host.public + "/v1.1/apps/" + r.demo.tenant.ID.String(), key: r.demo.key}
			user := r.userOf(demoPhone)
			m := messageOf(t, api, user)
			if !strings.HasPrefix(m.MediaURL, r.app.host.public+"/media/") {
				t.Fatalf("%+v", m)
			}
			if code, body := fetch(t, m.MediaURL); code != 200 || body != want {
				t.Fatalf("%d, %d bytes", code, len(body))
			}
			if m = messageOf(t, api, user); m.MediaSize != int64(len(want)) || m.MediaType != "image/png" {
				t.Errorf("%+v", m)
			}
			if err := api.call(t.Context(), http.MethodDelete, "/appusers/"+user, nil, nil); err != nil {
				t.Fatal(err)
			}
			if code, _ := fetch(t, m.MediaURL); code != 404 {
				t.Errorf("the user went, and the file answers %d", code)
			}
		})
	}
}

// userOf is the user of a phone.
func (r *river) userOf(phone string) string {
	r.t.Helper()
	var id heliograph.IntegrationID
	if err := id.UnmarshalText([]byte(r.demo.integrations["twilio"])); err != nil {
		r.t.Fatal(err)
	}
	u, _, err := r.app.engines.conversations.Inbound.Sender(r.t.Context(), &heliograph.Integration{ID: id, App: r.demo.tenant.ID, Type: "twilio"}, phone)
	if err != nil || u == nil {
		r.t.Fatalf("nobody has %s: %v", phone, err)
	}
	return u.ID.String()
}

// messageOf is the only message of a user.
func messageOf(t *testing.T, api *apiClient, user string) shownFile {
	t.Helper()
	var page struct{ Messages []shownFile }
	if err := api.call(t.Context(), http.MethodGet, "/appusers/"+user+"/messages", nil, &page); err != nil || len(page.Messages) != 1 {
		t.Fatalf("%+v, %v", page, err)
	}
	return page.Messages[0]
}

// TestNotificationOfAnUpload: a notification tells of an uploaded file what a
// message would, so that channels can send it as what it is.
func TestNotificationOfAnUpload(t *testing.T) {
	t.Parallel()
	r := newRiver(t, settings(t))
	api := &apiClient{base: r.app.host.public + "/v1.1/apps/" + r.demo.tenant.ID.String(), key: r.demo.key}
	file, err := r.app.engines.media.Upload(t.Context(), media.Draft{App: r.demo.tenant.ID, Access: media.Public, Type: "image/png"}, strings.NewReader(aPNG))
	if err != nil {
		t.Fatal(err)
	}
	err = api.call(t.Context(), http.MethodPost, "/notifications", map[string]any{
		"destination": map[string]string{"integrationId": r.demo.integrations["twilio"], "destinationId": demoPhone},
		"author":      map[string]string{"role": "appMaker"},
		"message":     map[string]string{"type": "image", "mediaUrl": r.app.engines.media.URL(file)},
	}, nil)
	if err != nil {
		t.Fatal(err)
	}
	if m := messageOf(t, api, r.userOf(demoPhone)); m.MediaType != "image/png" || m.MediaSize != int64(len(aPNG)) {
		t.Errorf("%+v", m)
	}
}

// TestKilledWhileFetching kills the program in the middle of a file.
func TestKilledWhileFetching(t *testing.T) {
	t.Parallel()
	sim, err := Simulate(SimulateOptions{Listen: "127.0.0.1:0", Log: quiet})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(sim.Stop)
	p := testkit.Serve(t, "--allow-private-targets", "--provider-url=twilio="+sim.URL())
	var made struct{ KeyID, Secret string }
	if err := json.Unmarshal([]byte(p.Run("keys", "create", "--scope=account", "--json")), &made); err != nil {
		t.Fatal(err)
	}
	id, scope, _ := heliograph.ParseKeyHandle(made.KeyID)
	api := &apiClient{base: p.URL("/v1.1"), key: &heliograph.Key{ID: id, Scope: scope, Secret: heliograph.Secret(made.Secret)}}
	call := func(path string, in any, out any) {
		t.Helper()
		if err := api.call(t.Context(), http.MethodPost, path, in, out); err != nil {
			t.Fatal(err)
		}
	}
	var app struct {
		App struct {
			ID string `json:"_id"`
		}
	}
	call("/apps", map[string]string{"name": "Shop"}, &app)
	api.base += "/apps/" + app.App.ID
	var in struct {
		Integration struct {
			ID string `json:"_id"`
		}
	}
	call("/integrations", map[string]string{"type": "twilio", "accountSid": demoAccount, "authToken": demoToken, "phoneNumberSid": demoSID}, &in)
	var user struct {
		AppUser struct {
			ID string `json:"_id"`
		}
	}
	call("/appusers", map[string]string{"userId": "jo"}, &user)
	call("/appusers/jo/channels", map[string]any{"type": "twilio", "phoneNumber": demoPhone, "confirmation": map[string]string{"type": "immediate"}}, nil)
	if err := (&apiClient{base: sim.URL()}).call(t.Context(), http.MethodPost, "/sim/numbers", map[string]string{
		"phoneNumberSid": demoSID, "accountSid": demoAccount, "authToken": demoToken, "smsUrl": p.URL("/hooks/twilio/" + in.Integration.ID + "/inbound"),
	}, nil); err != nil {
		t.Fatal(err)
	}

	want := aPNG + strings.Repeat("picture ", 100_000)
	var calls atomic.Int32
	half := make(chan struct{})
	files := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if calls.Add(1) > 1 {
			_, _ = io.WriteString(w, want)
			return
		}
		w.Header().Set("Content-Length", fmt.Sprint(len(want)))
		_, _ = io.WriteString(w, want[:600_000])
		_ = http.NewResponseController(w).Flush()
		close(half)
		<-r.Context().Done()
	}))
	t.Cleanup(files.Close)
	sendPicture(t, sim, files.URL+"/1.png")
	<-half
	m := messageOf(t, api, "jo")
	p.Kill()
	p.Start()
	eventually(t, "the file", func() bool { code, body := fetch(t, m.MediaURL); return code == 200 && body == want })
	if n := calls.Load(); n != 2 {
		t.Errorf("the provider was asked %d times", n)
	}
}
