package whatsapp_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"reflect"
	"strings"
	"testing"
	"time"
)

const person = "+15551239999"
const people = "/sim/whatsapp/people/" + person

// upload keeps a file of a person.
func (b *bed) upload(kind, name, data string) string {
	b.t.Helper()
	a, err := b.do("POST", "/sim/whatsapp/media?filename="+name, kind, []byte(data), "")
	if err != nil || a.status != http.StatusCreated {
		b.t.Fatalf("%d %s %v", a.status, a.raw, err)
	}
	return a.body["id"].(string)
}

func TestInbound(t *testing.T) {
	t.Parallel()
	b := start(t, nil)
	picture := b.upload("image/png", "a.png", "picture")
	paper := b.upload("application/pdf", "bill.pdf", "paper")
	voice := b.upload("audio/ogg", "v.ogg", "voice")
	const pictureSum = "2cea274d0bedc39ec4ab6ba9e59ec889e3ed6fb56a1cf088a64d9b383378dc97"
	for name, c := range map[string]struct{ in, want string }{
		"text":     {`{"type":"text","text":{"body":"Hi"}}`, `{"type":"text","text":{"body":"Hi"}}`},
		"document": {`{"type":"document","document":{"id":"` + paper + `","caption":"the bill"}}`, `{"type":"document","document":{"id":"` + paper + `","mime_type":"application/pdf","sha256":"*","caption":"the bill","filename":"bill.pdf"}}`},
		"voice":    {`{"type":"audio","audio":{"id":"` + voice + `","voice":true}}`, `{"type":"audio","audio":{"id":"` + voice + `","mime_type":"audio/ogg","sha256":"*","voice":true}}`},
		"image":    {`{"type":"image","image":{"id":"` + picture + `"}}`, `{"type":"image","image":{"id":"` + picture + `","mime_type":"image/png","sha256":"*"}}`},
		"place":    {`{"type":"location","location":{"latitude":1.5,"longitude":2,"name":"Here"}}`, `{"type":"location","location":{"latitude":1.5,"longitude":2,"name":"Here"}}`},
		"contacts": {`{"type":"contacts","contacts":[{"name":{"formatted_name":"Ana"}}]}`, `{"type":"contacts","contacts":[{"name":{"formatted_name":"Ana"}}]}`},
		"order":    {`{"type":"order","order":{"catalog_id":"1"}}`, `{"type":"order","order":{"catalog_id":"1"}}`},
		"referral": {`{"type":"text","text":{"body":"Hi"},"referral":{"source_type":"ad"}}`, `{"type":"text","text":{"body":"Hi"},"referral":{"source_type":"ad"}}`},
		"forward":  {`{"type":"text","text":{"body":"Hi"},"context":{"forwarded":true}}`, `{"type":"text","text":{"body":"Hi"},"context":{"forwarded":true}}`},
		"quote":    {`{"type":"text","text":{"body":"Hi"},"context":{"id":"wamid.1"}}`, `{"type":"text","text":{"body":"Hi"},"context":{"id":"wamid.1","from":"15550100000"}}`},
		"reaction": {`{"type":"reaction","reaction":{"message_id":"wamid.1","emoji":"\u2764"}}`, `{"type":"reaction","reaction":{"message_id":"wamid.1","emoji":"\u2764"}}`},
	} {
		var in, want map[string]any
		_ = json.Unmarshal([]byte(c.in), &in)
		_ = json.Unmarshal([]byte(strings.ReplaceAll(c.want, `"*"`, `"`+pictureSum+`"`)), &want)
		a := b.own("POST", people+"/messages", in, http.StatusCreated)
		if at(a.body, "webhook", "taken") != true {
			t.Errorf("%s: %s", name, a.raw)
		}
		told := b.told()
		message, _ := at(value(told), "messages", 0).(map[string]any)
		if message["from"] != "15551239999" || message["id"] != at(a.body, "message", "sid") || !strings.HasPrefix(fmt.Sprint(message["from_user_id"]), "US.") ||
			at(value(told), "contacts", 0, "wa_id") != "15551239999" || len(fmt.Sprint(message["timestamp"])) != 10 {
			t.Errorf("%s: %s", name, told.raw)
		}
		for _, added := range []string{"from", "id", "from_user_id", "timestamp"} {
			delete(message, added)
		}
		if file, ok := message[name].(map[string]any); ok && name != "image" && file["sha256"] != nil {
			file["sha256"] = pictureSum
		}
		if name == "voice" {
			message["audio"].(map[string]any)["sha256"] = pictureSum
		}
		if !reflect.DeepEqual(message, want) {
			t.Errorf("%s: told %v, not %v", name, message, want)
		}
	}
	b.own("POST", people+"/messages", object{"type": "unsupported"}, http.StatusCreated)
	if code := at(value(b.told()), "messages", 0, "errors", 0, "code"); code != 131051.0 {
		t.Errorf("unsupported: error %v", code)
	}
}

func TestInboundRefusals(t *testing.T) {
	t.Parallel()
	b := start(t, nil)
	for in, field := range map[string]string{
		`{"type":"text"}`:                                          "text.body",
		`{"type":"image","image":{"id":"1"}}`:                      "image.id",
		`{"type":"location"}`:                                      "location",
		`{"type":"reaction","reaction":{"emoji":"x"}}`:             "reaction.message_id",
		`{"type":"poll"}`:                                          "type",
		`{"type":"text","text":{"body":"x"},"colour":1}`:           "colour",
		`{"type":"text","text":{"body":"x"},"to":"not a number"}`:  "to",
		`{"type":"text","text":{"body":"x"},"to":"1230000000000"}`: "to", // has no callback
	} {
		a, _ := b.do("POST", people+"/messages", "", []byte(in), "")
		if a.status < 400 || at(a.body, "error", "field") != field {
			t.Errorf("%s: %d %s", in, a.status, a.raw)
		}
	}
	if a, _ := b.do("POST", "/sim/whatsapp/people/home/messages", "", []byte(`{}`), ""); at(a.body, "error", "field") != "person" {
		t.Errorf("%d %s", a.status, a.raw)
	}
}

// sent sends something in an open window, takes its webhooks and returns its id.
func (b *bed) sent(kind string, what object) string {
	b.t.Helper()
	b.own("POST", "/sim/whatsapp/settings", object{"window": false}, 200)
	a := b.send(object{"messaging_product": "whatsapp", "to": person, "type": kind, kind: what})
	if a.status != 200 {
		b.t.Fatalf("%d %s", a.status, a.raw)
	}
	b.statuses(2)
	return at(a.body, "messages", 0, "id").(string)
}

func TestTaps(t *testing.T) {
	t.Parallel()
	b := start(t, nil)
	parameters := func(texts ...string) []object {
		out := []object{}
		for _, s := range texts {
			out = append(out, object{"type": "text", "text": s})
		}
		return out
	}
	template := b.sent("template", object{"name": "parcel_choice", "language": object{"code": "en"}, "components": []object{
		{"type": "header", "parameters": parameters("A-17")}, {"type": "body", "parameters": parameters("Ana", "Monday")},
		{"type": "button", "sub_type": "quick_reply", "index": "1", "parameters": []object{{"type": "payload", "payload": "home"}}},
	}})
	buttons := b.sent("interactive", object{"type": "button", "body": object{"text": "?"}, "action": object{"buttons": []object{
		{"type": "reply", "reply": object{"id": "y", "title": "Yes"}}}}})
	list := b.sent("interactive", object{"type": "list", "body": object{"text": "?"}, "action": object{"button": "Open", "sections": []object{
		{"rows": []object{{"id": "r1", "title": "One", "description": "The first"}}}}}})
	flow := b.sent("interactive", object{"type": "flow", "body": object{"text": "?"}, "action": object{"name": "flow",
		"parameters": object{"flow_message_version": "3", "flow_id": "1", "flow_cta": "Fill in"}}})
	place := b.sent("interactive", object{"type": "location_request_message", "body": object{"text": "Where?"}, "action": object{"name": "send_location"}})
	link := b.sent("interactive", object{"type": "cta_url", "body": object{"text": "?"}, "action": object{"name": "cta_url",
		"parameters": object{"display_text": "Shop", "url": "https://example.com/"}}})
	for _, c := range []struct {
		message string
		tap     object
		path    []any
		want    any
	}{
		{template, object{"button": 0}, []any{"button", "payload"}, "Yes, please"},
		{template, object{"button": 1}, []any{"button", "payload"}, "home"},
		{buttons, object{"button": 0}, []any{"interactive", "button_reply", "id"}, "y"},
		{list, object{"row": "r1"}, []any{"interactive", "list_reply", "description"}, "The first"},
		{flow, object{"button": 0, "response": object{"a": "b"}}, []any{"interactive", "nfm_reply", "response_json"}, `{"a":"b"}`},
		{place, object{"button": 0, "location": object{"latitude": 1, "longitude": 2}}, []any{"location", "longitude"}, 2.0},
	} {
		c.tap["message"] = c.message
		b.own("POST", people+"/tap", c.tap, http.StatusCreated)
		message := at(value(b.told()), "messages", 0)
		if got := at(message, c.path...); got != c.want || at(message, "context", "id") != c.message {
			t.Errorf("%v: told %v", c.tap, message)
		}
	}
	for _, tap := range []object{
		{"message": link, "button": 0}, {"message": buttons, "button": 1}, {"message": list, "row": "r2"}, {"message": "wamid.none", "button": 0},
	} {
		raw, _ := json.Marshal(tap)
		if a, _ := b.do("POST", people+"/tap", "", raw, ""); a.status < 400 {
			t.Errorf("%v: %d", tap, a.status)
		}
	}
}

func TestReadAndTyping(t *testing.T) {
	t.Parallel()
	b := start(t, nil)
	id := b.sent("text", object{"body": "hello"})
	if n := b.own("POST", people+"/read", object{}, 200).body["read"]; n != 1.0 {
		t.Errorf("%v messages were read", n)
	}
	if status := at(value(b.told()), "statuses", 0); at(status, "status") != "read" || at(status, "id") != id {
		t.Errorf("told %v", status)
	}
	theirs := at(value(b.open(person)), "messages", 0, "id")
	a := b.send(object{"messaging_product": "whatsapp", "status": "read", "message_id": theirs, "typing_indicator": object{"type": "text"}})
	if a.status != 200 || a.body["success"] != true {
		t.Fatalf("%d %s", a.status, a.raw)
	}
	thread := b.own("GET", "/sim/threads/whatsapp/"+person, nil, 200)
	if at(thread.body, "messages", 1, "status") != "read" {
		t.Errorf("the person's message: %v", at(thread.body, "messages", 1))
	}
	until, _ := at(thread.body, "state", "chats", 0, "typingUntil").(float64)
	if rest := time.Until(time.UnixMilli(int64(until))); rest < 20*time.Second || rest > 25*time.Second {
		t.Errorf("types for another %v", rest)
	}
}

func TestPreferences(t *testing.T) {
	t.Parallel()
	b := start(t, nil)
	picture := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "image/jpeg")
		_, _ = w.Write([]byte("picture"))
	}))
	t.Cleanup(picture.Close)
	offer := func() string {
		b.send(object{"messaging_product": "whatsapp", "to": person, "type": "template", "template": object{
			"name": "summer_offer", "language": object{"code": "en"}, "components": []object{
				{"type": "header", "parameters": []object{{"type": "image", "image": object{"link": picture.URL}}}},
				{"type": "body", "parameters": []object{{"type": "text", "text": "Ana"}}},
				{"type": "button", "sub_type": "copy_code", "index": "1", "parameters": []object{{"type": "coupon_code", "coupon_code": "S20"}}},
			}}})
		return b.told().statuses()[0]
	}
	b.own("POST", people+"/preferences", object{"marketing": "stop"}, 200)
	c := b.told()
	if at(c.body, "entry", 0, "changes", 0, "field") != "user_preferences" || at(value(c), "user_preferences", 0, "value") != "stop" ||
		at(value(c), "user_preferences", 0, "wa_id") != "15551239999" {
		t.Errorf("told %s", c.raw)
	}
	if got := offer(); got != "failed 131050" {
		t.Errorf("an offer after stop: %s", got)
	}
	b.own("POST", people+"/preferences", object{"marketing": "resume"}, 200)
	b.told()
	if got := offer(); got != "sent" {
		t.Errorf("an offer after resume: %s", got)
	}
}

func TestNumberChange(t *testing.T) {
	t.Parallel()
	b := start(t, nil)
	before := at(value(b.open(person)), "messages", 0, "from_user_id")
	b.own("POST", people+"/number", object{"number": "+15551237777"}, 200)
	message := at(value(b.told()), "messages", 0)
	if at(message, "type") != "system" || at(message, "from") != "15551239999" || at(message, "system", "wa_id") != "15551237777" ||
		at(message, "system", "type") != "user_changed_number" {
		t.Errorf("told %v", message)
	}
	c := at(value(b.open("+15551237777")), "messages", 0)
	if after := at(c, "from_user_id"); after == before || after != at(message, "system", "user_id") {
		t.Errorf("user id %v, before %v", after, before)
	}
}

func TestHandshake(t *testing.T) {
	t.Parallel()
	b := start(t, nil)
	raw, _ := json.Marshal(object{"phoneNumberId": "106540352242923", "callbackUrl": b.hook.URL, "verifyToken": "other", "appSecret": secret})
	a, _ := b.do("POST", "/sim/whatsapp/numbers", "", raw, "")
	if a.status != 400 || at(a.body, "error", "field") != "callbackUrl" {
		t.Errorf("%d %s", a.status, a.raw)
	}
	if a := b.api("POST", "/v25.0/"+accountID+"/subscribed_apps", object{"override_callback_uri": b.hook.URL, "verify_token": "other"}); at(a.body, "error", "code") != 2200.0 {
		t.Errorf("%d %s", a.status, a.raw)
	}
	if a := b.api("POST", "/v25.0/"+accountID+"/subscribed_apps", object{"override_callback_uri": b.hook.URL + "/new", "verify_token": "verify"}); a.body["success"] != true {
		t.Errorf("%d %s", a.status, a.raw)
	}
	if a := b.own("GET", "/sim/whatsapp/numbers", nil, 200); !strings.Contains(a.raw, b.hook.URL+"/new") || strings.Contains(a.raw, secret) {
		t.Errorf("numbers %s", a.raw)
	}
}
