package suncov1_test

import (
	"strings"
	"testing"
)

func TestDevicesByREST(t *testing.T) {
	t.Parallel()
	onEachDatabase(t, func(p *program) {
		a := p.settle("Canary")
		own, base := basic(a.key), "/v1.1/apps/"+a.id.String()
		user := base + "/appusers/" + a.values["userId"]
		id := strings.Repeat("d", 24)
		client := p.must(own, "POST", user+"/clients", `{"platform":"android","deviceId":"`+id+`","pushNotificationToken":"t1","appVersion":"1","info":{"os":"Android"}}`, "client", "_id")
		again := p.must(own, "POST", user+"/clients", `{"platform":"android","deviceId":"`+id+`","appVersion":"2"}`, "client", "_id")
		if client != again {
			t.Errorf("one device is two clients: %s and %s", client, again)
		}
		one := p.do(own, "PUT", user+"/clients/"+client, `{"info":{"os":"Android 15"},"displayName":"Pixel"}`).Body.String()
		for _, want := range []string{`"platform":"android"`, `"deviceId":"` + id + `"`, `"pushNotificationToken":"t1"`, `"appVersion":"2"`, `"os":"Android 15"`, `"displayName":"Pixel"`, `"status":"active"`} {
			if !strings.Contains(one, want) {
				t.Errorf("%s lacks %s", one, want)
			}
		}
		if strings.Contains(one, "externalId") {
			t.Errorf("a device has an externalId: %s", one)
		}
		for body, field := range map[string]string{
			`{}`: "platform", `{"platform":"fax","deviceId":"` + id + `"}`: "platform", `{"platform":"ios"}`: "deviceId", `{"platform":"ios","deviceId":"x"}`: "deviceId",
			`{"platform":"ios","deviceId":"` + id + `","integrationId":"` + a.values["integrationId"] + `"}`:         "integrationId",
			`{"platform":"web","deviceId":"` + id + `","pushNotificationToken":"x"}`:                                 "pushNotificationToken",
			`{"platform":"ios","deviceId":"` + id + `","displayName":"` + strings.Repeat("x", 129) + `"}`:            "displayName",
			`{"platform":"ios","deviceId":"` + id + `","info":{"a":"` + strings.Repeat("x", 1025) + `"}}`:            "info.a",
			`{"platform":"ios","deviceId":"` + id + `","pushNotificationToken":"` + strings.Repeat("x", 5000) + `"}`: "pushNotificationToken",
		} {
			rec := p.do(own, "POST", user+"/clients", body)
			if rec.Code != 400 || !strings.Contains(rec.Body.String(), `"description":"`+field+` `) {
				t.Errorf("%.80s: %d %s", body, rec.Code, rec.Body)
			}
		}
		// The device, and its token, move to whoever has them now.
		other := base + "/appusers/" + a.values["otherId"]
		p.must(own, "POST", other+"/clients", `{"platform":"android","deviceId":"`+strings.Repeat("e", 24)+`","pushNotificationToken":"t1"}`)
		if got := p.do(own, "GET", user, "").Body.String(); strings.Contains(got, `"t1"`) {
			t.Errorf("the token stays where it was: %s", got)
		}
		p.must(own, "POST", other+"/clients", `{"platform":"android","deviceId":"`+id+`"}`)
		if rec := p.do(own, "PUT", user+"/clients/"+client, `{}`); rec.Code != 404 {
			t.Errorf("a client that was taken away: %d %s", rec.Code, rec.Body)
		}

		// As v1 did.
		init := `{"device":{"id":"` + strings.Repeat("f", 24) + `","platform":"ios","pushNotificationToken":"p","info":{"os":"iOS"}}}`
		first := p.must(own, "POST", "/v1/init", init, "appUser", "_id")
		if second := p.must(own, "POST", "/v1/init", init, "appUser", "_id"); first != second {
			t.Errorf("one device is two users: %s and %s", first, second)
		}
		if got := p.must(own, "POST", "/v1/init", strings.Replace(init, "{", `{"userId":"jo-Canary",`, 1), "appUser", "_id"); got != a.values["userId"] {
			t.Errorf("init as jo is %s", got)
		}
		if got := p.must(own, "PUT", "/v1/appusers/jo-Canary/devices/"+strings.Repeat("f", 24), `{"appVersion":"3"}`, "device", "appVersion"); got != "3" {
			t.Errorf("appVersion is %s", got)
		}
		if rec := p.do(own, "PUT", "/v1/appusers/jo-Canary/devices/nothing", `{}`); rec.Code != 404 {
			t.Errorf("no device: %d %s", rec.Code, rec.Body)
		}
		ios := p.must(own, "POST", user+"/clients", `{"platform":"ios","deviceId":"`+strings.Repeat("f", 24)+`"}`, "client", "_id")
		p.must(own, "DELETE", user+"/clients/"+ios, "")
		if rec := p.do(own, "DELETE", user+"/clients/"+ios, ""); rec.Code != 404 {
			t.Errorf("deleted twice: %d %s", rec.Code, rec.Body)
		}
	})
}
