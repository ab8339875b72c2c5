package whatsapp_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"heliograph/channel/simulator"
)

func TestSend(t *testing.T) {
	t.Parallel()
	b := start(t, nil)
	b.open("+15551239999")
	in := text("+1 (555) 123-9999", "Grüße/hello")
	in["biz_opaque_callback_data"] = "d-1"
	a := b.send(in)
	if a.status != 200 || at(a.body, "contacts", 0, "wa_id") != "15551239999" || at(a.body, "contacts", 0, "input") != "+1 (555) 123-9999" {
		t.Fatalf("%d %s", a.status, a.raw)
	}
	id := at(a.body, "messages", 0, "id")
	for _, want := range []string{"sent", "delivered"} {
		c := b.told()
		status := at(value(c), "statuses", 0)
		if !c.signed || at(status, "status") != want || at(status, "id") != id || at(status, "biz_opaque_callback_data") != "d-1" ||
			at(status, "recipient_id") != "15551239999" || at(value(c), "metadata", "phone_number_id") != numberID ||
			at(c.body, "entry", 0, "id") != accountID {
			t.Errorf("signed %v: %s", c.signed, c.raw)
		}
	}
	if c := b.open("+15551239999"); !strings.HasPrefix(c.raw, `{"entry"`) {
		t.Errorf("webhook %s", c.raw)
	}
}

func TestEscapedWebhook(t *testing.T) {
	t.Parallel()
	b := start(t, nil)
	b.own("POST", "/sim/whatsapp/people/15551239999/messages", object{"type": "text", "text": object{"body": "Grüße/\U0001F44B"}}, 201)
	c := b.told()
	if !c.signed || !strings.Contains(c.raw, `Gr\u00fc\u00dfe\/\ud83d\udc4b`) {
		t.Errorf("signed %v: %s", c.signed, c.raw)
	}
	if got := at(value(c), "messages", 0, "text", "body"); got != "Grüße/\U0001F44B" {
		t.Errorf("body %q", got)
	}
}

func TestBatch(t *testing.T) {
	t.Parallel()
	b := start(t, nil)
	b.own("POST", "/sim/whatsapp/settings", object{"batch": true, "batchMs": 100, "window": false}, 200)
	for range 3 {
		b.send(text("15551239999", "hello"))
	}
	seen, most := 0, 0
	for seen < 6 {
		n := len(b.told().statuses())
		seen, most = seen+n, max(most, n)
	}
	if most < 2 {
		t.Errorf("no webhook told more than %d status", most)
	}
}

func TestRefusals(t *testing.T) {
	t.Parallel()
	b := start(t, nil)
	with := func(name string, value any) object {
		return object{"messaging_product": "whatsapp", "to": "15551230001", "type": name, name: value}
	}
	button := func(id, title string) object {
		return object{"type": "reply", "reply": object{"id": id, "title": title}}
	}
	buttons := func(list ...object) object {
		return with("interactive", object{"type": "button", "body": object{"text": "?"}, "action": object{"buttons": list}})
	}
	template := func(name, code string, components ...object) object {
		return with("template", object{"name": name, "language": object{"code": code}, "components": components})
	}
	body := func(texts ...string) object {
		list := []object{}
		for _, s := range texts {
			list = append(list, object{"type": "text", "text": s})
		}
		return object{"type": "body", "parameters": list}
	}
	rows := []object{}
	for i := range 11 {
		rows = append(rows, object{"id": fmt.Sprint(i), "title": "row"})
	}
	for name, c := range map[string]struct {
		in   object
		code float64
	}{
		"no product":        {object{"to": "15551230001"}, 100},
		"no recipient":      {object{"messaging_product": "whatsapp", "type": "text", "text": object{"body": "x"}}, 100},
		"no number":         {text("home", "x"), 131009},
		"user id in to":     {text("US.13491208655302741918", "x"), 131009},
		"no text":           {with("text", object{}), 131008},
		"long text":         {text("15551230001", strings.Repeat("x", 4097)), 100},
		"unknown type":      {with("poll", object{}), 100},
		"unknown key":       {object{"messaging_product": "whatsapp", "to": "15551230001", "type": "text", "text": object{"body": "x"}, "colour": 1}, 100},
		"namespace":         {with("template", object{"namespace": "x", "name": "hello_world", "language": object{"code": "en_US"}}), 100},
		"fallback policy":   {with("template", object{"name": "hello_world", "language": object{"code": "en_US", "policy": "fallback"}}), 131009},
		"no such template":  {template("nothing", "en"), 132001},
		"other language":    {template("hello_world", "de"), 132001},
		"too few":           {template("sample_hsm", "en", body("one")), 132000},
		"too many":          {template("hello_world", "en_US", body("one")), 132000},
		"newline":           {template("sample_hsm", "en", body("one", "t\nwo")), 132018},
		"no header":         {template("order_update", "en_US", body("Ana", "A-17")), 132012},
		"no url":            {template("order_update", "en_US", body("Ana", "A-17"), object{"type": "header", "parameters": []object{{"type": "image", "image": object{"link": "http://127.0.0.1:1/a.png"}}}}), 131008},
		"four buttons":      {buttons(button("1", "a"), button("2", "b"), button("3", "c"), button("4", "d")), 131009},
		"long title":        {buttons(button("1", strings.Repeat("x", 21))), 131009},
		"same id":           {buttons(button("1", "a"), button("1", "b")), 131009},
		"eleven rows":       {with("interactive", object{"type": "list", "body": object{"text": "?"}, "action": object{"button": "b", "sections": []object{{"rows": rows}}}}), 131009},
		"id and link":       {with("image", object{"id": "1", "link": "http://127.0.0.1/"}), 131008},
		"unknown file":      {with("image", object{"id": "1"}), 100},
		"caption of audio":  {with("audio", object{"link": "http://127.0.0.1/", "caption": "x"}), 100},
		"no place":          {with("location", object{"latitude": 1}), 131008},
		"off Earth":         {with("location", object{"latitude": 100, "longitude": 1}), 131009},
		"nobody":            {with("contacts", []object{}), 131008},
		"reaction to what":  {with("reaction", object{"emoji": "+"}), 131008},
		"login to user id":  {object{"messaging_product": "whatsapp", "recipient": "US.13491208655302741918", "type": "template", "template": object{"name": "login_code", "language": object{"code": "en"}}}, 131009},
		"long opaque":       {object{"messaging_product": "whatsapp", "to": "15551230001", "text": object{"body": "x"}, "biz_opaque_callback_data": strings.Repeat("x", 513)}, 131009},
		"read what is not":  {object{"messaging_product": "whatsapp", "status": "read", "message_id": "wamid.x"}, 131009},
		"group":             {object{"messaging_product": "whatsapp", "recipient_type": "group", "to": "15551230001", "text": object{"body": "x"}}, 100},
		"context of nobody": {object{"messaging_product": "whatsapp", "to": "15551230001", "text": object{"body": "x"}, "context": object{}}, 131008},
	} {
		a := b.send(c.in)
		if a.status < 400 || at(a.body, "error", "code") != c.code || at(a.body, "error", "type") != "OAuthException" {
			t.Errorf("%s: %d %s", name, a.status, a.raw)
		}
	}
	if n := b.own("GET", "/sim/counts", nil, 200).body["accepted"]; n != 0.0 {
		t.Errorf("%v messages were taken", n)
	}
}

func TestWho(t *testing.T) {
	t.Parallel()
	b := start(t, nil)
	for name, c := range map[string]struct {
		path, token string
		status      int
		code        float64
	}{
		"no token":       {graph + "/messages", "", 401, 190},
		"wrong token":    {graph + "/messages", "another", 401, 190},
		"no such number": {"/v25.0/1230404/messages", token, 400, 100},
		"no such path":   {graph + "/nothing/at/all", token, 400, 2500},
	} {
		a, _ := b.do("POST", c.path, "application/json", []byte(`{}`), c.token)
		if a.status != c.status || at(a.body, "error", "code") != c.code {
			t.Errorf("%s: %d %s", name, a.status, a.raw)
		}
	}
}

func TestWindow(t *testing.T) {
	t.Parallel()
	b := start(t, nil)
	b.send(text("15551239999", "too soon"))
	if got := b.statuses(1); got != "failed 131047" {
		t.Errorf("never open: %s", got)
	}
	b.open("+15551239999")
	b.send(text("15551239999", "in time"))
	if got := b.statuses(2); got != "sent, delivered" {
		t.Errorf("open: %s", got)
	}
	b.own("POST", "/sim/clock", object{"advanceMs": 24*3600*1000 + 1}, 200)
	b.send(text("15551239999", "too late"))
	if got := b.statuses(1); got != "failed 131047" {
		t.Errorf("closed again: %s", got)
	}
	b.send(object{"messaging_product": "whatsapp", "to": "15551239999", "type": "template", "template": object{"name": "hello_world", "language": object{"code": "en_US"}}})
	if got := b.statuses(2); got != "sent, delivered" {
		t.Errorf("a template: %s", got)
	}
	b.own("POST", "/sim/whatsapp/settings", object{"windowIn": "answer"}, 200)
	if a := b.send(text("15551239999", "too late")); a.status != 400 || at(a.body, "error", "code") != 131047.0 {
		t.Errorf("told in the answer: %d %s", a.status, a.raw)
	}
}

func TestMagic(t *testing.T) {
	t.Parallel()
	b := start(t, nil)
	b.own("POST", "/sim/whatsapp/settings", object{"window": false, "pairBurst": 0}, 200)
	for suffix, want := range map[string]string{
		"0001": "200: sent, delivered", "0010": "200: failed 131050", "0011": "200: failed 131026", "0012": "131021", "0013": "190",
		"0014": "131031", "0015": "133010", "0016": "131016", "0042": "200: failed 131042", "0046": "200: sent, delivered",
		"0047": "200: failed 131047", "0048": "131048", "0049": "200: failed 131049", "0051": "200: failed 131051",
		"0053": "200: failed 131053", "0056": "131056", "0057": "131057", "0072": "200: failed 130472", "0320": "132000",
		"0321": "132001", "0322": "132012", "0323": "132015", "0324": "132016", "0368": "368", "0429": "130429", "0430": "130429",
		"0500": "131000: sent, delivered", "0501": "131000", "0503": "2", "0600": "200: sent, read", "0601": "200: delivered, sent",
		"0602": "200: sent, sent, delivered, delivered", "0604": "200", "0607": "200: sent, delivered",
		"0609": "200: failed 131026, delivered", "0611": "200: sent, delivered, read", "0612": "200: sent, delivered", "0505": "0: sent, delivered",
	} {
		a := b.send(text("1555123"+suffix, "hello"))
		got := fmt.Sprint(a.status)
		if code := at(a.body, "error", "code"); code != nil {
			got = fmt.Sprintf("%.0f", code)
		}
		if _, told, ok := strings.Cut(want, ": "); ok {
			got += ": " + b.statuses(strings.Count(told, ",")+1)
		}
		if got != want {
			t.Errorf("%s: %s, not %s", suffix, got, want)
		}
	}
	b.sim.Close()
	if len(b.calls) > 0 {
		t.Errorf("another webhook: %s", (<-b.calls).raw)
	}
}

func TestTurns(t *testing.T) {
	t.Parallel()
	b := start(t, nil)
	codes := ""
	for range 3 {
		codes += fmt.Sprint(b.send(text("15551230056", "hello")).status, " ")
	}
	if codes != "400 400 200 " {
		t.Errorf("answers %s", codes)
	}
}

func TestForgery(t *testing.T) {
	t.Parallel()
	b := start(t, nil)
	b.own("POST", "/sim/rules", object{"action": "forge", "match": object{"provider": "whatsapp"}}, 200)
	b.send(text("15551230046", "hello"))
	b.own("POST", "/sim/whatsapp/settings", object{"window": false}, 200)
	b.send(text("15551230046", "hello"))
	for range 3 {
		if b.told().signed {
			t.Error("the signature is right")
		}
	}
}

func TestRates(t *testing.T) {
	t.Parallel()
	b := start(t, nil)
	b.own("POST", "/sim/whatsapp/settings", object{"pairBurst": 2, "window": false}, 200)
	for i, want := range []int{200, 200, 400} {
		a := b.send(text("15551239999", "hello"))
		if a.status != want || want == 400 && at(a.body, "error", "code") != 131056.0 {
			t.Errorf("message %d: %d %s", i, a.status, a.raw)
		}
	}
	if a := b.send(text("15551239998", "hello")); a.status != 200 {
		t.Errorf("another person: %d", a.status)
	}
	b.own("POST", "/sim/clock", object{"advanceMs": 6100}, 200)
	if a := b.send(text("15551239999", "hello")); a.status != 200 {
		t.Errorf("six seconds later: %d %s", a.status, a.raw)
	}
	b.own("POST", "/sim/whatsapp/settings", object{"perSecond": 1}, 200)
	b.send(text("15551239997", "hello"))
	if a := b.send(text("15551239996", "hello")); at(a.body, "error", "code") != 130429.0 {
		t.Errorf("throughput: %d %s", a.status, a.raw)
	}
}

func TestAddresses(t *testing.T) {
	t.Parallel()
	b := start(t, nil)
	for input, want := range map[string]string{
		"5511987654321": "551187654321", "551187654321": "551187654321", "525512345678": "5215512345678", "+4915112345678": "4915112345678",
	} {
		if a := b.send(text(input, "hello")); at(a.body, "contacts", 0, "wa_id") != want {
			t.Errorf("%s: %s", input, a.raw)
		}
	}
	b.statuses(4)
	// A person who hides the number is known by the user id alone.
	b.own("POST", "/sim/whatsapp/people/+15551238888", object{"hideNumber": true, "username": "@ana"}, 200)
	c := b.open("+15551238888")
	user, _ := at(value(c), "messages", 0, "from_user_id").(string)
	if user == "" || at(value(c), "messages", 0, "from") != nil || at(value(c), "contacts", 0, "wa_id") != nil ||
		at(value(c), "contacts", 0, "profile", "username") != "ana" {
		t.Fatalf("hidden: %s", c.raw)
	}
	a := b.send(object{"messaging_product": "whatsapp", "recipient": user, "type": "text", "text": object{"body": "hello"}})
	if a.status != 200 || at(a.body, "contacts", 0, "user_id") != user || at(a.body, "contacts", 0, "wa_id") != nil {
		t.Errorf("to the user id: %s", a.raw)
	}
	for _, want := range []string{"sent", "delivered"} {
		status := at(value(b.told()), "statuses", 0)
		if at(status, "status") != want || at(status, "recipient_id") != nil || at(status, "recipient_user_id") != user {
			t.Errorf("status %v", status)
		}
	}
	thread := b.own("GET", "/sim/threads/whatsapp/+15551238888", nil, 200)
	if n := at(thread.body, "total"); n != 2.0 {
		t.Errorf("both are on one thread: %v messages", n)
	}
}

func TestLinks(t *testing.T) {
	t.Parallel()
	b := start(t, nil)
	picture := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/a.png" {
			w.Header().Set("Content-Type", "image/png")
			_, _ = w.Write([]byte("picture"))
			return
		}
		w.WriteHeader(http.StatusNotFound)
	}))
	t.Cleanup(picture.Close)
	b.own("POST", "/sim/whatsapp/settings", object{"window": false}, 200)
	send := func(path string) string {
		a := b.send(object{"messaging_product": "whatsapp", "to": "15551239999", "type": "image", "image": object{"link": picture.URL + path, "caption": "Look"}})
		if a.status != 200 {
			t.Fatalf("%d %s", a.status, a.raw)
		}
		return at(a.body, "messages", 0, "id").(string)
	}
	id := send("/a.png")
	if got := b.statuses(2); got != "sent, delivered" {
		t.Errorf("told %s", got)
	}
	thread := b.own("GET", "/sim/threads/whatsapp/+15551239999", nil, 200)
	message := at(thread.body, "messages", 0)
	if at(message, "sid") != id || at(message, "content", "media", "mimeType") != "image/png" {
		t.Fatalf("message %v", message)
	}
	if a, _ := b.do("GET", at(message, "content", "media", "url").(string), "", nil, ""); a.raw != "picture" || a.header.Get("Content-Type") != "image/png" {
		t.Errorf("the page gets %d %q", a.status, a.raw)
	}
	send("/nothing.png")
	if got := b.statuses(1); got != "failed 131053" {
		t.Errorf("told %s", got)
	}
}

func TestNoCallbacks(t *testing.T) {
	t.Parallel()
	b := start(t, func(c *simulator.Settings) { c.Callbacks = false })
	if a := b.send(text("15551230046", "hello")); a.status != 200 {
		t.Errorf("%d %s", a.status, a.raw)
	}
	b.sim.Close()
	if len(b.calls) > 0 {
		t.Error("a webhook came all the same")
	}
}
