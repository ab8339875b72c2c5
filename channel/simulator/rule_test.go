package simulator_test

import (
	"fmt"
	"net/http"
	"slices"
	"testing"
	"time"

	"heliograph/channel/simulator"
)

func TestRules(t *testing.T) {
	t.Parallel()
	good := []string{"sent", "delivered"}
	cases := map[string]struct {
		params string
		want   fate
	}{
		"429":         {`{}`, fate{status: 429, code: 20429}},
		"500":         {`{}`, fate{status: 500, code: 20500}},
		"503":         {`{}`, fate{status: 503, code: 20503}},
		"timeout":     {`{"ms": 50}`, fate{}},
		"lost":        {`{}`, fate{taken: true, told: good}},
		"refuse-body": {`{}`, fate{}},
		"malformed":   {`{}`, fate{status: 201, taken: true, told: good}},
		"delay":       {`{"ms": 80}`, fate{status: 201, taken: true, told: good}},
		"error":       {`{"code": 21614}`, fate{status: 400, code: 21614}},
		"undelivered": {`{"code": 30006}`, fate{status: 201, taken: true, told: []string{"sent", "undelivered"}, error: "30006"}},
		"failed":      {`{}`, fate{status: 201, taken: true, told: []string{"failed"}, error: "30008"}},
		"duplicate":   {`{}`, fate{status: 201, taken: true, told: []string{"sent", "sent", "delivered", "delivered"}}},
		"reorder":     {`{}`, fate{status: 201, taken: true, told: []string{"delivered", "sent"}}},
		"forge":       {`{}`, fate{status: 201, taken: true, told: good}},
		"silent":      {`{}`, fate{status: 201, taken: true}},
	}
	for _, action := range simulator.Actions() {
		t.Run(action.Name, func(t *testing.T) {
			t.Parallel()
			c, ok := cases[action.Name]
			if !ok {
				t.Fatal("no expectation")
			}
			n := start(t, simulator.Options{})
			n.own("POST", "/sim/rules", fmt.Sprintf(`{"action": %q, "params": %s}`, action.Name, c.params))
			started := time.Now()
			n.expect(c.want, n.send(n.form("+15551230001", "hello")))
			if action.Name == "delay" && time.Since(started) < 80*time.Millisecond {
				t.Error("there was no delay")
			}
		})
	}
}

func TestRuleAccept(t *testing.T) {
	t.Parallel()
	for action, accept := range map[string]bool{"500": true, "timeout": true, "lost": false, "malformed": false} {
		n := start(t, simulator.Options{})
		n.own("POST", "/sim/rules", fmt.Sprintf(`[{"action": %q, "params": {"accept": %t, "ms": 10}}]`, action, accept))
		n.send(n.form("+15551230001", "hello"))
		if taken := n.accepted() == 1; taken != accept {
			t.Errorf("%s: taken %t, want %t", action, taken, accept)
		}
	}
}

func TestRuleMatch(t *testing.T) {
	t.Parallel()
	n := start(t, simulator.Options{})
	for match, want := range map[string]int{
		`{}`:                                429,
		`{"to": "+15551230001"}`:            429,
		`{"to": "+15551230002"}`:            201,
		`{"to": "*0001"}`:                   429,
		`{"to": "+1555*"}`:                  429,
		`{"to": "*123*"}`:                   429,
		`{"to": "*999*"}`:                   201,
		`{"from": "` + sender + `"}`:        429,
		`{"from": "+15550002222"}`:          201,
		`{"account": "` + accountSID + `"}`: 429,
		`{"account": "AC2"}`:                201,
	} {
		n.own("DELETE", "/sim/rules", "")
		n.own("POST", "/sim/rules", `{"action": "429", "match": `+match+`}`)
		if got := n.send(n.form("+15551230001", "hello")).status; got != want {
			t.Errorf("%s: %d, want %d", match, got, want)
		}
	}
}

func TestRuleCountAndProbability(t *testing.T) {
	t.Parallel()
	n := start(t, simulator.Options{})
	n.own("POST", "/sim/rules", `[{"action": "429", "count": 2, "params": {"retryAfter": 9}}, {"action": "500", "count": 1}]`)
	got := []int{}
	for range 4 {
		a := n.send(n.form("+15551230001", "hello"))
		got = append(got, a.status)
		if a.status == 429 && a.header.Get("Retry-After") != "9" {
			t.Errorf("Retry-After %q", a.header.Get("Retry-After"))
		}
	}
	if !slices.Equal(got, []int{429, 429, 500, 201}) {
		t.Errorf("answers %v", got)
	}
	rules := n.own("GET", "/sim/rules", "").body["rules"].([]any)
	first := rules[0].(map[string]any)
	if first["hits"] != 2.0 || len(rules) != 2 {
		t.Errorf("rules %v", rules)
	}
	if a := n.own("DELETE", "/sim/rules/"+first["id"].(string), ""); len(a.body["rules"].([]any)) != 1 {
		t.Errorf("removing one: %s", a.raw)
	}
	if a := n.own("DELETE", "/sim/rules/none", ""); a.status != http.StatusNotFound {
		t.Errorf("removing none: %d", a.status)
	}
	n.own("DELETE", "/sim/rules", "")
	n.own("POST", "/sim/rules", `{"action": "429", "probability": 0.5}`)
	struck := 0
	for range 200 {
		if n.send(n.form("+15551230001", "hello")).status == 429 {
			struck++
		}
	}
	if struck < 60 || struck > 140 {
		t.Errorf("one in two struck %d of 200", struck)
	}
}

func TestOwnEndpointsNameTheField(t *testing.T) {
	t.Parallel()
	n := start(t, simulator.Options{})
	for _, c := range []struct{ path, body, field string }{
		{"/sim/rules", `{"action": "explode"}`, "action"},
		{"/sim/rules", `{"action": "429", "probabilty": 1}`, "probabilty"},
		{"/sim/rules", `[{"action": "429", "probability": 2}]`, "probability"},
		{"/sim/rules", `{"action": "429", "count": -1}`, "count"},
		{"/sim/rules", `{"action": 429}`, "action"},
		{"/sim/rules", `{`, ""},
		{"/sim/settings", `{"signature": "forged"}`, "signature"},
		{"/sim/settings", `{"sentMs": -1}`, "sentMs"},
		{"/sim/settings", `{"latency": 1}`, "latency"},
		{"/sim/numbers", `{"smsUrl": "http://x.test"}`, "number"},
		{"/sim/numbers", `{"number": "+15550001111", "smsUrl": "x"}`, "smsUrl"},
		{"/sim/phones/12/reply", `{"text": "x"}`, "number"},
		{"/sim/phones/+15551230001/reply", `{}`, "text"},
		{"/sim/phones/+15551230001/reply", `{"text": "x"}`, "to"},
	} {
		a := n.own("POST", c.path, c.body)
		e, _ := a.body["error"].(map[string]any)
		field, _ := e["field"].(string)
		if a.status != 400 || field != c.field {
			t.Errorf("%s %s: %d %s", c.path, c.body, a.status, a.raw)
		}
	}
	if rules := n.own("GET", "/sim/rules", "").body["rules"].([]any); len(rules) != 0 {
		t.Errorf("a bad rule is in force: %v", rules)
	}
}
