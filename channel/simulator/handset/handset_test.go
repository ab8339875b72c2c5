package handset_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"heliograph/channel/simulator"
	"heliograph/channel/simulator/apns"
	"heliograph/channel/simulator/devices"
	"heliograph/channel/simulator/handset"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// bed is a phone with an app, its push service and its server.
type bed struct {
	t      *testing.T
	apple  *apns.Provider
	server *server
	url    string
	http   *http.Client
}

func start(t *testing.T, suspendMs int) *bed {
	t.Helper()
	b := &bed{t: t, apple: apns.New(apns.Options{}), server: newServer(t)}
	service := handset.Service{Name: "apn", Devices: b.apple.Devices, MakeToken: b.apple.MakeToken}
	sim := simulator.New(simulator.Options{Providers: []simulator.Provider{b.apple,
		handset.New(handset.Options{IOS: service, Settings: &handset.Settings{SuspendMs: suspendMs}})}})
	web := httptest.NewServer(sim.Handler())
	t.Cleanup(web.Close)
	t.Cleanup(sim.Close)
	b.url, b.http = web.URL, web.Client()
	if _, problem := b.call(http.MethodPost, "", `{"id": "ana-iphone", "platform": "ios", "app": "com.example.shop", "appName": "Shop",
		"server": "`+b.server.URL+`", "integration": "in1", "keyId": "app_1", "secret": "s"}`); problem != "" {
		t.Fatal(problem)
	}
	return b
}

// call asks the simulator about its phones.
func (b *bed) call(method, path, body string) (state handset.State, problem string) {
	b.t.Helper()
	r, err := http.NewRequestWithContext(b.t.Context(), method, b.url+"/sim/handsets"+path, strings.NewReader(body))
	if err != nil {
		b.t.Fatal(err)
	}
	res, err := b.http.Do(r)
	if err != nil {
		b.t.Fatal(err)
	}
	defer res.Body.Close()
	raw, _ := io.ReadAll(res.Body)
	var out struct {
		Handset handset.State
		Error   struct{ Field, Message string }
	}
	_ = json.Unmarshal(raw, &out)
	if res.StatusCode >= 300 {
		return out.Handset, fmt.Sprintf("%d %s", res.StatusCode, out.Error.Message)
	}
	return out.Handset, ""
}

// act has the person do something, which must be possible.
func (b *bed) act(what, body string) handset.State {
	b.t.Helper()
	state, problem := b.call(http.MethodPost, "/ana-iphone/"+what, body)
	if problem != "" {
		b.t.Fatalf("%s: %s", what, problem)
	}
	return state
}

// until waits for the phone to be in a state.
func (b *bed) until(what string, is func(handset.State) bool) handset.State {
	b.t.Helper()
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	late := time.After(10 * time.Second)
	for {
		state, _ := b.call(http.MethodGet, "/ana-iphone", "")
		if is(state) {
			return state
		}
		select {
		case <-tick.C:
		case <-late:
			b.t.Fatalf("%s: %+v", what, state)
		}
	}
}

// push sends one of the library's pushes.
func (b *bed) push(token, words string, badge int64, more ...func(*devices.Push)) {
	p := devices.Push{Token: token, Title: "Shop", Body: words, Badge: &badge, Collapse: "c1",
		Payload: json.RawMessage(`{"aps": {}, "heliograph": {"v": 1, "delivery": "d-` + words + `", "message": "m1", "topic": "agent", "sequence": 1}}`)}
	for _, change := range more {
		change(&p)
	}
	b.apple.Devices().Deliver("com.example.shop", p)
}

func TestPush(t *testing.T) {
	t.Parallel()
	b := start(t, 60_000)
	b.act("login", `{"userId": "ana"}`)
	if got := b.server.called(t, "POST /login"); !strings.Contains(got, `"userId":"ana"`) {
		t.Errorf("logged in by %s", got)
	}
	b.act("start", "")
	state := b.act("allow", `{"on": true}`)
	if got := b.server.called(t, "PUT /push"); !strings.Contains(got, state.Token) || !strings.Contains(got, `"service":"apn"`) || !strings.Contains(got, "com.example.shop") {
		t.Errorf("registered by %s", got)
	}
	b.push(state.Token, "one", 1)
	b.push(state.Token, "two", 2)
	shown := b.until("the second push replaces the first", func(s handset.State) bool { return s.Badge == 2 })
	if len(shown.Tray) != 1 || shown.Tray[0].Body != "two" || shown.Foreground {
		t.Errorf("the screen shows %+v", shown.Tray)
	}
	for _, event := range []string{"received", "displayed"} {
		b.server.called(t, `POST /push-events {"device":"`+shown.Device+`","delivery":"d-two","event":"`+event+`"}`)
	}
	b.server.mu.Lock()
	b.server.say("appMaker", "Your parcel is here")
	b.server.mu.Unlock()
	opened := b.act("tap", `{"message": "`+shown.Tray[0].ID+`"}`)
	b.server.called(t, `POST /push-events {"device":"`+shown.Device+`","delivery":"d-two","event":"tapped"}`)
	if !opened.Foreground || opened.Badge != 0 || len(opened.Tray) != 0 || len(opened.Messages) != 1 || opened.Messages[0].Text != "Your parcel is here" {
		t.Errorf("the app shows %+v", opened)
	}
	// On the screen no banner is shown.
	b.push(state.Token, "three", 3)
	b.server.called(t, `POST /push-events {"device":"`+shown.Device+`","delivery":"d-three","event":"received"}`)
	if now := b.until("the push came", func(s handset.State) bool { return strings.Contains(fmt.Sprint(s.Log), "no banner") }); len(now.Tray) != 0 || now.Badge != 0 {
		t.Errorf("the screen shows %+v", now.Tray)
	}
	b.act("press", `{"message": "m1", "action": 0}`)
	if got := b.server.called(t, "POST /messages"); !strings.Contains(got, `"payload":"YES"`) {
		t.Errorf("answered by %s", got)
	}
	b.act("messages", `{"text": "Thank you"}`)
	b.until("the answer is in the conversation", func(s handset.State) bool {
		last := s.Messages[len(s.Messages)-1]
		return last.Mine && last.Text == "Thank you" && last.ID != ""
	})
	b.act("home", "")
	b.act("logout", `{"push": "agent"}`)
	if got := b.server.called(t, "POST /logout"); !strings.Contains(got, `"push":"agent"`) {
		t.Errorf("logged out by %s", got)
	}
}

func TestSuspended(t *testing.T) {
	t.Parallel()
	b := start(t, 0)
	b.act("login", `{"userId": "ana"}`)
	state := b.act("allow", `{"on": true}`)
	asleep := func(s handset.State) bool { return !s.Running }
	b.until("the app is suspended", asleep)
	b.push(state.Token, "wake", 1)
	woken := b.until("the push is shown", func(s handset.State) bool { return len(s.Tray) == 1 })
	b.until("the app is suspended again", asleep)
	if now := b.act("dismiss", `{"message": "`+woken.Tray[0].ID+`"}`); len(now.Tray) != 0 || now.Foreground {
		t.Errorf("the screen shows %+v", now)
	}
	if now := b.act("open", ""); !now.Running || now.User != "ana" {
		t.Errorf("the app knows %+v", now)
	}
}

// TestNetwork has pushes wait for a network, the last of each kind, and forgets
// what came too late.
func TestNetwork(t *testing.T) {
	t.Parallel()
	b := start(t, 60_000)
	state := b.act("allow", `{"on": true}`)
	b.act("network", `{"on": false}`)
	b.push(state.Token, "one", 1)
	b.push(state.Token, "two", 2)
	past := time.Now().Add(-time.Minute)
	b.push(state.Token, "late", 9, func(p *devices.Push) { p.Collapse, p.Expires = "c2", &past })
	b.until("two wait", func(s handset.State) bool { return s.Waiting == 2 })
	if _, problem := b.call(http.MethodPost, "/ana-iphone/start", ""); !strings.HasPrefix(problem, "409") {
		t.Errorf("without a network: %s", problem)
	}
	if now := b.act("network", `{"on": true}`); len(now.Tray) != 1 || now.Tray[0].Body != "two" || now.Badge != 2 {
		t.Errorf("the screen shows %+v", now.Tray)
	}
}

func TestUninstall(t *testing.T) {
	t.Parallel()
	b := start(t, 60_000)
	before := b.act("open", "")
	after := b.act("uninstall", "")
	if d, ok := b.apple.Devices().Find(before.Token); !ok || d.Gone == nil || after.Installed || after.Foreground || after.Running {
		t.Errorf("the token is %+v, the phone %+v", d, after)
	}
	if _, problem := b.call(http.MethodPost, "/ana-iphone/open", ""); !strings.Contains(problem, "not installed") {
		t.Errorf("opened: %s", problem)
	}
	if again := b.act("install", ""); again.Token == before.Token || !again.Installed {
		t.Errorf("installed anew: %+v", again)
	}
	if fresh := b.act("open", ""); fresh.Device == before.Device {
		t.Error("the device remembers who it was")
	}
}

// TestNotAllowed: what the person did not allow is not shown.
func TestNotAllowed(t *testing.T) {
	t.Parallel()
	b := start(t, 60_000)
	b.act("login", `{"userId": "ana"}`)
	state := b.act("allow", `{"on": true}`)
	b.server.called(t, "PUT /push")
	b.act("allow", `{"on": false}`)
	b.server.called(t, "DELETE /push")
	b.push(state.Token, "one", 1)
	b.server.called(t, `POST /push-events {"device":"`+state.Device+`","delivery":"d-one","event":"received"}`)
	if now := b.act("home", ""); len(now.Tray) != 0 || now.Badge != 0 {
		t.Errorf("the screen shows %+v", now.Tray)
	}
}

func TestBadRequests(t *testing.T) {
	t.Parallel()
	b := start(t, 60_000)
	good := `"id": "bob", "platform": "ios", "app": "a.b", "server": "http://127.0.0.1:1", "integration": "i"`
	tests := []struct{ path, body, want string }{
		{"", `{` + strings.Replace(good, `"bob"`, `"B"`, 1) + `}`, "400 id"},
		{"", `{` + strings.Replace(good, `"ios"`, `"palm"`, 1) + `}`, "400 platform"},
		{"", `{` + strings.Replace(good, `"a.b"`, `""`, 1) + `}`, "400 app"},
		{"", `{` + strings.Replace(good, "http:", "ftp:", 1) + `}`, "400 server"},
		{"", `{` + strings.Replace(good, `"i"`, `""`, 1) + `}`, "400 integration"},
		{"", `{` + good + `, "keyId": "k"}`, "400 secret"},
		{"", `{` + good + `, "colour": "red"}`, "400 colour"},
		{"/nobody/open", "", "404"},
		{"/ana-iphone/tap", `{"message": "x"}`, "409"},
		{"/ana-iphone/messages", `{"text": "hello"}`, "409"},
		{"/ana-iphone/logout", `{"push": "some"}`, "502"},
	}
	for _, test := range tests {
		if _, problem := b.call(http.MethodPost, test.path, test.body); !strings.HasPrefix(problem, test.want) {
			t.Errorf("%s %s: %q", test.path, test.body, problem)
		}
	}
	if _, problem := b.call(http.MethodDelete, "/ana-iphone", ""); problem != "" {
		t.Error(problem)
	}
	if _, problem := b.call(http.MethodGet, "/ana-iphone", ""); !strings.HasPrefix(problem, "404") {
		t.Errorf("a removed phone: %q", problem)
	}
}
