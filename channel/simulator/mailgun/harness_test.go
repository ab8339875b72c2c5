package mailgun_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"heliograph/channel/simulator"
	"heliograph/channel/simulator/mailgun"
	"heliograph/channel/simulator/smtp"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const (
	key    = "key-1"
	domain = "mg.acme.test"
	person = "ann@people.test"
	signer = "mgkey"
)

// bed is Mailgun played, with mailboxes, and the business's server.
type bed struct {
	t     *testing.T
	url   string
	http  *http.Client
	hook  *httptest.Server
	calls chan call
	codes chan int // what the business's server answers next; none: 200
}

// call is a webhook or a routed mail.
type call struct {
	path, kind string
	event      map[string]any // event-data
	proof      map[string]any
	form       url.Values
	files      map[string]string
}

type answer struct {
	status int
	header http.Header
	raw    string
	body   map[string]any
}

func start(t *testing.T) *bed {
	t.Helper()
	c := simulator.DefaultSettings()
	c.SentMs, c.DeliveredMs, c.RetryMs, c.Retries = 0, 0, 1, 3
	b := &bed{t: t, calls: make(chan call, 1000), codes: make(chan int, 100), http: &http.Client{Timeout: 5 * time.Second,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}}
	b.hook = httptest.NewServer(http.HandlerFunc(b.told))
	t.Cleanup(b.hook.Close)
	server := httptest.NewUnstartedServer(nil)
	b.url = "http://" + server.Listener.Addr().String()
	post := smtp.New(smtp.Options{})
	sim := simulator.New(simulator.Options{Settings: &c, PublicURL: b.url, Providers: []simulator.Provider{
		post, mailgun.New(mailgun.Options{Boxes: post.Boxes})}})
	server.Config.Handler = sim.Handler()
	server.Start()
	t.Cleanup(server.Close)
	t.Cleanup(sim.Close)
	t.Cleanup(b.http.CloseIdleConnections)
	b.must("POST", "/sim/mailgun/accounts", "", `{"key":"`+key+`","signingKey":"`+signer+`"}`)
	b.must("POST", "/sim/mailgun/domains", "", `{"domain":"`+domain+`","key":"`+key+`","webhookUrl":"`+b.hook.URL+`/events"}`)
	return b
}

func (b *bed) told(w http.ResponseWriter, r *http.Request) {
	raw, _ := io.ReadAll(r.Body)
	select {
	case code := <-b.codes:
		w.WriteHeader(code)
	default:
	}
	c := call{path: r.URL.Path, form: url.Values{}, files: map[string]string{}}
	kind, params, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	c.kind = kind
	switch kind {
	case "application/json":
		var body struct {
			Signature map[string]any `json:"signature"`
			Event     map[string]any `json:"event-data"`
		}
		_ = json.Unmarshal(raw, &body)
		c.event, c.proof = body.Event, body.Signature
	case "multipart/form-data":
		form, err := multipart.NewReader(bytes.NewReader(raw), params["boundary"]).ReadForm(1 << 20)
		if err == nil {
			c.form = form.Value
			for name, list := range form.File {
				f, _ := list[0].Open()
				data, _ := io.ReadAll(f)
				c.files[name] = list[0].Filename + ":" + string(data)
			}
		}
	default:
		c.form, _ = url.ParseQuery(string(raw))
	}
	b.calls <- c
}

func (b *bed) do(method, path, kind, body string) answer {
	b.t.Helper()
	r, err := http.NewRequestWithContext(b.t.Context(), method, b.url+path, strings.NewReader(body))
	if err != nil {
		b.t.Fatal(err)
	}
	r.SetBasicAuth("api", key)
	r.GetBody = nil
	if kind != "" {
		r.Header.Set("Content-Type", kind)
	}
	res, err := b.http.Do(r)
	if err != nil {
		return answer{}
	}
	defer res.Body.Close()
	raw, _ := io.ReadAll(res.Body)
	a := answer{status: res.StatusCode, header: res.Header, raw: string(raw)}
	_ = json.Unmarshal(raw, &a.body)
	return a
}

func (b *bed) must(method, path, kind, body string) answer {
	b.t.Helper()
	a := b.do(method, path, kind, body)
	if a.status < 200 || a.status > 299 {
		b.t.Fatalf("%s %s: %d %s", method, path, a.status, a.raw)
	}
	return a
}

// send sends a mail as a channel would, with further fields.
func (b *bed) send(to string, more ...string) answer {
	b.t.Helper()
	var out bytes.Buffer
	w := multipart.NewWriter(&out)
	fields := append([]string{"from", "Acme <news@" + domain + ">", "to", to, "subject", "Grüße", "text", "Hello Ann",
		"v:delivery_id", "d-1", "o:tag", "spring"}, more...)
	for i := 0; i+1 < len(fields); i += 2 {
		_ = w.WriteField(fields[i], fields[i+1])
	}
	_ = w.Close()
	return b.do("POST", "/v3/"+domain+"/messages", w.FormDataContentType(), out.String())
}

// sendMIME sends a mail that was built by the caller.
func (b *bed) sendMIME(to, raw string, more ...string) answer {
	b.t.Helper()
	var out bytes.Buffer
	w := multipart.NewWriter(&out)
	for i := 0; i+1 < len(more); i += 2 {
		_ = w.WriteField(more[i], more[i+1])
	}
	_ = w.WriteField("to", to)
	part, _ := w.CreateFormFile("message", "message.mime")
	_, _ = io.WriteString(part, raw)
	_ = w.Close()
	return b.do("POST", "/v3/"+domain+"/messages.mime", w.FormDataContentType(), out.String())
}

func (b *bed) wait(n int) []call {
	b.t.Helper()
	out := []call{}
	for range n {
		select {
		case c := <-b.calls:
			out = append(out, c)
		case <-time.After(5 * time.Second):
			b.t.Fatalf("%d webhooks came, %d expected", len(out), n)
		}
	}
	return out
}

// mail is the newest mail of a mailbox, which has to be there.
func (b *bed) mail(address string) (path string, m map[string]any) {
	b.t.Helper()
	list := b.must("GET", "/sim/mailboxes/"+url.PathEscape(address), "", "").body["mails"].([]any)
	if len(list) == 0 {
		b.t.Fatalf("%s is empty", address)
	}
	path = "/sim/mailboxes/" + url.PathEscape(address) + "/mails/" + list[0].(map[string]any)["id"].(string)
	return path, b.must("GET", path, "", "").body
}

func (b *bed) accepted(to string) string {
	b.t.Helper()
	list := b.must("GET", "/sim/counts?to="+url.QueryEscape(to), "", "").body["recipients"].([]any)
	if len(list) == 0 {
		return "0"
	}
	return fmt.Sprint(list[0].(map[string]any)["accepted"])
}
