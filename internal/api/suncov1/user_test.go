package suncov1_test

import (
	"context"
	"crypto/rand"
	"net/url"
	"strings"
	"testing"

	"heliograph"
	"heliograph/channel"
	"heliograph/channel/sms"
	"heliograph/internal/profile"
	"heliograph/internal/store"
)

// people is a world with the engine of users and one channel to link.
type people struct {
	*world
	ids  *heliograph.IDMaker
	line *heliograph.Integration
	sent []*heliograph.Delivery
	said []*heliograph.Message
}

func newPeople(t *testing.T) *people {
	t.Helper()
	p := &people{world: newWorld(t)}
	p.ids = heliograph.NewIDMaker(p.clock.Now, rand.Reader)
	p.line = &heliograph.Integration{ID: p.ids.Integration(), App: p.app.ID, Type: "twilio", Status: heliograph.IntegrationActive, Settings: []byte("{}"), Secrets: "{}"}
	p.must(store.Integrations{Store: p.store}.Insert(t.Context(), p.line))
	twilio := &channel.Type{Name: "twilio", Title: "Twilio", AddressField: "phoneNumber", Normalise: sms.Normalise,
		Linkable: []heliograph.Confirmation{heliograph.ConfirmImmediate, heliograph.ConfirmUserActivity, heliograph.ConfirmPrompt}}
	var err error
	p.api.Profiles, err = profile.New(profile.Parts{
		Journal: p.store, Users: store.Users{Store: p.store}, Clients: store.Clients{Store: p.store}, Addresses: store.Clients{Store: p.store},
		Threads: store.Threads{Store: p.store}, Consents: store.Consents{Store: p.store}, Aliases: store.Aliases{Store: p.store}, Evidence: store.Inbound{Store: p.store}, Codes: store.Codes{Store: p.store}, Random: rand.Reader, Outbox: p, Integrations: p,
		Types: []*channel.Type{twilio}, IDs: p.ids, Now: p.clock.Now,
	})
	p.must(err)
	return p
}

// Enqueue implements profile.Outbox.
func (p *people) Enqueue(ctx context.Context, d *heliograph.Delivery, m *heliograph.Message) error {
	p.store.AfterCommit(ctx, func() { p.sent, p.said = append(p.sent, d), append(p.said, m) })
	return store.Messages{Store: p.store}.Insert(ctx, m)
}

// Integration implements profile.Integrations.
func (p *people) Integration(_ context.Context, app heliograph.AppID, id heliograph.IntegrationID) (*heliograph.Integration, error) {
	if app != p.app.ID || id != p.line.ID {
		return nil, heliograph.Errorf(heliograph.NotFound, heliograph.CodeIntegrationNotFound, "there is no such integration")
	}
	return p.line, nil
}

// IntegrationsByType implements profile.Integrations.
func (p *people) IntegrationsByType(ctx context.Context, app heliograph.AppID, kind string) ([]*heliograph.Integration, error) {
	return store.Integrations{Store: p.store}.List(ctx, app, []string{kind}, 10, 0)
}

// as calls with the app's key.
func (p *people) as(method, path string, body any) *answer {
	p.Helper()
	return p.call(basic(p.key), method, "/v1.1/appusers"+path, body)
}

func TestUserLife(t *testing.T) {
	t.Parallel()
	p := newPeople(t)
	made := p.as("POST", "", `{"userId":"jo@example.org","givenName":"Jo","signedUpAt":"2024-05-01T09:30:00.000Z","properties":{"plan":"gold","seats":4},"unknown":[]}`).want(201)
	id := dig(t, made, "appUser", "_id").(string)
	for path, want := range map[string]any{
		"userId": "jo@example.org", "givenName": "Jo", "signedUpAt": "2024-05-01T09:30:00.000Z",
		"conversationStarted": false, "credentialRequired": false, "hasPaymentInfo": false,
	} {
		if got := dig(t, made, "appUser", path); got != want {
			t.Errorf("%s is %v, want %v", path, got, want)
		}
	}
	if dig(t, made, "appUser", "properties", "seats") != 4.0 || len(dig(t, made, "appUser", "clients").([]any)) != 0 || len(dig(t, made, "appUser", "pendingClients").([]any)) != 0 {
		t.Errorf("%v", made)
	}
	long := "/v1.1/apps/" + p.app.ID.String() + "/appusers/"
	for _, path := range []string{"/v1.1/appusers/" + id, "/v1.1/appusers/jo@example.org", "/v1.1/appusers/jo%40example.org", long + "jo@example.org", "/sc" + long + id} {
		if got := p.call(basic(p.key), "GET", path, nil).want(200); dig(t, got, "appUser", "_id") != id {
			t.Errorf("GET %s: %v", path, got)
		}
	}
	got := p.as("PUT", "/"+id, `{"surname":"Lee","givenName":null,"properties":{"plan":null,"vip":true}}`).want(200)
	u := dig(t, got, "appUser").(map[string]any)
	if u["surname"] != "Lee" || u["givenName"] != nil || u["signedUpAt"] == nil || dig(t, u, "properties", "plan") != nil || dig(t, u, "properties", "vip") != true || dig(t, u, "properties", "seats") != 4.0 {
		t.Errorf("after PUT: %v", u)
	}
	u = dig(t, p.as("DELETE", "/"+id+"/profile", nil).want(200), "appUser").(map[string]any)
	if u["surname"] != nil || len(u["properties"].(map[string]any)) != 0 || u["userId"] != "jo@example.org" {
		t.Errorf("after DELETE profile: %v", u)
	}
	if body := p.as("DELETE", "/jo@example.org", nil).want(200); len(body) != 0 {
		t.Errorf("DELETE answers %v", body)
	}
	p.as("GET", "/"+id, nil).want(404, "user_not_found")
	p.as("DELETE", "/"+id, nil).want(404, "user_not_found")
}

func TestUserRefusals(t *testing.T) {
	t.Parallel()
	p := newPeople(t)
	taken := dig(t, p.as("POST", "", `{"userId":"taken"}`).want(201), "appUser", "_id").(string)
	for _, tc := range []struct {
		method, path, body string
		status             int
		code, says         string
	}{
		{"POST", "", ``, 400, "bad_request", "body"},
		{"POST", "", `{}`, 400, "bad_request", "userId is required"},
		{"POST", "", `{"userId":7}`, 400, "bad_request", "userId must be a string"},
		{"POST", "", `{"userId":"a/b"}`, 400, "bad_request", "userId"},
		{"POST", "", `{"userId":"a","signedUpAt":"yesterday"}`, 400, "bad_request", "signedUpAt"},
		{"POST", "", `{"userId":"a","properties":{"a":[]}}`, 400, "bad_request", "properties.a"},
		{"POST", "", `{"userId":"a","properties":"x"}`, 400, "bad_request", "properties must be an object"},
		{"POST", "", `{"userId":"taken"}`, 409, "conflict", ""},
		{"POST", "", `{"userId":"` + taken + `"}`, 409, "conflict", ""},
		{"PUT", "/taken", `{"givenName":5}`, 400, "bad_request", "givenName must be a string"},
		{"PUT", "/taken", `{"signedUpAt":"x"}`, 400, "bad_request", "signedUpAt"},
		{"PUT", "/taken", `{"email":"` + strings.Repeat("x", 129) + `"}`, 400, "bad_request", "email"},
		{"PUT", "/nobody", `{}`, 404, "user_not_found", ""},
		{"POST", "/merge", `{"surviving":{"_id":"taken"}}`, 400, "bad_request", "discarded._id is required"},
		{"POST", "/merge", `{"surviving":{"_id":"taken"},"discarded":{"_id":"` + taken + `"}}`, 400, "bad_request", "discarded._id"},
		{"POST", "/merge", `{"surviving":{"_id":"taken"},"discarded":{"_id":"nobody"}}`, 404, "user_not_found", ""},
		{"DELETE", "/nobody/profile", ``, 404, "user_not_found", ""},
		{"GET", "/nobody/channels", ``, 404, "user_not_found", ""},
		{"POST", "/nobody/channels", `{"type":"twilio","phoneNumber":"+15550100100","confirmation":{"type":"immediate"}}`, 404, "user_not_found", ""},
		{"POST", "/taken/channels", `{"type":"mailgun","address":"a@e.test","confirmation":{"type":"immediate"}}`, 400, "bad_request", "type must be one of twilio"},
		{"POST", "/taken/channels", `{"type":"twilio","phoneNumber":"15550100100","confirmation":{"type":"immediate"}}`, 400, "bad_request", "phoneNumber"},
		{"POST", "/taken/channels", `{"type":"twilio","phoneNumber":"+15550100100"}`, 400, "bad_request", "confirmation.type is required"},
		{"POST", "/taken/channels", `{"type":"twilio","phoneNumber":"+15550100100","confirmation":{"type":"userActivity"}}`, 400, "bad_request", "confirmation.message is required"},
		{"POST", "/taken/channels", `{"type":"twilio","phoneNumber":"+15550100100","confirmation":{"type":"immediate","message":{"type":"text"}}}`, 400, "bad_request", "confirmation.message.text"},
		{"POST", "/taken/channels", `{"type":"twilio","phoneNumber":"+15550100100","confirmation":{"type":"immediate","message":{"type":"text","text":"a","actions":[{"type":"reply","text":"b","payload":"c"}]}}}`, 400, "bad_request", "confirmation.message.actions"},
		{"DELETE", "/taken/channels/twilio", ``, 400, "bad_request", "twilio"},
	} {
		t.Run(tc.method+" "+tc.path+" "+tc.body, func(t *testing.T) {
			a := p.as(tc.method, tc.path, tc.body)
			body := a.want(tc.status, tc.code)
			if got := dig(t, body, "error", "description").(string); !strings.Contains(got, tc.says) {
				t.Errorf("the description %q does not say %q", got, tc.says)
			}
		})
	}
	if len(p.sent) > 0 {
		t.Errorf("%d messages went out", len(p.sent))
	}
}

func TestChannels(t *testing.T) {
	t.Parallel()
	p := newPeople(t)
	p.as("POST", "", `{"userId":"ana"}`).want(201)
	body := p.as("POST", "/ana/channels", `{"type":"twilio","phoneNumber":"+1 555-010-0100","confirmation":{"type":"userActivity","message":{"role":"appMaker","type":"text","text":"Hi","name":"Bo"}}}`).want(200)
	pending := dig(t, body, "appUser", "pendingClients").([]any)
	if len(pending) != 1 || len(p.sent) != 1 || p.said[0].Text != "Hi" || p.said[0].Author.Name != "Bo" || p.sent[0].Address != "+15550100100" {
		t.Fatalf("pending: %v; sent: %v", pending, p.sent)
	}
	for field, want := range map[string]any{"platform": "twilio", "status": "pending", "integrationId": p.line.ID.String(), "displayName": "+15550100100"} {
		if got := dig(t, pending[0], field); got != want {
			t.Errorf("pendingClients[0].%s is %v, want %v", field, got, want)
		}
	}
	if got := p.as("GET", "/ana/channels", nil).want(200); len(got["channels"].([]any)) != 0 {
		t.Errorf("a pending channel is listed: %v", got)
	}
	body = p.as("POST", "/ana/channels", `{"type":"twilio","phoneNumber":"+15550100100","skipConfirmation":true}`).want(200)
	client := dig(t, body, "appUser", "clients").([]any)[0].(map[string]any)
	for field, want := range map[string]any{
		"platform": "twilio", "externalId": "+15550100100", "status": "active", "active": true, "blocked": false, "primary": true,
		"integrationId": p.line.ID.String(), "linkedAt": "2026-01-02T03:04:05.000Z", "id": client["_id"],
		"lastSeen": "2026-01-02T03:04:05.000Z", "windowExpiresAt": nil, // linked, and never wrote
	} {
		if client[field] != want {
			t.Errorf("clients[0].%s is %v, want %v", field, client[field], want)
		}
	}
	channels := p.as("GET", "/ana/channels", nil).want(200)["channels"].([]any)
	if len(channels) != 1 || dig(t, channels[0], "type") != "twilio" || dig(t, channels[0], "phoneNumber") != "+15550100100" || dig(t, channels[0], "integrationId") != p.line.ID.String() {
		t.Errorf("channels: %v", channels)
	}
	p.as("DELETE", "/ana/channels/twilio", `{"type":"twilio"}`).want(200)
	p.as("DELETE", "/ana/channels/twilio", nil).want(400, "bad_request")
}

func TestMergeOverHTTP(t *testing.T) {
	t.Parallel()
	p := newPeople(t)
	a := dig(t, p.as("POST", "", `{"userId":"a"}`).want(201), "appUser", "_id").(string)
	b := dig(t, p.as("POST", "", `{"userId":"b","surname":"B"}`).want(201), "appUser", "_id").(string)
	if body := p.as("POST", "/merge", map[string]any{"surviving": map[string]any{"_id": a}, "discarded": map[string]any{"_id": b}}).want(200); len(body) != 0 {
		t.Errorf("the answer: %v", body)
	}
	p.as("GET", "/"+b, nil).want(404, "user_not_found")
	if got := p.as("GET", "/"+a, nil).want(200); dig(t, got, "appUser", "surname") != "B" {
		t.Errorf("the survivor: %v", got)
	}
}

// TestUserTokens: a user's token reaches that user, and only some of it.
func TestUserTokens(t *testing.T) {
	t.Parallel()
	p := newPeople(t)
	ana := dig(t, p.as("POST", "", `{"userId":"ana"}`).want(201), "appUser", "_id").(string)
	p.as("POST", "", `{"userId":"bob"}`).want(201)
	link := func(how string) string {
		return `{"type":"twilio","phoneNumber":"+15550100100","confirmation":{"type":"` + how + `"}}`
	}
	token := p.userToken("ana")
	for _, tc := range []struct {
		method, path, body string
		status             int
	}{
		{"GET", "/ana", "", 200},
		{"GET", "/" + ana, "", 200},
		{"PUT", "/ana", `{"givenName":"Ana"}`, 200},
		{"GET", "/ana/channels", "", 200},
		{"POST", "/ana/channels", link("immediate"), 403},
		{"POST", "/ana/channels", link("prompt"), 200},
		{"DELETE", "/ana/channels/twilio", "", 200},
		{"GET", "/bob", "", 403},
		{"PUT", "/bob", `{}`, 403},
		{"GET", "/nobody", "", 403},
		{"POST", "/bob/channels", link("prompt"), 403},
		{"POST", "", `{"userId":"new"}`, 403},
		{"DELETE", "/ana", "", 403},
		{"DELETE", "/ana/profile", "", 403},
		{"POST", "/merge", `{"surviving":{"_id":"ana"},"discarded":{"_id":"bob"}}`, 403},
	} {
		a := p.call(token, tc.method, "/v1.1/appusers"+tc.path, tc.body)
		if a.Code != tc.status {
			t.Errorf("%s %s: %d, want %d: %s", tc.method, tc.path, a.Code, tc.status, a.Body)
		}
	}
	p.call(token, "GET", "/v1.1/consents?address=%2B15550100100", nil).want(403, "forbidden")
}

func TestConsents(t *testing.T) {
	t.Parallel()
	p := newPeople(t)
	ana := dig(t, p.as("POST", "", `{"userId":"ana"}`).want(201), "appUser", "_id").(string)
	p.as("POST", "/ana/channels", `{"type":"twilio","phoneNumber":"+15550100100","confirmation":{"type":"immediate"}}`).want(200)
	consents := func(method, query string, body any) *answer {
		return p.call(basic(p.key), method, "/v1.1/consents"+query, body)
	}
	escaped := "?address=" + url.QueryEscape("+1 555 010 0100")
	if got := consents("GET", escaped, nil).want(200); got["address"] != "+15550100100" || len(got["suppressions"].([]any)) != 0 {
		t.Errorf("at first: %v", got)
	}
	got := consents("POST", "", `{"address":"+1 555 010 0100","scope":"all","source":"agent","evidence":{"call":"7"}}`).want(200)
	if dig(t, got["suppressions"].([]any)[0], "scope") != "all" {
		t.Errorf("opted out: %v", got)
	}
	got = consents("GET", "?address=+15550100100", nil).want(200) // the plus sign arrives as a space
	h := got["history"].([]any)[0]
	if dig(t, h, "action") != "opt_out" || dig(t, h, "source") != "agent" || dig(t, h, "evidence", "call") != "7" || dig(t, h, "appUserId") != ana {
		t.Errorf("the history: %v", h)
	}
	u := p.as("GET", "/ana", nil).want(200)
	if c := dig(t, u, "appUser", "clients").([]any)[0]; dig(t, c, "status") != "blocked" || dig(t, c, "blocked") != true || dig(t, c, "active") != false {
		t.Errorf("the client: %v", c)
	}
	got = consents("DELETE", escaped, nil).want(200)
	if len(got["suppressions"].([]any)) != 0 || len(got["history"].([]any)) != 2 {
		t.Errorf("opted in: %v", got)
	}
	for _, tc := range []struct{ method, query, body, says string }{
		{"GET", "", "", "address is required"},
		{"GET", "?address=nonsense", "", "address"},
		{"POST", "", `{"scope":"all"}`, "address is required"},
		{"POST", "", `{"address":"+15550100100"}`, "scope is required"},
		{"POST", "", `{"address":"+15550100100","scope":"some"}`, "scope must be"},
		{"POST", "", `{"address":"+15550100100","scope":"sender"}`, "integrationId is required"},
		{"POST", "", `{"address":"+15550100100","scope":"sender","integrationId":"x"}`, "integrationId must be"},
		{"POST", "", `{"address":"+15550100100","scope":"all","source":"keyword"}`, "source must be"},
		{"POST", "", `{"address":"+15550100100","scope":"all","evidence":{"a":1}}`, "evidence"},
		{"DELETE", "?address=%2B15550100100&scope=x", "", "scope must be"},
	} {
		body := consents(tc.method, tc.query, tc.body).want(400, "bad_request")
		if d := dig(t, body, "error", "description").(string); !strings.Contains(d, tc.says) {
			t.Errorf("%s %s %s: %q does not say %q", tc.method, tc.query, tc.body, d, tc.says)
		}
	}
}
