package whatsapp_test

import (
	"encoding/json"
	"strings"
	"testing"

	"heliograph"
	"heliograph/channel"
	"heliograph/channel/channeltest"
	"heliograph/channel/whatsapp"
)

const (
	number  = "106540352242922"
	account = "102290129340398"
	token   = "EAAtoken123"
	manager = "EAAmanager456"
	secret  = "appsecret"
	ours    = "+15550783881"
	theirs  = "+16505551234"
	scoped  = "US.13491208655302741918"
	parent  = "US.ENT.11815799212886844830"
	wamid   = "wamid.HBgLMTY1MDM4Nzk0MzkVAgARGBI5QTNDQTVCM0Q0Q0Q2RTY3RTcA"
	version = "/v25.0"
	send    = version + "/" + number + "/messages"
)

// settings returns the settings of an integration with extra fields, or others.
func settings(extra map[string]any) string {
	every := map[string]any{
		"phoneNumberId": number, "accessToken": token, "appSecret": secret, "verifyToken": "verify-me",
	}
	for k, v := range extra {
		if every[k] = v; v == nil {
			delete(every, k)
		}
	}
	b, err := json.Marshal(every)
	if err != nil {
		panic(err)
	}
	return string(b)
}

func setup(extra map[string]any) channeltest.Setup {
	return channeltest.Setup{
		Type: whatsapp.Type, Settings: settings(extra), Address: theirs,
		Info: map[string]string{"phoneNumber": ours, "name": "Shop"},
	}
}

func TestSettings(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name  string
		extra map[string]any
		field string
	}{
		{"the least", nil, ""},
		{"everything", map[string]any{
			"accountId": account, "accountManagementAccessToken": manager, "appId": "1", "apiVersion": "v24.0",
			"hsmFallbackLanguage": "fr", "listButton": "Choisir",
		}, ""},
		{"no number", map[string]any{"phoneNumberId": nil}, "phoneNumberId"},
		{"a number that is none", map[string]any{"phoneNumberId": "1/2"}, "phoneNumberId"},
		{"no token", map[string]any{"accessToken": ""}, "accessToken"},
		{"a token with a line break", map[string]any{"accessToken": "a\nb"}, "accessToken"},
		{"no app secret", map[string]any{"appSecret": nil}, "appSecret"},
		{"no verify token", map[string]any{"verifyToken": nil}, "verifyToken"},
		{"an account that is none", map[string]any{"accountId": "../1"}, "accountId"},
		{"a version that is none", map[string]any{"apiVersion": "25"}, "apiVersion"},
		{"a version that leaves the path", map[string]any{"apiVersion": "v2./.."}, "apiVersion"},
		{"a list button that is too long", map[string]any{"listButton": strings.Repeat("x", 21)}, "listButton"},
	}
	for _, tc := range tests {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			_, err := whatsapp.Type.Open(channel.Config{Settings: []byte(settings(tc.extra))}, channel.Deps{})
			if tc.field == "" && err != nil || tc.field != "" && (!heliograph.IsKind(err, heliograph.Invalid) || heliograph.AsError(err).Field != tc.field) {
				t.Errorf("%v, want a complaint about %q", err, tc.field)
			}
		})
	}
}

// What is meant for the retired API is refused by its own name, before anything
// that is missing.
func TestRetiredSettings(t *testing.T) {
	t.Parallel()
	for _, field := range []string{"baseUrl", "username", "password", "deploymentId"} {
		in := map[string]json.RawMessage{field: json.RawMessage(`"x"`)}
		_, _, err := channel.Split(whatsapp.Settings{}, in, false)
		e := heliograph.AsError(err)
		if e.Field != field || !strings.Contains(e.Message, "on-premises API") || !strings.Contains(e.Message, "phoneNumberId") {
			t.Errorf("%s: %v", field, err)
		}
	}
	in := map[string]json.RawMessage{"phoneNumberId": json.RawMessage(`"1"`), "baseUrl": json.RawMessage(`""`), "username": json.RawMessage(`null`)}
	if _, _, err := channel.Split(whatsapp.Settings{}, in, false); heliograph.AsError(err).Field != "accessToken" {
		t.Errorf("empty ones: %v", err)
	}
}

func TestNormalise(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"+1 (650) 555-1234": theirs, "16505551234": theirs, "0016505551234": theirs,
		scoped: scoped, parent: parent, "FR." + strings.Repeat("a", 128): "FR." + strings.Repeat("a", 128),
		"us.1349": "", "US.": "", "US.ENT.": "", "USA.1": "", "US.1 ": "", "US.1\n": "", "FR." + strings.Repeat("a", 129): "",
		"ana": "", "+123": "",
	} {
		if got, ok := whatsapp.Normalise(in); ok != (want != "") || ok && got != want {
			t.Errorf("%q: %q, %v; want %q", in, got, ok, want)
		}
	}
}
