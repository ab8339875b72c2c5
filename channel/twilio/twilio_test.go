package twilio_test

import (
	"encoding/json"
	"errors"
	"testing"

	"heliograph"
	"heliograph/channel"
	"heliograph/channel/channeltest"
	"heliograph/channel/twilio"
)

const (
	account = "AC00000000000000000000000000000001"
	token   = "token123"
	other   = "token456"
	ours    = "+14155550199"
	theirs  = "+14155550100"
	created = "SM00000000000000000000000000000001"
	create  = "/2010-04-01/Accounts/" + account + "/Messages.json"
)

// settings returns the settings of an integration with extra fields, or others.
func settings(extra map[string]any) string {
	all := map[string]any{
		"accountSid": account, "authToken": token, "secondaryAuthToken": other,
		"phoneNumberSid": "PN00000000000000000000000000000001",
	}
	for k, v := range extra {
		if all[k] = v; v == nil {
			delete(all, k)
		}
	}
	b, err := json.Marshal(all)
	if err != nil {
		panic(err)
	}
	return string(b)
}

func setup(extra map[string]any) channeltest.Setup {
	return channeltest.Setup{
		Type: twilio.Type, Settings: settings(extra), Address: theirs,
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
		{"a number", nil, ""},
		{"a service", map[string]any{"phoneNumberSid": nil, "messagingServiceSid": "MG1"}, ""},
		{"both", map[string]any{"messagingServiceSid": "MG1"}, ""},
		{"neither", map[string]any{"phoneNumberSid": nil}, "phoneNumberSid"},
		{"no token", map[string]any{"authToken": nil}, "authToken"},
		{"a number for a SID", map[string]any{"phoneNumberSid": ours}, "phoneNumberSid"},
		{"swapped", map[string]any{"accountSid": "PN1"}, "accountSid"},
		{"a path in a SID", map[string]any{"accountSid": "AC1/../AC2"}, "accountSid"},
		{"half an API key", map[string]any{"apiKeySid": "SK1"}, "apiKeySecret"},
		{"too long a validity", map[string]any{"validityPeriod": 36001}, "validityPeriod"},
		{"short links without a service", map[string]any{"shortenUrls": true}, "shortenUrls"},
		{"short links", map[string]any{"shortenUrls": true, "messagingServiceSid": "MG1"}, ""},
	}
	for _, tc := range tests {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			_, err := twilio.Type.Open(channel.Config{Settings: []byte(settings(tc.extra))}, channel.Deps{})
			e := new(heliograph.Error)
			switch {
			case tc.field == "" && err != nil:
				t.Error(err)
			case tc.field != "" && (!errors.As(err, &e) || e.Kind != heliograph.Invalid || e.Field != tc.field):
				t.Errorf("got %v, want one about %s", err, tc.field)
			}
		})
	}
}
