package twilio_test

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"heliograph"
	"heliograph/channel"
	"heliograph/channel/simulator"
	"heliograph/channel/twilio"
)

// network is the channel joined with the simulator, which was written from the
// same contract and shares no code with it.
type network struct {
	t        *testing.T
	ch       channel.Channel
	provider string
	facts    chan channel.Fact
}

func join(t *testing.T) *network {
	t.Helper()
	n := &network{t: t, facts: make(chan channel.Fact, 100)}
	hooks := httptest.NewServer(nil)
	t.Cleanup(hooks.Close)
	hooks.Config.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { n.receive(w, r, hooks.URL) })

	pace := simulator.DefaultSettings()
	pace.SentMs, pace.DeliveredMs = 0, 0
	sim := simulator.New(simulator.Options{
		Settings: &pace,
		Accounts: []simulator.Account{{SID: account, AuthToken: token}},
		Numbers: []simulator.Number{{
			Number: ours, PhoneNumberSID: "PN00000000000000000000000000000001",
			SMSURL: hooks.URL + "/inbound", AccountSID: account, AuthToken: token,
		}},
	})
	provider := httptest.NewServer(sim.Handler())
	t.Cleanup(provider.Close)
	t.Cleanup(sim.Close)
	n.provider = provider.URL

	rt := &http.Transport{}
	t.Cleanup(rt.CloseIdleConnections)
	deps := channel.Deps{HTTP: rt, BaseURL: provider.URL, HookURL: hooks.URL, Clock: time.Now}
	n.ch = open(t, deps, nil)
	info, err := n.ch.(channel.Verifier).Verify(t.Context())
	if err != nil || info["phoneNumber"] != ours {
		t.Fatalf("verify: %v, %v", info, err)
	}
	n.ch = open(t, deps, info)
	return n
}

func open(t *testing.T, deps channel.Deps, info map[string]string) channel.Channel {
	t.Helper()
	ch, err := twilio.Type.Open(channel.Config{Settings: []byte(settings(nil)), Info: info}, deps)
	if err != nil {
		t.Fatal(err)
	}
	return ch
}

func (n *network) receive(w http.ResponseWriter, r *http.Request, public string) {
	body, _ := io.ReadAll(r.Body)
	got, err := n.ch.(channel.Receiver).Receive(&channel.Request{
		Method: r.Method, URL: public + r.URL.RequestURI(), Path: r.URL.Path, Query: r.URL.RawQuery, Header: r.Header, Body: body,
	})
	if err != nil {
		http.Error(w, err.Error(), http.StatusForbidden)
		return
	}
	for _, f := range got.Facts {
		n.facts <- f
	}
	w.Header().Set("Content-Type", got.Answer.ContentType)
	w.WriteHeader(got.Answer.Status)
	_, _ = io.WriteString(w, got.Answer.Body)
}

func (n *network) send(to string, id byte) channel.Result {
	n.t.Helper()
	ctx, cancel := context.WithTimeout(n.t.Context(), 500*time.Millisecond)
	defer cancel()
	return n.ch.Send(ctx, &channel.Outgoing{
		Delivery: heliograph.NotificationID{15: id}, Attempt: 4, Address: to,
		Content: &heliograph.Content{Type: heliograph.TextMessage, Text: "Hi & “bye” 😀"},
	})
}

func (n *network) fact() channel.Fact {
	n.t.Helper()
	select {
	case f := <-n.facts:
		return f
	case <-time.After(10 * time.Second):
		n.t.Fatal("nothing came back")
		return channel.Fact{}
	}
}

func TestThereAndBack(t *testing.T) {
	t.Parallel()
	n := join(t)
	got := n.send("+15551230001", 7)
	if got.Class != channel.ClassAccepted || len(got.External) != 1 {
		t.Fatalf("%+v", got)
	}
	for _, want := range []heliograph.Status{heliograph.AtChannel, heliograph.AtUser} {
		f := n.fact()
		if s := f.Status; s == nil || s.Status != want || s.External != got.External[0] || s.Delivery[15] != 7 || s.Attempt != 4 {
			t.Fatalf("%+v, %+v; want %s", f, f.Status, want)
		}
	}
	reply, err := http.Post(n.provider+"/sim/phones/"+url.PathEscape("+15551230001")+"/reply", "application/json", strings.NewReader(`{"text":"Yes & no"}`))
	if err != nil {
		t.Fatal(err)
	}
	defer reply.Body.Close()
	if f := n.fact(); f.Message == nil || f.Message.Text != "Yes & no" || f.Message.From != "+15551230001" || f.Message.To != ours {
		t.Errorf("%+v, %+v", f, f.Message)
	}
}

func TestOutcomesOfTheNetwork(t *testing.T) {
	t.Parallel()
	n := join(t)
	for to, want := range map[string]channel.Class{
		"+15551230010": channel.ClassFinal, // opted out
		"+15551230013": channel.ClassPause,
		"+15551230429": channel.ClassRetry,
		"+15551230500": channel.ClassUnknown, // taken, and answered with 500
		"+15551230503": channel.ClassRetry,
		"+15551230504": channel.ClassUnknown, // never answered
		"+15551230505": channel.ClassUnknown, // the answer is lost
		"+15551230507": channel.ClassUnknown, // the answer is malformed
		"+15551230508": channel.ClassUnknown, // reset
	} {
		if got := n.send(to, 1); got.Class != want {
			t.Errorf("%s: %+v, want %v", to, got, want)
		}
	}
}
