package whatsapp_test

import (
	"testing"

	"heliograph"
	"heliograph/channel/channeltest"
)

func TestVerify(t *testing.T) {
	t.Parallel()
	const fields = "?fields=display_phone_number,verified_name,quality_rating"
	found := channeltest.Reply{Status: 200, Body: `{"display_phone_number":"+1 555-078-3881","verified_name":"Shop","quality_rating":"GREEN","id":"` + number + `"}`}
	get := func(path, key string) channeltest.Request {
		return channeltest.Request{Method: "GET", Path: path, Header: map[string]string{"Authorization": "Bearer " + key}}
	}
	ofNumber := get(version+"/"+number+fields, token)
	ofAccount := version + "/" + account + "?fields=id,name"
	managed := map[string]any{"accountId": account, "accountManagementAccessToken": manager}
	missing := channeltest.Reply{Status: 400, Body: `{"error":{"code":100,"error_subcode":33,"message":"Unsupported get request"}}`}
	channeltest.RunVerify(t, setup(nil), []channeltest.Verifying{
		{
			Name: "a number", Replies: []channeltest.Reply{found}, Requests: []channeltest.Request{ofNumber},
			Want: map[string]string{"phoneNumber": ours, "name": "Shop", "quality": "GREEN"},
		},
		{
			Name: "with its account", Settings: settings(managed),
			Replies:  []channeltest.Reply{found, {Status: 200, Body: `{"id":"` + account + `","name":"Us"}`}},
			Requests: []channeltest.Request{ofNumber, get(ofAccount, manager)},
			Want:     map[string]string{"phoneNumber": ours, "name": "Shop", "quality": "GREEN", "accountName": "Us"},
		},
		{
			Name: "the one token for both", Settings: settings(map[string]any{"accountId": account, "apiVersion": "v24.0"}),
			Replies:  []channeltest.Reply{found, {Status: 200, Body: `{"id":"` + account + `"}`}},
			Requests: []channeltest.Request{get("/v24.0/"+number+fields, token), get("/v24.0/"+account+"?fields=id,name", token)},
			Want:     map[string]string{"phoneNumber": ours, "name": "Shop", "quality": "GREEN"},
		},
		{Name: "the number is not theirs", Replies: []channeltest.Reply{missing}, WantErr: heliograph.Invalid, Field: "phoneNumberId"},
		{Name: "the account is not theirs", Settings: settings(managed), Replies: []channeltest.Reply{found, missing}, WantErr: heliograph.Invalid, Field: "accountId"},
		{Name: "refused", Replies: []channeltest.Reply{{Status: 401, Body: `{"error":{"code":190,"message":"expired ` + token + `"}}`}}, WantErr: heliograph.Invalid},
		{Name: "not permitted", Replies: []channeltest.Reply{{Status: 403, Body: `{"error":{"code":200,"message":"no ` + token + `"}}`}}, WantErr: heliograph.Invalid},
		{Name: "throttled", Replies: []channeltest.Reply{{Status: 400, Body: `{"error":{"code":4}}`}}, WantErr: heliograph.Unavailable},
		{Name: "down", Replies: []channeltest.Reply{{Status: 503}}, WantErr: heliograph.Unavailable},
		{Name: "out of reach", Replies: []channeltest.Reply{{Fault: channeltest.Refused}}, WantErr: heliograph.Unavailable},
		{Name: "an answer that cannot be read", Replies: []channeltest.Reply{{Status: 200, Body: "<html>"}}, WantErr: heliograph.Unavailable},
		{Name: "an answer without a number", Replies: []channeltest.Reply{{Status: 200, Body: "{}"}}, WantErr: heliograph.Unavailable},
	})
}
