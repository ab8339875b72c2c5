package simulator_test

import (
	"context"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"heliograph/channel/simulator"
)

// acme is a provider of text messages, as small as one can be.
type acme struct {
	n      *simulator.Network
	hook   string
	closed atomic.Bool
}

func (a *acme) Describe() simulator.Description {
	return simulator.Description{
		Name: "acme", Title: "Acme SMS", Channel: simulator.ChannelSMS,
		Recipients: simulator.InOrder(simulator.CommonRecipients(), []simulator.Recipient{
			{Suffix: "0010", Outcome: "refused, 7", Effect: simulator.Outcome{Answer: simulator.AnswerError, Code: 7}},
		}),
		Actions: slices.Concat(simulator.CommonActions(), []simulator.Action{
			{Name: "bounce", Does: "bounces", Effect: simulator.Outcome{Fate: []simulator.Step{{Status: "failed", Code: 8}}}},
		}),
	}
}

func (a *acme) Join(n *simulator.Network) {
	a.n = n
	n.Handle("POST /acme/messages", a.send)
	n.HandleWhere(func(r *http.Request) bool { return strings.HasPrefix(r.URL.Path, "/any") },
		http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusTeapot) }))
}

func (a *acme) send(w http.ResponseWriter, r *http.Request) {
	to, body := r.FormValue("to"), r.FormValue("body")
	fate := a.n.Decide("acme", "1234", to)
	a.n.Wait(r.Context(), &fate)
	if !fate.Takes() {
		simulator.WriteJSON(w, http.StatusBadRequest, map[string]int{"error": fate.Code})
		return
	}
	m := a.n.Add(simulator.View{SID: a.n.Hex("A"), Direction: simulator.Outbound, Person: to, From: "1234", To: to, Body: body})
	a.n.Follow(simulator.Track{Message: m, Fate: fate, Works: []simulator.Step{{Status: "delivered"}},
		Tell: func(to simulator.Step, _ bool) *simulator.Webhook { return a.told(to.Status) }})
	simulator.WriteJSON(w, http.StatusOK, map[string]string{"id": a.n.See(m).SID})
}

func (a *acme) told(what string) *simulator.Webhook {
	return &simulator.Webhook{Note: what, Send: func() (simulator.WebhookAnswer, error) {
		r, err := http.NewRequestWithContext(a.n.Context(), http.MethodPost, a.hook, strings.NewReader("MessageStatus="+what))
		if err != nil {
			return simulator.WebhookAnswer{}, err
		}
		return a.n.Do(r)
	}}
}

func (a *acme) Answers(sender string) bool { return sender == "1234" }

func (a *acme) Answer(_ context.Context, t simulator.Text) (simulator.Answered, *simulator.Problem) {
	m := a.n.Add(simulator.View{SID: a.n.Hex("A"), Direction: simulator.Inbound, Person: t.Person, From: t.Person, To: t.To, Body: t.Text})
	return simulator.Answered{Message: m, Webhook: a.n.Tell(m, *a.told("said " + t.Text))}, nil
}

func (a *acme) Close() { a.closed.Store(true) }

// withAcme is a network with Acme on it, and how to send through it.
func withAcme(t *testing.T) (*network, *acme, func(to, body string) answer) {
	a := &acme{}
	n := start(t, simulator.Options{Providers: []simulator.Provider{a}})
	a.hook = n.hook.url
	return n, a, func(to, body string) answer {
		r, _ := http.NewRequestWithContext(t.Context(), "POST", n.url+"/acme/messages", strings.NewReader("to="+strings.ReplaceAll(to, "+", "%2B")+"&body="+body))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		out, err := n.do(r)
		if err != nil && err != io.EOF {
			t.Fatal(err)
		}
		return out
	}
}

func TestAnotherProvider(t *testing.T) {
	t.Parallel()
	n, a, send := withAcme(t)
	if got := send("+15551230001", "hello"); got.status != 200 {
		t.Fatalf("%d %s", got.status, got.raw)
	}
	if got := statusesOf(n.told(1)); got[0] != "delivered" {
		t.Errorf("told %v", got)
	}
	if got := send("+15551230010", "hello"); got.status != 400 || got.body["error"] != 7.0 {
		t.Errorf("magic: %d %s", got.status, got.raw)
	}
	if got := send("ana.0010@example.com", "hello"); got.status != 400 {
		t.Errorf("of an e-mail address the part before the at sign counts: %d", got.status)
	}
	// A person's answer goes back through the provider that wrote last.
	got := n.own("POST", "/sim/phones/+15551230001/reply", `{"text": "yes"}`)
	if got.status != 201 || !strings.Contains(got.raw, `"provider":"acme"`) {
		t.Errorf("answer: %d %s", got.status, got.raw)
	}
	if told := statusesOf(n.told(1)); told[0] != "said yes" {
		t.Errorf("told %v", told)
	}
	// Twilio's messages are on the same phone.
	n.send(n.form("+15551230001", "from Twilio"))
	phone := n.own("GET", "/sim/phones/+15551230001", "")
	if messages := phone.body["messages"].([]any); len(messages) != 3 {
		t.Errorf("the phone has %d messages", len(messages))
	}
	if c := n.own("GET", "/sim/counts?to=+15551230001", "").body; c["accepted"] != 2.0 || c["requests"] != 4.0 {
		t.Errorf("counts %v", c)
	}
	if got := n.own("GET", "/anything", ""); got.status != http.StatusTeapot {
		t.Errorf("a claimed address: %d", got.status)
	}
	if got := n.own("GET", "/sim/catalogue", ""); !strings.Contains(got.raw, `"Acme SMS"`) {
		t.Errorf("catalogue: %s", got.raw)
	}
	n.sim.Close()
	if !a.closed.Load() {
		t.Error("the provider was not closed")
	}
}

func TestRulesByProvider(t *testing.T) {
	t.Parallel()
	n, _, send := withAcme(t)
	for body, want := range map[string]int{
		`{"action": "bounce"}`:                                  200,
		`{"action": "bounce", "match": {"provider": "twilio"}}`: 400,
		`{"action": "error", "match": {"provider": "acme"}}`:    400,
		`{"action": "429", "match": {"provider": "nobody"}}`:    400,
	} {
		if got := n.own("POST", "/sim/rules", body); got.status != want {
			t.Errorf("%s: %d %s", body, got.status, got.raw)
		}
	}
	send("+15551230001", "hello")
	if got := statusesOf(n.told(1)); got[0] != "failed" {
		t.Errorf("told %v", got)
	}
	n.send(n.form("+15551230001", "hello"))
	if got := statusesOf(n.told(2)); got[1] != "delivered" {
		t.Errorf("Twilio's own: %v", got)
	}
}

func TestThreads(t *testing.T) {
	t.Parallel()
	n, _, send := withAcme(t)
	send("+15551230001", "one")
	send("+15551230001", "two")
	send("+15551230002", "three")
	list := n.own("GET", "/sim/threads", "").body["threads"].([]any)
	if len(list) != 2 || list[0].(map[string]any)["person"] != "+15551230002" || list[0].(map[string]any)["channel"] != "sms" {
		t.Fatalf("threads %v", list)
	}
	if last := list[1].(map[string]any)["last"].(map[string]any)["body"]; last != "two" {
		t.Errorf("the last message is %v", last)
	}
	one := n.own("GET", "/sim/threads/sms/+15551230001", "").body
	if got := one["messages"].([]any); len(got) != 2 {
		t.Errorf("%d messages", len(got))
	}
}

func TestClock(t *testing.T) {
	t.Parallel()
	n := start(t, simulator.Options{})
	before := n.send(n.form("+15551230001", "hello")).body["date_created"]
	if got := n.own("POST", "/sim/clock", `{"advanceMs": 90000000}`); got.status != 200 || got.body["offsetMs"] != 90000000.0 {
		t.Fatalf("%d %s", got.status, got.raw)
	}
	after := n.send(n.form("+15551230001", "hello")).body["date_created"]
	if before.(string)[:16] == after.(string)[:16] {
		t.Errorf("sent on %v, and 25 hours later on %v", before, after)
	}
	if got := n.own("POST", "/sim/clock", `{"offsetMs": 0}`); got.body["offsetMs"] != 0.0 {
		t.Errorf("set back: %s", got.raw)
	}
	if got := n.own("POST", "/sim/clock", `{"advanceMs": 9000000000000000}`); got.status != 400 {
		t.Errorf("too far: %d", got.status)
	}
}
