package whatsapp_test

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"heliograph/channel/simulator"
	"heliograph/channel/simulator/whatsapp"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const (
	numberID  = "106540352242922"
	accountID = "102290129340398"
	token     = "EAAtoken"
	secret    = "appsecret"
	graph     = "/v25.0/" + numberID
)

// bed is WhatsApp played, and the business's server.
type bed struct {
	t     *testing.T
	sim   *simulator.Simulator
	url   string
	http  *http.Client
	hook  *httptest.Server
	calls chan call
}

type call struct {
	body   map[string]any
	raw    string
	signed bool
}

type answer struct {
	status int
	header http.Header
	raw    string
	body   map[string]any
}

func start(t *testing.T, pace func(*simulator.Settings)) *bed {
	t.Helper()
	c := simulator.DefaultSettings()
	c.SentMs, c.DeliveredMs, c.RetryMs = 0, 0, 1
	if pace != nil {
		pace(&c)
	}
	b := &bed{t: t, calls: make(chan call, 1000)}
	b.hook = httptest.NewServer(http.HandlerFunc(b.serveHook))
	t.Cleanup(b.hook.Close)
	b.sim = simulator.New(simulator.Options{Settings: &c, Providers: []simulator.Provider{whatsapp.New()}})
	server := httptest.NewServer(b.sim.Handler())
	t.Cleanup(server.Close)
	t.Cleanup(b.sim.Close)
	b.url, b.http = server.URL, server.Client()
	b.http.Timeout = 10 * time.Second
	b.own("POST", "/sim/whatsapp/numbers", map[string]any{
		"phoneNumberId": numberID, "displayPhoneNumber": "+1 555-010-0000", "accountId": accountID, "accessToken": token,
		"appSecret": secret, "verifyToken": "verify", "callbackUrl": b.hook.URL + "/hook",
	}, http.StatusOK)
	return b
}

func (b *bed) serveHook(w http.ResponseWriter, r *http.Request) {
	if r.Method == http.MethodGet {
		q := r.URL.Query()
		if q.Get("hub.mode") != "subscribe" || q.Get("hub.verify_token") != "verify" {
			w.WriteHeader(http.StatusForbidden)
			return
		}
		_, _ = io.WriteString(w, q.Get("hub.challenge"))
		return
	}
	raw, _ := io.ReadAll(r.Body)
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write(raw)
	c := call{raw: string(raw), signed: r.Header.Get("X-Hub-Signature-256") == "sha256="+hex.EncodeToString(mac.Sum(nil))}
	_ = json.Unmarshal(raw, &c.body)
	b.calls <- c
}

func (b *bed) do(method, path, kind string, body []byte, bearer string) (answer, error) {
	r, err := http.NewRequestWithContext(b.t.Context(), method, b.url+path, bytes.NewReader(body))
	if err != nil {
		b.t.Fatal(err)
	}
	r.GetBody = nil
	if kind != "" {
		r.Header.Set("Content-Type", kind)
	}
	if bearer != "" {
		r.Header.Set("Authorization", "Bearer "+bearer)
	}
	res, err := b.http.Do(r)
	if err != nil {
		return answer{}, err
	}
	defer res.Body.Close()
	raw, err := io.ReadAll(res.Body)
	a := answer{status: res.StatusCode, header: res.Header, raw: string(raw)}
	_ = json.Unmarshal(raw, &a.body)
	return a, err
}

// api calls the Graph API.
func (b *bed) api(method, path string, in any) answer {
	b.t.Helper()
	raw := []byte(nil)
	if in != nil {
		raw, _ = json.Marshal(in)
	}
	a, _ := b.do(method, path, "application/json", raw, token)
	return a
}

// own calls the simulator's own endpoints.
func (b *bed) own(method, path string, in any, want int) answer {
	b.t.Helper()
	raw := []byte(nil)
	if in != nil {
		raw, _ = json.Marshal(in)
	}
	a, err := b.do(method, path, "", raw, "")
	if err != nil || a.status != want {
		b.t.Fatalf("%s %s: %d %s %v", method, path, a.status, a.raw, err)
	}
	return a
}

type object = map[string]any

func text(to, body string) object {
	return object{"messaging_product": "whatsapp", "to": to, "type": "text", "text": object{"body": body}}
}

func (b *bed) send(in object) answer {
	b.t.Helper()
	return b.api("POST", graph+"/messages", in)
}

// told waits for the next webhook.
func (b *bed) told() call {
	b.t.Helper()
	select {
	case c := <-b.calls:
		return c
	case <-time.After(5 * time.Second):
		b.t.Fatal("no webhook came")
		return call{}
	}
}

// at finds a value in JSON: at(v, "entry", 0, "id").
func at(v any, path ...any) any {
	for _, step := range path {
		switch key := step.(type) {
		case string:
			m, _ := v.(map[string]any)
			v = m[key]
		case int:
			list, _ := v.([]any)
			if key >= len(list) {
				return nil
			}
			v = list[key]
		}
	}
	return v
}

func value(c call) any { return at(c.body, "entry", 0, "changes", 0, "value") }

func (c call) statuses() []string {
	out := []string{}
	list, _ := at(value(c), "statuses").([]any)
	for _, s := range list {
		one := fmt.Sprint(at(s, "status"))
		if code := at(s, "errors", 0, "code"); code != nil {
			one += fmt.Sprintf(" %.0f", code)
		}
		out = append(out, one)
	}
	return out
}

// statuses waits for n statuses, however they are told.
func (b *bed) statuses(n int) string {
	b.t.Helper()
	out := []string{}
	for len(out) < n {
		out = append(out, b.told().statuses()...)
	}
	return strings.Join(out, ", ")
}

// open has a person write, so that the window is open, and takes the webhook.
func (b *bed) open(person string) call {
	b.t.Helper()
	b.own("POST", "/sim/whatsapp/people/"+person+"/messages", object{"type": "text", "text": object{"body": "Hello"}}, http.StatusCreated)
	return b.told()
}
