package mailbox_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"heliograph/channel/simulator/mailbox"
)

func TestStripped(t *testing.T) {
	t.Parallel()
	for name, c := range map[string][3]string{
		"quoted":     {"Yes\n\nOn Mon, 1 Jan, Acme wrote:\n> Hello\n", "Yes", ""},
		"signature":  {"Yes\n-- \nAnn\n\n> Hello", "Yes", "-- \nAnn"},
		"nothing":    {"Yes, On time", "Yes, On time", ""},
		"Outlook":    {"Yes\n-----Original Message-----\nFrom: x", "Yes", ""},
		"CRLF":       {"Yes\r\n> Hello\r\n", "Yes", ""},
		"only quote": {"> Hello", "", ""},
	} {
		words, signature := mailbox.Stripped(c[0])
		if words != c[1] || signature != c[2] {
			t.Errorf("%s: %q %q", name, words, signature)
		}
	}
}

func TestUnsubscription(t *testing.T) {
	t.Parallel()
	const post = "List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n"
	for header, want := range map[string]mailbox.Offers{
		"": {},
		"List-Unsubscribe: <https://a.test/u>\r\n":                                     {URL: "https://a.test/u"},
		"List-Unsubscribe: <https://a.test/u>\r\n" + post:                              {URL: "https://a.test/u", OneClick: true},
		"List-Unsubscribe: <mailto:u@a.test>,\r\n <https://a.test/u>\r\n" + post:       {URL: "https://a.test/u", Mail: "mailto:u@a.test", OneClick: true},
		"List-Unsubscribe: <mailto:u@a.test>\r\n" + post:                               {Mail: "mailto:u@a.test"},
		"List-Unsubscribe: <javascript:alert(1)>\r\n" + post:                           {},
		"List-Unsubscribe: <https://a.test/u>\r\nList-Unsubscribe-Post: something\r\n": {URL: "https://a.test/u"},
	} {
		if got := mailbox.Parse([]byte(header + "\r\n\r\n")).Unsubscription(); got != want {
			t.Errorf("%q: %+v", header, got)
		}
	}
}

// What is written is read as it was meant, whatever is in it.
func TestComposeAndParse(t *testing.T) {
	t.Parallel()
	d := mailbox.Draft{
		From: "Ann <ann@people.test>", To: []string{"c+1@in.test"}, Subject: strings.Repeat("Grüße und mehr ", 20) + "!",
		Text: "Zeile 1 = äöü\n.\nFrom here\n" + strings.Repeat("x", 300), HTML: "<p>ä</p>", MessageID: "<1@p.test>",
		References: strings.TrimSpace(strings.Repeat("<0123456789@acme.test> ", 30)), Date: time.Unix(1700000000, 0),
		Files: []mailbox.File{{Name: "ünï \"q\".bin", Type: "application/x-thing", Data: []byte{0, 1, 255, '\r', '\n'}}},
	}
	raw := mailbox.Compose(d)
	for line := range strings.Lines(string(raw)) {
		if len(line) > 1000 || !strings.HasSuffix(line, "\r\n") {
			t.Errorf("a line no mail server takes: %q", line)
		}
	}
	p := mailbox.Parse(raw)
	if p.Problem != "" || p.Get("Subject") != strings.TrimSpace(d.Subject) || p.Text != d.Text || p.HTML != d.HTML || p.Get("References") != d.References {
		t.Errorf("%s\n%q\n%q", p.Problem, p.Get("Subject"), p.Text)
	}
	if len(p.Files) != 1 || p.Files[0].Name != d.Files[0].Name || string(p.Files[0].Data) != string(d.Files[0].Data) {
		t.Errorf("%+v", p.Files)
	}
}

func TestBrokenMailIsShownAsFarAsItGoes(t *testing.T) {
	t.Parallel()
	for _, raw := range []string{"", "no header at all", "Subject: x\r\nContent-Type: multipart/mixed; boundary=A\r\n\r\n--A\r\n\r\ntext",
		"Content-Type: text/plain; charset=nonsense\r\n\r\n\xff\xfe", "Content-Transfer-Encoding: base64\r\n\r\n!!!", ": empty\r\n\r\n"} {
		_ = mailbox.Parse([]byte(raw)) // does not panic
	}
	if p := mailbox.Parse([]byte("Subject: x\r\nContent-Type: multipart/mixed; boundary=A\r\n\r\n--A\r\n\r\ntext")); p.Get("Subject") != "x" || p.Problem == "" {
		t.Errorf("%+v", p)
	}
}

func TestSanitized(t *testing.T) {
	t.Parallel()
	link := func(a string) string { return mailbox.Harmless(a, "http", "https") }
	none := func(string) string { return "" }
	for _, markup := range []string{
		`<img src=x onerror=alert(1)>`, `<a href="java&#115;cript:alert(1)">x</a>`, `<svg><script>alert(1)</script></svg>`,
		`<math><mi xlink:href="javascript:alert(1)">`, `<object data="x">alert(1)</object>`, `<x-y onclick=alert(1)>`,
		`<a href=" javascript:alert(1)">x</a>`, `<p style="width:expression(alert(1))">x</p>`, `<!--[if IE]>alert(1)<![endif]-->`,
		`<noscript><p title="</noscript><img src=x onerror=alert(1)>">`, `<form action="alert(1)"><button>x</button></form>`,
	} {
		if got := mailbox.Sanitized(markup, link, none); strings.Contains(got, "alert") {
			t.Errorf("%s became %s", markup, got)
		}
	}
	if got := mailbox.Sanitized(`<a href="https://a.test/?x=1&amp;y=2">x</a>`, link, none); !strings.Contains(got, `href="https://a.test/?x=1&amp;y=2" target="_blank" rel="noopener noreferrer"`) {
		t.Error(got)
	}
}

// The oldest mails make room, and nothing is left of them.
func TestBounds(t *testing.T) {
	t.Parallel()
	made := 0
	b := mailbox.New(mailbox.Options{ID: func() string { made++; return fmt.Sprint(made) }, Limits: mailbox.Limits{Mails: 3, Bytes: 1000}})
	for i := range 5 {
		b.Bring(mailbox.Incoming{Via: "x", To: fmt.Sprintf("p%d@people.test", i), Raw: []byte("Subject: x\r\n\r\n")})
	}
	if list := b.List(); len(list) != 3 || list[len(list)-1].Address != "p2@people.test" && list[0].Address != "p4@people.test" {
		t.Errorf("%+v", list)
	}
	b.Bring(mailbox.Incoming{Via: "x", To: "big@people.test", Raw: []byte("Subject: x\r\n\r\n" + strings.Repeat("x", 2000))})
	if list := b.List(); len(list) != 1 || list[0].Address != "big@people.test" {
		t.Errorf("%+v", list)
	}
}
