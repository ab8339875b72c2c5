package suncov1_test

import (
	"strings"
	"testing"

	"github.com/golang-jwt/jwt/v5"
)

func TestPostback(t *testing.T) {
	t.Parallel()
	onEachDatabase(t, func(p *program) {
		t, a := p.T, p.settle("Postback")
		own, path := basic(a.key), "/v1.1/appusers/jo-Postback/conversation/postback"
		self := bearer(t, a.key, jwt.MapClaims{"scope": "appUser", "userId": "jo-Postback"})
		click := `{"actionId":"` + a.values["actionId"] + `"}`
		for _, who := range []string{own, self} {
			if rec := p.do(who, "POST", path, click); rec.Code != 200 || rec.Body.String() != "{}" {
				t.Errorf("%d %s", rec.Code, rec.Body)
			}
		}
		if n := len(p.query("SELECT id FROM events WHERE type = 'postback'")); n != 2 {
			t.Errorf("%d events", n)
		}
		for _, tt := range []struct {
			path, body string
			status     int
			says       string
		}{
			{path, `{}`, 400, "actionId is required"},
			{path, `{"actionId":5}`, 400, "actionId must be a string"},
			{path, `{"actionId":"x"}`, 404, "not_found"},
			{path, `{"actionId":"` + a.values["userId"] + `"}`, 404, "not_found"},
			{strings.Replace(path, "jo-Postback", a.other, 1), click, 404, "conversation_not_found"},
			{strings.Replace(path, "jo-Postback", "nobody", 1), click, 404, "user_not_found"},
		} {
			rec := p.do(own, "POST", tt.path, tt.body)
			if rec.Code != tt.status || !strings.Contains(rec.Body.String(), tt.says) {
				t.Errorf("%s %s: %d %s", tt.path, tt.body, rec.Code, rec.Body)
			}
		}
		p.must(own, "PUT", "/v1.1/apps/"+a.id.String(), `{"settings":{"echoPostback":true}}`)
		p.must(self, "POST", path, click)
		if rec := p.do(own, "GET", "/v1.1/appusers/jo-Postback/messages", ""); !strings.Contains(rec.Body.String(), `"role":"appUser"`) || !strings.Contains(rec.Body.String(), `"text":"Go"`) {
			t.Errorf("no echo: %s", rec.Body)
		}
	})
}
