package smtp_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	netsmtp "net/smtp"
	"net/url"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"heliograph/channel/simulator"
	"heliograph/channel/simulator/smtp"
	"heliograph/channel/simulator/smtpd"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// bed is the relay with its mailboxes, and the business's servers: one that
// takes mail by SMTP, one by HTTP.
type bed struct {
	t       *testing.T
	url     string
	relay   string
	inbound string // the business's SMTP server
	hook    *httptest.Server
	mails   chan got
	posts   chan post
	http    *http.Client
}

// got is a mail that the business's SMTP server took.
type got struct {
	from, to, raw string
}

// post is a request to the business's HTTP server.
type post struct {
	method, path, body string
	header             http.Header
}

type business struct{ mails chan got }

func (business) Features() smtpd.Features                 { return smtpd.Features{} }
func (business) Connected() *smtpd.Reply                  { return nil }
func (business) Authenticate(string, string) *smtpd.Reply { return nil }
func (b business) Recipient(context.Context, *smtpd.Envelope, string) *smtpd.Reply {
	return nil
}
func (b business) Message(_ context.Context, e *smtpd.Envelope, raw []byte) *smtpd.Reply {
	b.mails <- got{e.From, e.To[0], string(raw)}
	return nil
}

func start(t *testing.T, o smtp.Options) *bed {
	t.Helper()
	c := simulator.DefaultSettings()
	c.SentMs, c.DeliveredMs, c.RetryMs = 0, 0, 1
	b := &bed{t: t, mails: make(chan got, 100), posts: make(chan post, 100), http: &http.Client{Timeout: 5 * time.Second,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}}
	b.hook = httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		raw, _ := io.ReadAll(r.Body)
		b.posts <- post{r.Method, r.URL.RequestURI(), string(raw), r.Header}
	}))
	t.Cleanup(b.hook.Close)
	theirs := smtpd.Serve(listen(t), smtpd.Options{Handler: business{b.mails}})
	t.Cleanup(theirs.Close)
	b.inbound = theirs.Addr()
	o.Listener = listen(t)
	b.relay = o.Listener.Addr().String()
	sim := simulator.New(simulator.Options{Settings: &c, Providers: []simulator.Provider{smtp.New(o)}})
	server := httptest.NewServer(sim.Handler())
	t.Cleanup(server.Close)
	t.Cleanup(sim.Close)
	t.Cleanup(b.http.CloseIdleConnections)
	b.url = server.URL
	return b
}

func listen(t *testing.T) net.Listener {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	return ln
}

type answer struct {
	status int
	header http.Header
	raw    string
	body   map[string]any
}

func (b *bed) do(method, path, body string) answer {
	b.t.Helper()
	r, err := http.NewRequestWithContext(b.t.Context(), method, b.url+path, strings.NewReader(body))
	if err != nil {
		b.t.Fatal(err)
	}
	res, err := b.http.Do(r)
	if err != nil {
		b.t.Fatal(err)
	}
	defer res.Body.Close()
	raw, _ := io.ReadAll(res.Body)
	a := answer{status: res.StatusCode, header: res.Header, raw: string(raw)}
	_ = json.Unmarshal(raw, &a.body)
	return a
}

// must is do that expects a success.
func (b *bed) must(method, path, body string) answer {
	b.t.Helper()
	a := b.do(method, path, body)
	if a.status < 200 || a.status > 299 {
		b.t.Fatalf("%s %s: %d %s", method, path, a.status, a.raw)
	}
	return a
}

const person = "ann@people.test"

// letter is a mail as a channel would send it.
func letter(to string, more ...string) string {
	return strings.Join(append([]string{
		"From: Acme <news@acme.test>", "To: Ann <" + to + ">, Bob <bob@people.test>", "Reply-To: <c+Token7@in.acme.test>",
		"Subject: =?utf-8?q?Gr=C3=BC=C3=9Fe?=", "Message-ID: <d.1@acme.test>",
		"List-Unsubscribe: <https://nowhere.test/>", "MIME-Version: 1.0",
	}, more...), "\r\n") + "\r\n\r\n"
}

func plain(to string) string {
	return letter(to, "Content-Type: text/plain; charset=utf-8") + "Hello Ann,\r\n.dots stay\r\n\r\nYour parcel is on its way: http://acme.test/track\r\n"
}

// send hands the relay a mail as a channel would.
func (b *bed) send(from, to, raw string) error {
	return netsmtp.SendMail(b.relay, nil, from, []string{to}, []byte(raw))
}

// mail waits until a mailbox holds its n-th mail and returns the newest.
func (b *bed) mail(address string, n int) map[string]any {
	b.t.Helper()
	deadline := time.Now().Add(5 * time.Second)
	for time.Now().Before(deadline) {
		list := b.must("GET", "/sim/mailboxes/"+url.PathEscape(address), "").body["mails"].([]any)
		if len(list) >= n {
			return list[0].(map[string]any)
		}
		<-time.After(2 * time.Millisecond)
	}
	b.t.Fatalf("%s does not hold %d mails", address, n)
	return nil
}

func (b *bed) path(address string, m map[string]any) string {
	return "/sim/mailboxes/" + url.PathEscape(address) + "/mails/" + m["id"].(string)
}

func (b *bed) counts(to string) string {
	a := b.must("GET", "/sim/counts?to="+url.QueryEscape(to), "")
	list := a.body["recipients"].([]any)
	if len(list) == 0 {
		return "0/0"
	}
	one := list[0].(map[string]any)
	return fmt.Sprintf("%v/%v", one["requests"], one["accepted"])
}

func next[T any](t *testing.T, from chan T) T {
	t.Helper()
	select {
	case v := <-from:
		return v
	case <-time.After(5 * time.Second):
		t.Fatal("nothing came")
		panic("unreachable")
	}
}
