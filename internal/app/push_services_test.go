package app

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"heliograph"
	"heliograph/channel"
	"heliograph/channel/android"
	"heliograph/channel/ios"
	"heliograph/channel/simulator/pushproxy"
	"heliograph/channel/simulator/webpush"
	"heliograph/channel/web"
)

// pushes is a server whose push channels are pointed at the played services.
type pushes struct {
	t   *testing.T
	app *App
	sim *Simulation
}

func newPushes(t *testing.T) *pushes {
	t.Helper()
	sim, err := Simulate(SimulateOptions{Listen: "127.0.0.1:0", SMTP: NoSMTP, Log: quiet})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(sim.Stop)
	c := settings(t)
	simulated(c, sim)
	p := &pushes{t: t, sim: sim}
	p.app, _ = start(t, c)
	return p
}

func (p *pushes) tell(method, path string, in, out any) {
	p.t.Helper()
	if err := (&apiClient{base: p.sim.URL()}).call(p.t.Context(), method, path, in, out); err != nil {
		p.t.Fatal(err)
	}
}

// open opens a channel with these settings.
func (p *pushes) open(kind *channel.Type, settings map[string]any) channel.Channel {
	p.t.Helper()
	raw, err := json.Marshal(settings)
	if err != nil {
		p.t.Fatal(err)
	}
	id := heliograph.IntegrationID{1}
	opened, err := kind.Open(channel.Config{Integration: id, Settings: raw}, p.app.host.Deps(kind, id))
	if err != nil {
		p.t.Fatal(err)
	}
	return opened
}

// send pushes to a token.
func (p *pushes) send(c channel.Channel, service heliograph.PushService, token string) channel.Result {
	p.t.Helper()
	return c.Send(p.t.Context(), &channel.Outgoing{
		Delivery: heliograph.NotificationID{1, 2, 3}, Attempt: 1, Address: "device",
		Content: &heliograph.Content{Type: heliograph.TextMessage, Text: "Your parcel is near"},
		About: &channel.About{App: "Example Parcels", AppID: heliograph.AppID{9}, Topic: heliograph.TopicAgent, Conversation: heliograph.ConversationID{1}, Message: heliograph.MessageID{2},
			Sequence: 3, Unread: 2, Push: &heliograph.Push{Service: service, Token: token, App: demoApp, At: heliograph.Millis(time.Now().UnixMilli())}},
	})
}

// fate is what a channel must make of an answer.
type fate struct {
	class channel.Class
	gone  bool
}

var (
	taken   = fate{class: channel.ClassAccepted}
	dead    = fate{channel.ClassFinal, true}
	refused = fate{class: channel.ClassFinal}
	again   = fate{class: channel.ClassRetry}
	paused  = fate{class: channel.ClassPause}
)

// fates sends to every suffix and compares what the channel makes of the answers.
func (p *pushes) fates(c channel.Channel, service heliograph.PushService, token func(suffix string) string, want map[string][]fate) {
	p.t.Helper()
	for suffix, all := range want {
		address := token(suffix)
		for i, one := range all {
			r := p.send(c, service, address)
			if got := (fate{r.Class, r.Gone}); got != one {
				p.t.Errorf("…%s, attempt %d: %v, gone %t (%s)", suffix, i+1, got.class, got.gone, r.Message)
			}
		}
	}
}

// TestPlayedAPNs has the iOS channel push through the played service: both are
// written from Apple's pages, and neither knows the other.
func TestPlayedAPNs(t *testing.T) {
	t.Parallel()
	p := newPushes(t)
	settings, told, err := appleCredentials()
	if err != nil {
		t.Fatal(err)
	}
	p.tell(told.method, told.path, told.body, nil)
	c := p.open(&ios.Type, settings)
	if _, err := c.(channel.Verifier).Verify(t.Context()); err != nil {
		t.Errorf("the key is refused: %v", err)
	}
	base := strings.Repeat("ab", 30)
	p.fates(c, heliograph.PushAPNs, func(suffix string) string { return base + suffix }, map[string][]fate{
		"0001": {taken, taken}, "0010": {dead}, "0011": {dead}, "0012": {dead}, "0013": {refused}, "0014": {paused}, "0015": {dead},
		"0017": {taken}, "0018": {refused}, "0020": {again}, "0429": {again, again, taken}, "0503": {again, again, taken}, "0501": {again},
	})
	var seen struct {
		Device struct{ Pushes int }
		Last   struct {
			Title, Body string
			Badge       int64
			Payload     struct{ Heliograph struct{ Sequence int } }
		}
	}
	p.tell(http.MethodPost, "/sim/apns/devices", map[string]string{"token": base + "bbbb", "app": demoApp}, nil)
	if r := p.send(c, heliograph.PushAPNs, base+"bbbb"); r.Class != channel.ClassAccepted {
		t.Fatal(r.Message)
	}
	p.tell(http.MethodGet, "/sim/apns/devices/"+base+"bbbb", nil, &seen)
	if seen.Last.Title != "Example Parcels" || seen.Last.Body != "Your parcel is near" || seen.Last.Badge != 2 || seen.Last.Payload.Heliograph.Sequence != 3 {
		t.Errorf("the device got %+v", seen.Last)
	}
	strange, _, err := appleCredentials()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := p.open(&ios.Type, strange).(channel.Verifier).Verify(t.Context()); heliograph.AsError(err).Kind != heliograph.Invalid {
		t.Errorf("a key that Apple does not know: %v", err)
	}
}

func TestPlayedFCM(t *testing.T) {
	t.Parallel()
	p := newPushes(t)
	settings, told, err := googleCredentials()
	if err != nil {
		t.Fatal(err)
	}
	p.tell(told.method, told.path, told.body, nil)
	p.tell(http.MethodPost, "/sim/fcm/settings", map[string]int{"tokenSeconds": 1}, nil) // every push has a token of its own, nearly
	c := p.open(&android.Type, settings)
	if _, err := c.(channel.Verifier).Verify(t.Context()); err != nil {
		t.Errorf("the account is refused: %v", err)
	}
	p.fates(c, heliograph.PushFCM, func(suffix string) string { return "fcm_token:APA91b" + suffix }, map[string][]fate{
		"0001": {taken, taken}, "0010": {dead}, "0011": {dead}, "0012": {dead}, "0017": {taken}, "0429": {again, again, taken},
		"0503": {again, again, taken}, "0501": {again},
	})
	var seen struct {
		Last struct {
			Title, Body, Collapse string
			Payload               struct{ Heliograph string }
		}
	}
	p.tell(http.MethodPost, "/sim/fcm/devices", map[string]string{"token": "fcm_token:APA91bAna", "app": demoApp}, nil)
	p.send(c, heliograph.PushFCM, "fcm_token:APA91bAna")
	p.tell(http.MethodGet, "/sim/fcm/devices/fcm_token:APA91bAna", nil, &seen)
	if seen.Last.Title != "Example Parcels" || seen.Last.Body != "Your parcel is near" || seen.Last.Collapse == "" || !strings.Contains(seen.Last.Payload.Heliograph, `"sequence":3`) {
		t.Errorf("the device got %+v", seen.Last)
	}
}

func TestPlayedWebPush(t *testing.T) {
	t.Parallel()
	p := newPushes(t)
	c := p.open(&web.Type, map[string]any{})
	key, err := web.PublicKey(p.app.host.auth, heliograph.IntegrationID{1})
	if err != nil {
		t.Fatal(err)
	}
	subscribe := func(id string) string {
		var made struct{ Subscription webpush.Subscription }
		p.tell(http.MethodPost, "/sim/webpush/browsers", map[string]string{"id": id, "applicationServerKey": key}, &made)
		raw, _ := json.Marshal(made.Subscription)
		return string(raw)
	}
	p.fates(c, heliograph.PushWeb, func(suffix string) string { return subscribe("browser" + suffix) }, map[string][]fate{
		"0001": {taken, taken}, "0010": {dead}, "0011": {dead}, "0018": {refused}, "0429": {again, again, taken}, "0503": {again, again, taken},
	})
	var seen struct {
		Device struct {
			Last struct{ Title, Body, Problem string }
		}
	}
	p.tell(http.MethodGet, "/sim/webpush/browsers/browser0001", nil, &seen)
	if last := seen.Device.Last; last.Title != "Example Parcels" || last.Body != "Your parcel is near" || last.Problem != "" {
		t.Errorf("the browser got %+v", last)
	}
}

// TestPlayedPushProxy pushes through a brand's own service, with a password and
// signatures.
func TestPlayedPushProxy(t *testing.T) {
	t.Parallel()
	p := newPushes(t)
	p.tell(http.MethodPost, "/sim/pushproxy/settings", map[string]string{"user": "shop", "password": "pw", "secret": "s3cret"}, nil)
	settings := map[string]any{"proxyUrl": p.sim.URL() + "/pushproxy/" + demoApp, "proxyUser": "shop", "proxyPassword": "pw", "proxySecret": "s3cret",
		"proxyHeaders": []string{"X-Brand: 42"}}
	for kind, service := range map[*channel.Type]heliograph.PushService{&ios.Type: heliograph.PushAPNs, &android.Type: heliograph.PushFCM} {
		c := p.open(kind, settings)
		p.fates(c, service, func(suffix string) string { return kind.Name + suffix }, map[string][]fate{
			"0001": {taken, taken}, "0010": {dead}, "0011": {dead}, "0013": {refused}, "0429": {again, again, taken}, "0501": {again},
		})
	}
	var seen struct{ Requests []pushproxy.Request }
	p.tell(http.MethodGet, "/sim/pushproxy/requests", nil, &seen)
	for _, r := range seen.Requests {
		if len(r.Problems) > 0 || r.Header.Get("X-Brand") != "42" {
			t.Errorf("it says %v of %v", r.Problems, r.Body)
		}
	}
	settings["proxyPassword"] = "other"
	if r := p.send(p.open(&ios.Type, settings), heliograph.PushAPNs, "a1b2"); r.Class != channel.ClassPause {
		t.Errorf("a wrong password: %v %s", r.Class, r.Message)
	}
}
