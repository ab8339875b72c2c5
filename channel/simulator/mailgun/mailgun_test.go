package mailgun_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"heliograph/channel/simulator/mailgun"
)

// The vector of the published contract.
func TestSignatureVector(t *testing.T) {
	t.Parallel()
	if got := mailgun.Signature("mgkey", "1700000000", "tok50"); got != "55195844daec2b9f9b6456745ad0e95c7a17a6289f70a94057502aeceb4d8e6c" {
		t.Error(got)
	}
}

func TestSendAndEvents(t *testing.T) {
	t.Parallel()
	b := start(t)
	b.codes <- 500
	a := b.send("Ann <"+person+">", "h:Message-Id", "<d.1@"+domain+">", "h:In-Reply-To", "<u1@people.test>", "h:References", "<u0@p.test> <u1@people.test>",
		"html", "<p>Hello <b>Ann</b></p>", "cc", "bob@people.test")
	if a.status != http.StatusOK || a.body["id"] != "<d.1@"+domain+">" || a.body["message"] != "Queued. Thank you." {
		t.Fatalf("%d %s", a.status, a.raw)
	}
	kinds := map[string]int{}
	ids := map[any]bool{}
	for _, c := range b.wait(5) {
		e := c.event
		kinds[e["event"].(string)]++
		ids[e["id"]] = true
		at, token := c.proof["timestamp"].(string), c.proof["token"].(string)
		if len(token) != 50 || c.proof["signature"] != mailgun.Signature(signer, at, token) {
			t.Errorf("%v", c.proof)
		}
		headers := e["message"].(map[string]any)["headers"].(map[string]any)
		if headers["message-id"] != "d.1@"+domain || e["user-variables"].(map[string]any)["delivery_id"] != "d-1" || e["tags"].([]any)[0] != "spring" {
			t.Errorf("%v", e)
		}
		if _, ok := e["timestamp"].(float64); !ok {
			t.Errorf("%T", e["timestamp"])
		}
	}
	if kinds["accepted"] != 3 || kinds["delivered"] != 2 || len(ids) != 4 {
		t.Errorf("%v, %d ids", kinds, len(ids))
	}
	_, m := b.mail(person)
	if m["subject"] != "Grüße" || m["inReplyTo"] != "<u1@people.test>" || m["references"] != "<u0@p.test> <u1@people.test>" ||
		m["messageId"] != "<d.1@"+domain+">" || m["cc"].([]any)[0] != "bob@people.test" || m["via"] != "mailgun" {
		t.Errorf("%v", m)
	}
	if b.accepted(person) != "1" || b.accepted("bob@people.test") != "1" {
		t.Error("not counted once each")
	}
}

func TestRefusals(t *testing.T) {
	t.Parallel()
	b := start(t)
	for name, c := range map[string]struct {
		more   []string
		status int
		words  string
	}{
		"to":   {[]string{"to", "nobody"}, 400, "'to' parameter is not a valid address"},
		"vars": {[]string{"recipient-variables", "{"}, 400, "recipient-variables"},
		"time": {[]string{"o:deliverytime", "tomorrow"}, 400, "o:deliverytime"},
		"tags": {[]string{"o:tag", "1", "o:tag", "2", "o:tag", "3", "o:tag", "4", "o:tag", "5", "o:tag", "6", "o:tag", "7", "o:tag", "8", "o:tag", "9", "o:tag", "10"}, 400, "too many tags"},
	} {
		if a := b.send(person, c.more...); a.status != c.status || !strings.Contains(a.raw, c.words) {
			t.Errorf("%s: %d %s", name, a.status, a.raw)
		}
	}
	form := "application/x-www-form-urlencoded"
	if a := b.do("POST", "/v3/"+domain+"/messages", form, "from=a@b.test&to="+person); a.status != 400 || !strings.Contains(a.raw, "Need at least one of") {
		t.Errorf("%d %s", a.status, a.raw)
	}
	if a := b.do("POST", "/v3/missing.test/messages", form, "from=a@b.test&to="+person+"&text=x"); a.status != 404 {
		t.Errorf("%d %s", a.status, a.raw)
	}
	if a := b.do("GET", "/v3/domains/missing.test", "", ""); a.status != 404 {
		t.Errorf("%d %s", a.status, a.raw)
	}
	if a := b.do("GET", "/v3/domains/"+domain, "", ""); a.status != 200 || a.body["domain"].(map[string]any)["state"] != "active" {
		t.Errorf("%d %s", a.status, a.raw)
	}
	r, _ := http.NewRequestWithContext(t.Context(), "GET", b.url+"/v3/domains/"+domain, nil)
	r.SetBasicAuth("api", "wrong-key")
	res, err := b.http.Do(r)
	if err != nil || res.StatusCode != 401 {
		t.Errorf("%v %v", res, err)
	}
	_ = res.Body.Close()
}

func TestMagicRecipients(t *testing.T) {
	t.Parallel()
	type fate struct {
		status int
		taken  bool
		events string
	}
	ok := fate{200, true, "accepted,delivered"}
	fails := func(events string) fate { return fate{200, true, "accepted," + events} }
	want := map[string]fate{
		"0001": ok, "0010": fails("permanent suppress-unsubscribe"), "0011": {status: 400}, "0012": {status: 404}, "0013": {status: 402},
		"0014": {status: 401}, "0303": fails("temporary greylisted,delivered"), "0304": fails("temporary generic,temporary generic,delivered"),
		"0305": fails("permanent bounce"), "0307": fails("permanent espblock"), "0308": fails("permanent generic"),
		"0309": fails("temporary generic,permanent old"), "0311": fails("permanent suppress-bounce"), "0312": fails("permanent suppress-complaint"),
		"0429": {status: 429}, "0500": {500, true, "accepted,delivered"}, "0501": {status: 500}, "0503": {status: 503}, "0504": {},
		"0505": {0, true, "accepted,delivered"}, "0506": {0, true, "accepted,delivered"}, "0507": ok, "0508": {},
		"0600": fails("opened"), "0601": {200, true, "delivered,accepted"}, "0602": {200, true, "accepted,accepted,delivered,delivered"},
		"0603": ok, "0604": {200, true, ""}, "0605": fails("delivered,opened by gmail"), "0606": fails("delivered,opened,clicked"),
		"0608": fails("delivered,complained"), "0609": fails("delivered,unsubscribed"), "0610": fails("permanent suppress-unsubscribe"),
	}
	for _, r := range mailgun.Recipients() {
		t.Run(r.Suffix, func(t *testing.T) {
			t.Parallel()
			w, known := want[r.Suffix]
			if !known {
				t.Fatal("no expectation")
			}
			b := start(t)
			if strings.Contains(r.Outcome, "never answered") {
				b.http.Timeout = 200 * time.Millisecond
			}
			to := "ann" + r.Suffix + "@people.test"
			a := b.send(to)
			b.http.Timeout = 5 * time.Second
			if a.status != w.status {
				t.Errorf("answered %d %s, want %d", a.status, a.raw, w.status)
			}
			if (b.accepted(to) == "1") != w.taken {
				t.Errorf("taken is not %t", w.taken)
			}
			if w.events == "" {
				return
			}
			got := []string{}
			for _, c := range b.wait(strings.Count(w.events, ",") + 1) {
				got = append(got, told(c))
				good := c.proof["signature"] == mailgun.Signature(signer, c.proof["timestamp"].(string), c.proof["token"].(string))
				if good == (r.Suffix == "0603") {
					t.Errorf("signed properly: %t", good)
				}
			}
			if strings.Join(got, ",") != w.events {
				t.Errorf("told %v, want %s", got, w.events)
			}
		})
	}
}

// told says in short what an event tells.
func told(c call) string {
	e := c.event
	if e["event"] == "failed" {
		return e["severity"].(string) + " " + e["reason"].(string)
	}
	if info, ok := e["client-info"].(map[string]any); ok && info["bot"] != "" {
		return e["event"].(string) + " by " + info["bot"].(string)
	}
	return e["event"].(string)
}

// 406 asks for no other try.
func TestRetriesEndAt406(t *testing.T) {
	t.Parallel()
	b := start(t)
	b.codes <- 406
	b.send("ann0305@people.test")
	if got := []string{told(b.wait(1)[0]), told(b.wait(1)[0])}; got[0] != "accepted" || got[1] != "permanent bounce" {
		t.Error(got)
	}
	select {
	case c := <-b.calls:
		t.Errorf("tried again: %v", c.event)
	default:
	}
}

func TestSuppressionLasts(t *testing.T) {
	t.Parallel()
	b := start(t)
	b.send("ann0305@people.test")
	b.wait(2)
	b.must("POST", "/sim/settings", "", `{"magic":false}`)
	b.send("ann0305@people.test")
	if got := told(b.wait(2)[1]); got != "permanent suppress-bounce" {
		t.Error(got)
	}
	b.must("DELETE", "/v3/"+domain+"/bounces/ann0305@people.test", "", "")
	b.send("ann0305@people.test")
	if got := told(b.wait(2)[1]); got != "delivered" {
		t.Error(got)
	}
}

func TestTracking(t *testing.T) {
	t.Parallel()
	b := start(t)
	raw := "From: Acme <news@mg.acme.test>\r\nTo: " + person + "\r\nSubject: Hi\r\nMessage-ID: <d.9@acme.test>\r\nMIME-Version: 1.0\r\n" +
		"Content-Type: multipart/alternative; boundary=AA\r\n\r\n--AA\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nHello %unsubscribe_url%\r\n" +
		"--AA\r\nContent-Type: text/html; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n<body><a href=3D\"" + b.hook.URL +
		"/page?a=3D1&amp;b=3D2\">Look</a></body>\r\n--AA--\r\n"
	a := b.sendMIME(person, raw, "o:tracking", "yes", "v:delivery_id", "d-9")
	if a.body["id"] != "<d.9@acme.test>" {
		t.Fatalf("%d %s", a.status, a.raw)
	}
	b.wait(2)
	path, m := b.mail(person)
	links := m["links"].([]any)
	if len(links) != 2 || !strings.HasPrefix(links[0].(string), b.url+"/mailgun/c/") || !strings.HasPrefix(links[1].(string), b.url+"/mailgun/u/") {
		t.Fatalf("%v", links)
	}
	b.must("POST", path+"/open", "", `{"bot":true}`)
	b.must("POST", path+"/open", "", `{}`)
	if got := b.wait(2); told(got[0]) != "opened by gmail" || told(got[1]) != "opened" || got[1].event["user-variables"].(map[string]any)["delivery_id"] != "d-9" {
		t.Errorf("%v %v", got[0].event, got[1].event)
	}
	b.must("POST", path+"/click", "", `{}`)
	if c := b.wait(1)[0]; told(c) != "clicked" || c.event["url"] != b.hook.URL+"/page?a=1&b=2" {
		t.Errorf("%v", c.event)
	}
	unsubscribe := strings.TrimPrefix(links[1].(string), b.url)
	if got := b.do("GET", unsubscribe, "", ""); got.status != 200 || !strings.Contains(got.raw, "<button>") {
		t.Errorf("%d", got.status)
	}
	b.must("POST", unsubscribe, "application/x-www-form-urlencoded", "List-Unsubscribe=One-Click")
	if c := b.wait(1)[0]; told(c) != "unsubscribed" {
		t.Errorf("%v", c.event)
	}
	b.send(person)
	if got := told(b.wait(2)[1]); got != "permanent suppress-unsubscribe" {
		t.Error(got)
	}
}

func TestSpam(t *testing.T) {
	t.Parallel()
	b := start(t)
	b.send(person)
	b.wait(2)
	path, _ := b.mail(person)
	if a := b.must("POST", path+"/spam", "", `{}`); a.body["told"].(map[string]any)["taken"] != true {
		t.Errorf("%s", a.raw)
	}
	if c := b.wait(1)[0]; told(c) != "complained" || c.event["message"].(map[string]any)["headers"].(map[string]any)["message-id"] == "" {
		t.Errorf("%v", c.event)
	}
}

func TestBatchHidesTheOthers(t *testing.T) {
	t.Parallel()
	b := start(t)
	b.send(person, "to", "bob@people.test", "text", "", "html", "<p>%recipient.name%</p>",
		"recipient-variables", `{"ann@people.test":{"name":"Ann"},"bob@people.test":{"name":"Bob"}}`)
	b.wait(4)
	_, m := b.mail("bob@people.test")
	if to := m["to"].([]any); len(to) != 1 || to[0] != "bob@people.test" {
		t.Errorf("%v", to)
	}
	path, _ := b.mail("bob@people.test")
	if markup := b.must("GET", path+"/html", "", "").raw; !strings.Contains(markup, "<p>Bob</p>") {
		t.Error(markup)
	}
}

func TestWebhooksAreManagedAsWithTheRealOne(t *testing.T) {
	t.Parallel()
	b := start(t)
	form := "application/x-www-form-urlencoded"
	hooks := "/v3/domains/other.test/webhooks"
	b.must("POST", hooks, form, "id=delivered&url="+b.hook.URL+"/d")
	if a := b.do("POST", hooks, form, "id=delivered&url="+b.hook.URL+"/d"); a.status != 400 {
		t.Errorf("%d %s", a.status, a.raw)
	}
	if a := b.do("POST", hooks, form, "id=read&url="+b.hook.URL+"/d"); a.status != 400 {
		t.Errorf("%d %s", a.status, a.raw)
	}
	b.must("POST", "/v3/other.test/messages", form, "from=a@other.test&to="+person+"&text=x")
	if c := b.wait(1)[0]; c.path != "/d" || told(c) != "delivered" {
		t.Errorf("%v", c)
	}
	b.must("DELETE", hooks+"/delivered", "", "")
	if a := b.do("GET", hooks+"/delivered", "", ""); a.status != 404 {
		t.Errorf("%d %s", a.status, a.raw)
	}
}
