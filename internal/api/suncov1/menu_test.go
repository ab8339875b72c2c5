package suncov1_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
)

func TestMenus(t *testing.T) {
	t.Parallel()
	onEachDatabase(t, func(p *program) {
		t, a := p.T, p.settle("Menu")
		own, one := basic(a.key), "/v1.1/integrations/"+a.values["integrationId"]+"/menu"
		const link, postback = `{"type":"link","text":"Shop","uri":"https://shop.example/"}`, `{"type":"postback","text":"Call","payload":"CALL"}`
		texts := func(path string) string {
			t.Helper()
			var got struct {
				Menu struct {
					Items []struct {
						Text  string
						Items []struct{ Text string }
					}
				}
			}
			rec := p.do(own, "GET", path, "")
			fatal(t, json.Unmarshal(rec.Body.Bytes(), &got))
			out := []string{}
			for _, i := range got.Menu.Items {
				out = append(out, i.Text)
				for _, sub := range i.Items {
					out = append(out, ">"+sub.Text)
				}
			}
			return strings.Join(out, " ")
		}
		if rec := p.do(own, "GET", "/v1.1/menu", ""); rec.Code != 200 || rec.Body.String() != `{"menu":{"items":[]}}` {
			t.Fatalf("%d %s", rec.Code, rec.Body)
		}
		p.must(own, "PUT", "/v1.1/menu", `{"items":[`+link+`,{"type":"submenu","text":"More","payload":"dropped","items":[`+link+`,`+postback+`]}]}`)
		for _, path := range []string{"/v1.1/menu", "/v1.1/apps/" + a.id.String() + "/menu", one} {
			if got := texts(path); got != "Shop More >Shop >Call" {
				t.Errorf("%s: %s", path, got)
			}
		}
		if rec := p.do(own, "GET", "/v1.1/menu", ""); strings.Contains(rec.Body.String(), "dropped") || strings.Contains(rec.Body.String(), `"_id":""`) {
			t.Errorf("%s", rec.Body)
		}
		if rec := p.do(own, "POST", one, `{"items":[`+postback+`]}`); rec.Code != 201 {
			t.Errorf("%d %s", rec.Code, rec.Body)
		}
		p.must(own, "PUT", one, `{"items":[`+postback+`,`+postback+`]}`)
		if got := texts(one) + "; " + texts("/v1.1/menu"); got != "Call Call; Shop More >Shop >Call" {
			t.Error(got)
		}
		p.must(own, "DELETE", one, "")
		p.must(own, "DELETE", one, "")
		if got := texts(one); got != "Shop More >Shop >Call" {
			t.Error(got)
		}
		p.must(own, "DELETE", "/v1.1/menu", "")
		if got := texts(one); got != "" {
			t.Error(got)
		}
		if rec := p.do(own, "PUT", strings.Replace(one, a.values["integrationId"], a.values["userId"], 1), `{"items":[`+link+`]}`); rec.Code != 404 {
			t.Errorf("a menu of nothing: %d %s", rec.Code, rec.Body)
		}
		many := func(n int) string { return strings.TrimSuffix(strings.Repeat(link+",", n), ",") }
		for body, field := range map[string]string{
			`{}`:                          "items",
			`{"items":[]}`:                "items",
			`{"items":[` + many(4) + `]}`: "items",
			`{"items":[{"type":"link","uri":"https://x.example"}]}`:                                                    "items[0].text",
			`{"items":[{"type":"link","text":"x"}]}`:                                                                   "items[0].uri",
			`{"items":[{"type":"link","text":"x","uri":"javascript:alert(1)"}]}`:                                       "items[0].uri",
			`{"items":[` + link + `,{"type":"postback","text":"x"}]}`:                                                  "items[1].payload",
			`{"items":[{"type":"reply","text":"x","payload":"x"}]}`:                                                    "items[0].type",
			`{"items":[{"type":"submenu","text":"x"}]}`:                                                                "items[0].items",
			`{"items":[{"type":"submenu","text":"x","items":[` + many(6) + `]}]}`:                                      "items[0].items",
			`{"items":[{"type":"submenu","text":"x","items":[{"type":"submenu","text":"y"}]}]}`:                        "items[0].items[0].type",
			fmt.Sprintf(`{"items":[{"type":"link","text":"%s","uri":"https://x.example"}]}`, strings.Repeat("x", 129)): "items[0].text",
		} {
			rec := p.do(own, "PUT", "/v1.1/menu", body)
			if rec.Code != 400 || !strings.Contains(rec.Body.String(), `"description":"`+field+` `) {
				t.Errorf("%s: %d %s", body, rec.Code, rec.Body)
			}
		}
		p.must(own, "PUT", "/v1.1/menu", `{"items":[`+many(2)+`,{"type":"submenu","text":"x","items":[`+many(5)+`]}]}`)
	})
}
