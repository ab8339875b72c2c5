package ios_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
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
	"heliograph/channel/channeltest"
	"heliograph/channel/ios"
)

func inPEM(t *testing.T, key any, err error) string {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}))
}

func p8(t *testing.T) string {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	return inPEM(t, key, err)
}

func doc(t *testing.T, fields map[string]any) string {
	t.Helper()
	b, err := json.Marshal(fields)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func keyed(t *testing.T) map[string]any {
	t.Helper()
	return map[string]any{"keyId": "KEY1234567", "teamId": "TEAM123456", "privateKey": p8(t), "bundleId": "com.example.shop", "production": true, "autoUpdateBadge": true, "requireAuth": false}
}

const (
	device = "b1f0c8d2-0a3e-4a57-9d0c-2f6a1c9b7e55"
	token  = "00fc13adff785122b4ad28809a3420982341241421348097878e577c991de8f0"
	group  = "000000000000000000000003"
)

func about(service heliograph.PushService, token string) *channel.About {
	return &channel.About{
		App: "Shop", AppID: heliograph.AppID{11: 1}, Conversation: heliograph.ConversationID{11: 3}, Message: heliograph.MessageID{11: 4}, Sequence: 8, Unread: 2,
		Topic: heliograph.TopicAgent, Push: &heliograph.Push{Service: service, Token: token},
	}
}

func accepted(status int, ids ...string) channel.Result {
	return channel.Result{Class: channel.ClassAccepted, External: ids, HTTPStatus: status}
}

func TestKey(t *testing.T) {
	t.Parallel()
	s := channeltest.Setup{Type: ios.Type, Settings: doc(t, keyed(t)), Address: device}
	id := channeltest.Delivery.String()
	channeltest.RunOutgoing(t, s, []channeltest.Outgoing{
		{
			Name: "a push", Text: "Near", About: about(heliograph.PushAPNs, token), Expires: heliograph.At(channeltest.Now.Add(time.Hour)),
			Replies: []channeltest.Reply{{Status: 200}},
			Requests: []channeltest.Request{{
				Method: "POST", Path: "/3/device/" + token,
				Header: map[string]string{"apns-topic": "com.example.shop", "apns-collapse-id": group, "apns-id": id, "apns-expiration": "1795179600"},
				JSON: `{"aps":{"alert":{"title":"Shop","body":"Near"},"badge":2,"sound":"default","thread-id":"` + group + `","mutable-content":1},
					"heliograph":{"v":1,"delivery":"` + id + `","message":"000000000000000000000004","conversation":"` + group + `","topic":"agent","sequence":8}}`,
			}},
			Want: accepted(200, id),
		},
		{Name: "no push", Text: "Near", About: &channel.About{App: "Shop"}, Want: accepted(0)},
		{Name: "nothing known", Text: "Near", Want: accepted(0)},
		{
			Name: "the app was removed", Text: "Near", About: about(heliograph.PushAPNs, token), Replies: []channeltest.Reply{{Status: 410, Body: `{"reason":"Unregistered","timestamp":1795179600000}`}},
			Want: channel.Result{Class: channel.ClassFinal, Reason: heliograph.ReasonDevice, Gone: true, HTTPStatus: 410, ProviderCode: "Unregistered"},
		},
		{Name: "another service", Text: "Near", About: about(heliograph.PushWeb, "{}"), Want: channel.Result{Class: channel.ClassFinal, Reason: heliograph.ReasonUnauthorized}},
		{Name: "Firebase, without a key", Text: "Near", About: about(heliograph.PushFCM, "t"), Want: channel.Result{Class: channel.ClassFinal, Reason: heliograph.ReasonUnauthorized, Message: "fcm integration"}},
		{
			Name: "native alone", Content: &heliograph.Content{Type: heliograph.TextMessage, Native: &heliograph.Native{Schema: "whatsapp"}}, About: about(heliograph.PushAPNs, token),
			Want: channel.Result{Class: channel.ClassFinal, Reason: heliograph.ReasonUnsupportedMessage},
		},
		{
			Name: "too late", Text: "Near", About: about(heliograph.PushAPNs, token), Expires: heliograph.At(channeltest.Now.Add(-time.Second)),
			Want: channel.Result{Class: channel.ClassFinal, Reason: heliograph.ReasonExpired},
		},
	})
	channeltest.RunVerify(t, s, []channeltest.Verifying{
		{Name: "taken", Replies: []channeltest.Reply{{Status: 400, Body: `{"reason":"BadDeviceToken"}`}}},
		{Name: "refused", Replies: []channeltest.Reply{{Status: 403, Body: `{"reason":"InvalidProviderToken"}`}}, WantErr: heliograph.Invalid, Field: "privateKey"},
		{Name: "away", Replies: []channeltest.Reply{{Status: 503}}, WantErr: heliograph.Unavailable},
		{Name: "no key", Settings: `{}`},
	})
}

// TestCredentials: whose key a push is sent with.
func TestCredentials(t *testing.T) {
	t.Parallel()
	large, err := rsa.GenerateKey(rand.Reader, 2048)
	firebase := json.RawMessage(doc(t, map[string]any{"projectId": "shop-1", "clientEmail": "s@shop-1.example", "privateKey": inPEM(t, large, err)}))
	apple := keyed(t)
	apple["bundleId"] = "com.example.apn"
	theirs := json.RawMessage(doc(t, apple))
	half := json.RawMessage(`{"keyId":"KEY1234567"}`)
	none := map[string]any{"production": false, "autoUpdateBadge": false, "requireAuth": false}
	certificate := map[string]any{"certificate": "MIIB", "production": false, "autoUpdateBadge": false, "requireAuth": false}
	const want = `com.example.apn`
	for name, tt := range map[string]struct {
		settings map[string]any
		apn      json.RawMessage
		topic    string
		message  string
	}{
		"its own":                  {keyed(t), theirs, "com.example.shop", ""},
		"the app's":                {none, theirs, want, ""},
		"the app's, not a p12":     {certificate, theirs, want, ""},
		"none":                     {none, nil, "", "no key"},
		"a p12 alone":              {certificate, nil, "", "a certificate cannot be used"},
		"the app's is a p12 alone": {none, json.RawMessage(`{"certificate":"MIIB"}`), "", "a certificate cannot be used"},
		"the app's is broken":      {none, half, "", "cannot be used"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := channeltest.Setup{Type: ios.Type, Settings: doc(t, tt.settings), Address: device, Credentials: map[string]json.RawMessage{"fcm": firebase}}
			if tt.apn != nil {
				s.Credentials["apn"] = tt.apn
			}
			c := channeltest.Outgoing{Name: "a push", Text: "Near", About: about(heliograph.PushAPNs, token), Want: channel.Result{Class: channel.ClassFinal, Reason: heliograph.ReasonUnauthorized, Message: tt.message}}
			if tt.topic != "" {
				c.Want, c.Replies = accepted(200, channeltest.Delivery.String()), []channeltest.Reply{{Status: 200}}
				c.Requests = []channeltest.Request{{Header: map[string]string{"apns-topic": tt.topic}}}
			}
			channeltest.RunOutgoing(t, s, []channeltest.Outgoing{c, {
				Name: "through Firebase", Text: "Near", About: about(heliograph.PushFCM, "t"),
				Replies:  []channeltest.Reply{{Status: 200, Body: `{"access_token":"ya29","expires_in":3599}`}, {Status: 200, Body: `{"name":"projects/shop-1/messages/1"}`}},
				Requests: []channeltest.Request{{Path: "/token"}, {Path: "/v1/projects/shop-1/messages:send"}},
				Want:     accepted(200, "projects/shop-1/messages/1"),
			}})
		})
	}
}

func TestProxy(t *testing.T) {
	t.Parallel()
	fields := map[string]any{
		"production": false, "autoUpdateBadge": false, "requireAuth": false,
		"proxyUrl": channeltest.BaseURL + "/push", "proxyUser": "shop", "proxyPassword": "s3cret", "proxySecret": "hush-hush", "proxyHeaders": []string{"X-Key: k-123"},
	}
	id := channeltest.Delivery.String()
	channeltest.RunOutgoing(t, channeltest.Setup{Type: ios.Type, Settings: doc(t, fields), Address: device}, []channeltest.Outgoing{
		{
			Name: "a push", Text: "Near", About: about(heliograph.PushAPNs, "whatever they like"), Replies: []channeltest.Reply{{Status: 200}},
			Requests: []channeltest.Request{{Method: "POST", Path: "/push", Header: map[string]string{"Idempotency-Key": id, "X-Key": "k-123"}}}, Want: accepted(200, id),
		},
		{Name: "no push", Text: "Near", About: &channel.About{App: "Shop"}, Want: accepted(0)},
	})
}

func TestSettings(t *testing.T) {
	t.Parallel()
	want := "!~certificate !~password ~production ~autoUpdateBadge ~keyId ~teamId !~privateKey ~bundleId " +
		"~proxyUrl ~proxyUser !~proxyPassword ~proxyCertificate !~proxyKey !~proxyHeaders !~proxySecret ~requireAuth"
	var got []string
	for _, f := range channel.Fields(ios.Type.Settings) {
		mark := ""
		if f.Required {
			mark = "+"
		}
		if f.Secret {
			mark += "!"
		}
		if f.Update {
			mark += "~"
		}
		got = append(got, mark+f.Name)
	}
	if text := strings.Join(got, " "); text != want {
		t.Errorf("has  %s\nwant %s", text, want)
	}
	with := func(change map[string]any) string {
		all := keyed(t)
		for k, v := range change {
			all[k] = v
		}
		return doc(t, all)
	}
	large, err := rsa.GenerateKey(rand.Reader, 2048)
	for _, tt := range []struct{ settings, field string }{
		{`{}`, ""},
		{`{"certificate":"MIIB","password":"x","production":"true"}`, ""},
		{with(nil), ""},
		{`{"certificate":"bm8="}`, "certificate"},
		{`{"requireAuth":1}`, "requireAuth"},
		{`{"keyId":"KEY1234567"}`, "teamId"},
		{with(map[string]any{"keyId": ""}), "keyId"},
		{with(map[string]any{"keyId": "short"}), "keyId"},
		{with(map[string]any{"teamId": "team123456"}), "teamId"},
		{with(map[string]any{"privateKey": "-----BEGIN PRIVATE KEY-----\nx\n-----END PRIVATE KEY-----"}), "privateKey"},
		{with(map[string]any{"privateKey": inPEM(t, large, err)}), "privateKey"},
		{`{"proxyUrl":"ftp://x.example"}`, "proxyUrl"},
		{`{"proxySecret":"x"}`, "proxyUrl"},
		{`{"proxyUrl":"https://x.example","proxyHeaders":["A b"]}`, "proxyHeaders"},
		{`{"proxyUrl":"https://x.example","proxyHeaders":"A: b"}`, "proxyHeaders"},
	} {
		var in map[string]json.RawMessage
		if err := json.Unmarshal([]byte(tt.settings), &in); err != nil {
			t.Fatal(err)
		}
		public, secret, err := channel.Split(ios.Type.Settings, in, false)
		if err == nil {
			for k, v := range secret {
				public[k] = v
			}
			err = ios.Type.Check(public)
		}
		if tt.field == "" && err != nil || tt.field != "" && (err == nil || heliograph.AsError(err).Field != tt.field || !heliograph.IsKind(err, heliograph.Invalid)) {
			t.Errorf("%.80s: %v, want %q", tt.settings, err, tt.field)
		}
	}
}
