package smtp_test

import (
	"encoding/base64"
	"net/url"
	"strings"
	"testing"

	"heliograph/channel/simulator/mailbox"
	"heliograph/channel/simulator/smtp"
)

// html is a mail with markup, a picture of its own and one from elsewhere.
func (b *bed) html(to string, more ...string) string {
	markup := `<html><head><style>p{color:red}</style><script>alert(1)</script><base href="http://evil.test"></head>` +
		`<body onload="alert(2)"><p style="color:blue">Hello <b>Ann</b></p><a href="` + b.hook.URL + `/track?a=1&amp;b=2" onclick="x()">Track</a>` +
		`<a href="javascript:alert(3)">Bad</a><img src="cid:logo@acme"><img src="` + b.hook.URL + `/open.gif"><iframe src="http://evil.test"></iframe>` +
		`<form action="http://evil.test"><input name="p"></form></body></html>`
	return letter(to, append(more, `Content-Type: multipart/related; boundary="BB"`)...) +
		"--BB\r\nContent-Type: multipart/alternative; boundary=AA\r\n\r\n--AA\r\nContent-Type: text/plain; charset=iso-8859-1\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\nGr=FC=DFe, Ann\r\n" +
		"--AA\r\nContent-Type: text/html; charset=utf-8\r\n\r\n" + markup + "\r\n--AA--\r\n" +
		"--BB\r\nContent-Type: image/png\r\nContent-ID: <logo@acme>\r\nContent-Disposition: inline; filename=logo.png\r\nContent-Transfer-Encoding: base64\r\n\r\n" +
		base64.StdEncoding.EncodeToString([]byte("PNG")) + "\r\n--BB--\r\n"
}

// deliver sends a mail and returns it as its mailbox shows it.
func (b *bed) deliver(raw string) map[string]any {
	b.t.Helper()
	if err := b.send("b+1@bounce.acme.test", person, raw); err != nil {
		b.t.Fatal(err)
	}
	return b.mail(person, 1)
}

func TestMarkupIsMadeHarmless(t *testing.T) {
	t.Parallel()
	b := start(t, smtp.Options{})
	m := b.deliver(b.html(person))
	a := b.must("GET", b.path(person, m)+"/html", "")
	for _, bad := range []string{"script", "alert", "iframe", "<form", "<input", "onload", "onclick", "<base", "evil.test", "javascript:"} {
		if strings.Contains(a.raw, bad) {
			t.Errorf("%q is left in %s", bad, a.raw)
		}
	}
	for _, good := range []string{"<b>Ann</b>", `style="color:blue"`, "p{color:red}", b.hook.URL + "/track?a=1&amp;b=2", "/files/0", b.hook.URL + "/open.gif"} {
		if !strings.Contains(a.raw, good) {
			t.Errorf("%q is missing in %s", good, a.raw)
		}
	}
	policy := a.header.Get("Content-Security-Policy")
	if !strings.Contains(policy, "sandbox") || !strings.Contains(policy, "default-src 'none'") || strings.Contains(policy, "allow-scripts") {
		t.Errorf("policy %q", policy)
	}
	if quiet := b.must("GET", b.path(person, m)+"/html?pictures=no", "").raw; strings.Contains(quiet, "open.gif") || !strings.Contains(quiet, "/files/0") {
		t.Errorf("pictures from elsewhere: %s", quiet)
	}
	if f := b.must("GET", b.path(person, m)+"/files/0", ""); f.raw != "PNG" || f.header.Get("Content-Type") != "image/png" {
		t.Errorf("%v %q", f.header, f.raw)
	}
	if whole := b.must("GET", b.path(person, m), "").body; !strings.Contains(whole["text"].(string), "Grüße, Ann") {
		t.Errorf("%v", whole["text"])
	}
}

func TestOpenAndClick(t *testing.T) {
	t.Parallel()
	b := start(t, smtp.Options{})
	m := b.deliver(b.html(person))
	b.must("POST", b.path(person, m)+"/open", `{"bot":true}`)
	if p := next(t, b.posts); p.method != "GET" || p.path != "/open.gif" || !strings.Contains(p.header.Get("User-Agent"), "GoogleImageProxy") {
		t.Errorf("%+v", p)
	}
	if b.mail(person, 1)["read"] != false {
		t.Error("a bot has read it")
	}
	b.must("POST", b.path(person, m)+"/open", `{}`)
	if p := next(t, b.posts); strings.Contains(p.header.Get("User-Agent"), "Proxy") {
		t.Errorf("%+v", p)
	}
	b.must("POST", b.path(person, m)+"/click", `{}`)
	if p := next(t, b.posts); p.path != "/track?a=1&b=2" {
		t.Errorf("%+v", p)
	}
}

func TestReplyBySMTP(t *testing.T) {
	t.Parallel()
	b := start(t, smtp.Options{})
	b.must("POST", "/sim/mail/routes", `{"match":"*@in.acme.test","smtp":"`+b.inbound+`"}`)
	m := b.deliver(b.html(person))
	a := b.must("POST", b.path(person, m)+"/reply", `{"text":"Yes, please.\nAnn","files":[{"name":"Grüße.txt","type":"text/plain","data":"aGk="}]}`)
	if told := a.body["told"].([]any)[0].(map[string]any); told["taken"] != true {
		t.Fatalf("%s", a.raw)
	}
	g := next(t, b.mails)
	if g.from != person || g.to != "c+Token7@in.acme.test" {
		t.Errorf("envelope %s %s", g.from, g.to)
	}
	p := mailbox.Parse([]byte(g.raw))
	if p.Problem != "" || p.Get("In-Reply-To") != "<d.1@acme.test>" || p.Get("References") != "<d.1@acme.test>" ||
		p.Get("Subject") != "Re: Grüße" || p.Get("From") != `"Ann" <ann@people.test>` {
		t.Errorf("%s %v", p.Problem, p.Header)
	}
	if !strings.HasPrefix(p.Text, "Yes, please.\nAnn\n\nOn ") || !strings.Contains(p.Text, "> Grüße, Ann") || !strings.Contains(p.HTML, "<blockquote") {
		t.Errorf("%q %q", p.Text, p.HTML)
	}
	if words, _ := mailbox.Stripped(p.Text); words != "Yes, please.\nAnn" {
		t.Errorf("stripped %q", words)
	}
	if len(p.Files) != 1 || p.Files[0].Name != "Grüße.txt" || string(p.Files[0].Data) != "hi" {
		t.Errorf("%+v", p.Files)
	}
	if sent := b.mail(person, 2); sent["sent"] != true || sent["subject"] != "Re: Grüße" {
		t.Errorf("%v", sent)
	}
	thread := b.must("GET", "/sim/threads/email/"+person, "").body["messages"].([]any)
	if last := thread[len(thread)-1].(map[string]any); last["direction"] != "inbound" || last["to"] != "c+Token7@in.acme.test" ||
		!strings.HasPrefix(last["body"].(string), "Re: Grüße\n\nYes, please.") {
		t.Errorf("the thread ends with %v", last)
	}
}

func TestReplyToAllByHTTP(t *testing.T) {
	t.Parallel()
	b := start(t, smtp.Options{})
	b.must("POST", "/sim/mail/routes", `{"match":"*@in.acme.test","url":"`+b.hook.URL+`/mail","token":"hooktoken"}`)
	m := b.deliver(plain(person))
	a := b.must("POST", b.path(person, m)+"/reply", `{"text":"Hi all","all":true,"quote":false}`)
	p := next(t, b.posts)
	if p.path != "/mail" || p.header.Get("Content-Type") != "message/rfc822" || p.header.Get("Authorization") != "Bearer hooktoken" ||
		p.header.Get("X-Envelope-To") != "c+Token7@in.acme.test" {
		t.Errorf("%+v", p)
	}
	parsed := mailbox.Parse([]byte(p.body))
	if strings.TrimSpace(parsed.Text) != "Hi all" || !strings.Contains(parsed.Get("Cc"), "bob@people.test") || strings.Contains(parsed.Get("Cc"), "ann@") {
		t.Errorf("%q %v", parsed.Text, parsed.Header)
	}
	told := a.body["told"].([]any)
	if len(told) != 2 || !strings.Contains(told[1].(map[string]any)["error"].(string), "nobody receives for bob@people.test") {
		t.Errorf("%v", told)
	}
	if strings.Contains(b.must("GET", "/sim/mail/routes", "").raw, "hooktoken") {
		t.Error("the token is shown")
	}
}

func TestUnsubscribe(t *testing.T) {
	t.Parallel()
	b := start(t, smtp.Options{})
	b.must("POST", "/sim/mail/routes", `{"match":"u+*","smtp":"`+b.inbound+`"}`)
	head := strings.Replace(plain(person), "List-Unsubscribe: <https://nowhere.test/>",
		"List-Unsubscribe: <"+b.hook.URL+"/u/tok>,\r\n <mailto:u+tok@acme.test?subject=out>\r\nList-Unsubscribe-Post: List-Unsubscribe=One-Click", 1)
	m := b.deliver(head)
	if offers := m["unsubscribe"].(map[string]any); offers["oneClick"] != true || offers["url"] != b.hook.URL+"/u/tok" {
		t.Errorf("%v", offers)
	}
	b.must("POST", b.path(person, m)+"/unsubscribe", `{"how":"link"}`)
	if p := next(t, b.posts); p.method != "GET" || p.path != "/u/tok" {
		t.Errorf("%+v", p)
	}
	if b.mail(person, 1)["unsubscribed"] != false {
		t.Error("a look unsubscribed")
	}
	b.must("POST", b.path(person, m)+"/unsubscribe", `{}`)
	p := next(t, b.posts)
	if p.method != "POST" || p.path != "/u/tok" || p.body != "List-Unsubscribe=One-Click" || p.header.Get("Cookie") != "" ||
		p.header.Get("Content-Type") != "application/x-www-form-urlencoded" {
		t.Errorf("%+v", p)
	}
	if b.mail(person, 1)["unsubscribed"] != true {
		t.Error("not noted")
	}
	b.must("POST", b.path(person, m)+"/unsubscribe", `{"how":"mail"}`)
	if g := next(t, b.mails); g.to != "u+tok@acme.test" || mailbox.Parse([]byte(g.raw)).Get("Subject") != "out" {
		t.Errorf("%+v", g)
	}
}

func TestOneClickIsNotOfferedWithoutItsHeader(t *testing.T) {
	t.Parallel()
	b := start(t, smtp.Options{})
	m := b.deliver(plain(person))
	if a := b.do("POST", b.path(person, m)+"/unsubscribe", `{"how":"one-click"}`); a.status != 409 {
		t.Errorf("%d %s", a.status, a.raw)
	}
}

func TestSpamIsReported(t *testing.T) {
	t.Parallel()
	b := start(t, smtp.Options{})
	b.must("POST", "/sim/mail/routes", `{"match":"*@bounce.acme.test","smtp":"`+b.inbound+`"}`)
	m := b.deliver(plain(person))
	b.must("POST", b.path(person, m)+"/spam", `{}`)
	g := next(t, b.mails)
	if g.to != "b+1@bounce.acme.test" || !strings.Contains(g.raw, "multipart/report; report-type=feedback-report") ||
		!strings.Contains(g.raw, "Feedback-Type: abuse") || !strings.Contains(g.raw, "Original-Rcpt-To: <"+person+">") || !strings.Contains(g.raw, "Message-ID: <d.1@acme.test>") {
		t.Errorf("%+v", g)
	}
	b.must("POST", "/sim/smtp/settings", `{"complaintsTo":"fbl@in.acme.test","redacted":true}`)
	b.must("POST", "/sim/mail/routes", `{"match":"fbl@*","smtp":"`+b.inbound+`"}`)
	b.must("POST", b.path(person, m)+"/spam", `{}`)
	if g := next(t, b.mails); g.to != "fbl@in.acme.test" || strings.Contains(g.raw, "Original-Rcpt-To") {
		t.Errorf("%+v", g)
	}
}

func TestBounceComesBack(t *testing.T) {
	t.Parallel()
	b := start(t, smtp.Options{Routes: []mailbox.Route{{Match: "*@bounce.acme.test"}}})
	b.must("DELETE", "/sim/mail/routes", "")
	b.must("POST", "/sim/mail/routes", `{"match":"*@bounce.acme.test","smtp":"`+b.inbound+`"}`)
	to := "ann0305@people.test"
	if err := b.send("b+1@bounce.acme.test", to, plain(to)); err != nil {
		t.Fatal(err)
	}
	g := next(t, b.mails)
	if g.from != "" || g.to != "b+1@bounce.acme.test" {
		t.Errorf("envelope %q %q", g.from, g.to)
	}
	for _, want := range []string{"multipart/report; report-type=delivery-status", "Final-Recipient: rfc822; " + to, "Action: failed",
		"Status: 5.1.1", "Auto-Submitted: auto-replied", "text/rfc822-headers", "Message-ID: <d.1@acme.test>"} {
		if !strings.Contains(g.raw, want) {
			t.Errorf("%q is missing in %s", want, g.raw)
		}
	}
	if strings.Contains(g.raw, "Your parcel") {
		t.Error("the whole mail came back")
	}
	if list := b.must("GET", "/sim/mailboxes/"+to, "").body["mails"].([]any); len(list) != 0 {
		t.Errorf("it arrived: %v", list)
	}
}

func TestAbsence(t *testing.T) {
	t.Parallel()
	b := start(t, smtp.Options{})
	b.must("POST", "/sim/mail/routes", `{"match":"*@in.acme.test","smtp":"`+b.inbound+`"}`)
	b.must("POST", "/sim/mailboxes/"+url.PathEscape(person), `{"absent":"I am away."}`)
	b.deliver(plain(person))
	g := next(t, b.mails)
	p := mailbox.Parse([]byte(g.raw))
	if g.from != "" || p.Get("Auto-Submitted") != "auto-replied" || p.Get("Subject") != "Automatic reply: Grüße" || strings.TrimSpace(p.Text) != "I am away." {
		t.Errorf("%+v", g)
	}
	// A second mail of the same sender is not answered, nor is what a program sent.
	_ = b.send("b+1@bounce.acme.test", person, plain(person))
	_ = b.send("b+1@bounce.acme.test", person, strings.Replace(plain(person), "Reply-To: <c+", "Auto-Submitted: auto-generated\r\nReply-To: <x+", 1))
	b.mail(person, 3)
	select {
	case g := <-b.mails:
		t.Errorf("answered again: %+v", g)
	default:
	}
}

func TestClear(t *testing.T) {
	t.Parallel()
	b := start(t, smtp.Options{})
	b.deliver(plain(person))
	b.must("DELETE", "/sim/messages", "")
	if list := b.must("GET", "/sim/mailboxes", "").body["mailboxes"].([]any); len(list) != 0 {
		t.Errorf("%v", list)
	}
}
