package suncov1_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"heliograph"
)

// TestDeclaredTypes makes an integration of every type that has no channel, on
// both databases, and uses it in every way there is.
func TestDeclaredTypes(t *testing.T) {
	t.Parallel()
	onEachDatabase(t, func(p *program) { declaredTypes(p.T, p, p.settle("Declared")) })
}

func declaredTypes(t *testing.T, p *program, a *tenancy) {
	own, base := basic(a.key), "/v1.1/apps/"+a.id.String()
	made := map[string]string{}
	for kind, body := range map[string]string{
		"apn": `{"certificate":"MIIB","password":"hush","production":true}`, "apple": `{"businessId":"b","apiSecret":"hush","mspId":"m"}`,
		"fcm": `{"serverKey":"hush","senderId":"1"}`, "instagram": `{"pageAccessToken":"hush","appId":"a","appSecret":"hush"}`,
		"line": `{"channelId":"c","channelSecret":"hush"}`, "messenger": `{"pageAccessToken":"hush","appId":"a","appSecret":"hush"}`,
		"telegram": `{"token":"hush"}`, "twitter": `{"consumerKey":"a","consumerSecret":"hush","accessTokenKey":"b","accessTokenSecret":"hush"}`,
		"viber": `{"token":"hush"}`, "wechat": `{"appId":"a","appSecret":"hush"}`,
	} {
		rec := p.do(own, "POST", base+"/integrations", strings.Replace(body, "{", `{"type":"`+kind+`","displayName":"One"`+comma(body), 1))
		var got struct{ Integration map[string]any }
		if err := json.Unmarshal(rec.Body.Bytes(), &got); err != nil || rec.Code != 201 {
			t.Errorf("%s: %d %s", kind, rec.Code, rec.Body)
			continue
		}
		if strings.Contains(rec.Body.String(), "hush") {
			t.Errorf("%s shows a secret: %s", kind, rec.Body)
		}
		if got.Integration["type"] != kind || got.Integration["displayName"] != "One" || got.Integration["status"] != "inactive" {
			t.Errorf("%s: %s", kind, rec.Body)
		}
		made[kind] = got.Integration["_id"].(string)
	}
	for kind, id := range made {
		one := base + "/integrations/" + id
		refused := func(method, path, body, field string) {
			t.Helper()
			rec := p.do(own, method, path, body)
			if rec.Code != 400 || !strings.Contains(rec.Body.String(), `"description":"`+field+` `) ||
				!strings.Contains(rec.Body.String(), "no channel in this build") || !strings.Contains(rec.Body.String(), "twilio") {
				t.Errorf("%s: %s %s: %d %s", kind, method, path, rec.Code, rec.Body)
			}
		}
		if !heliograph.SDKPlatform(kind) {
			target := fmt.Sprintf(`{"destination":{"integrationId":"%s","destinationId":"+15550100"},"author":{"role":"appMaker"},"message":{"type":"text","text":"x"}}`, id)
			refused("POST", base+"/notifications", target, "destination.integrationId")
			refused("POST", base+"/notifications/explain", target, "destination.integrationId")
			user := "/v1.1/appusers/" + a.values["userId"]
			refused("POST", user+"/channels", `{"type":"`+kind+`","phoneNumber":"+15550100","confirmation":{"type":"immediate"}}`, "type")
			refused("POST", user+"/messages", `{"role":"appMaker","type":"text","text":"x","destination":{"integrationId":"`+id+`"}}`, "destination.integrationId")
			refused("POST", user+"/messages", `{"role":"appMaker","type":"text","text":"x","destination":{"integrationType":"`+kind+`"}}`, "destination.integrationType")
		}
		if rec := p.do("", "POST", "/hooks/"+kind+"/"+id, `{}`); rec.Code != 404 {
			t.Errorf("%s: its hook answers %d %s", kind, rec.Code, rec.Body)
		}
		p.must(own, "POST", one+"/pause", "")
		p.must(own, "POST", one+"/resume", "")
		p.must(own, "PUT", one, `{"displayName":"Two"}`)
		if got := p.must(own, "GET", one, "", "integration", "displayName"); got != "Two" {
			t.Errorf("%s: is named %s", kind, got)
		}
	}
	if rec := p.do(own, "GET", base+"/integrations?types=line%2Cviber&limit=1", ""); !strings.Contains(rec.Body.String(), `"hasMore":true`) {
		t.Errorf("filtered: %s", rec.Body)
	}
	for _, id := range made {
		p.must(own, "DELETE", base+"/integrations/"+id, "")
		if rec := p.do(own, "GET", base+"/integrations/"+id, ""); rec.Code != 404 {
			t.Errorf("after its deletion: %d", rec.Code)
		}
	}
}

// comma parts what is put before the members of an object from them.
func comma(object string) string {
	if object == "{}" {
		return ""
	}
	return ","
}

// TestKitsComeWithTheApp: a vendor client cannot make all of them.
func TestKitsComeWithTheApp(t *testing.T) {
	t.Parallel()
	p := newProgram(t, "")
	a := p.settle("Kits")
	own, base := basic(a.key), "/v1.1/apps/"+a.id.String()
	for field, kind := range map[string]string{"webIntegrationId": "web", "iosIntegrationId": "ios", "androidIntegrationId": "android"} {
		id := p.must(own, "GET", base+"/sdks", "", field)
		if got := p.must(own, "GET", base+"/integrations/"+id, "", "integration", "type"); got != kind {
			t.Errorf("%s is of type %s", field, got)
		}
	}
	web := base + "/integrations/" + p.must(own, "GET", base+"/sdks", "", "webIntegrationId")
	if got := p.must(own, "GET", web, "", "integration", "brandColor"); got != "65758e" {
		t.Errorf("brandColor is %s", got)
	}
	p.must(own, "PUT", web, `{"brandColor":"000000","businessName":"Shop","originWhitelist":["https://shop.example"]}`)
	p.must(own, "PUT", web, `{"brandColor":null,"businessName":null}`)
	var got struct{ Integration map[string]any }
	fatal(t, json.Unmarshal(p.do(own, "GET", web, "").Body.Bytes(), &got))
	if _, there := got.Integration["businessName"]; there || got.Integration["brandColor"] != "65758e" || fmt.Sprint(got.Integration["originWhitelist"]) != "[https://shop.example]" {
		t.Errorf("after null: %v", got.Integration)
	}
	p.must(own, "DELETE", web, "")
	// One that is missing, as in apps of older versions, is made when asked for, once.
	fresh := p.must(own, "GET", base+"/sdks", "", "webIntegrationId")
	if fresh == strings.TrimPrefix(web, base+"/integrations/") {
		t.Errorf("a deleted kit is named: %s", fresh)
	}
	if got := p.must(own, "GET", base+"/integrations/"+fresh, "", "integration", "brandColor"); got != "65758e" {
		t.Errorf("brandColor of the new one is %s", got)
	}
	if got := p.must(own, "GET", base+"/sdks", "", "webIntegrationId"); got != fresh {
		t.Errorf("asked again: %s and %s", fresh, got)
	}
}
