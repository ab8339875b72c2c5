package simulator_test

import (
	"bufio"
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"heliograph/channel/simulator"
)

// replayed waits until nothing is replayed any more.
func (n *network) replayed() map[string]any {
	n.t.Helper()
	r := n.request(http.MethodGet, "/sim/stream", nil)
	res, err := n.http.Do(r)
	if err != nil {
		n.t.Fatal(err)
	}
	defer res.Body.Close()
	for lines := bufio.NewScanner(res.Body); lines.Scan(); {
		state := n.own("GET", "/sim/scenario", "").body["replay"].(map[string]any)
		if state["running"] == false {
			return state
		}
	}
	n.t.Fatal("the stream ended")
	return nil
}

func TestRecordAndReplay(t *testing.T) {
	t.Parallel()
	n := start(t, simulator.Options{})
	n.own("POST", "/sim/numbers", `{"number": "`+sender+`", "smsUrl": "`+n.hook.url+`/in"}`)
	n.own("POST", "/sim/rules", `{"action": "silent", "match": {"to": "nobody"}}`) // before the recording, so no part of it
	n.own("POST", "/sim/scenario/recording", "")
	n.own("POST", "/sim/rules", `{"action": "429", "count": 1}`)
	n.send(n.form("+15551230001", "first"))
	n.send(n.form("+15551230001", "second"))
	n.own("POST", "/sim/phones/+15551230001/reply", `{"text": "Yes"}`)
	n.own("DELETE", "/sim/rules/rule-2", "")
	n.own("POST", "/sim/phones/home/reply", `{"text": "refused, so not kept"}`)
	n.own("POST", "/sim/numbers", `{"number": "+15550002222", "accountSid": "AC1", "authToken": "confidential"}`)
	n.own("DELETE", "/sim/scenario/recording", "")
	n.send(n.form("+15551230001", "after"))
	a := n.own("GET", "/sim/scenario/recording", "")
	if strings.Contains(a.raw, "confidential") || strings.Contains(a.raw, "refused") || strings.Contains(a.raw, "after") {
		t.Errorf("recorded too much: %s", a.raw)
	}
	if !strings.Contains(a.header.Get("Content-Disposition"), "scenario.json") {
		t.Error("it is not a download")
	}
	var recorded simulator.Scenario
	if err := json.Unmarshal([]byte(a.raw), &recorded); err != nil {
		t.Fatal(err)
	}
	kinds := []string{}
	for _, e := range recorded.Events {
		kinds = append(kinds, e.Kind)
	}
	// The answer stands before the message that it brought about.
	if got := strings.Join(kinds, " "); got != "act request request message act message act" {
		t.Fatalf("recorded %s: %s", got, a.raw)
	}

	// The same again on another network, with somebody who sends the same.
	again := start(t, simulator.Options{})
	again.own("POST", "/sim/numbers", `{"number": "`+sender+`", "smsUrl": "`+again.hook.url+`/in"}`)
	again.own("POST", "/sim/rules", `[{"action": "silent"}, {"action": "silent"}, {"action": "silent"}]`)
	got := again.own("POST", "/sim/scenario/replay", `{"pace": "fast", "scenario": `+a.raw+`}`)
	if got.status != http.StatusAccepted {
		t.Fatalf("%d %s", got.status, got.raw)
	}
	if got := again.own("POST", "/sim/scenario/replay", `{"scenario": `+a.raw+`}`); got.status != http.StatusConflict {
		t.Errorf("a second replay: %d", got.status)
	}
	again.send(again.form("+15551230001", "first"))
	answered := again.told(1)
	if answered[0].form.Get("Body") != "Yes" || answered[0].form.Get("From") != "+15551230001" {
		t.Errorf("told %v", answered[0].form)
	}
	state := again.replayed()
	if state["done"] != 7.0 || len(state["problems"].([]any)) > 0 {
		t.Errorf("replay %v", state)
	}
	// The rule that was made in the replay is gone; those from before are not.
	if rules := again.own("GET", "/sim/rules", "").body["rules"].([]any); len(rules) != 3 {
		t.Errorf("rules %v", rules)
	}
}

func TestReplayPace(t *testing.T) {
	t.Parallel()
	n := start(t, simulator.Options{})
	at := func(ms, latency string) string {
		return `{"atMs": ` + ms + `, "kind": "act", "method": "POST", "path": "/sim/settings", "body": {"latencyMs": ` + latency + `}}`
	}
	began := time.Now()
	n.own("POST", "/sim/scenario/replay", `{"scenario": {"version": 1, "events": [`+at("1", "1")+`,`+at("300", "2")+`]}}`)
	if state := n.replayed(); state["done"] != 2.0 || time.Since(began) < 300*time.Millisecond {
		t.Errorf("replay %v after %v", state, time.Since(began))
	}
	if got := n.own("GET", "/sim/settings", "").body["latencyMs"]; got != 2.0 {
		t.Errorf("latency %v", got)
	}
}

func TestReplayProblems(t *testing.T) {
	t.Parallel()
	n := start(t, simulator.Options{})
	missing := `{"kind": "message", "channel": "sms", "person": "+15551230001", "direction": "outbound-api", "id": "SM1"}`
	n.own("POST", "/sim/scenario/replay", `{"pace": "fast", "waitMs": 1, "scenario": {"version": 1, "events": [`+missing+`,
		{"kind": "act", "method": "POST", "path": "/sim/rules", "body": {"action": "nothing"}}]}}`)
	state := n.replayed()
	if problems := state["problems"].([]any); len(problems) != 2 || !strings.Contains(problems[0].(string), "did not come") ||
		!strings.Contains(problems[1].(string), "400") {
		t.Errorf("problems %v", problems)
	}
	for body, field := range map[string]string{
		`{"scenario": {"version": 2}}`:                                                                  "scenario.version",
		`{"pace": "slow", "scenario": {"version": 1}}`:                                                  "pace",
		`{"waitMs": -1, "scenario": {"version": 1}}`:                                                    "waitMs",
		`{"scenario": {"version": 1, "events": [{"kind": "act", "method": "GET", "path": "/phones"}]}}`: "scenario.events[0].path",
		`nothing`: "",
	} {
		a := n.own("POST", "/sim/scenario/replay", body)
		if got, _ := a.body["error"].(map[string]any)["field"].(string); a.status != 400 || got != field {
			t.Errorf("%s: %d %s", body, a.status, a.raw)
		}
	}
	// One that waits can be stopped.
	n.own("POST", "/sim/scenario/replay", `{"pace": "fast", "scenario": {"version": 1, "events": [`+missing+`]}}`)
	n.own("DELETE", "/sim/scenario/replay", "")
	if state := n.replayed(); state["done"] != 0.0 {
		t.Errorf("stopped: %v", state)
	}
}
