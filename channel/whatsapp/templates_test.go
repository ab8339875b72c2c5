package whatsapp_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"heliograph"
	"heliograph/channel"
)

const (
	templates = version + "/" + account + "/message_templates"
	listed    = "GET " + templates + "?fields=name,language,status,category,components,parameter_format,quality_score,rejected_reason&limit=100"
)

var managed = map[string]any{"accountId": account, "accountManagementAccessToken": manager}

func TestTemplates(t *testing.T) {
	t.Parallel()
	// More than other answers may have.
	long := strings.Repeat("x", 300<<10)
	g := newGraph(t, map[string]string{
		listed: `200 {"data":[{"id":"1","name":"a","language":"en","status":"APPROVED","category":"UTILITY","parameter_format":"NAMED","rejected_reason":"NONE","components":[{"type":"BODY","text":"` + long + `"}],"new":1}],` +
			`"paging":{"cursors":{"before":"B","after":"A=1"},"next":"https://graph.example.test/x"}}`,
		listed + "&after=A%3D1": `200 {"data":[{"id":"2","name":"b","language":"fr","status":"REJECTED","category":"MARKETING","rejected_reason":"PROMOTIONAL","components":[]}],"paging":{"cursors":{"after":"Z"}}}`,
	})
	templater := opened(t, managed, g.URL, nil).(channel.Templater)
	page, next, err := templater.Templates(t.Context(), "")
	if err != nil || next != "A=1" || len(page) != 1 || !page[0].Named || page[0].Reason != "" || !strings.Contains(string(page[0].Components), long) {
		t.Fatalf("%q, %v", next, err)
	}
	page, next, err = templater.Templates(t.Context(), next)
	want := []channel.Template{{ID: "2", Name: "b", Language: "fr", Category: "MARKETING", Status: "REJECTED", Components: json.RawMessage("[]"), Reason: "PROMOTIONAL"}}
	if d := cmp.Diff(want, page); d != "" || next != "" || err != nil {
		t.Errorf("%q, %v\n%s", next, err, d)
	}
	if g.header[0].Get("Authorization") != "Bearer "+manager {
		t.Error("not asked with the account's token")
	}
}

func TestCreateTemplate(t *testing.T) {
	t.Parallel()
	g := newGraph(t, map[string]string{"POST " + templates: `200 {"id":"572279198452421","status":"PENDING","category":"MARKETING"}`})
	in := channel.Template{Name: "order", Language: "en_US", Category: "UTILITY", Named: true, Components: json.RawMessage(`[{"type":"BODY","text":"Hi {{name}}"}]`)}
	got, err := opened(t, managed, g.URL, nil).(channel.Templater).CreateTemplate(t.Context(), &in)
	if err != nil || got.ID != "572279198452421" || got.Status != "PENDING" || got.Category != "MARKETING" || got.Name != "order" || !got.Named || in.ID != "" {
		t.Fatalf("%+v, %v", got, err)
	}
	if want := `{"name":"order","language":"en_US","category":"UTILITY","components":[{"type":"BODY","text":"Hi {{name}}"}],"parameter_format":"NAMED"}`; g.bodies[0] != want {
		t.Error(g.bodies[0])
	}
	refused := newGraph(t, map[string]string{"POST " + templates: `400 {"error":{"code":100,"message":"Invalid parameter","error_user_msg":"There is already a template of this name"}}`})
	_, err = opened(t, managed, refused.URL, nil).(channel.Templater).CreateTemplate(t.Context(), &in)
	if !heliograph.IsKind(err, heliograph.Invalid) || !strings.Contains(err.Error(), "already a template") {
		t.Error(err)
	}
}

func TestDeleteTemplate(t *testing.T) {
	t.Parallel()
	g := newGraph(t, map[string]string{
		"DELETE " + templates + "?name=order":   `200 {"success":true}`,
		"DELETE " + templates + "?name=missing": `400 {"error":{"code":100,"error_subcode":2593002,"message":"Invalid parameter"}}`,
		"DELETE " + templates + "?name=a%26b":   `503 later`,
	})
	templater := opened(t, managed, g.URL, nil).(channel.Templater)
	if err := templater.DeleteTemplate(t.Context(), "order"); err != nil {
		t.Error(err)
	}
	if err := templater.DeleteTemplate(t.Context(), "missing"); !heliograph.IsKind(err, heliograph.NotFound) {
		t.Error(err)
	}
	if err := templater.DeleteTemplate(t.Context(), "a&b"); !heliograph.IsKind(err, heliograph.Unavailable) {
		t.Error(err)
	}
}

func TestTemplatesNeedAnAccount(t *testing.T) {
	t.Parallel()
	templater := opened(t, nil, "https://graph.example.test", nil).(channel.Templater)
	_, _, listing := templater.Templates(t.Context(), "")
	_, creating := templater.CreateTemplate(t.Context(), &channel.Template{})
	for _, err := range []error{listing, creating, templater.DeleteTemplate(t.Context(), "x")} {
		if !heliograph.IsKind(err, heliograph.Invalid) || !strings.Contains(err.Error(), "accountId") {
			t.Error(err)
		}
	}
}

// definitions are the templates of TestRebuild, by name and language.
var definitions = map[string]string{
	"sample_hsm en": `[{"type":"BODY","text":"Hello {{1}}, this is {{2}}.","example":{"body_text":[["a","b"]]}},{"type":"FOOTER","text":"Reply STOP to end"}]`,
	"named en":      `[{"type":"BODY","text":"Hi {{first_name}}, {{ order }} and {{gone}}"}]`,
	"shown en": `[{"type":"HEADER","format":"IMAGE","example":{"header_handle":["x"]}},{"type":"BODY","text":"Order {{1}}"},
		{"type":"BUTTONS","buttons":[{"type":"QUICK_REPLY","text":"Yes"},{"type":"QUICK_REPLY","text":"No"}]}]`,
	"bill en":  `[{"type":"HEADER","format":"DOCUMENT"},{"type":"BODY","text":"Your bill"}]`,
	"place en": `[{"type":"HEADER","format":"LOCATION"},{"type":"BODY","text":"Come by"}]`,
	"mixed fr": `[{"type":"HEADER","format":"TEXT","text":"Sale {{1}}"},{"type":"BODY","text":"{{1}} until {{2}}"},{"type":"BUTTONS","buttons":[
		{"type":"QUICK_REPLY","text":"Stop"},{"type":"URL","text":"Shop","url":"https://shop.example.test/{{1}}"},
		{"type":"PHONE_NUMBER","text":"Call","phone_number":"+15550783881"},{"type":"COPY_CODE","text":"Copy"},{"type":"FLOW","text":"Fill in"}]}]`,
	"bare de": `[{"type":"BODY","text":"Hallo"}]`,
}

func findDefinition(name, language string) *channel.Template {
	c, ok := definitions[name+" "+language]
	if !ok {
		return nil
	}
	return &channel.Template{Name: name, Language: language, Components: json.RawMessage(c)}
}

func TestRebuild(t *testing.T) {
	t.Parallel()
	use := func(name, language, components string) string {
		return `{"type":"template","template":{"name":"` + name + `","language":{"code":"` + language + `"},"components":[` + components + `]}}`
	}
	words := func(kind string, texts ...string) string {
		var out []string
		for _, s := range texts {
			out = append(out, `{"type":"text","text":"`+s+`"}`)
		}
		return `{"type":"` + kind + `","parameters":[` + strings.Join(out, ",") + `]}`
	}
	text := func(s string) *heliograph.Content {
		return &heliograph.Content{Type: heliograph.TextMessage, Text: s}
	}
	photo := &heliograph.Content{
		Type: heliograph.ImageMessage, Text: "Order A-17", MediaURL: "https://cdn.example.test/1.png", AltText: "1.png",
		Actions: []heliograph.Action{{Type: "reply", Text: "Yes", Payload: "Y1"}, {Type: "reply", Text: "No", Payload: "No"}},
	}
	mixed := text("Sale now\n10 % until Friday")
	mixed.Actions = []heliograph.Action{
		{Type: "postback", Text: "Stop", Payload: "S"}, {Type: "link", Text: "Shop", URI: "https://shop.example.test/a17"},
		{Type: "link", Text: "Call", URI: "tel:+15550783881"}, {Type: "postback", Text: "Copy", Payload: "25OFF"}, {Type: "postback", Text: "Fill in", Payload: "Fill in"},
	}
	tests := []struct {
		name, message string
		want          *heliograph.Content
	}{
		{"the guide's", `{"type":"template","template":{"namespace":"XXXXXXXX_XXXX_XXXX_XXXX_XXXXXXXXXXXX","name":"sample_hsm","language":{"policy":"deterministic","code":"en"},
			"components":[{"type":"body","parameters":[{"type":"text","text":"Sample Notification"},{"type":"text","text":"Sample Notification"}]}]}}`,
			text("Hello Sample Notification, this is Sample Notification.\nReply STOP to end")},
		{"too few parameters", use("sample_hsm", "en", words("body", "Ana")), text("Hello Ana, this is {{2}}.\nReply STOP to end")},
		{"a parameter that looks like a place", use("sample_hsm", "en", words("body", "{{2}}", "x")), text("Hello {{2}}, this is x.\nReply STOP to end")},
		{"named", use("named", "en", `{"type":"body","parameters":[{"type":"text","parameter_name":"order","text":"A-17"},{"type":"text","parameter_name":"first_name","text":"Ana"}]}`), text("Hi Ana, A-17 and {{gone}}")},
		{"an image and answers", use("shown", "en", `{"type":"header","parameters":[{"type":"image","image":{"link":"https://cdn.example.test/1.png"}}]},`+words("body", "A-17")+
			`,{"type":"button","sub_type":"quick_reply","index":0,"parameters":[{"type":"payload","payload":"Y1"}]}`), photo},
		{"an image that only Meta has", use("shown", "en", `{"type":"header","parameters":[{"type":"image","image":{"id":"1"}}]},`+words("body", "A-17")),
			&heliograph.Content{Type: heliograph.TextMessage, Text: "Order A-17", Actions: []heliograph.Action{{Type: "reply", Text: "Yes", Payload: "Yes"}, {Type: "reply", Text: "No", Payload: "No"}}}},
		{"a document", use("bill", "en", `{"type":"header","parameters":[{"type":"document","document":{"link":"https://cdn.example.test/1","filename":"bill.pdf"}}]}`),
			&heliograph.Content{Type: heliograph.FileMessage, Text: "Your bill", MediaURL: "https://cdn.example.test/1", AltText: "bill.pdf"}},
		{"a place", use("place", "en", `{"type":"header","parameters":[{"type":"location","location":{"latitude":"48.85","longitude":2.35,"name":"Shop","address":"1 Rue X"}}]}`),
			text("Location: Shop, 1 Rue X\nhttps://maps.google.com/maps?q=48.85,2.35\nCome by")},
		{"buttons of every kind, amounts and dates", use("mixed", "fr", words("header", "now")+
			`,{"type":"body","parameters":[{"type":"currency","currency":{"fallback_value":"10 %","code":"EUR","amount_1000":1}},{"type":"date_time","date_time":{"fallback_value":"Friday"}}]}`+
			`,{"type":"button","sub_type":"quick_reply","index":"0","parameters":[{"type":"payload","payload":"S"}]}`+
			`,{"type":"button","sub_type":"url","index":"1","parameters":[{"type":"text","text":"a17"}]}`+
			`,{"type":"button","sub_type":"copy_code","index":"3","parameters":[{"type":"coupon_code","coupon_code":"25OFF"}]}`), mixed},
		{"a language with its country", use("sample_hsm", "en_GB", words("body", "a", "b")), text("Hello a, this is b.\nReply STOP to end")},
		{"the integration's language", use("bare", "pt_BR", ""), text("Hallo")},
		{"unknown", use("unknown", "en", ""), nil},
		{"no template", `{"type":"text","text":{"body":"Hi"}}`, nil},
		{"nonsense", `[]`, nil},
	}
	ch := opened(t, map[string]any{"hsmFallbackLanguage": "de"}, "https://graph.example.test", nil)
	for _, tc := range tests {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			n := &heliograph.Native{Schema: "whatsapp", Message: json.RawMessage(tc.message)}
			got, ok := ch.(channel.Templater).Rebuild(n, findDefinition)
			if ok != (tc.want != nil) {
				t.Fatalf("%+v, %v", got, ok)
			}
			if d := cmp.Diff(tc.want, got); ok && d != "" {
				t.Error(d)
			}
		})
	}
	if _, ok := ch.(channel.Templater).Rebuild(&heliograph.Native{Schema: "line", Message: json.RawMessage(use("bare", "de", ""))}, findDefinition); ok {
		t.Error("a message of another provider was rebuilt")
	}
}
