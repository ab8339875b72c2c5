package web_test

import (
	"crypto/ecdh"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"maps"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"heliograph"
	"heliograph/channel"
	"heliograph/channel/channeltest"
	"heliograph/channel/web"
)

const (
	device = "b1f0c8d2-0a3e-4a57-9d0c-2f6a1c9b7e55"
	looks  = `"brandColor":"65758e","conversationColor":"0099ff","actionColor":"0099ff","displayStyle":"button","fixedIntroPane":false,"requireAuth":false`
)

// about is of a browser that subscribed.
func about(t *testing.T, endpoint string) *channel.About {
	t.Helper()
	key, err := ecdh.P256().GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	token, err := json.Marshal(map[string]any{"endpoint": endpoint, "keys": map[string]string{
		"p256dh": base64.RawURLEncoding.EncodeToString(key.PublicKey().Bytes()), "auth": "BTBZMqHH6r4Tts7J_aSIgg",
	}})
	if err != nil {
		t.Fatal(err)
	}
	return &channel.About{App: "Shop", Conversation: heliograph.ConversationID{11: 3}, Topic: heliograph.TopicAgent, Push: &heliograph.Push{Service: heliograph.PushWeb, Token: string(token)}}
}

func TestSend(t *testing.T) {
	t.Parallel()
	id := channeltest.Delivery.String()
	accepted := channel.Result{Class: channel.ClassAccepted, External: []string{id}, HTTPStatus: 201}
	sub := about(t, channeltest.BaseURL+"/wpush/1")
	final := func(status int, reason string) channel.Result {
		return channel.Result{Class: channel.ClassFinal, Reason: reason, HTTPStatus: status}
	}
	gone := final(410, heliograph.ReasonDevice)
	gone.Gone = true
	channeltest.RunOutgoing(t, channeltest.Setup{Type: web.Type, Settings: "{" + looks + "}", Address: device}, []channeltest.Outgoing{
		{
			Name: "a push", Text: "Near", About: sub, Replies: []channeltest.Reply{{Status: 201}}, Want: accepted, Expires: heliograph.At(channeltest.Now.Add(time.Minute)),
			Requests: []channeltest.Request{{Method: "POST", Path: "/wpush/1", Header: map[string]string{"TTL": "60", "Urgency": "high", "Topic": "000000000000000000000003", "Content-Encoding": "aes128gcm"}}},
		},
		{Name: "no push", Text: "Near", About: &channel.About{App: "Shop"}, Want: channel.Result{Class: channel.ClassAccepted}},
		{Name: "gone", Text: "Near", About: sub, Replies: []channeltest.Reply{{Status: 410}}, Want: gone},
		{Name: "a refusal stops nobody else", Text: "Near", About: sub, Replies: []channeltest.Reply{{Status: 401}}, Want: final(401, heliograph.ReasonUnauthorized)},
	})
}

// TestSubject: push services are told whom to turn to.
func TestSubject(t *testing.T) {
	t.Parallel()
	for hook, tt := range map[string]struct{ settings, want string }{
		"https://chat.shop.example/hooks/web/1": {"{}", "https://chat.shop.example"},
		"http://127.0.0.1:8080/hooks/web/1":     {"{}", "mailto:heliograph@127.0.0.1"},
		"https://other.example/hooks/web/1":     {`{"vapidSubject":"mailto:ops@shop.example"}`, "mailto:ops@shop.example"},
	} {
		var got string
		ch, err := web.Type.Open(channel.Config{Integration: heliograph.IntegrationID{1}, Settings: []byte(tt.settings)}, channel.Deps{
			Auth: channeltest.Auth{}, HookURL: hook, Clock: time.Now, Guarded: transport(func(r *http.Request) (*http.Response, error) {
				got = r.Header.Get("Authorization")
				return &http.Response{StatusCode: 201, Body: http.NoBody}, nil
			}),
		})
		if err != nil {
			t.Fatal(err)
		}
		r := ch.Send(t.Context(), &channel.Outgoing{Attempt: 1, Content: &heliograph.Content{Type: heliograph.TextMessage, Text: "Hi"}, About: about(t, "https://push.example/1")})
		token, public, _ := strings.Cut(strings.TrimPrefix(got, "vapid t="), ", k=")
		parsed, _, err := jwt.NewParser().ParseUnverified(token, jwt.MapClaims{})
		if err != nil || r.Class != channel.ClassAccepted {
			t.Fatal(r, err)
		}
		if sub, _ := parsed.Claims.GetSubject(); sub != tt.want {
			t.Errorf("%s: %s, want %s", hook, sub, tt.want)
		}
		if key, err := web.PublicKey(channeltest.Auth{}, heliograph.IntegrationID{1}); err != nil || key != public {
			t.Errorf("it is signed by %s, and pages are told %s, %v", public, key, err)
		}
	}
}

type transport func(*http.Request) (*http.Response, error)

func (f transport) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

func take(t *testing.T, body string, update bool) (string, error) {
	t.Helper()
	var in map[string]json.RawMessage
	if err := json.Unmarshal([]byte(body), &in); err != nil {
		t.Fatal(err)
	}
	public, secret, err := channel.Split(web.Type.Settings, in, update)
	if err != nil {
		return "", err
	}
	all := maps.Clone(public)
	maps.Copy(all, secret)
	if err := web.Type.Check(all); err != nil {
		return "", err
	}
	text, err := json.Marshal(public)
	return string(text), err
}

// TestSettings holds what the v1.1 API promises of the type, and ours.
func TestSettings(t *testing.T) {
	t.Parallel()
	var names []string
	for _, f := range channel.Fields(web.Type.Settings) {
		if names = append(names, f.Name); f.Required || f.Secret || !f.Update {
			t.Errorf("%s is required, secret or cannot be changed", f.Name)
		}
	}
	if text := strings.Join(names, " "); text != "brandColor conversationColor actionColor displayStyle fixedIntroPane businessName businessIconUrl backgroundImageUrl "+
		"buttonIconUrl buttonWidth buttonHeight integrationOrder originWhitelist vapidSubject requireAuth" {
		t.Error(text)
	}
	for _, tt := range []struct {
		body   string
		update bool
		want   string // what is shown; or
		field  string // which is refused
	}{
		{body: `{}`, want: `{"actionColor":"0099ff","brandColor":"65758e","conversationColor":"0099ff","displayStyle":"button","fixedIntroPane":false,"requireAuth":false}`},
		{body: `{"brandColor":"FFF","displayStyle":"tab","fixedIntroPane":"true","integrationOrder":["5f3c1e7ab2c4d5e6f7a8b9c0"],"originWhitelist":["https://shop.example","http://localhost:3000","https://[::1]:8443"]}`,
			want: `{"actionColor":"0099ff","brandColor":"FFF","conversationColor":"0099ff","displayStyle":"tab","fixedIntroPane":true,"integrationOrder":["5f3c1e7ab2c4d5e6f7a8b9c0"],"originWhitelist":["https://shop.example","http://localhost:3000","https://[::1]:8443"],"requireAuth":false}`},
		{body: `{"brandColor":null,"businessName":null,"unknown":1}`, update: true, want: `{"brandColor":"65758e","businessName":null}`},
		{body: `{"originWhitelist":[],"businessIconUrl":""}`, update: true, want: `{"businessIconUrl":"","originWhitelist":[]}`},
		{body: `{"brandColor":"#fff"}`, field: "brandColor"},
		{body: `{"actionColor":"fffff"}`, field: "actionColor"},
		{body: `{"displayStyle":"bubble"}`, field: "displayStyle"},
		{body: `{"businessIconUrl":"javascript:alert(1)"}`, field: "businessIconUrl"},
		{body: `{"integrationOrder":["web"]}`, field: "integrationOrder"},
		{body: `{"integrationOrder":"5f3c1e7ab2c4d5e6f7a8b9c0"}`, field: "integrationOrder"},
		{body: `{"originWhitelist":[""]}`, field: "originWhitelist"},
		{body: `{"originWhitelist":["shop.example"]}`, field: "originWhitelist"},
		{body: `{"originWhitelist":["https://shop.example/"]}`, field: "originWhitelist"},
		{body: `{"originWhitelist":["https://Shop.example"]}`, field: "originWhitelist"},
		{body: `{"originWhitelist":["https://shop.example:443"]}`, field: "originWhitelist"},
		{body: `{"originWhitelist":["https://a:b@shop.example"]}`, field: "originWhitelist"},
		{body: `{"originWhitelist":["ftp://shop.example"]}`, field: "originWhitelist"},
		{body: `{"originWhitelist":["*"]}`, field: "originWhitelist"},
		{body: `{"vapidSubject":"mailto:ops@shop.example"}`, update: true, want: `{"vapidSubject":"mailto:ops@shop.example"}`},
		{body: `{"vapidSubject":"https://shop.example/contact"}`, update: true, want: `{"vapidSubject":"https://shop.example/contact"}`},
		{body: `{"vapidSubject":"ops@shop.example"}`, field: "vapidSubject"},
		{body: `{"vapidSubject":"http://shop.example"}`, field: "vapidSubject"},
		{body: `{"vapidSubject":"mailto:ops"}`, field: "vapidSubject"},
		{body: `{"requireAuth":"yes"}`, field: "requireAuth"},
	} {
		got, err := take(t, tt.body, tt.update)
		switch {
		case tt.field != "":
			if !heliograph.IsKind(err, heliograph.Invalid) || heliograph.AsError(err).Field != tt.field {
				t.Errorf("%s: %v, want %s to be refused", tt.body, err, tt.field)
			}
		case err != nil || got != tt.want:
			t.Errorf("%s:\ngot  %s %v\nwant %s", tt.body, got, err, tt.want)
		}
	}
}
