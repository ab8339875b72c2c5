package mailgun_test

import (
	"encoding/json"
	"strings"
	"testing"

	"heliograph/channel/simulator/mailgun"
)

const form = "application/x-www-form-urlencoded"

func (b *bed) route(target string) {
	b.t.Helper()
	b.must("POST", "/v3/routes", form, "priority=1&expression=match_recipient(%22c%5C%2B.*%40in.acme.test%22)&action=forward(%22"+target+"%22)&action=stop()")
}

func TestReplyIsRouted(t *testing.T) {
	t.Parallel()
	b := start(t)
	b.route(b.hook.URL + "/in")
	b.send("Ann <"+person+">", "h:Reply-To", "c+Tok7@in.acme.test", "h:Message-Id", "<d.1@mg.acme.test>", "html", "<p>Hello</p>")
	b.wait(2)
	path, _ := b.mail(person)
	a := b.must("POST", path+"/reply", "", `{"text":"Yes!\n\n-- \nAnn"}`)
	if a.body["told"].([]any)[0].(map[string]any)["taken"] != true {
		t.Fatalf("%s", a.raw)
	}
	c := b.wait(1)[0]
	if c.kind != form || c.path != "/in" {
		t.Errorf("%s %s", c.kind, c.path)
	}
	for name, want := range map[string]string{"recipient": "c+Tok7@in.acme.test", "sender": person, "subject": "Re: Grüße", "Subject": "Re: Grüße",
		"In-Reply-To": "<d.1@mg.acme.test>", "References": "<d.1@mg.acme.test>", "stripped-text": "Yes!", "stripped-signature": "-- \nAnn"} {
		if got := c.form.Get(name); got != want {
			t.Errorf("%s is %q, want %q", name, got, want)
		}
	}
	if !strings.Contains(c.form.Get("body-plain"), "> Hello Ann") || !strings.Contains(c.form.Get("body-html"), "<blockquote") ||
		strings.Contains(c.form.Get("stripped-html"), "blockquote") {
		t.Errorf("%v", c.form)
	}
	if c.form.Get("Message-Id") == "" || c.form.Get("Mime-Version") != "1.0" {
		t.Error("no message id")
	}
	var headers [][2]string
	if json.Unmarshal([]byte(c.form.Get("message-headers")), &headers) != nil || headers[0][0] != "From" {
		t.Errorf("%s", c.form.Get("message-headers"))
	}
	if c.form.Get("signature") != mailgun.Signature(signer, c.form.Get("timestamp"), c.form.Get("token")) || len(c.form.Get("token")) != 50 {
		t.Error("badly signed")
	}
}

func TestReplyWithFilesIsMultipart(t *testing.T) {
	t.Parallel()
	b := start(t)
	b.route(b.hook.URL + "/in")
	b.send(person, "h:Reply-To", "c+Tok7@in.acme.test")
	b.wait(2)
	path, _ := b.mail(person)
	b.must("POST", path+"/reply", "", `{"text":"Look","files":[{"name":"a.txt","type":"text/plain","data":"aGk="},{"name":"b.png","type":"image/png","data":"UE5H","contentId":"b1","inline":true}]}`)
	c := b.wait(1)[0]
	if c.kind != "multipart/form-data" || c.form.Get("attachment-count") != "2" || c.files["attachment-1"] != "a.txt:hi" ||
		c.files["attachment-2"] != "b.png:PNG" || c.form.Get("content-id-map") != `{"<b1>":"attachment-2"}` && c.form.Get("content-id-map") != `{"\u003cb1\u003e":"attachment-2"}` {
		t.Errorf("%s %v %v", c.kind, c.form, c.files)
	}
}

func TestMIMERoute(t *testing.T) {
	t.Parallel()
	b := start(t)
	b.route(b.hook.URL + "/in/mime")
	b.send(person, "h:Reply-To", "c+Tok7@in.acme.test")
	b.wait(2)
	path, _ := b.mail(person)
	b.must("POST", path+"/reply", "", `{"text":"Raw"}`)
	c := b.wait(1)[0]
	if !strings.HasPrefix(c.form.Get("body-mime"), "From: ") || c.form.Has("body-plain") || c.form.Get("signature") == "" {
		t.Errorf("%v", c.form)
	}
}

func TestRoutesRetryUnless406(t *testing.T) {
	t.Parallel()
	b := start(t)
	b.route(b.hook.URL + "/in")
	b.send(person, "h:Reply-To", "c+Tok7@in.acme.test")
	b.wait(2)
	path, _ := b.mail(person)
	b.codes <- 500
	b.must("POST", path+"/reply", "", `{"text":"One"}`)
	if got := b.wait(2); got[0].form.Get("token") == got[1].form.Get("token") {
		t.Error("a token came twice")
	}
	b.codes <- 406
	b.must("POST", path+"/reply", "", `{"text":"Two"}`)
	b.wait(1)
	b.must("POST", path+"/reply", "", `{"text":"Three"}`)
	if got := b.wait(1)[0]; !strings.HasPrefix(got.form.Get("stripped-text"), "Three") {
		t.Errorf("tried again: %v", got.form)
	}
}

func TestAbsenceIsRouted(t *testing.T) {
	t.Parallel()
	b := start(t)
	b.must("POST", "/sim/mailgun/domains", "", `{"domain":"in.acme.test","key":"`+key+`","inboundUrl":"`+b.hook.URL+`/in"}`)
	b.must("POST", "/sim/mailboxes/"+person, "", `{"absent":"Away."}`)
	b.send(person, "h:Reply-To", "c+Tok7@in.acme.test")
	for _, c := range b.wait(3) {
		if c.path != "/in" {
			continue
		}
		if c.form.Get("sender") != "" || c.form.Get("Auto-Submitted") != "auto-replied" || c.form.Get("stripped-text") != "Away." {
			t.Errorf("%v", c.form)
		}
		return
	}
	t.Error("no answer in absence")
}
