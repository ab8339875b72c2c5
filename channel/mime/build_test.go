package mime_test

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"heliograph"
	"heliograph/channel"
	"heliograph/channel/channeltest"
	"heliograph/channel/mime"
)

var (
	now      = time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)
	delivery = channeltest.Delivery
	update   = flag.Bool("update", false, "write the golden files again")
)

func marks() mime.Marks {
	return mime.Marks{Auth: channeltest.Auth{}, Integration: heliograph.IntegrationID{11: 1}}
}

func outgoing(c heliograph.Content, about *channel.About) *mime.Outgoing {
	m := marks()
	return &mime.Outgoing{
		Content: &c, About: about, From: "shop@mail.example", To: "ana@e.test", Date: now,
		ReplyTo:         m.Address(mime.ReplyAddress, delivery, "mail.example"),
		MessageID:       m.MessageID(delivery, 1, "mail.example"),
		UnsubscribeMail: m.Address(mime.UnsubscribeAddress, delivery, "mail.example"),
	}
}

func build(t *testing.T, o *mime.Outgoing) string {
	t.Helper()
	raw, err := mime.Build(o)
	if err != nil {
		t.Fatal(err)
	}
	return string(raw)
}

func golden(t *testing.T, name, got string) {
	t.Helper()
	file := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(string(want), got); d != "" {
		t.Errorf("%s (-want +got):\n%s", name, d)
	}
}

func TestBuildGolden(t *testing.T) {
	t.Parallel()
	about := channel.About{App: "Café Müller", Unsubscribe: "https://h.example/u/abc"}
	link := heliograph.Action{Type: "link", Text: "Track <it>", URI: "https://e.test/t?a=1&b=2"}
	for name, o := range map[string]*mime.Outgoing{
		"text.eml": outgoing(heliograph.Content{Type: "text", Text: "Hi Ana,\n\nyour order is “ready”: https://e.test/o/1.\n<script>alert(1)</script>", Actions: []heliograph.Action{link, {Type: "reply", Text: "Yes"}}}, &about),
		"cards.eml": outgoing(heliograph.Content{Type: "carousel", Author: heliograph.Author{Name: "Bo"}, Items: []heliograph.Item{
			{Title: "Boots", Description: "black", MediaURL: "https://e.test/b.png", AltText: "Boots", Actions: []heliograph.Action{link, {Type: "postback", Text: "Buy"}}},
			{Title: "Hat"},
		}}, &about),
		"image.eml": outgoing(heliograph.Content{Type: "image", Text: "Look", MediaURL: "https://e.test/a.png", AltText: "A cat"}, nil),
		"answer.eml": outgoing(heliograph.Content{Type: "text", Text: "Sure"}, &channel.About{App: "Shop", Subject: "New message from Shop", Thread: &heliograph.Mail{
			Subject: "AW: Re: RE[2]: New message from Shop", MessageID: "u2@e.test", References: []string{"root@mail.example", "u1@e.test"},
		}}),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			golden(t, name, build(t, o))
		})
	}
}

func TestHeaders(t *testing.T) {
	t.Parallel()
	text := func(s string) heliograph.Content { return heliograph.Content{Type: "text", Text: s} }
	mailed := text("x")
	mailed.Mail = &heliograph.Mail{Subject: "Own\r\nBcc: evil@e.test"}
	thread := &heliograph.Mail{Subject: "Help", MessageID: "1@e.test"}
	hidden := outgoing(text("x"), &channel.About{App: "A", Unsubscribe: "https://h.example/u/1"})
	hidden.HideUnsubscribe = true
	marketing := *hidden
	marketing.Category = heliograph.Marketing
	odd := outgoing(text("x"), &channel.About{App: "A\r\nX: y", Unsubscribe: "javascript:alert(1)", Thread: &heliograph.Mail{MessageID: "a b>\r\nX: y"}})
	for name, tc := range map[string]struct {
		o       *mime.Outgoing
		has     []string
		without []string
	}{
		"nothing known":      {outgoing(text("x"), nil), []string{"Subject: New message\r\n", "To: <ana@e.test>"}, []string{"In-Reply-To", "References", "List-Unsubscribe", footer}},
		"default subject":    {outgoing(text("x"), &channel.About{App: "Shop"}), []string{"Subject: New message from Shop\r\n", `From: "Shop" <shop@mail.example>`}, nil},
		"the conversation's": {outgoing(text("x"), &channel.About{App: "Shop", Subject: "Your order"}), []string{"Subject: Your order\r\n"}, []string{"In-Reply-To"}},
		"its own":            {outgoing(mailed, &channel.About{App: "Shop", Thread: thread}), []string{"Subject: Own Bcc: evil@e.test\r\n", "In-Reply-To: <1@e.test>"}, []string{"\r\nBcc"}},
		"one Re":             {outgoing(text("x"), &channel.About{App: "Shop", Thread: thread}), []string{"Subject: Re: Help\r\n", "References: <1@e.test>"}, nil},
		"unsubscribe":        {outgoing(text("x"), &channel.About{App: "A", Unsubscribe: "https://h.example/u/1"}), []string{"List-Unsubscribe: <https://h.example/u/1>", "List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n", footer, "mailto:u+"}, nil},
		"hidden":             {hidden, nil, []string{"List-Unsubscribe", footer}},
		"hidden marketing":   {&marketing, []string{"List-Unsubscribe-Post"}, []string{footer}},
		"injected":           {odd, []string{"Subject: New message from A X: y\r\n"}, []string{"\r\nX: y", "javascript", "In-Reply-To"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := build(t, tc.o)
			for _, want := range tc.has {
				if !strings.Contains(got, want) {
					t.Errorf("%q is missing:\n%s", want, got)
				}
			}
			for _, not := range tc.without {
				if strings.Contains(got, not) {
					t.Errorf("%q is there:\n%s", not, got)
				}
			}
			for line := range strings.SplitSeq(got, "\r\n") {
				if len(line) > 998 || strings.ContainsAny(line, "\n\r") {
					t.Errorf("a line that SMTP cannot carry: %.100q", line)
				}
			}
		})
	}
}

const footer = "Unsubscribe: https"

func TestCannotBeCarried(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]heliograph.Content{
		"a form":       {Type: "form", Fields: []heliograph.FormField{{Name: "a"}}},
		"nothing":      {Type: "text"},
		"only buttons": {Type: "text", Actions: []heliograph.Action{{Type: "reply", Text: "Yes"}}},
		"native":       {Type: "text", Text: "x", Native: &heliograph.Native{Schema: "whatsapp"}},
	} {
		_, err := mime.Build(outgoing(c, nil))
		if _, again := mime.Render(&c); !heliograph.IsKind(err, heliograph.Invalid) || heliograph.AsError(err).Code != heliograph.ReasonUnsupportedMessage || again == nil {
			t.Errorf("%s: %v, %v", name, err, again)
		}
	}
}

// TestRoundTrip: what we write we can read, whatever is in it.
func TestRoundTrip(t *testing.T) {
	t.Parallel()
	o := outgoing(heliograph.Content{Type: "text", Text: "Grüße, 東京 🎉\nzwei", Author: heliograph.Author{Name: `O"Neil, Bö`}}, &channel.About{App: "x", Subject: "Änderung — " + strings.Repeat("lang ", 60)})
	in, err := mime.Parse([]byte(build(t, o)))
	if err != nil || in.Text != "Grüße, 東京 🎉\nzwei" || in.Name != `O"Neil, Bö` || in.From != o.From || in.MessageID != o.MessageID || in.Date != heliograph.At(now) {
		t.Errorf("%+v, %v", in, err)
	}
	if !strings.HasPrefix(in.Subject, "Änderung — lang") || in.Automatic {
		t.Errorf("%+v", in)
	}
}
