package simulator_test

import (
	"io"
	"net/http"
	"strings"
	"testing"

	"heliograph/channel/simulator"
)

func inbox(t *testing.T, o simulator.Options) *network {
	t.Helper()
	n := start(t, o)
	n.own("POST", "/sim/numbers", `{"number": "`+sender+`", "smsUrl": "`+n.hook.url+`/in?c=7"}`)
	n.send(n.form("+15551230001", "hello"))
	n.told(2)
	return n
}

func (n *network) reply(body string) map[string]any {
	n.t.Helper()
	a := n.own("POST", "/sim/phones/+15551230001/reply", body)
	if a.status != http.StatusCreated {
		n.t.Fatalf("reply: %d %s", a.status, a.raw)
	}
	return a.body
}

func TestReply(t *testing.T) {
	t.Parallel()
	n := inbox(t, simulator.Options{})
	n.hook.answer = func(_ int, w http.ResponseWriter, _ hookCall) {
		w.Header().Set("Content-Type", "text/xml")
		_, _ = io.WriteString(w, `<?xml version="1.0" encoding="UTF-8"?><Response/>`)
	}
	done := n.reply(`{"text": "Hi & bye ✓"}`)
	c := n.told(1)[0]
	if c.url != n.hook.url+"/in?c=7" || c.signature != signature(c, c.url) {
		t.Errorf("told %s with %s", c.url, c.signature)
	}
	for field, want := range map[string]string{
		"AccountSid": accountSID, "From": "+15551230001", "To": sender, "Body": "Hi & bye ✓", "NumMedia": "0",
		"NumSegments": "1", "SmsStatus": "received", "ApiVersion": "2010-04-01", "FromCountry": "US", "ToCity": "",
	} {
		if got := c.form.Get(field); got != want || !c.form.Has(field) {
			t.Errorf("%s is %q, want %q", field, got, want)
		}
	}
	sid := done["message"].(map[string]any)["sid"].(string)
	for _, field := range []string{"MessageSid", "SmsMessageSid", "SmsSid"} {
		if c.form.Get(field) != sid {
			t.Errorf("%s is %q", field, c.form.Get(field))
		}
	}
	if c.form.Has("OptOutType") {
		t.Error("an ordinary message has an OptOutType")
	}
	if done["webhook"].(map[string]any)["taken"] != true {
		t.Errorf("webhook %v", done["webhook"])
	}
	n.quiet()
}

func TestReplyWithMedia(t *testing.T) {
	t.Parallel()
	n := inbox(t, simulator.Options{PublicURL: "http://sim.test/"})
	n.reply(`{"media": ["https://example.test/a.jpg", {"url": "https://example.test/b.pdf", "contentType": "application/pdf"}]}`)
	c := n.told(1)[0]
	if c.form.Get("NumMedia") != "2" || c.form.Get("MediaContentType1") != "application/pdf" || !strings.HasPrefix(c.form.Get("MessageSid"), "MM") {
		t.Errorf("told %v", c.form)
	}
	path, ok := strings.CutPrefix(c.form.Get("MediaUrl1"), "http://sim.test")
	if !ok {
		t.Fatalf("MediaUrl1 is %q", c.form.Get("MediaUrl1"))
	}
	n.http.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	if a := n.api("GET", path, nil); a.status != 307 || a.header.Get("Location") != "https://example.test/b.pdf" {
		t.Errorf("media: %d %s", a.status, a.header.Get("Location"))
	}
	if a := n.own("GET", path, ""); a.status != http.StatusUnauthorized {
		t.Errorf("media without credentials: %d", a.status)
	}
}

func TestStopAndStart(t *testing.T) {
	t.Parallel()
	n := inbox(t, simulator.Options{})
	if done := n.reply(`{"text": " stop "}`); done["optOut"] != "STOP" {
		t.Errorf("stop: %v", done)
	}
	if c := n.told(1)[0]; c.form.Get("Body") != " stop " || c.form.Has("OptOutType") {
		t.Errorf("told %v", c.form)
	}
	if a := n.send(n.form("+15551230001", "still there?")); a.status != 400 || a.body["code"] != 21610.0 {
		t.Errorf("after stop: %s", a.raw)
	}
	other := n.form("+15551230001", "from another")
	other.Set("From", "+15550002222")
	if a := n.send(other); a.status != 201 {
		t.Errorf("another sender after stop: %s", a.raw)
	}
	n.told(2)
	phone := n.own("GET", "/sim/phones/+15551230001", "").body
	if blocked := phone["blocked"].([]any); len(blocked) != 1 || blocked[0] != sender {
		t.Errorf("blocked %v", blocked)
	}
	answered := false
	for _, m := range phone["messages"].([]any) {
		m := m.(map[string]any)
		answered = answered || m["direction"] == "outbound-reply" && strings.Contains(m["body"].(string), "unsubscribed")
	}
	if !answered {
		t.Error("the network did not answer STOP")
	}
	n.set(`{"advancedOptOut": true}`)
	if done := n.reply(`{"text": "START", "to": "` + sender + `"}`); done["optOut"] != "START" {
		t.Errorf("start: %v", done)
	}
	if c := n.told(1)[0]; c.form.Get("OptOutType") != "START" {
		t.Errorf("told %v", c.form)
	}
	if a := n.send(n.form("+15551230001", "back")); a.status != 201 {
		t.Errorf("after start: %s", a.raw)
	}
	n.told(2)
	if done := n.reply(`{"text": "YES"}`); done["optOut"] != nil {
		t.Errorf("an ordinary yes: %v", done)
	}
	n.told(1)
	if done := n.reply(`{"text": "Stop texting me"}`); done["optOut"] != nil {
		t.Errorf("not a keyword: %v", done)
	}
}

func TestStopBlocksTheService(t *testing.T) {
	t.Parallel()
	n := start(t, simulator.Options{})
	form := n.form("+15551230001", "hello")
	form.Del("From")
	form.Set("MessagingServiceSid", "MG0123456789abcdef0123456789abcdef")
	set := n.api("POST", "/v1/Services/MG0123456789abcdef0123456789abcdef", map[string][]string{"InboundRequestUrl": {n.hook.url + "/in"}})
	if set.status != 200 || set.body["inbound_request_url"] != n.hook.url+"/in" {
		t.Fatalf("service: %s", set.raw)
	}
	n.send(form)
	n.told(2)
	n.reply(`{"text": "STOP"}`)
	if c := n.told(1)[0]; c.form.Get("MessagingServiceSid") != form.Get("MessagingServiceSid") {
		t.Errorf("told %v", c.form)
	}
	if a := n.send(form); a.body["code"] != 21610.0 {
		t.Errorf("after stop: %s", a.raw)
	}
}

func TestWhatTheWebhookSays(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ kind, body, want string }{
		"nothing":       {"text/xml", `<Response/>`, ""},
		"message":       {"text/xml; charset=utf-8", `<Response><Message>Thanks &amp; bye</Message></Response>`, "Thanks & bye"},
		"message body":  {"application/xml", `<Response><Message><Body>Thanks</Body></Message></Response>`, "Thanks"},
		"plain text":    {"text/plain", `OK`, "OK"},
		"no plain text": {"text/plain", ``, ""},
		"JSON":          {"application/json", `{"ok": true}`, ""},
	} {
		n := inbox(t, simulator.Options{})
		n.hook.answer = func(_ int, w http.ResponseWriter, _ hookCall) {
			w.Header().Set("Content-Type", c.kind)
			_, _ = io.WriteString(w, c.body)
		}
		n.reply(`{"text": "hello"}`)
		said := ""
		for _, m := range n.own("GET", "/sim/messages?direction=outbound-reply", "").body["messages"].([]any) {
			said += m.(map[string]any)["body"].(string)
		}
		if said != c.want {
			t.Errorf("%s: the phone shows %q, want %q", name, said, c.want)
		}
	}
}

func TestReplyThatIsNotTaken(t *testing.T) {
	t.Parallel()
	n := inbox(t, simulator.Options{})
	n.hook.answer = func(_ int, w http.ResponseWriter, c hookCall) {
		if !strings.Contains(c.url, "/fallback") {
			w.WriteHeader(http.StatusInternalServerError)
		}
	}
	done := n.reply(`{"text": "hello"}`)
	if hook := done["webhook"].(map[string]any); hook["taken"] != false || hook["error"] != "answered 500" {
		t.Errorf("webhook %v", hook)
	}
	n.told(1)
	n.own("POST", "/sim/numbers", `{"number": "`+sender+`", "smsUrl": "`+n.hook.url+`/in", "fallbackUrl": "`+n.hook.url+`/fallback"}`)
	done = n.reply(`{"text": "hello"}`)
	if done["webhook"].(map[string]any)["taken"] != true {
		t.Errorf("fallback: %v", done)
	}
	if calls := n.told(2); calls[1].form.Get("ErrorCode") != "11200" {
		t.Errorf("fallback told %v", calls[1].form)
	}
	n.quiet()
}

func TestReplyToNobody(t *testing.T) {
	t.Parallel()
	n := start(t, simulator.Options{})
	form := n.form("+15551230001", "hello")
	n.send(form)
	if a := n.own("POST", "/sim/phones/15551230001/reply", `{"text": "hi"}`); a.status != 409 || !strings.Contains(a.raw, "/sim/numbers") {
		t.Errorf("no webhook: %d %s", a.status, a.raw)
	}
	form.Set("From", "Heliograph")
	n.send(form)
	if a := n.own("POST", "/sim/phones/+15551230001/reply", `{"text": "hi"}`); a.status != 409 || !strings.Contains(a.raw, "cannot_answer") {
		t.Errorf("a name: %d %s", a.status, a.raw)
	}
}
