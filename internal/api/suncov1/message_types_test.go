package suncov1_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// withoutIDs checks that every _id below v is one, and removes them.
func withoutIDs(t *testing.T, v any) any {
	t.Helper()
	switch v := v.(type) {
	case map[string]any:
		if id, there := v["_id"]; there {
			if s, ok := id.(string); !ok || len(s) != 24 {
				t.Errorf("the id %v in %v", id, v)
			}
			delete(v, "_id")
		}
		for _, e := range v {
			withoutIDs(t, e)
		}
	case []any:
		for _, e := range v {
			withoutIDs(t, e)
		}
	}
	return v
}

// TestPostTypes posts a message of every type and reads it again.
func TestPostTypes(t *testing.T) {
	t.Parallel()
	w := newTalk(t)
	for in, want := range map[string]string{
		`{"type":"file","mediaUrl":"https://e.test/a.pdf","mediaType":"application/pdf","altText":"Bill"}`: `{"mediaUrl":"https://e.test/a.pdf","mediaType":"application/pdf","altText":"Bill"}`,
		`{"type":"location","coordinates":{"lat":-1.5,"long":0},"location":{"name":"Shop"}}`: `{"coordinates":{"lat":-1.5,"long":0},"location":{"name":"Shop"},
			"text":"Location: Shop\nhttps://maps.google.com/maps?q=-1.5,0"}`,
		`{"type":"list","items":[{"title":"A","description":"first","actions":[{"type":"postback","text":"T","payload":"P"}]},{"title":"B","actions":[{"type":"share"}]}]}`: `{"text":"1. A: first\n2. B",
			"items":[{"title":"A","description":"first","actions":[{"type":"postback","text":"T","uri":"","payload":"P"}]},{"title":"B","actions":[{"type":"share","text":"","uri":""}]}]}`,
		`{"type":"carousel","text":"Own","items":[{"title":"A","mediaUrl":"https://e.test/a","size":"large","metadata":{"a":1},"actions":[{"type":"link","text":"L","uri":"https://e.test"}]}]}`: `{"text":"Own",
			"displaySettings":{"imageAspectRatio":"horizontal"},"items":[{"title":"A","mediaUrl":"https://e.test/a","size":"large","metadata":{"a":1},"actions":[{"type":"link","text":"L","uri":"https://e.test"}]}]}`,
		`{"type":"form","blockChatInput":true,"fields":[{"type":"text","name":"n","label":"N"},{"type":"select","name":"s","label":"S","options":[{"name":"a","label":"A"}]}]}`: `{"blockChatInput":true,"submitted":false,
			"fields":[{"type":"text","name":"n","label":"N","minSize":1,"maxSize":128},{"type":"select","name":"s","label":"S","options":[{"name":"a","label":"A"}],"selectSize":1}]}`,
	} {
		body := strings.Replace(in, "{", `{"role":"appMaker",`, 1)
		posted := w.post(body).want(http.StatusCreated)["message"].(map[string]any)
		list := w.call(basic(w.key), http.MethodGet, w.path("/messages"), nil).want(http.StatusOK)["messages"].([]any)
		if diff := cmp.Diff(posted, list[len(list)-1]); diff != "" {
			t.Errorf("%s: read again it is another\n%s", in, diff)
		}
		withoutIDs(t, posted)
		for _, own := range []string{"type", "role", "authorId", "received", "source", "name"} {
			delete(posted, own)
		}
		var expected any
		if err := json.Unmarshal([]byte(want), &expected); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(expected, any(posted)); diff != "" {
			t.Errorf("%s\n%s", in, diff)
		}
	}
}

// TestAnswerAForm: an answer carries the form, which is submitted from then on.
func TestAnswerAForm(t *testing.T) {
	t.Parallel()
	w := newTalk(t)
	form := func() map[string]any {
		t.Helper()
		return w.post(`{"role":"appMaker","type":"form","fields":[{"type":"text","name":"n","label":"Name","minSize":2,"maxSize":4},{"type":"email","name":"e","label":"Mail"},
			{"type":"select","name":"s","label":"Size","options":[{"name":"a","label":"Small"},{"name":"b","label":"Big"}]}]}`).want(http.StatusCreated)["message"].(map[string]any)
	}
	first, second := form(), form()
	answer := func(fields, more string) *answer {
		t.Helper()
		return w.call(w.userToken("ana@example.org"), http.MethodPost, w.path("/messages"), `{"role":"appUser","type":"formResponse","fields":[`+fields+`]`+more+`}`)
	}
	const all = `{"type":"text","name":"n","text":"Ana"},{"type":"email","name":"e","email":"ana@example.org"},{"type":"select","name":"s","select":[{"name":"b"}]}`
	for in, field := range map[string]string{
		`{"type":"text","name":"n","text":"A"}`:                                     "fields[0].text",
		`{"type":"text","name":"n","text":"Annabel"}`:                               "fields[0].text",
		`{"type":"text","name":"other","text":"A"}`:                                 "quotedMessage",
		`{"type":"select","name":"s","select":[{"name":"c"}]}`:                      "fields[0].select[0]",
		`{"type":"select","name":"s","select":[{"name":"a"},{"name":"b"}]}`:         "fields[0].select",
		`{"type":"email","name":"n","email":"ana@example.org"}`:                     "quotedMessage",
		`{"_id":"5f3c1e7ab2c4d5e6f7a8b9c0","type":"text","name":"n","text":"Anna"}`: "quotedMessage",
	} {
		if d := dig(t, answer(in, "").want(http.StatusBadRequest, "bad_request"), "error", "description").(string); !strings.HasPrefix(d, field+" ") {
			t.Errorf("%s: %s; want it to name %s", in, d, field)
		}
	}
	answer(all, `,"quotedMessageId":"`+w.user.ID.String()+`"`).want(http.StatusBadRequest, "bad_request")

	named := answer(all, `,"quotedMessage":{"type":"message","content":{"_id":"`+first["_id"].(string)+`"}}`).want(http.StatusCreated)["message"].(map[string]any)
	quoted := dig(t, named, "quotedMessage", "content").(map[string]any)
	if quoted["_id"] != first["_id"] || quoted["submitted"] != true || quoted["type"] != "form" || named["textFallback"] != "Name: Ana\nMail: ana@example.org\nSize: Big" {
		t.Errorf("answered %v", named)
	}
	asked := first["fields"].([]any)
	for i, f := range named["fields"].([]any) {
		if got, want := dig(t, f, "_id"), dig(t, asked[i], "_id"); got != want {
			t.Errorf("field %d has the id %v; the question has %v", i, got, want)
		}
	}
	chosen := dig(t, named["fields"].([]any)[2], "select").([]any)[0]
	if diff := cmp.Diff(dig(t, asked[2], "options").([]any)[1], chosen); diff != "" {
		t.Errorf("chosen\n%s", diff)
	}

	// One that names no form answers the newest that waits; by the questions' ids too.
	byID := `{"_id":"` + dig(t, second["fields"].([]any)[0], "_id").(string) + `","type":"text","name":"n","text":"Bea"}`
	if got := dig(t, answer(byID, "").want(http.StatusCreated), "message", "quotedMessage", "content", "_id"); got != second["_id"] {
		t.Errorf("it answers %v, want the second form", got)
	}
	list := w.call(basic(w.key), http.MethodGet, w.path("/messages"), nil).want(http.StatusOK)["messages"].([]any)
	if len(list) != 4 || dig(t, list[0], "submitted") != true || dig(t, list[1], "submitted") != true {
		t.Errorf("%v", list)
	}
	if diff := cmp.Diff(any(named), list[2]); diff != "" {
		t.Errorf("read again the answer is another\n%s", diff)
	}
	if got := dig(t, answer(all, "").want(http.StatusCreated), "message", "quotedMessage", "content", "_id"); got != second["_id"] {
		t.Errorf("with none waiting it answers %v, want the newest", got)
	}
}

// TestStoredTemplates goes through the life of a stored template.
func TestStoredTemplates(t *testing.T) {
	t.Parallel()
	w := newTalk(t)
	do := func(method, path string, body any) *answer { return w.call(basic(w.key), method, "/v1.1"+path, body) }
	const message = `{"role":"appMaker","type":"text","text":"Hi %[Go](https://e.test)","mine":[1]}`
	made := do("POST", "/templates", `{"name":"hello","message":`+message+`}`).want(201)["template"].(map[string]any)
	one := "/templates/" + made["_id"].(string)
	do("POST", "/templates", `{"name":"second","message":`+message+`}`).want(201)
	do("POST", "/templates", `{"name":"hello","message":`+message+`}`).want(409, "conflict")
	long := "/v1.1/apps/" + w.app.ID.String()
	if got := w.call(basic(w.account), "GET", long+one, nil).want(200)["template"]; cmp.Diff(any(made), got) != "" {
		t.Errorf("got %v, made %v", got, made)
	}
	if m := made["message"].(map[string]any); made["name"] != "hello" || m["text"] != "Hi %[Go](https://e.test)" || m["role"] != "appMaker" {
		t.Errorf("made %v", made)
	}
	page := do("GET", "/templates?limit=1&offset=0", nil).want(200)
	if list := page["templates"].([]any); len(list) != 1 || page["hasMore"] != true || page["offset"] != 0.0 || dig(t, list[0], "name") != "hello" {
		t.Errorf("page %v", page)
	}
	if got := do("PUT", one, `{"name":"hullo"}`).want(200)["template"].(map[string]any); got["name"] != "hullo" || cmp.Diff(made["message"], got["message"]) != "" {
		t.Errorf("renamed to %v", got)
	}
	do("PUT", one, `{"name":"second"}`).want(409, "conflict")
	if got := dig(t, do("PUT", one, `{"message":{"role":"appMaker","type":"text","text":"New"}}`).want(200), "template", "message", "text"); got != "New" {
		t.Errorf("changed to %v", got)
	}
	for in, field := range map[string]string{
		`{"message":` + message + `}`: "name", `{"name":"","message":` + message + `}`: "name", `{"name":" a","message":` + message + `}`: "name",
		`{"name":"a))%","message":` + message + `}`: "name", `{"name":"` + strings.Repeat("a", 129) + `","message":` + message + `}`: "name",
		`{"name":"a"}`: "message", `{"name":"a","message":null}`: "message", `{"name":"a","message":[]}`: "message", `{"name":"a","message":{"type":"text","text":"x"}}`: "message.role",
		`{"name":"a","message":{"role":"appUser","type":"text","text":"x"}}`:                                                "message.role",
		`{"name":"a","message":{"role":"appMaker","type":"text"}}`:                                                          "message.text",
		`{"name":"a","message":{"role":"appMaker","type":"carousel","items":[{}]}}`:                                         "message.items[0].actions",
		`{"name":"a","message":{"role":"appMaker","type":"text","text":"x","avatarUrl":"y"}}`:                               "message.avatarUrl",
		`{"name":"a","message":{"role":"appMaker","messageSchema":"whatsapp","message":{"type":"template"}}}`:               "message.message.template",
		`{"name":"a","message":{"role":"appMaker","type":"formResponse","fields":[{"type":"text","name":"n","text":"x"}]}}`: "message.type",
	} {
		if d := dig(t, do("POST", "/templates", in).want(400, "bad_request"), "error", "description").(string); !strings.HasPrefix(d, field+" ") {
			t.Errorf("%s: %s; want it to name %s", in, d, field)
		}
	}
	other, key := w.newApp()
	if w.call(basic(key), "GET", "/v1.1/apps/"+other.ID.String()+one, nil).want(404, "not_found"); w.call(basic(key), "GET", "/v1.1/templates", nil).want(200)["hasMore"] != false {
		t.Error("another app has templates")
	}
	if got := do("DELETE", one, nil).want(200); len(got) != 0 {
		t.Errorf("deleted: %v", got)
	}
	do("DELETE", one, nil).want(404, "not_found")
	do("GET", one, nil).want(404, "not_found")
	do("GET", "/templates/x", nil).want(404, "not_found")
}
