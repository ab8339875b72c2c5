package simulator_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"heliograph/channel/simulator"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const (
	accountSID = "AC00000000000000000000000000000001"
	authToken  = "token123"
	sender     = "+15550001111"
)

// network is a running simulator and a webhook that it tells.
type network struct {
	t    *testing.T
	sim  *simulator.Simulator
	url  string
	http *http.Client
	hook *hook
}

// hook is a webhook that remembers what it was told.
type hook struct {
	url    string
	calls  chan hookCall
	mu     sync.Mutex
	answer func(n int, w http.ResponseWriter, c hookCall)
	seen   int
}

type hookCall struct {
	url       string
	signature string
	token     string
	form      url.Values
}

func (h *hook) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	raw, _ := io.ReadAll(r.Body)
	form, _ := url.ParseQuery(string(raw))
	c := hookCall{h.url + r.URL.RequestURI(), r.Header.Get("X-Twilio-Signature"), r.Header.Get("I-Twilio-Idempotency-Token"), form}
	h.mu.Lock()
	n, answer := h.seen, h.answer
	h.seen++
	h.mu.Unlock()
	if answer != nil {
		answer(n, w, c)
	}
	h.calls <- c
}

// fast is a network without delays.
func fast() simulator.Settings {
	c := simulator.DefaultSettings()
	c.SentMs, c.DeliveredMs, c.RetryMs, c.Retries = 0, 0, 1, 2
	return c
}

func start(t *testing.T, o simulator.Options) *network {
	t.Helper()
	if o.Settings == nil {
		c := fast()
		o.Settings = &c
	}
	n := &network{t: t, hook: &hook{calls: make(chan hookCall, 1000)}}
	webhook := httptest.NewServer(n.hook)
	t.Cleanup(webhook.Close)
	n.hook.url = webhook.URL
	n.sim = simulator.New(o)
	server := httptest.NewServer(n.sim.Handler())
	t.Cleanup(server.Close)
	t.Cleanup(n.sim.Close)
	n.url, n.http = server.URL, server.Client()
	n.http.Timeout = 10 * time.Second
	return n
}

// answer is an HTTP answer, read.
type answer struct {
	status int
	header http.Header
	raw    string
	body   map[string]any
}

func (n *network) do(r *http.Request) (answer, error) {
	n.t.Helper()
	res, err := n.http.Do(r)
	if err != nil {
		return answer{}, err
	}
	defer res.Body.Close()
	raw, err := io.ReadAll(res.Body)
	a := answer{status: res.StatusCode, header: res.Header, raw: string(raw)}
	_ = json.Unmarshal(raw, &a.body)
	return a, err
}

// api calls the played API with the account's own credentials.
func (n *network) api(method, path string, form url.Values) answer {
	n.t.Helper()
	a, err := n.do(n.request(method, path, form))
	if err != nil {
		n.t.Fatalf("%s %s: %v", method, path, err)
	}
	return a
}

func (n *network) request(method, path string, form url.Values) *http.Request {
	r, err := http.NewRequestWithContext(n.t.Context(), method, n.url+path, strings.NewReader(form.Encode()))
	if err != nil {
		n.t.Fatal(err)
	}
	r.SetBasicAuth(accountSID, authToken)
	if form != nil {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	return r
}

// own calls one of the simulator's own endpoints.
func (n *network) own(method, path, body string) answer {
	n.t.Helper()
	r, err := http.NewRequestWithContext(n.t.Context(), method, n.url+path, strings.NewReader(body))
	if err != nil {
		n.t.Fatal(err)
	}
	a, err := n.do(r)
	if err != nil {
		n.t.Fatalf("%s %s: %v", method, path, err)
	}
	return a
}

const messagesPath = "/2010-04-01/Accounts/" + accountSID + "/Messages.json"

func (n *network) form(to, body string) url.Values {
	return url.Values{"To": {to}, "From": {sender}, "Body": {body}, "StatusCallback": {n.hook.url + "/status?d=7&a=1"}}
}

// send sends a message as a caller would. A connection that ends without an
// answer is status 0.
func (n *network) send(form url.Values) answer {
	n.t.Helper()
	r := n.request(http.MethodPost, messagesPath, form)
	r.Header.Set("Idempotency-Key", "none") // keeps the client from retrying by itself
	r.GetBody = nil
	a, err := n.do(r)
	if err != nil && a.status == 0 {
		return answer{}
	}
	return a
}

// told waits for the next n webhooks.
func (n *network) told(count int) []hookCall {
	n.t.Helper()
	out := []hookCall{}
	for range count {
		select {
		case c := <-n.hook.calls:
			out = append(out, c)
		case <-time.After(5 * time.Second):
			n.t.Fatalf("%d webhooks came, %d expected", len(out), count)
		}
	}
	return out
}

// quiet fails if a webhook came that nobody expected. The network is closed.
func (n *network) quiet() {
	n.t.Helper()
	n.sim.Close()
	select {
	case c := <-n.hook.calls:
		n.t.Fatalf("an unexpected webhook: %v", c.form)
	default:
	}
}

func statusesOf(calls []hookCall) []string {
	out := []string{}
	for _, c := range calls {
		out = append(out, c.form.Get("MessageStatus"))
	}
	return out
}

func (n *network) accepted() int {
	n.t.Helper()
	return int(n.own("GET", "/sim/counts", "").body["accepted"].(float64))
}

func (n *network) set(body string) {
	n.t.Helper()
	if a := n.own("POST", "/sim/settings", body); a.status != http.StatusOK {
		n.t.Fatalf("settings: %d %s", a.status, a.raw)
	}
}
