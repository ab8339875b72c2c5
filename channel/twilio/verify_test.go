package twilio_test

import (
	"testing"

	"heliograph"
	"heliograph/channel/channeltest"
)

func TestVerify(t *testing.T) {
	t.Parallel()
	const base = "/2010-04-01/Accounts/" + account
	const number = base + "/IncomingPhoneNumbers/PN00000000000000000000000000000001.json"
	const ownAuth = "Basic QUMwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMTp0b2tlbjEyMw=="
	key := map[string]any{"apiKeySid": "SK1", "apiKeySecret": "keysecret"}
	service := map[string]any{"phoneNumberSid": nil, "messagingServiceSid": "MG1"}
	serviceKey := map[string]any{"phoneNumberSid": nil, "messagingServiceSid": "MG1", "apiKeySid": "SK1", "apiKeySecret": "keysecret"}
	found := channeltest.Reply{Status: 200, Body: `{"phone_number":"` + ours + `","friendly_name":"Shop","capabilities":{"sms":true,"voice":false}}`}
	active := channeltest.Reply{Status: 200, Body: `{"friendly_name":"Us","status":"active"}`}
	get := func(path, auth string) channeltest.Request {
		return channeltest.Request{Method: "GET", Path: path, Header: map[string]string{"Authorization": auth}}
	}
	channeltest.RunVerify(t, setup(nil), []channeltest.Verifying{
		{
			Name: "a number", Replies: []channeltest.Reply{found}, Requests: []channeltest.Request{get(number, ownAuth)},
			Want: map[string]string{"phoneNumber": ours, "name": "Shop"},
		},
		{
			Name: "a number and an API key", Settings: settings(key), Replies: []channeltest.Reply{active, found},
			Requests: []channeltest.Request{get(base+".json", ownAuth), get(number, "Basic U0sxOmtleXNlY3JldA==")},
			Want:     map[string]string{"phoneNumber": ours, "name": "Shop"},
		},
		{
			Name: "a service", Settings: settings(service), Replies: []channeltest.Reply{active},
			Requests: []channeltest.Request{get(base+".json", ownAuth)}, Want: map[string]string{"name": "Us"},
		},
		{
			Name: "a service and an API key", Settings: settings(serviceKey), Replies: []channeltest.Reply{active, {Status: 200, Body: `{"messages":[]}`}},
			Requests: []channeltest.Request{get(base+".json", ownAuth), get(base+"/Messages.json?PageSize=1", "Basic U0sxOmtleXNlY3JldA==")},
			Want:     map[string]string{"name": "Us"},
		},
		{Name: "refused", Replies: []channeltest.Reply{problem(401, 20003)}, WantErr: heliograph.Invalid},
		{Name: "the number is not theirs", Replies: []channeltest.Reply{problem(404, 20404)}, WantErr: heliograph.Invalid, Field: "phoneNumberSid"},
		{
			Name: "the number has no SMS", Replies: []channeltest.Reply{{Status: 200, Body: `{"phone_number":"` + ours + `","capabilities":{"sms":false}}`}},
			WantErr: heliograph.Invalid, Field: "phoneNumberSid",
		},
		{
			Name: "the account is suspended", Settings: settings(service), Replies: []channeltest.Reply{{Status: 200, Body: `{"status":"suspended"}`}},
			WantErr: heliograph.Invalid, Field: "accountSid",
		},
		{Name: "throttled", Replies: []channeltest.Reply{problem(429, 20429)}, WantErr: heliograph.Unavailable},
		{Name: "down", Replies: []channeltest.Reply{{Status: 503}}, WantErr: heliograph.Unavailable},
		{Name: "out of reach", Replies: []channeltest.Reply{{Fault: channeltest.Refused}}, WantErr: heliograph.Unavailable},
		{Name: "an answer that cannot be read", Replies: []channeltest.Reply{{Status: 200, Body: "<html>"}}, WantErr: heliograph.Unavailable},
		{Name: "an answer without a number", Replies: []channeltest.Reply{{Status: 200, Body: "{}"}}, WantErr: heliograph.Unavailable},
	})
}
