package smshttp_test

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"heliograph/channel/simulator"
	"heliograph/channel/simulator/smshttp"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const messages = "/smshttp/v1/messages"

// bed is the aggregator played, and the business's server.
type bed struct {
	t     *testing.T
	url   string
	http  *http.Client
	hook  *httptest.Server
	calls chan call
}

type call struct {
	path, raw string
	header    http.Header
	body      map[string]any
}

type answer struct {
	status int
	raw    string
	body   map[string]any
}

func start(t *testing.T) *bed {
	t.Helper()
	c := simulator.DefaultSettings()
	c.SentMs, c.DeliveredMs, c.RetryMs, c.Retries = 0, 0, 1, 3
	b := &bed{t: t, calls: make(chan call, 1000), http: &http.Client{Timeout: 5 * time.Second}}
	b.hook = httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		raw, _ := io.ReadAll(r.Body)
		one := call{path: r.URL.Path, raw: string(raw), header: r.Header}
		_ = json.Unmarshal(raw, &one.body)
		b.calls <- one
	}))
	t.Cleanup(b.hook.Close)
	sim := simulator.New(simulator.Options{Settings: &c, Providers: []simulator.Provider{smshttp.New(smshttp.Options{})}})
	server := httptest.NewServer(sim.Handler())
	t.Cleanup(server.Close)
	t.Cleanup(sim.Close)
	t.Cleanup(b.http.CloseIdleConnections)
	b.url = server.URL
	b.do("POST", "/sim/smshttp/accounts", "", `{"token":"tok","secret":"s3","inboundUrl":"`+b.hook.URL+`/in"}`)
	return b
}

func (b *bed) do(method, path, kind, body string) answer {
	b.t.Helper()
	r, err := http.NewRequestWithContext(b.t.Context(), method, b.url+path, strings.NewReader(body))
	if err != nil {
		b.t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer tok")
	r.Header.Set("Content-Type", kind)
	r.GetBody = nil
	res, err := b.http.Do(r)
	if err != nil {
		return answer{}
	}
	defer res.Body.Close()
	raw, _ := io.ReadAll(res.Body)
	a := answer{status: res.StatusCode, raw: string(raw)}
	_ = json.Unmarshal(raw, &a.body)
	return a
}

func (b *bed) send(to, text string) answer {
	raw, _ := json.Marshal(map[string]string{"to": to, "from": "ACME", "text": text, "reference": "d-1", "callback_url": b.hook.URL + "/r"})
	return b.do("POST", messages, "application/json", string(raw))
}

func (b *bed) wait(n int) []call {
	b.t.Helper()
	out := []call{}
	for range n {
		select {
		case c := <-b.calls:
			out = append(out, c)
		case <-time.After(5 * time.Second):
			b.t.Fatalf("%d callbacks came, %d expected", len(out), n)
		}
	}
	return out
}

// proven says whether a callback carries the secret and its signature.
func proven(c call) bool {
	mac := hmac.New(sha256.New, []byte("s3"))
	mac.Write([]byte(c.raw))
	return c.header.Get("X-Signature") == "sha256="+hex.EncodeToString(mac.Sum(nil)) && c.header.Get("X-Webhook-Secret") == "s3"
}

func TestSendAndReceipts(t *testing.T) {
	t.Parallel()
	b := start(t)
	a := b.send("+31612345678", "Hi €")
	if a.status != 202 || a.body["status"] != "accepted" || a.body["parts"] != 1.0 || a.body["encoding"] != "GSM-7" || a.body["reference"] != "d-1" {
		t.Fatalf("%d %s", a.status, a.raw)
	}
	for i, c := range b.wait(2) {
		want := []string{"sent", "delivered"}[i]
		if c.body["status"] != want || c.body["id"] != a.body["id"] || c.body["reference"] != "d-1" || c.body["type"] != "receipt" || !proven(c) {
			t.Errorf("%s %v", c.raw, c.header)
		}
	}
	if got := b.do("GET", messages+"/"+a.body["id"].(string), "", ""); got.body["status"] != "delivered" {
		t.Errorf("%d %s", got.status, got.raw)
	}
	if got := b.do("GET", "/smshttp/v1/account", "", ""); got.status != 200 {
		t.Errorf("%d", got.status)
	}
}

func TestFormAndSettings(t *testing.T) {
	t.Parallel()
	b := start(t)
	b.do("POST", "/sim/smshttp/settings", "", `{"format":"form","proof":"secret"}`)
	form := url.Values{"to": {"31612345678"}, "from": {"ACME"}, "text": {"x"}, "callback_url": {b.hook.URL}}
	if a := b.do("POST", messages, "application/x-www-form-urlencoded", form.Encode()); a.status != 202 || a.body["to"] != "+31612345678" {
		t.Fatalf("%d %s", a.status, a.raw)
	}
	c := b.wait(1)[0]
	got, _ := url.ParseQuery(c.raw)
	if got.Get("status") != "sent" || c.header.Get("X-Signature") != "" || c.header.Get("X-Webhook-Secret") != "s3" {
		t.Errorf("%s %v", c.raw, c.header)
	}
	if a := b.do("POST", "/sim/smshttp/settings", "", `{"proof":"none"}`); a.status != 400 {
		t.Errorf("%d", a.status)
	}
}

func TestRefusals(t *testing.T) {
	t.Parallel()
	b := start(t)
	for body, want := range map[string]string{
		`{"to":"x","from":"A","text":"x"}`:                                           "invalid_recipient",
		`{"to":"31612345678","text":"x"}`:                                            "invalid_from",
		`{"to":"31612345678","from":"A"}`:                                            "invalid_text",
		`{"to":"31612345678","from":"A","text":"x","callback_url":"ftp://x"}`:        "invalid_callback_url",
		`{"to":"31612345678","from":"A","text":"` + strings.Repeat("a", 1601) + `"}`: "invalid_text",
		`[]`: "bad_request",
	} {
		if a := b.do("POST", messages, "application/json", body); !strings.Contains(a.raw, `"`+want+`"`) || a.status < 400 {
			t.Errorf("%s: %d %s", want, a.status, a.raw)
		}
	}
}

func TestInbound(t *testing.T) {
	t.Parallel()
	b := start(t)
	b.send("+31612345678", "Hi")
	b.wait(2)
	if a := b.do("POST", "/sim/phones/31612345678/reply", "", `{"text":"STOP","media":["https://example.test/a.jpg"]}`); a.status != 201 || a.body["optOut"] != nil {
		t.Fatalf("%d %s", a.status, a.raw)
	}
	c := b.wait(1)[0]
	if c.path != "/in" || c.body["type"] != "inbound" || c.body["from"] != "+31612345678" || c.body["to"] != "ACME" || c.body["text"] != "STOP" ||
		c.body["media_urls"].([]any)[0] != "https://example.test/a.jpg" || !proven(c) {
		t.Errorf("%s", c.raw)
	}
}

func TestMagicRecipients(t *testing.T) {
	t.Parallel()
	type fate struct {
		status int
		taken  float64
		told   string
	}
	ok := fate{202, 1, "sent,delivered"}
	want := map[string]fate{
		"0001": ok, "0010": {status: 409}, "0011": {status: 422}, "0013": {status: 402}, "0014": {status: 403},
		"0303": {202, 1, "sent,failed 303"}, "0305": {202, 1, "sent,failed 305"}, "0307": {202, 1, "rejected 307"}, "0309": {202, 1, "sent,expired 309"},
		"0429": {status: 429}, "0500": {500, 1, "sent,delivered"}, "0501": {status: 500}, "0503": {status: 503}, "0504": {}, "0505": {0, 1, "sent,delivered"},
		"0506": {0, 1, "sent,delivered"}, "0507": ok, "0508": {}, "0600": {202, 1, "sent,read"}, "0601": {202, 1, "delivered,sent"},
		"0602": {202, 1, "sent,sent,delivered,delivered"}, "0603": ok, "0604": {202, 1, ""}, "0610": {202, 1, "sent,failed 310"},
	}
	for _, r := range smshttp.Recipients() {
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
			a := b.send("+3161234"+r.Suffix, "Hi")
			b.http.Timeout = 5 * time.Second
			if a.status != w.status {
				t.Errorf("answered %d %s, want %d", a.status, a.raw, w.status)
			}
			if got := b.do("GET", "/sim/counts", "", "").body["accepted"]; got != w.taken {
				t.Errorf("%v taken", got)
			}
			if w.told == "" {
				return
			}
			got := []string{}
			for _, c := range b.wait(strings.Count(w.told, ",") + 1) {
				words := c.body["status"].(string)
				if code, ok := c.body["error_code"].(string); ok {
					words += " " + code
				}
				got = append(got, words)
				if proven(c) == (r.Suffix == "0603") {
					t.Errorf("proven: %t", proven(c))
				}
			}
			if strings.Join(got, ",") != w.told {
				t.Errorf("told %v", got)
			}
		})
	}
}
