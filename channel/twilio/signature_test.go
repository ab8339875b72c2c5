package twilio_test

import (
	"net/url"
	"strings"
	"testing"

	"heliograph"
	"heliograph/channel"
	"heliograph/channel/twilio"
)

// The vectors of Twilio's own validator.
const (
	vectorURL  = "https://hooks.example.test/tw/in?c=7"
	vectorForm = "AccountSid=AC00000000000000000000000000000001&Body=Hi+%26+bye&From=%2B14155550100&MessageSid=SM00000000000000000000000000000001&NumMedia=0&To=%2B14155550199"
	vector     = "zC8xkFdyDV8KBBxTRW5EaI0+M1k="
	vectorPort = "lrUOlJWUctt3rb6apSVcc8d3sp8="
	jsonBody   = `{"a":1}`
	jsonHash   = "015abd7f5cc57a2dd94b7590f04ad8084273905ee33ec5cebeae62276a97f862"
	jsonVector = "zZCqfMxYIjZD5vhmLNUjZDhoDzo="
)

func receive(t *testing.T, extra map[string]any, target, contentType, body, signature string) error {
	t.Helper()
	ch, err := twilio.Type.Open(channel.Config{Settings: []byte(settings(extra))}, channel.Deps{})
	if err != nil {
		t.Fatal(err)
	}
	u, err := url.Parse(target)
	if err != nil {
		t.Fatal(err)
	}
	_, err = ch.(channel.Receiver).Receive(&channel.Request{
		Method: "POST", URL: target, Path: "/inbound", Query: u.RawQuery, Body: []byte(body),
		Header: map[string][]string{"Content-Type": {contentType}, "X-Twilio-Signature": {signature}},
	})
	return err
}

func TestSignature(t *testing.T) {
	t.Parallel()
	ported := strings.Replace(vectorURL, ".test/", ".test:443/", 1)
	jsonURL := "https://hooks.example.test/tw/in?bodySHA256=" + jsonHash
	tests := []struct {
		name, url, kind, body, signature string
		authentic                        bool
	}{
		{"the vector", vectorURL, formType, vectorForm, vector, true},
		{"a charset in the type", vectorURL, formType + "; charset=UTF-8", vectorForm, vector, true},
		{"the vector with a port", ported, formType, vectorForm, vectorPort, true},
		{"signed with the port, called without", vectorURL, formType, vectorForm, vectorPort, true},
		{"signed without, called with it", ported, formType, vectorForm, vector, true},
		{"another port", strings.Replace(vectorURL, ".test/", ".test:8443/", 1), formType, vectorForm, vector, false},
		{"another default port", strings.Replace(vectorURL, ".test/", ".test:80/", 1), formType, vectorForm, vector, false},
		{"the fields in another order", vectorURL, formType, "To=%2B14155550199&" + strings.TrimSuffix(vectorForm, "&To=%2B14155550199"), vector, true},
		{"another scheme", strings.Replace(vectorURL, "https", "http", 1), formType, vectorForm, vector, false},
		{"another query", vectorURL + "8", formType, vectorForm, vector, false},
		{"a query that was encoded again", strings.Replace(vectorURL, "c=7", "c=%37", 1), formType, vectorForm, vector, false},
		{"another field", vectorURL, formType, vectorForm + "&X=1", vector, false},
		{"another value", vectorURL, formType, strings.Replace(vectorForm, "bye", "buy", 1), vector, false},
		{"another signature", vectorURL, formType, vectorForm, vectorPort[:27] + "A", false},
		{"no signature", vectorURL, formType, vectorForm, "", false},
		{"a form that is not one", vectorURL, formType, vectorForm + "&%zz=1", vector, false},
		{"a body that the signature does not cover", vectorURL, "text/plain", vectorForm, vector, false},

		{"JSON", jsonURL, "application/json", jsonBody, jsonVector, true},
		{"JSON with another body", jsonURL, "application/json", `{"a":2}`, jsonVector, false},
		{"JSON with another hash", strings.Replace(jsonURL, "015a", "015b", 1), "application/json", jsonBody, jsonVector, false},
		{"JSON without its hash", "https://hooks.example.test/tw/in", "application/json", jsonBody, jsonVector, false},
		{"a form under the signature of JSON", jsonURL, formType, vectorForm, jsonVector, false},
	}
	rotated := map[string]any{"authToken": "newer", "secondaryAuthToken": token}
	foreign := map[string]any{"authToken": "newer", "secondaryAuthToken": nil}
	for _, tc := range tests {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			for _, extra := range []map[string]any{nil, rotated} {
				err := receive(t, extra, tc.url, tc.kind, tc.body, tc.signature)
				if forbidden := heliograph.IsKind(err, heliograph.Forbidden); forbidden == tc.authentic {
					t.Errorf("with %v: %v", extra, err)
				}
			}
			if err := receive(t, foreign, tc.url, tc.kind, tc.body, tc.signature); !heliograph.IsKind(err, heliograph.Forbidden) {
				t.Errorf("with another token: %v", err)
			}
		})
	}
}

func FuzzReceive(f *testing.F) {
	ch, err := twilio.Type.Open(channel.Config{Settings: []byte(settings(map[string]any{"decodeBase64": true}))}, channel.Deps{})
	if err != nil {
		f.Fatal(err)
	}
	f.Add("/inbound", "d=1&a=2", vectorForm)
	f.Add("/status", echoed, "MessageStatus=sent&MessageSid=SM1")
	f.Add("", "bodySHA256=zz", "%")
	f.Fuzz(func(t *testing.T, path, query, body string) {
		req := &channel.Request{Method: "POST", URL: "https://h.test" + path + "?" + query, Path: path, Query: query, Header: map[string][]string{}, Body: []byte(body)}
		signWith(token)(req)
		got, err := ch.(channel.Receiver).Receive(req)
		switch {
		case (got == nil) == (err == nil):
			t.Fatalf("%+v and %v", got, err)
		case err != nil && !heliograph.IsKind(err, heliograph.Forbidden) && !heliograph.IsKind(err, heliograph.Invalid):
			t.Fatal(err)
		}
	})
}
