package suncov1_test

import (
	"strings"
	"testing"

	"github.com/golang-jwt/jwt/v5"
)

func TestReach(t *testing.T) {
	t.Parallel()
	onEachDatabase(t, func(p *program) {
		t, a := p.T, p.settle("Reach")
		own, user := basic(a.key), "/v1.1/appusers/jo-Reach"
		self := bearer(t, a.key, jwt.MapClaims{"scope": "appUser", "userId": "jo-Reach"})
		for _, who := range []string{own, self} {
			code := p.must(who, "GET", user+"/authcode", "", "authCode")
			if !strings.HasPrefix(code, "ac_") {
				t.Errorf("auth code %q", code)
			}
			// The code itself is stored nowhere.
			for table, rows := range p.state(a.id) {
				if strings.Contains(rows, code) {
					t.Errorf("%s holds the code", table)
				}
			}
		}
		if rec := p.do(own, "GET", user+"/businesssystems", ""); rec.Code != 200 || rec.Body.String() != `{"businessSystems":[]}` {
			t.Errorf("%d %s", rec.Code, rec.Body)
		}
		rec := p.do(own, "GET", user+"/linkrequest?integrationIds="+a.values["integrationId"]+"%2C"+a.values["integrationId"], "")
		if rec.Code != 200 || strings.Count(rec.Body.String(), `"code":"lr_`) != 2 || strings.Count(rec.Body.String(), `"url":"sms:+1`) != 2 {
			t.Errorf("%d %s", rec.Code, rec.Body)
		}
		web := p.must(own, "GET", "/v1.1/apps/"+a.id.String()+"/sdks", "", "webIntegrationId")
		for _, tt := range []struct {
			method, path string
			status       int
			begin        string
		}{
			{"GET", "/linkrequest", 400, "integrationIds is required"},
			{"GET", "/linkrequest?integrationIds=x", 404, "there is no integration"},
			{"GET", "/linkrequest?integrationIds=" + web, 400, "integrationIds names an integration of type web"},
			{"POST", "/integrations/twilio/ping", 200, ""},
			{"POST", "/integrations/line/ping", 400, "integrationType line has no channel in this build"},
			{"POST", "/integrations/owl/ping", 404, "this user has no client"},
		} {
			rec := p.do(own, tt.method, user+tt.path, "")
			if rec.Code != tt.status || !strings.Contains(rec.Body.String(), tt.begin) {
				t.Errorf("%s: %d %s", tt.path, rec.Code, rec.Body)
			}
		}
		if rec := p.do(own, "POST", "/v1.1/appusers/"+a.other+"/integrations/twilio/ping", ""); rec.Code != 404 || !strings.Contains(rec.Body.String(), "client_not_found") {
			t.Errorf("%d %s", rec.Code, rec.Body)
		}
		// The test message is on its way, and in no conversation.
		if n := len(p.query("SELECT id FROM deliveries WHERE kind = 'system'")); n != 1 {
			t.Errorf("%d test messages", n)
		}
		if rec := p.do(own, "GET", user+"/messages", ""); strings.Contains(rec.Body.String(), "test message") {
			t.Errorf("%s", rec.Body)
		}
	})
}
