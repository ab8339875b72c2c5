package android_test

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"strings"
	"testing"
	"time"

	"heliograph"
	"heliograph/channel"
	"heliograph/channel/android"
	"heliograph/channel/channeltest"
)

func account(t *testing.T) map[string]any {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	return map[string]any{
		"projectId": "shop-1", "clientEmail": "sender@shop-1.example", "requireAuth": false,
		"privateKey": string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})),
	}
}

func doc(t *testing.T, fields map[string]any) string {
	t.Helper()
	b, err := json.Marshal(fields)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

const (
	device = "b1f0c8d2-0a3e-4a57-9d0c-2f6a1c9b7e55"
	group  = "000000000000000000000003"
	name   = "projects/shop-1/messages/0:15"
)

func about(service heliograph.PushService) *channel.About {
	return &channel.About{
		App: "Shop", AppID: heliograph.AppID{11: 1}, Conversation: heliograph.ConversationID{11: 3}, Message: heliograph.MessageID{11: 4}, Sequence: 8, Unread: 2,
		Topic: heliograph.TopicProactive, Push: &heliograph.Push{Service: service, Token: "fcm:token"},
	}
}

func accepted(status int, ids ...string) channel.Result {
	return channel.Result{Class: channel.ClassAccepted, External: ids, HTTPStatus: status}
}

func refused(message string) channel.Result {
	return channel.Result{Class: channel.ClassFinal, Reason: heliograph.ReasonUnauthorized, Message: message}
}

func pushed(body string) []channeltest.Reply {
	return []channeltest.Reply{{Status: 200, Body: `{"access_token":"ya29.1","expires_in":3599,"token_type":"Bearer"}`}, {Status: 200, Body: body}}
}

func TestFirebase(t *testing.T) {
	t.Parallel()
	id := channeltest.Delivery.String()
	s := channeltest.Setup{Type: android.Type, Settings: doc(t, account(t)), Address: device}
	channeltest.RunOutgoing(t, s, []channeltest.Outgoing{
		{
			Name: "a push", Text: "Near", About: about(heliograph.PushFCM), Category: heliograph.Marketing, Expires: heliograph.At(channeltest.Now.Add(time.Hour)),
			Replies: pushed(`{"name":"` + name + `"}`),
			Requests: []channeltest.Request{{Method: "POST", Path: "/token"}, {
				Method: "POST", Path: "/v1/projects/shop-1/messages:send", Header: map[string]string{"Authorization": "Bearer ya29.1"},
				JSON: `{"message":{"token":"fcm:token","notification":{"title":"Shop","body":"Near"},"fcm_options":{"analytics_label":"heliograph-proactive"},
					"data":{"heliograph":"{\"v\":1,\"delivery\":\"` + id + `\",\"message\":\"000000000000000000000004\",\"conversation\":\"` + group + `\",\"topic\":\"proactive\",\"sequence\":8}"},
					"android":{"priority":"normal","ttl":"3600s","collapse_key":"` + group + `","notification":{"tag":"` + group + `","notification_count":2}}}}`,
			}},
			Want: accepted(200, name),
		},
		{Name: "no push", Text: "Near", About: &channel.About{App: "Shop"}, Want: accepted(0)},
		{
			Name: "the app was removed", Text: "Near", About: about(heliograph.PushFCM),
			Replies: []channeltest.Reply{pushed("")[0], {Status: 404, Body: `{"error":{"code":404,"status":"NOT_FOUND","details":[{"@type":"type.googleapis.com/google.firebase.fcm.v1.FcmError","errorCode":"UNREGISTERED"}]}}`}},
			Want:    channel.Result{Class: channel.ClassFinal, Reason: heliograph.ReasonDevice, Gone: true, HTTPStatus: 404, ProviderCode: "UNREGISTERED"},
		},
		{Name: "no account", Text: "Near", About: about(heliograph.PushFCM), Replies: []channeltest.Reply{{Status: 400, Body: `{"error":"invalid_grant"}`}}, Want: channel.Result{Class: channel.ClassPause, Reason: heliograph.ReasonUnauthorized}},
		{Name: "another service", Text: "Near", About: about(heliograph.PushAPNs), Want: refused("")},
	})
	channeltest.RunVerify(t, s, []channeltest.Verifying{
		{Name: "taken", Replies: pushed("")[:1]},
		{Name: "refused", Replies: []channeltest.Reply{{Status: 400, Body: `{"error":"invalid_grant"}`}}, WantErr: heliograph.Invalid, Field: "privateKey"},
		{Name: "away", Replies: []channeltest.Reply{{Status: 503}}, WantErr: heliograph.Unavailable},
		{Name: "no account", Settings: `{}`},
	})
}

// TestCredentials: whose account a push is sent by.
func TestCredentials(t *testing.T) {
	t.Parallel()
	mine, theirs := account(t), account(t)
	theirs["projectId"] = "shop-2"
	delete(theirs, "requireAuth")
	none := map[string]any{"requireAuth": false}
	retired := map[string]any{"requireAuth": false, "serverKey": "k-retired", "senderId": "1"}
	for name, tt := range map[string]struct {
		settings map[string]any
		fcm      string
		project  string
		message  string
	}{
		"its own":                  {mine, doc(t, theirs), "shop-1", ""},
		"the app's":                {none, doc(t, theirs), "shop-2", ""},
		"the app's, not a retired": {retired, doc(t, theirs), "shop-2", ""},
		"none":                     {none, "", "", "no key for Firebase"},
		"a retired one alone":      {retired, "", "", "Google has ended"},
		"the app's is retired":     {none, `{"serverKey":"k-retired","senderId":"1"}`, "", "Google has ended"},
		"the app's is broken":      {none, `{"projectId":"p","clientEmail":"c","privateKey":"x"}`, "", "cannot be used"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := channeltest.Setup{Type: android.Type, Settings: doc(t, tt.settings), Address: device, Credentials: map[string]json.RawMessage{}}
			if tt.fcm != "" {
				s.Credentials["fcm"] = json.RawMessage(tt.fcm)
			}
			if tt.project == "" {
				ch, err := android.Type.Open(channel.Config{Settings: []byte(s.Settings), Credentials: s.Credentials}, channel.Deps{BaseURL: android.Type.BaseURL, Clock: time.Now})
				if err != nil {
					t.Fatal(err)
				}
				got := ch.Send(t.Context(), &channel.Outgoing{Attempt: 1, Content: &heliograph.Content{Type: heliograph.TextMessage, Text: "Hi"}, About: about(heliograph.PushFCM)})
				if got.Class != channel.ClassFinal || got.Reason != heliograph.ReasonUnauthorized || !strings.Contains(got.Message, tt.message) {
					t.Errorf("%+v, want %q", got, tt.message)
				}
				return
			}
			channeltest.RunOutgoing(t, s, []channeltest.Outgoing{{
				Name: "a push", Text: "Near", About: about(heliograph.PushFCM), Replies: pushed(`{"name":"n"}`),
				Requests: []channeltest.Request{{}, {Path: "/v1/projects/" + tt.project + "/messages:send"}}, Want: accepted(200, "n"),
			}})
		})
	}
}

func TestProxy(t *testing.T) {
	t.Parallel()
	id := channeltest.Delivery.String()
	s := channeltest.Setup{Type: android.Type, Settings: doc(t, map[string]any{"proxyUrl": channeltest.BaseURL + "/push", "proxySecret": "hush-hush", "requireAuth": true}), Address: device}
	channeltest.RunOutgoing(t, s, []channeltest.Outgoing{{
		Name: "a push", Text: "Near", About: about(heliograph.PushFCM), Replies: []channeltest.Reply{{Status: 200}},
		Requests: []channeltest.Request{{Method: "POST", Path: "/push", Header: map[string]string{"Idempotency-Key": id}}}, Want: accepted(200, id),
	}})
}

func TestSettings(t *testing.T) {
	t.Parallel()
	want := "!serverKey senderId projectId clientEmail !privateKey proxyUrl proxyUser !proxyPassword proxyCertificate !proxyKey !proxyHeaders !proxySecret requireAuth"
	var got []string
	for _, f := range channel.Fields(android.Type.Settings) {
		if f.Required || !f.Update {
			t.Errorf("%s is required, or cannot be changed", f.Name)
		}
		if f.Secret {
			f.Name = "!" + f.Name
		}
		got = append(got, f.Name)
	}
	if text := strings.Join(got, " "); text != want {
		t.Errorf("has  %s\nwant %s", text, want)
	}
	for settings, field := range map[string]string{
		`{}`:                               "",
		`{"serverKey":"k","senderId":"1"}`: "",
		`{"senderId":"1"}`:                 "serverKey",
		`{"serverKey":"k"}`:                "senderId",
		`{"projectId":"p"}`:                "privateKey",
		`{"proxyUser":"u"}`:                "proxyUrl",
		`{"projectId":"../p","clientEmail":"c","privateKey":"-----BEGIN PRIVATE KEY-----"}`: "projectId",
		`{"projectId":"p","clientEmail":"c","privateKey":"-----BEGIN PRIVATE KEY-----"}`:    "privateKey",
	} {
		var in map[string]json.RawMessage
		if err := json.Unmarshal([]byte(settings), &in); err != nil {
			t.Fatal(err)
		}
		err := android.Type.Check(in)
		if field == "" && err != nil || field != "" && (!heliograph.IsKind(err, heliograph.Invalid) || heliograph.AsError(err).Field != field) {
			t.Errorf("%s: %v, want %q", settings, err, field)
		}
	}
}
