package simulator_test

import (
	"crypto/hmac"
	"crypto/sha1"
	"encoding/base64"
	"net/http"
	"slices"
	"strings"
	"testing"

	"heliograph/channel/simulator"
)

// signature is what the receiver computes for itself.
func signature(c hookCall, target string) string {
	names := []string{}
	for name := range c.form {
		names = append(names, name)
	}
	slices.Sort(names)
	text := target
	for _, name := range names {
		text += name + c.form.Get(name)
	}
	mac := hmac.New(sha1.New, []byte(authToken))
	mac.Write([]byte(text))
	return base64.StdEncoding.EncodeToString(mac.Sum(nil))
}

func TestWebhooksAreSigned(t *testing.T) {
	t.Parallel()
	n := start(t, simulator.Options{})
	n.send(n.form("+15551230001", "Hi & bye"))
	for _, c := range n.told(2) {
		if c.signature != signature(c, c.url) {
			t.Errorf("signature %q of %s", c.signature, c.url)
		}
	}
	for mode, right := range map[string]bool{"wrong": false, "with-port": true, "without-port": false} {
		n.set(`{"signature": "` + mode + `"}`)
		n.send(n.form("+15551230001", "again"))
		for _, c := range n.told(2) {
			if (c.signature == signature(c, c.url)) != right {
				t.Errorf("%s: signature %q of %s", mode, c.signature, c.url)
			}
			bare := n.hook.url[:strings.LastIndex(n.hook.url, ":")] + "/status?d=7&a=1"
			if mode == "without-port" && c.signature != signature(c, bare) {
				t.Errorf("%s: %q is not over %s", mode, c.signature, bare)
			}
		}
	}
	n.set(`{"signature": "good"}`)
	n.send(n.form("+15551230603", "forged"))
	for _, c := range n.told(2) {
		if c.signature == signature(c, c.url) {
			t.Error("a forged webhook is signed well")
		}
	}
}

func TestWebhookIsTriedAgain(t *testing.T) {
	t.Parallel()
	n := start(t, simulator.Options{})
	n.hook.answer = func(i int, w http.ResponseWriter, _ hookCall) {
		if i < 2 {
			w.WriteHeader(http.StatusBadGateway)
		}
	}
	form := n.form("+15551230301", "fails")
	n.send(form)
	calls := n.told(3)
	if calls[0].token != calls[1].token || calls[1].token != calls[2].token {
		t.Error("tries of one webhook carry different tokens")
	}
	n.quiet()
}

func TestWebhookIsGivenUp(t *testing.T) {
	t.Parallel()
	for status, tries := range map[int]int{500: 3, 404: 1} {
		n := start(t, simulator.Options{})
		n.hook.answer = func(_ int, w http.ResponseWriter, _ hookCall) { w.WriteHeader(status) }
		n.send(n.form("+15551230301", "fails"))
		n.told(tries)
		n.quiet()
		message := n.own("GET", "/sim/messages", "").body["messages"].([]any)[0].(map[string]any)
		if message["webhooksLost"] != 1.0 || message["webhookError"] == nil {
			t.Errorf("%d: %v", status, message)
		}
	}
}

func TestSettingsDuplicateAndReorder(t *testing.T) {
	t.Parallel()
	n := start(t, simulator.Options{})
	n.set(`{"duplicate": true, "reorder": true}`)
	n.send(n.form("+15551230001", "hello"))
	calls := n.told(4)
	if got := statusesOf(calls); !slices.Equal(got, []string{"delivered", "delivered", "sent", "sent"}) {
		t.Errorf("webhooks %v", got)
	}
	if calls[0].token != calls[1].token {
		t.Error("a repetition carries another token")
	}
	n.quiet()
}

func TestAnAPIKeySignsNothing(t *testing.T) {
	t.Parallel()
	n := start(t, simulator.Options{})
	r := n.request("POST", messagesPath, n.form("+15551230001", "hello"))
	r.SetBasicAuth("SK1", "secret")
	if a, err := n.do(r); err != nil || a.status != 201 {
		t.Fatalf("%v %v", a.raw, err)
	}
	n.own("POST", "/sim/numbers", `{"number": "`+sender+`", "accountSid": "`+accountSID+`", "authToken": "`+authToken+`"}`)
	r = n.request("POST", messagesPath, n.form("+15551230002", "hello"))
	r.SetBasicAuth("SK1", "secret")
	if a, err := n.do(r); err != nil || a.status != 201 {
		t.Fatalf("%v %v", a.raw, err)
	}
	for {
		c := n.told(1)[0]
		if c.signature != signature(c, c.url) {
			t.Fatalf("signed with the secret of a key: %v", c.form)
		}
		if c.form.Get("To") == "+15551230002" {
			break
		}
	}
	if all := n.own("GET", "/sim/numbers", "").raw; strings.Contains(all, authToken) {
		t.Errorf("a token is shown: %s", all)
	}
}
