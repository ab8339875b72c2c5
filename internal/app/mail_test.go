package app

import (
	"io"
	"net"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"testing"

	gosmtp "github.com/emersion/go-smtp"
	mailclient "github.com/wneessen/go-mail/smtp"
)

// catcher is a mail server that keeps what it is given.
type catcher struct {
	address string
	mu      sync.Mutex
	mails   []string
}

func newCatcher(t *testing.T) *catcher {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	c := &catcher{address: ln.Addr().String()}
	s := gosmtp.NewServer(gosmtp.BackendFunc(func(*gosmtp.Conn) (gosmtp.Session, error) { return catching{c}, nil }))
	t.Cleanup(func() { _ = s.Close() })
	go func() { _ = s.Serve(ln) }()
	return c
}

func (c *catcher) all() []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return append([]string(nil), c.mails...)
}

type catching struct{ *catcher }

func (catching) Reset()                                 {}
func (catching) Logout() error                          { return nil }
func (catching) Mail(string, *gosmtp.MailOptions) error { return nil }
func (catching) Rcpt(string, *gosmtp.RcptOptions) error {
	return nil
}

func (c catching) Data(r io.Reader) error {
	b, err := io.ReadAll(r)
	c.mu.Lock()
	defer c.mu.Unlock()
	c.mails = append(c.mails, string(b))
	return err
}

// deliver hands a mail over by SMTP.
func deliver(t *testing.T, to, recipient, mail string) error {
	t.Helper()
	c, err := mailclient.Dial(to)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if err := c.Mail("<ana@e.test>"); err != nil {
		return err
	}
	if err := c.Rcpt("<" + recipient + ">"); err != nil {
		return err
	}
	w, err := c.Data()
	if err != nil {
		return err
	}
	if _, err := io.WriteString(w, strings.ReplaceAll(mail, "\n", "\r\n")); err != nil {
		return err
	}
	return w.Close()
}

// TestMail goes the whole way: a link by mail, its answer by SMTP, and the end of
// it by one click.
func TestMail(t *testing.T) {
	t.Parallel()
	out := newCatcher(t)
	c := settings(t)
	c.ProviderURL = map[string]string{"smtp": "smtp://" + out.address}
	c.MailAddress = "127.0.0.1:0"
	a, _ := start(t, c)
	d := &demo{app: a}
	if err := d.appAndKey(t.Context()); err != nil {
		t.Fatal(err)
	}
	api := &apiClient{base: a.host.public + "/v1.1/apps/" + d.tenant.ID.String(), key: d.key}
	call := func(method, path string, in, got any) {
		t.Helper()
		if err := api.call(t.Context(), method, path, in, got); err != nil {
			t.Fatal(err)
		}
	}
	call(http.MethodPost, "/integrations", map[string]any{"type": "smtp", "host": "mx.example", "fromAddress": "shop@mail.example", "inboundDomain": "reply.example", "incomingAddress": "hello@reply.example", "password": "x", "username": "y"}, nil)
	call(http.MethodPost, "/appusers", map[string]any{"userId": "ana"}, nil)
	call(http.MethodPost, "/appusers/ana/channels", map[string]any{
		"type": "smtp", "address": "Ana@E.test",
		"confirmation": map[string]any{"type": "immediate", "message": map[string]any{"type": "text", "text": "Welcome", "role": "appMaker"}},
	}, nil)
	eventually(t, "the mail", func() bool { return len(out.all()) == 1 })
	reply := regexp.MustCompile(`<(c\+[^>]+)>`).FindStringSubmatch(out.all()[0])
	if reply == nil {
		t.Fatal(out.all()[0])
	}

	at := a.mailAt.Addr().String()
	answer := "From: Ana <ana@e.test>\nMessage-Id: <u1@e.test>\nSubject: Re: Welcome\n\nThank you!\n\n> Welcome\n"
	if err := deliver(t, at, "somebody@reply.example", answer); err == nil || !strings.Contains(err.Error(), "550") {
		t.Errorf("a mailbox that is none: %v", err)
	}
	for range 2 { // the second is a repetition
		if err := deliver(t, at, reply[1], answer); err != nil {
			t.Fatal(err)
		}
	}
	if err := deliver(t, at, "hello@reply.example", strings.ReplaceAll(strings.ReplaceAll(answer, "u1", "u2"), "Thank", "And again thank")); err != nil {
		t.Fatal(err)
	}
	texts := func() string {
		var page struct {
			Messages []struct{ Role, Text string }
		}
		call(http.MethodGet, "/appusers/ana/messages", nil, &page)
		var said []string
		for _, m := range page.Messages {
			said = append(said, m.Role+" "+m.Text)
		}
		return strings.Join(said, "; ")
	}
	if got := texts(); got != "appUser Thank you!; appUser And again thank you!" {
		t.Errorf("the conversation: %s", got)
	}

	call(http.MethodPost, "/appusers/ana/messages", map[string]any{"type": "text", "text": "You are welcome", "role": "appMaker"}, nil)
	eventually(t, "the answer", func() bool { return len(out.all()) == 2 })
	mail := out.all()[1]
	for _, want := range []string{"Subject: Re: Welcome\r\n", "In-Reply-To: <u2@e.test>\r\n", "References: ", "From: \"Example Parcels\" <shop@mail.example>", "List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n"} {
		if !strings.Contains(mail, want) {
			t.Errorf("%q is missing in\n%s", want, mail)
		}
	}
	link := regexp.MustCompile(`List-Unsubscribe:\s+<([^>]+)>`).FindStringSubmatch(mail)
	if link == nil {
		t.Fatal(mail)
	}
	res, err := http.PostForm(link[1], url.Values{"List-Unsubscribe": {"One-Click"}})
	if err != nil || res.StatusCode != http.StatusOK {
		t.Fatal(res, err)
	}
	_ = res.Body.Close()
	call(http.MethodPost, "/appusers/ana/messages", map[string]any{"type": "text", "text": "one more", "role": "appMaker"}, nil)
	call(http.MethodPost, "/appusers", map[string]any{"userId": "bob"}, nil)
	call(http.MethodPost, "/appusers/bob/channels", map[string]any{
		"type": "smtp", "address": "bob@e.test",
		"confirmation": map[string]any{"type": "immediate", "message": map[string]any{"type": "text", "text": "later", "role": "appMaker"}},
	}, nil)
	eventually(t, "the mail to somebody else", func() bool { return len(out.all()) > 2 })
	if got := out.all(); len(got) != 3 || strings.Contains(got[2], "one more") {
		t.Errorf("after the unsubscription: %q", got[2:])
	}
}
