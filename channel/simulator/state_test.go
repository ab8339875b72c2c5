package simulator_test

import (
	"bufio"
	"net/http"
	"strings"
	"testing"

	"heliograph/channel/simulator"
)

func TestCounts(t *testing.T) {
	t.Parallel()
	n := start(t, simulator.Options{})
	for _, body := range []string{"a", "b", "a"} {
		n.send(n.form("+15551230001", body))
	}
	n.send(n.form("+15551230010", "refused"))
	all := n.own("GET", "/sim/counts", "").body
	if all["requests"] != 4.0 || all["accepted"] != 3.0 || all["duplicates"] != 1.0 {
		t.Errorf("counts %v", all)
	}
	twice := n.own("GET", "/sim/counts?to=+15551230001&min=2", "").body["pairs"].([]any)
	if len(twice) != 1 || twice[0].(map[string]any)["body"] != "a" {
		t.Errorf("sent twice: %v", twice)
	}
	if got := n.own("GET", "/sim/messages?to=+15551230001&limit=2", "").body["messages"].([]any); len(got) != 2 {
		t.Errorf("messages %v", got)
	}
	n.own("DELETE", "/sim/messages", "")
	if n.accepted() != 0 || n.own("GET", "/sim/phones", "").body["total"] != 0.0 {
		t.Error("something is left")
	}
}

func TestBounds(t *testing.T) {
	t.Parallel()
	n := start(t, simulator.Options{Limits: simulator.Limits{Messages: 6, Phones: 2, PerPhone: 3, Counted: 2}})
	for _, to := range []string{"+15551239001", "+15551239002", "+15551239003"} {
		for _, body := range []string{"1", "2", "3", "4"} {
			n.send(n.form(to, body))
		}
	}
	phones := n.own("GET", "/sim/phones", "").body["phones"].([]any)
	if len(phones) != 2 || phones[0].(map[string]any)["number"] != "+15551239003" {
		t.Fatalf("phones %v", phones)
	}
	first := phones[0].(map[string]any)
	messages := first["messages"].([]any)
	if first["total"] != 4.0 || len(messages) != 3 || messages[2].(map[string]any)["body"] != "4" {
		t.Errorf("one phone: %v", first)
	}
	if got := n.own("GET", "/sim/messages", "").body["messages"].([]any); len(got) != 6 {
		t.Errorf("%d messages are remembered", len(got))
	}
	counts := n.own("GET", "/sim/counts", "").body
	if counts["accepted"] != 12.0 || len(counts["pairs"].([]any)) != 2 || counts["uncounted"] != 10.0 {
		t.Errorf("counts %v", counts)
	}
}

func TestNoHistory(t *testing.T) {
	t.Parallel()
	n := start(t, simulator.Options{Limits: simulator.Limits{NoHistory: true}})
	a := n.send(n.form("+15551230001", "hello"))
	n.told(2)
	if n.accepted() != 0 || n.api("GET", a.body["uri"].(string), nil).status != 404 {
		t.Error("something is remembered")
	}
}

func TestPage(t *testing.T) {
	t.Parallel()
	n := start(t, simulator.Options{Hint: "curl this", Links: []simulator.Link{{Text: "Elsewhere", Path: "/elsewhere"}}})
	for path, want := range map[string]string{
		"/":                    `<main id="phones"`,
		"/phones/+15551230001": `aria-live="polite"`,
		"/assets/page.js":      "EventSource",
		"/assets/text.js":      "No message yet",
		"/assets/dom.js":       "createElement",
		"/assets/message.js":   "bubble",
		"/assets/tools.js":     "/sim/rules",
		"/assets/list.js":      "aria-current",
		"/assets/thread.css":   ".bubble",
		"/assets/page.css":     "prefers-color-scheme",
		"/assets/icon.svg":     "<svg",
		"/sim/catalogue":       "curl this",
	} {
		a := n.own("GET", path, "")
		if a.status != 200 || !strings.Contains(a.raw, want) {
			t.Errorf("%s: %d, without %q", path, a.status, want)
		}
	}
	if a := n.own("GET", "/sim/catalogue", ""); !strings.Contains(a.raw, `"/elsewhere"`) {
		t.Errorf("without the link: %s", a.raw)
	}
	if a := n.own("GET", "/favicon.ico", ""); a.status != http.StatusNoContent {
		t.Errorf("the icon that browsers ask for: %d", a.status)
	}
	if a := n.own("GET", "/", ""); !strings.Contains(a.header.Get("Content-Security-Policy"), "default-src 'self'") {
		t.Errorf("policy %q", a.header.Get("Content-Security-Policy"))
	}
	if a := n.own("GET", "/nothing", ""); a.status != 404 {
		t.Errorf("a page that is not there: %d", a.status)
	}
}

func TestOtherSitesCannotDrive(t *testing.T) {
	t.Parallel()
	n := start(t, simulator.Options{})
	r, _ := http.NewRequestWithContext(t.Context(), "DELETE", n.url+"/sim/messages", nil)
	r.Header.Set("Sec-Fetch-Site", "cross-site")
	if a, err := n.do(r); err != nil || a.status != http.StatusForbidden {
		t.Errorf("%d %v", a.status, err)
	}
}

func TestStream(t *testing.T) {
	t.Parallel()
	n := start(t, simulator.Options{})
	n.http.Timeout = 0
	res, err := n.http.Do(n.request("GET", "/sim/stream", nil))
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	if kind := res.Header.Get("Content-Type"); kind != "text/event-stream" {
		t.Fatalf("Content-Type %q", kind)
	}
	lines := bufio.NewScanner(res.Body)
	await := func(event, data string) {
		t.Helper()
		for kind := ""; lines.Scan(); {
			if after, ok := strings.CutPrefix(lines.Text(), "event: "); ok {
				kind = after
			}
			if kind == event && strings.HasPrefix(lines.Text(), "data: ") && strings.Contains(lines.Text(), data) {
				return
			}
		}
		t.Fatalf("the stream ended without %s %s", event, data)
	}
	for lines.Scan() && lines.Text() != ": connected" {
	}
	n.send(n.form("+15551230001", "hello"))
	await("message", `"status":"queued"`)
	await("message", `"status":"sent"`)
	await("message", `"status":"delivered"`)
	n.own("POST", "/sim/rules", `{"action": "429"}`)
	await("rules", `"action":"429"`)
	n.set(`{"latencyMs": 1}`)
	await("settings", `"latencyMs":1`)
	n.own("DELETE", "/sim/messages", "")
	await("cleared", `{}`)
	n.sim.Close()
	for lines.Scan() {
	}
}

func TestCloseTwice(t *testing.T) {
	t.Parallel()
	c := fast()
	c.DeliveredMs = 3_600_000
	n := start(t, simulator.Options{Settings: &c})
	n.send(n.form("+15551230001", "hello"))
	if got := statusesOf(n.told(1)); got[0] != "sent" {
		t.Errorf("told %v", got)
	}
	n.sim.Close()
	n.sim.Close()
}
