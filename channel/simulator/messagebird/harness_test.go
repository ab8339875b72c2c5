package messagebird_test

import (
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
	"heliograph/channel/simulator/messagebird"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const key = "live_key"

// bed is MessageBird played, and the business's server.
type bed struct {
	t     *testing.T
	sim   *simulator.Simulator
	url   string
	http  *http.Client
	hook  *httptest.Server
	calls chan call
	codes chan int // what the business's server answers next; none: 200
}

type call struct {
	method, url, token, raw string
	query, form             url.Values
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
	b := &bed{t: t, calls: make(chan call, 1000), codes: make(chan int, 100), http: &http.Client{Timeout: 5 * time.Second}}
	b.hook = httptest.NewServer(http.HandlerFunc(b.told))
	t.Cleanup(b.hook.Close)
	b.sim = simulator.New(simulator.Options{Settings: &c, Providers: []simulator.Provider{messagebird.New(messagebird.Options{})}})
	server := httptest.NewServer(b.sim.Handler())
	t.Cleanup(server.Close)
	t.Cleanup(b.sim.Close)
	t.Cleanup(b.http.CloseIdleConnections)
	b.url = server.URL
	return b
}

func (b *bed) told(w http.ResponseWriter, r *http.Request) {
	raw, _ := io.ReadAll(r.Body)
	form, _ := url.ParseQuery(string(raw))
	select {
	case code := <-b.codes:
		w.WriteHeader(code)
	default:
	}
	b.calls <- call{r.Method, "http://" + r.Host + r.URL.RequestURI(), r.Header.Get("MessageBird-Signature-JWT"), string(raw), r.URL.Query(), form}
}

func (b *bed) do(method, path, kind, body string) answer {
	b.t.Helper()
	r, err := http.NewRequestWithContext(b.t.Context(), method, b.url+path, strings.NewReader(body))
	if err != nil {
		b.t.Fatal(err)
	}
	r.Header.Set("Authorization", "AccessKey "+key)
	if kind != "" {
		r.Header.Set("Content-Type", kind)
	}
	r.GetBody = nil
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

// send sends one text as a channel would.
func (b *bed) send(to, text string, more ...string) answer {
	b.t.Helper()
	body := map[string]any{"originator": "3197010240000", "recipients": []string{to}, "body": text, "reference": "d-1",
		"reportUrl": b.hook.URL + "/report?c=7", "datacoding": "auto"}
	for i := 0; i+1 < len(more); i += 2 {
		body[more[i]] = more[i+1]
	}
	raw, _ := json.Marshal(body)
	return b.do("POST", "/messages", "application/json", string(raw))
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

func (b *bed) accepted(to string) int {
	b.t.Helper()
	a := b.do("GET", "/sim/counts?to="+url.QueryEscape(to), "", "")
	list := a.body["recipients"].([]any)
	if len(list) == 0 {
		return 0
	}
	return int(list[0].(map[string]any)["accepted"].(float64))
}

// phone is the last text on a phone.
func (b *bed) phone(number string) string {
	b.t.Helper()
	list := b.do("GET", "/sim/phones/"+number, "", "").body["messages"].([]any)
	if len(list) == 0 {
		return ""
	}
	return list[len(list)-1].(map[string]any)["body"].(string)
}
