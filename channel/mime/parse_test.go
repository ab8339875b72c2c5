package mime_test

import (
	"encoding/base64"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"heliograph"
	"heliograph/channel"
	"heliograph/channel/mime"
)

func crlf(s string) []byte {
	return []byte(strings.ReplaceAll(strings.TrimPrefix(s, "\n"), "\n", "\r\n"))
}

func parse(t *testing.T, s string) *mime.Incoming {
	t.Helper()
	in, err := mime.Parse(crlf(s))
	if err != nil {
		t.Fatal(err)
	}
	return in
}

func TestParse(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct{ raw, want string }{
		"plain":              {"From: ana@e.test\n\nHi\n", "Hi"},
		"Latin 1":            {"From: ana@e.test\nContent-Type: text/plain; charset=iso-8859-1\nContent-Transfer-Encoding: quoted-printable\n\nGr=FC=DFe\n", "Grüße"},
		"Shift JIS":          {"From: ana@e.test\nContent-Type: text/plain; charset=Shift_JIS\nContent-Transfer-Encoding: base64\n\n" + base64.StdEncoding.EncodeToString([]byte("\x93\x8c\x8b\x9e")) + "\n", "東京"},
		"ISO-2022-JP":        {"From: ana@e.test\nContent-Type: text/plain; charset=iso-2022-jp\n\n\x1b$BEl5~\x1b(B\n", "東京"},
		"no charset":         {"From: ana@e.test\n\nGr\xfc\xdfe\n", "Grüße"},
		"a lie":              {"From: ana@e.test\nContent-Type: text/plain; charset=us-ascii\n\nGrüße\n", "Grüße"},
		"unknown charset":    {"From: ana@e.test\nContent-Type: text/plain; charset=klingon\n\nHi\n", "Hi"},
		"unknown encoding":   {"From: ana@e.test\nContent-Transfer-Encoding: x-odd\n\nHi\n", "Hi"},
		"broken type":        {"From: ana@e.test\nContent-Type: ;;\n\nHi\n", "Hi"},
		"flowed":             {"From: ana@e.test\nContent-Type: text/plain; format=flowed\n\none \ntwo\nthree\n", "one two\nthree"},
		"HTML":               {"From: ana@e.test\nContent-Type: text/html; charset=utf-8\n\n<style>p{}</style><p>Hi <b>there</b>,<br>see <a href=\"https://e.test/x\">this</a></p><ul><li>a<li>b</ul><script>x()</script>\n", "Hi there,\nsee this (https://e.test/x)\n\n- a\n- b"},
		"both":               {"From: ana@e.test\nContent-Type: multipart/alternative; boundary=B\n\n--B\nContent-Type: text/plain\n\ntext\n--B\nContent-Type: text/html\n\n<p>html</p>\n--B--\n", "text"},
		"an empty text":      {"From: ana@e.test\nContent-Type: multipart/alternative; boundary=B\n\n--B\nContent-Type: text/plain\n\n \n--B\nContent-Type: text/html\n\n<p>html</p>\n--B--\n", "html"},
		"ends early":         {"From: ana@e.test\nContent-Type: multipart/mixed; boundary=B\n\n--B\nContent-Type: text/plain\n\ntext\n", "text"},
		"only a subject":     {"From: ana@e.test\nSubject: =?utf-8?q?Caf=C3=A9?=\n\n", "Café"},
		"Gmail's HTML":       {"From: ana@e.test\nContent-Type: text/html\n\n<div dir=ltr>Yes</div><br><div class=\"gmail_quote gmail_quote_container\"><div class=gmail_attr>On … wrote:</div><blockquote class=gmail_quote>Hi</blockquote></div>\n", "Yes"},
		"Outlook's HTML":     {"From: ana@e.test\nContent-Type: text/html\n\n<p class=MsoNormal>Yes</p><p class=MsoNormal>No</p><div style='border:none;border-top:solid #E1E1E1 1.0pt'><p class=MsoNormal><b>From:</b> Shop</p></div><p class=MsoNormal>Hi</p>\n", "Yes\nNo"},
		"Outlook on the web": {"From: ana@e.test\nContent-Type: text/html\n\n<div>Yes</div><div id=Signature>Ana</div><div id=appendonsend></div><hr><div id=divRplyFwdMsg>From: Shop</div><div>Hi</div>\n", "Yes"},
		"Apple's HTML":       {"From: ana@e.test\nContent-Type: text/html\n\n<div>Yes</div><blockquote type=cite><div>On 1 Nov 2026, Shop wrote:</div><div>Hi</div></blockquote>\n", "Yes"},
		"Thunderbird's HTML": {"From: ana@e.test\nContent-Type: text/html\n\n<p>Yes</p><div class=moz-cite-prefix>On 1 Nov 2026 Shop wrote:</div><blockquote type=cite>Hi</blockquote><div class=moz-signature>-- <br>Ana</div>\n", "Yes"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			in := parse(t, tc.raw)
			if in.Text != tc.want || in.From != "ana@e.test" || in.MessageID == "" {
				t.Errorf("%q of %+v, want %q", in.Text, in, tc.want)
			}
		})
	}
}

func TestParseHeader(t *testing.T) {
	t.Parallel()
	in := parse(t, `
From: =?iso-8859-1?q?Andr=E9?= Lee <Andre@E.test>
Subject: =?utf-8?b?w4RuZGVydW5n?=
	again
Message-ID: <u2@e.test>
In-Reply-To: <a@mail.example>
References: <root@mail.example>
	<a@mail.example>
Date: Fri, 20 Nov 2026 13:00:00 +0100

x
`)
	if in.From != "andre@e.test" || in.Name != "André Lee" || in.Subject != "Änderung again" || in.Date != heliograph.At(now) || in.MessageID != "u2@e.test" {
		t.Errorf("%+v", in)
	}
	if d := cmp.Diff([]string{"root@mail.example", "a@mail.example"}, in.References); d != "" {
		t.Error(d)
	}
	if _, err := mime.Parse([]byte("no header at all")); !heliograph.IsKind(err, heliograph.Invalid) {
		t.Error(err)
	}
	for field, want := range map[string]string{
		"ana@e.test": "ana@e.test", `"Lee, Ana" <ana@e.test>`: "ana@e.test", `Lee, Ana <ana@e.test>`: "ana@e.test", "Ana <ana@e.test": "", "": "",
		`"Ana" <ana@e.test>, bob@e.test`: "ana@e.test", "undisclosed:;": "",
	} {
		if got, _ := mime.Person(field); got != want {
			t.Errorf("%s: %q, want %q", field, got, want)
		}
	}
}

func TestAttachments(t *testing.T) {
	t.Parallel()
	in := parse(t, `
From: ana@e.test
Content-Type: multipart/mixed; boundary=M

--M
Content-Type: multipart/related; boundary=R

--R
Content-Type: text/html

<p>See <img src="cid:photo@x"></p><div class=gmail_quote><img src="cid:logo@x"></div>
--R
Content-Type: image/png; name="photo.png"
Content-Id: <photo@x>
Content-Transfer-Encoding: base64

cGhvdG8=
--R
Content-Type: image/png; name="logo.png"
Content-Id: <logo@x>
Content-Transfer-Encoding: base64

bG9nbw==
--R--
--M
Content-Type: application/pdf
Content-Disposition: attachment; filename="../../=?utf-8?q?Ang=C3=A9bot.pdf?="

pdf
--M
Content-Type: text/plain
Content-Disposition: attachment; filename*=utf-8''na%C3%AFve.txt

notes
--M
Content-Type: message/rfc822

From: bob@e.test
Subject: inner

inner text
--M--
`)
	var got []string
	for _, m := range in.Media {
		got = append(got, m.Type+" "+m.Name+" "+string(m.Data[:3])+" "+m.ID)
		if len(m.SHA256) != 64 || int(m.Size) != len(m.Data) {
			t.Errorf("%+v", m)
		}
	}
	if d := cmp.Diff([]string{"image/png photo.png pho ", "application/pdf Angébot.pdf pdf ", "text/plain naïve.txt not ", "message/rfc822  Fro "}, got); d != "" {
		t.Error(d)
	}
	if in.Text != "See" {
		t.Errorf("%q", in.Text)
	}
}

func TestAutomatic(t *testing.T) {
	t.Parallel()
	for header, want := range map[string]bool{
		"X-A: b": false, "Auto-Submitted: no": false, "Auto-Submitted: No; x=y": false, "Auto-Submitted: auto-replied": true, "Auto-Submitted: auto-generated (x)": true,
		"Precedence: bulk": true, "Precedence: auto_reply": true, "Precedence: list": true, "Precedence: first-class": false,
		"X-Autoreply: yes": true, "X-Autoreply: no": false, "Return-Path: <>": true, "Return-Path: <ana@e.test>": false,
	} {
		if in := parse(t, "From: ana@e.test\n"+header+"\n\nHi\n"); in.Automatic != want {
			t.Errorf("%s: %v", header, in.Automatic)
		}
	}
}

func TestDeepAndWide(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	b.WriteString("From: ana@e.test\nContent-Type: multipart/mixed; boundary=b0\n\n")
	for i := range 500 {
		b.WriteString("--b" + itoa(i) + "\nContent-Type: multipart/mixed; boundary=b" + itoa(i+1) + "\n\n")
	}
	if in := parse(t, b.String()); in.From != "ana@e.test" {
		t.Error(in)
	}
	html := strings.Repeat("<div>", 100_000) + "x"
	if in := parse(t, "From: ana@e.test\nContent-Type: text/html\n\n"+html); in == nil {
		t.Error("no mail")
	}
}

func itoa(i int) string {
	return string(rune('0'+i/100)) + string(rune('0'+i/10%10)) + string(rune('0'+i%10))
}

func FuzzParse(f *testing.F) {
	f.Add([]byte("From: ana@e.test\r\nContent-Type: multipart/mixed; boundary=B\r\n\r\n--B\r\n\r\nx\r\n--B--\r\n"))
	f.Add(crlf(bounce("")))
	f.Add([]byte("From: a@b.test\r\nContent-Type: text/html\r\n\r\n<p>x<img src=cid:a>"))
	f.Fuzz(func(t *testing.T, raw []byte) {
		in, err := mime.Parse(raw)
		if err != nil {
			if !heliograph.IsKind(err, heliograph.Invalid) {
				t.Error(err)
			}
			return
		}
		seen := map[string]bool{}
		for _, fact := range marks().Facts(in, mime.Envelope{To: []string{"shop@mail.example"}}) {
			if fact.Key == "" || seen[fact.Key] || fact.Message != nil && fact.Message.From == "" {
				t.Errorf("%+v", fact)
			}
			seen[fact.Key] = true
		}
		if strings.ContainsAny(in.Subject+in.Name+in.MessageID+in.From, "\r\n\x00") {
			t.Errorf("%+v", in)
		}
	})
}

func bounce(extra string) string {
	return `
From: MAILER-DAEMON@mx.e.test
Message-ID: <dsn1@mx.e.test>
Auto-Submitted: auto-replied
Content-Type: multipart/report; report-type=delivery-status; boundary=B

--B
Content-Type: text/plain

Sorry.
--B
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.e.test

Final-Recipient: rfc822; Ana@E.test
Action: failed
Status: 5.1.1
Diagnostic-Code: smtp; 550 5.1.1 User unknown
` + extra + `
--B
Content-Type: text/rfc822-headers

From: shop@mail.example
Message-ID: <` + "ID" + `>
--B--
`
}

func TestBounces(t *testing.T) {
	t.Parallel()
	m := marks()
	id := m.MessageID(delivery, 2, "mail.example")
	gone := channel.Result{Class: channel.ClassFinal, Reason: heliograph.ReasonNotFound, Message: "550 5.1.1 User unknown", ProviderCode: "5.1.1", Suppress: &channel.Suppress{Scope: heliograph.ScopeAll, Source: heliograph.ConsentHardBounce}}
	failed := &channel.StatusFact{Delivery: delivery, Attempt: 2, Address: "ana@e.test", Status: heliograph.Failed, Word: "failed", Result: gone}
	byAddress := *failed
	byAddress.Attempt = 0
	text := strings.ReplaceAll(bounce(""), "ID>", id+">")
	for name, tc := range map[string]struct {
		raw, to string
		want    *channel.StatusFact
	}{
		"by its Message-ID": {text, "bounce@mail.example", failed},
		"by its address":    {bounce(""), m.Address(mime.ReturnAddress, delivery, "mail.example"), &byAddress},
		"of somebody else":  {bounce(""), "bounce@mail.example", nil},
		"forged":            {strings.ReplaceAll(text, ".2.", ".3."), "bounce@mail.example", nil},
		"delayed":           {strings.ReplaceAll(text, "Action: failed", "Action: delayed"), "x@mail.example", &channel.StatusFact{Delivery: delivery, Attempt: 2, Address: "ana@e.test", Word: "delayed"}},
	} {
		facts := m.Facts(parse(t, tc.raw), mime.Envelope{Null: true, To: []string{tc.to}})
		if tc.want == nil {
			if len(facts) != 0 {
				t.Errorf("%s: %+v", name, facts)
			}
			continue
		}
		if len(facts) != 1 {
			t.Errorf("%s: %+v", name, facts)
			continue
		}
		if d := cmp.Diff(tc.want, facts[0].Status); d != "" {
			t.Errorf("%s: %s", name, d)
		}
	}
}

func TestComplaint(t *testing.T) {
	t.Parallel()
	m := marks()
	for recipient, who := range map[string]string{
		"Original-Rcpt-To: <ana@e.test>":  "ana@e.test",
		"Redacted-Address: 5e884898da280": "", // the mail that is quoted says whose it is
	} {
		facts := m.Facts(parse(t, `
From: feedback@mx.e.test
Message-ID: <arf1@mx.e.test>
Content-Type: multipart/report; report-type=feedback-report; boundary=B

--B

This is a complaint.
--B
Content-Type: message/feedback-report

Feedback-Type: abuse
User-Agent: x/1
Version: 1
`+recipient+`

--B
Content-Type: message/rfc822

Message-ID: <`+m.MessageID(delivery, 1, "mail.example")+`>
Subject: Hi

Hi
--B--
`), mime.Envelope{To: []string{"shop@mail.example"}})
		want := mime.Unsubscription("arf1@mx.e.test#0", who, delivery, heliograph.ConsentComplaint, "abuse")
		if d := cmp.Diff(want, facts); d != "" {
			t.Error(d)
		}
	}
}

func TestAnswers(t *testing.T) {
	t.Parallel()
	m := marks()
	id := m.MessageID(delivery, 1, "mail.example")
	reply := m.Address(mime.ReplyAddress, delivery, "mail.example")
	type found struct {
		Answers  heliograph.NotificationID
		Proven   bool
		External string
	}
	for name, tc := range map[string]struct {
		header, to string
		want       found
	}{
		"by address":       {"In-Reply-To: <x@e.test>\n", reply, found{delivery, true, "x@e.test"}},
		"by In-Reply-To":   {"In-Reply-To: <" + id + ">\n", "shop@mail.example", found{delivery, true, id}},
		"by a reference":   {"References: <" + id + "> <x@e.test>\n", "shop@mail.example", found{delivery, true, id}},
		"by what is there": {"In-Reply-To: <x@e.test>\n", "shop@mail.example", found{External: "x@e.test"}},
		"forged":           {"In-Reply-To: <" + strings.Replace(id, "d.0", "d.1", 1) + ">\n", strings.Replace(reply, "c+0", "c+1", 1), found{External: strings.Replace(id, "d.0", "d.1", 1)}},
		"nothing":          {"", "shop@mail.example", found{}},
	} {
		facts := m.Facts(parse(t, "From: ana@e.test\nMessage-Id: <u1@e.test>\nSubject: Re: Hi\n"+tc.header+"\nYes\n"), mime.Envelope{To: []string{tc.to}})
		if len(facts) != 1 || facts[0].Message == nil || facts[0].Key != "u1@e.test" {
			t.Errorf("%s: %+v", name, facts)
			continue
		}
		f := facts[0].Message
		if got := (found{f.Answers, f.Proven, f.AnswersExternal}); got != tc.want || f.Text != "Yes" || f.To != tc.to || f.Mail.MessageID != "u1@e.test" || f.Mail.Subject != "Re: Hi" {
			t.Errorf("%s: %+v, want %+v", name, f, tc.want)
		}
	}
	unsubscribe := m.Facts(parse(t, "From: ana@e.test\nMessage-Id: <u1@e.test>\nSubject: unsubscribe\n\n"), mime.Envelope{To: []string{m.Address(mime.UnsubscribeAddress, delivery, "mail.example")}})
	if d := cmp.Diff(mime.Unsubscription("u1@e.test", "ana@e.test", delivery, heliograph.ConsentListUnsubscribe, "mailto"), unsubscribe); d != "" {
		t.Error(d)
	}
	if f := m.Facts(parse(t, "From: shop@mail.example\n\nHi\n"), mime.Envelope{Ours: []string{"shop@mail.example"}}); len(f) != 0 {
		t.Errorf("an echo tells %+v", f)
	}
}
