package app

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"heliograph"
	"heliograph/client"
	"heliograph/internal/config"
	"heliograph/internal/store"
	"heliograph/internal/testkit/pgtest"
)

// appUser is an app on somebody's phone, as its listener sees it.
type appUser struct {
	client.BaseListener
	mu    sync.Mutex
	texts []string
}

// OnMessages implements client.Listener.
func (u *appUser) OnMessages(l *client.MessageList, _ bool) {
	u.mu.Lock()
	defer u.mu.Unlock()
	for i := range l.Len() {
		u.texts = append(u.texts, l.At(i).Text)
	}
}

func (u *appUser) told() []string {
	u.mu.Lock()
	defer u.mu.Unlock()
	return slices.Clone(u.texts)
}

// launch starts the app; end closes it.
func launch(t *testing.T, server, integration, dir string) (c *client.Client, u *appUser, end func()) {
	t.Helper()
	u = &appUser{}
	s := client.NewSettings(server, integration)
	s.StorageDir, s.Listener, s.OS = dir, u, "Test"
	c, err := client.New(s)
	if err != nil {
		t.Fatal(err)
	}
	end = sync.OnceFunc(func() {
		if err := c.Close(); err != nil {
			t.Error(err)
		}
	})
	t.Cleanup(end)
	return c, u, end
}

// proofOf is the JWT that the business's server makes for a user of its app.
func proofOf(t *testing.T, k *heliograph.Key, user string) string {
	t.Helper()
	j := jwt.NewWithClaims(jwt.SigningMethodHS256, jwt.MapClaims{"scope": "appUser", "userId": user, "exp": time.Now().Add(time.Hour).Unix()})
	j.Header["kid"] = k.Handle()
	text, err := j.SignedString([]byte(k.Secret.Reveal()))
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// TestAppFlow is the vendor's example of a mobile app: somebody signs up and buys,
// the app is closed, the business writes, and the push leads into the conversation.
func TestAppFlow(t *testing.T) {
	t.Parallel()
	databases := map[string]func(t *testing.T, c *config.Config){
		"sqlite":   func(*testing.T, *config.Config) {},
		"postgres": func(t *testing.T, c *config.Config) { c.DatabaseURL = heliograph.Secret(pgtest.URL(t)) },
	}
	for name, set := range databases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := settings(t)
			set(t, c)
			g := &guide{river: newRiver(t, c)}
			g.sees = &apiClient{base: g.sim.URL()}
			for _, phone := range []struct{ platform, service, played, kind string }{
				{"ios", client.PushAPNs, "apns", "ios"}, {"android", client.PushFCM, "fcm", "android"},
			} {
				t.Run(phone.platform, func(t *testing.T) { appFlow(t, g, phone.platform, phone.service, phone.played) })
			}
		})
	}
}

// fakeDevice is a device as its push service knows it.
type fakeDevice struct {
	Token  string
	Pushes int
	Last   struct {
		Title, Body string
		Badge       *int64
		Payload     json.RawMessage
	}
}

func appFlow(t *testing.T, g *guide, platform, service, played string) {
	userID := "new-" + platform + "@example.org"
	integration := g.appCredentials(t, platform)
	dir := t.TempDir()

	// The app starts, the user signs up, and is logged in: nobody exists yet.
	app, _, end := launch(t, g.app.host.public, integration, dir)
	must(t, app.Init())
	must(t, app.Login(userID, proofOf(t, g.demo.key, userID)))
	if err := g.demo.api().call(t.Context(), http.MethodGet, "/appusers/"+userID, nil, nil); err == nil || !strings.Contains(err.Error(), "404") {
		t.Fatalf("the login made a user: %v", err)
	}
	// Notifications are allowed. The token is held until there is a user.
	var device fakeDevice
	must(t, g.sees.call(t.Context(), http.MethodPost, "/sim/"+played+"/devices", map[string]string{"app": demoApp, "person": "phone-of-" + platform}, &device))
	must(t, app.SetPushToken(service, device.Token, demoApp, false))

	// The user buys; the conversation starts, and the webhook is told who it is.
	must(t, app.StartConversation())
	started := g.told("conversation:start", "appUser.userId", userID)
	g.has(started, "source.type source.integrationId appUser._id appUser.userId conversation._id timestamp version")
	if at(t, started, "source", "type") != platform {
		t.Errorf("%v", started)
	}
	eventually(t, "the token at the user", func() bool { return g.hasToken(platform, app.DeviceID(), device.Token) })

	// The app is closed. The business writes by the userId.
	end()
	const shipped = "Your order is on its way."
	g.post("/appusers/"+userID+"/messages", `{"role":"appMaker","type":"text","text":"`+shipped+`"}`, http.StatusCreated)
	eventually(t, "the push", func() bool {
		must(t, g.sees.call(t.Context(), http.MethodGet, "/sim/"+played+"/devices/"+device.Token, nil, &device))
		return device.Pushes > 0
	})
	if device.Pushes != 1 || device.Last.Body != shipped {
		t.Errorf("%d pushes, the last %+v", device.Pushes, device.Last)
	}

	// The tap opens the conversation with its history; the person replies.
	app, heard, _ := launch(t, g.app.host.public, integration, dir)
	push := app.HandlePush(device.Last.Payload)
	if push == nil {
		t.Fatalf("the push is not ours: %s", device.Last.Payload)
	}
	push.Tapped()
	must(t, app.Init())
	app.SetForeground(true)
	eventually(t, "the message", func() bool { return slices.Contains(heard.told(), shipped) })
	if m := app.Messages(); m.Len() != 1 || m.At(0).Text != shipped || m.At(0).ID != push.Message || app.Conversation().ID != push.Conversation {
		t.Errorf("%d messages; the push was %+v", m.Len(), push)
	}
	must(t, app.MarkAllAsRead())
	reply := "Thank you, from " + platform
	_, err := app.Send(reply)
	must(t, err)
	told := g.told("message:appUser", "messages.text", reply)
	if at(t, told, "appUser", "userId") != userID || at(t, told, "messages", "source", "type") != platform {
		t.Errorf("%v", told)
	}
	// Somebody looks: the next message needs no push.
	eventually(t, "the connection", func() bool { return app.Connection() != "" })
	g.post("/appusers/"+userID+"/messages", `{"role":"appMaker","type":"text","text":"You are welcome."}`, http.StatusCreated)
	eventually(t, "the answer", func() bool { return slices.Contains(heard.told(), "You are welcome.") })
	if got, want := heard.told(), []string{shipped, reply, "You are welcome."}; !slices.Equal(got, want) {
		t.Errorf("told %q, want %q", got, want)
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// appCredentials makes an integration with credentials that the played services take.
func (g *guide) appCredentials(t *testing.T, platform string) string {
	t.Helper()
	make := appleCredentials
	if platform == "android" {
		make = googleCredentials
	}
	settings, told, err := make()
	must(t, err)
	must(t, g.sees.call(t.Context(), told.method, told.path, told.body, nil))
	id, err := g.demo.findApp(t.Context(), platform, settings)
	must(t, err)
	return id
}

// hasToken reports whether a device's client has a push token.
func (g *guide) hasToken(platform, device, token string) bool {
	g.t.Helper()
	found, err := store.Clients{Store: g.app.data.Store}.OnChannel(g.t.Context(), g.demo.tenant.ID, platform, device)
	must(g.t, err)
	for _, c := range found {
		if d := c.Details.Device; d != nil && d.Push != nil && d.Push.Token == token {
			return true
		}
	}
	return false
}
