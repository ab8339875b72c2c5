package whatsapp_test

import (
	"bytes"
	"mime/multipart"
	"net/textproto"
	"strings"
	"testing"
)

// file uploads a file to the played API.
func (b *bed) file(kind, data string) answer {
	b.t.Helper()
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	_ = form.WriteField("messaging_product", "whatsapp")
	_ = form.WriteField("type", kind)
	part, _ := form.CreatePart(textproto.MIMEHeader{
		"Content-Disposition": {`form-data; name="file"; filename="a.bin"`}, "Content-Type": {kind},
	})
	_, _ = part.Write([]byte(data))
	_ = form.Close()
	a, err := b.do("POST", graph+"/media", form.FormDataContentType(), body.Bytes(), token)
	if err != nil {
		b.t.Fatal(err)
	}
	return a
}

func TestFiles(t *testing.T) {
	t.Parallel()
	b := start(t, nil)
	a := b.file("image/png", "picture")
	id, _ := a.body["id"].(string)
	if a.status != 200 || id == "" {
		t.Fatalf("%d %s", a.status, a.raw)
	}
	about := b.api("GET", "/v25.0/"+id, nil)
	address, _ := about.body["url"].(string)
	if about.body["mime_type"] != "image/png" || about.body["file_size"] != 7.0 || about.body["messaging_product"] != "whatsapp" ||
		about.body["sha256"] != "2cea274d0bedc39ec4ab6ba9e59ec889e3ed6fb56a1cf088a64d9b383378dc97" {
		t.Errorf("about %s", about.raw)
	}
	path := strings.TrimPrefix(address, b.url)
	if a, _ := b.do("GET", path, "", nil, token); a.raw != "picture" || a.header.Get("Content-Type") != "image/png" {
		t.Errorf("%d %q", a.status, a.raw)
	}
	if a, _ := b.do("GET", path, "", nil, ""); a.status != 401 {
		t.Errorf("without a token: %d", a.status)
	}
	b.own("POST", "/sim/clock", object{"advanceMs": 301_000}, 200)
	if a, _ := b.do("GET", path, "", nil, token); a.status != 404 {
		t.Errorf("after five minutes: %d", a.status)
	}
	b.own("POST", "/sim/whatsapp/settings", object{"window": false}, 200)
	if a := b.send(object{"messaging_product": "whatsapp", "to": "15551239999", "type": "image", "image": object{"id": id}}); a.status != 200 {
		t.Errorf("sent by id: %d %s", a.status, a.raw)
	}
	if a := b.send(object{"messaging_product": "whatsapp", "to": "15551239999", "type": "video", "video": object{"id": id}}); at(a.body, "error", "code") != 131053.0 {
		t.Errorf("a picture as a video: %d %s", a.status, a.raw)
	}
	b.own("POST", "/sim/clock", object{"advanceMs": 31 * 24 * 3600 * 1000}, 200)
	if a := b.api("GET", "/v25.0/"+id, nil); a.status != 400 {
		t.Errorf("after 31 days: %d", a.status)
	}
	b.own("POST", "/sim/clock", object{"offsetMs": 0}, 200)
	if a := b.api("DELETE", "/v25.0/"+id, nil); a.body["success"] != true {
		t.Errorf("delete: %s", a.raw)
	}
	if a := b.api("GET", "/v25.0/"+id+"0404", nil); at(a.body, "error", "error_subcode") != 33.0 {
		t.Errorf("a file that is not there: %d %s", a.status, a.raw)
	}
	if a := b.file("application/x-unknown; x", ""); a.status != 400 {
		t.Errorf("an empty file: %d", a.status)
	}
	if a := b.file("image/png", strings.Repeat("x", 5<<20+1)); at(a.body, "error", "code") != 131053.0 {
		t.Errorf("a large picture: %d", a.status)
	}
}

const templates = "/v25.0/" + accountID + "/message_templates"

func TestTemplates(t *testing.T) {
	t.Parallel()
	b := start(t, nil)
	b.own("POST", "/sim/whatsapp/settings", object{"reviewMs": 0}, 200)
	b.own("POST", "/sim/rules", object{"action": "reject-template", "match": object{"to": "bad_*"}}, 200)
	b.own("POST", "/sim/rules", object{"action": "pause-template", "match": object{"to": "tired"}}, 200)
	make := func(name string) answer {
		return b.api("POST", templates, object{"name": name, "language": "en", "category": "utility", "components": []object{{"type": "BODY", "text": "Hello {{1}}"}}})
	}
	event := func() string {
		c := b.told()
		if at(c.body, "entry", 0, "changes", 0, "field") != "message_template_status_update" || !c.signed {
			t.Errorf("told %s", c.raw)
		}
		return at(value(c), "message_template_name").(string) + " " + at(value(c), "event").(string) + " " + at(value(c), "reason").(string)
	}
	if a := make("good"); a.status != 200 || a.body["status"] != "PENDING" || a.body["category"] != "UTILITY" {
		t.Fatalf("%d %s", a.status, a.raw)
	}
	if got := event(); got != "good APPROVED NONE" {
		t.Error(got)
	}
	make("bad_one")
	if got := event(); got != "bad_one REJECTED INVALID_FORMAT" {
		t.Error(got)
	}
	make("tired")
	if got := event() + ", " + event(); got != "tired APPROVED NONE, tired PAUSED NONE" {
		t.Error(got)
	}
	if n := b.own("GET", "/sim/counts", nil, 200).body["requests"]; n != 0.0 {
		t.Errorf("templates are counted as sends: %v", n)
	}
	send := func(name string) any {
		return at(b.send(object{"messaging_product": "whatsapp", "to": "15551230001", "type": "template", "template": object{"name": name,
			"language": object{"code": "en"}, "components": []object{{"type": "body", "parameters": []object{{"type": "text", "text": "Ana"}}}}}}).body, "error", "code")
	}
	for name, code := range map[string]any{"good": nil, "bad_one": 132001.0, "tired": 132015.0} {
		if got := send(name); got != code {
			t.Errorf("%s: %v", name, got)
		}
	}
	b.statuses(2)
	if a := make("good"); at(a.body, "error", "error_subcode") != 2388024.0 {
		t.Errorf("twice: %s", a.raw)
	}
	if a := b.api("DELETE", templates+"?name=good", nil); a.body["success"] != true {
		t.Errorf("delete: %s", a.raw)
	}
	if a := make("good"); at(a.body, "error", "error_subcode") != 2388023.0 {
		t.Errorf("a deleted name: %s", a.raw)
	}
	b.own("POST", "/sim/clock", object{"advanceMs": 30 * 24 * 3600 * 1000}, 200)
	if a := make("good"); a.status != 200 {
		t.Errorf("30 days later: %s", a.raw)
	}
	for name, in := range map[string]object{
		"name":     {"name": "Bad Name", "language": "en", "category": "UTILITY", "components": []object{{"type": "BODY", "text": "x"}}},
		"category": {"name": "x", "language": "en", "category": "OTHER", "components": []object{{"type": "BODY", "text": "x"}}},
		"body":     {"name": "x", "language": "en", "category": "UTILITY"},
		"footer":   {"name": "x", "language": "en", "category": "UTILITY", "components": []object{{"type": "BODY", "text": "x"}, {"type": "FOOTER", "text": strings.Repeat("x", 61)}}},
	} {
		if a := b.api("POST", templates, in); at(a.body, "error", "code") != 100.0 {
			t.Errorf("%s: %d %s", name, a.status, a.raw)
		}
	}
}

func TestTemplatePaging(t *testing.T) {
	t.Parallel()
	b := start(t, nil)
	seen, path := []string{}, templates+"?limit=4&fields=name,status"
	for pages := 0; path != "" && pages < 10; pages++ {
		a := b.api("GET", path, nil)
		list, _ := at(a.body, "data").([]any)
		for _, one := range list {
			seen = append(seen, at(one, "id").(string))
			if at(one, "name") == nil || at(one, "components") != nil {
				t.Errorf("fields %v", one)
			}
		}
		next, _ := at(a.body, "paging", "next").(string)
		path = strings.TrimPrefix(next, b.url)
	}
	all := at(b.api("GET", templates+"?limit=100", nil).body, "data").([]any)
	if len(seen) != len(all) || len(all) < 5 {
		t.Errorf("%d of %d in pages", len(seen), len(all))
	}
	if one := at(b.api("GET", templates+"?name=order_update", nil).body, "data").([]any); len(one) != 1 || at(one[0], "components", 0, "format") != "IMAGE" {
		t.Errorf("by name: %v", one)
	}
	if a := b.api("GET", "/v25.0/"+seen[0], nil); a.body["id"] != seen[0] {
		t.Errorf("by id: %s", a.raw)
	}
	if a := b.api("POST", "/v25.0/"+seen[0], object{"components": []object{{"type": "BODY", "text": "Edited"}}}); a.body["success"] != true {
		t.Errorf("edit: %s", a.raw)
	}
	if a := b.api("GET", "/v25.0/"+seen[0], nil); a.body["status"] != "PENDING" {
		t.Errorf("an edit is reviewed: %s", a.raw)
	}
}

func TestAccount(t *testing.T) {
	t.Parallel()
	b := start(t, nil)
	if a := b.api("GET", graph+"?fields=display_phone_number,verified_name,quality_rating", nil); a.body["display_phone_number"] != "+1 555-010-0000" ||
		a.body["quality_rating"] != "GREEN" || len(a.body) != 4 {
		t.Errorf("number %s", a.raw)
	}
	if a := b.api("GET", "/v25.0/"+accountID+"?fields=id,name,message_template_namespace", nil); a.body["id"] != accountID || a.body["message_template_namespace"] == nil {
		t.Errorf("account %s", a.raw)
	}
	if a := b.api("GET", "/v25.0/"+accountID+"/phone_numbers", nil); at(a.body, "data", 0, "id") != numberID {
		t.Errorf("numbers %s", a.raw)
	}
	if a := b.api("POST", graph+"/whatsapp_business_profile", object{"messaging_product": "whatsapp", "about": "Parcels", "websites": []string{"https://example.com/"}}); a.status != 200 {
		t.Errorf("profile %s", a.raw)
	}
	if a := b.api("GET", graph+"/whatsapp_business_profile?fields=about", nil); at(a.body, "data", 0, "about") != "Parcels" || at(a.body, "data", 0, "websites") != nil {
		t.Errorf("profile %s", a.raw)
	}
	if a := b.api("POST", graph+"/whatsapp_business_profile", object{"messaging_product": "whatsapp", "about": strings.Repeat("x", 140)}); a.status != 400 {
		t.Errorf("a long about: %d", a.status)
	}
	if a := b.api("POST", graph+"/register", object{"messaging_product": "whatsapp", "pin": "123456"}); a.body["success"] != true {
		t.Errorf("register %s", a.raw)
	}
	// The page's own files, and what it is told to show.
	for path, want := range map[string]string{
		"/sim/catalogue": `"/assets/whatsapp/view.js"`, "/assets/whatsapp/view.js": "openThread", "/assets/whatsapp/view.css": ".window",
		"/threads/whatsapp/+15551239999": `<main id="phones"`,
	} {
		if a, _ := b.do("GET", path, "", nil, ""); a.status != 200 || !strings.Contains(a.raw, want) {
			t.Errorf("%s: %d", path, a.status)
		}
	}
}
