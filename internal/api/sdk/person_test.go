package sdk_test

import (
	"strings"
	"testing"
	"time"
)

func TestPersonOnADevice(t *testing.T) {
	t.Parallel()
	onEachDatabase(t, func(w *world) {
		w.admin("PUT", "", map[string]any{"settings": map[string]any{"useAnimalNames": true}}).want(200)
		p := w.device(w.tenant.web, "browser")
		start := p.enter("start", nil).want(200)
		user, name := start.text("user", "_id"), start.text("client", "displayName")
		if len(strings.Fields(name)) != 2 {
			t.Errorf("an anonymous user is called %q", name)
		}
		said := p.say("my card: 4111 1111 1111 1111").want(201)
		if said.text("message", "text") != "my card: **** **** **** 1111" || said.text("message", "name") != name {
			t.Errorf("said: %s", said.raw)
		}
		w.told("message:appUser", func(a *answer) bool { return a.text("messages", 0, "text") == "my card: **** **** **** 1111" })
		w.admin("PUT", "", map[string]any{"settings": map[string]any{"maskCreditCardNumbers": false}}).want(200)
		if got := p.say("4111111111111111").want(201); got.text("message", "text") != "4111111111111111" {
			t.Errorf("unmasked: %s", got.raw)
		}

		if got := p.call("PUT", "user", map[string]any{"givenName": "Ana", "email": "a@e.test", "properties": map[string]any{"plan": "gold"}}).want(200); got.text("user", "givenName") != "Ana" {
			t.Errorf("user: %s", got.raw)
		}
		if got := p.call("PUT", "user", map[string]any{"email": nil, "properties": map[string]any{"plan": nil, "seats": 2}}).want(200); got.at("user", "email") != nil || got.at("user", "properties", "seats") != 2.0 {
			t.Errorf("user: %s", got.raw)
		}
		if got := p.say("as Ana").want(201); got.text("message", "name") != "Ana" {
			t.Errorf("said: %s", got.raw)
		}

		if got := p.call("PUT", "consent", map[string]any{"proactive": false}).want(200); got.at("proactive") != false {
			t.Errorf("consent: %s", got.raw)
		}
		if got := p.enter("init", nil).want(200); got.at("proactive") != false {
			t.Errorf("init: %s", got.raw)
		}
		if got := w.told("consent", func(*answer) bool { return true }); got.text("consent", "source") != "messenger" || got.text("consent", "action") != "opt_out" {
			t.Errorf("consent told: %s", got.raw)
		}
		if got := p.call("PUT", "consent", map[string]any{"proactive": true}).want(200); got.at("proactive") != true {
			t.Errorf("consent: %s", got.raw)
		}

		push := map[string]any{"service": "web", "token": `{"endpoint":"https://push.example/1","keys":{"p256dh":"a","auth":"b"}}`}
		p.call("PUT", "push", push).want(200)
		if got := p.enter("init", nil).want(200); len(got.at("client", "push").([]any)) != 2 {
			t.Errorf("client: %s", got.raw)
		}
		p.call("POST", "push-events", map[string]any{"device": p.id, "delivery": "01890a5d-ac96-774b-bcce-b302099a8057", "event": "received"}).want(404)
		p.call("POST", "push-events", map[string]any{"device": p.id, "delivery": "01890a5d-ac96-774b-bcce-b302099a8057", "event": "eaten"}).want(400)
		p.call("DELETE", "push", nil).want(200)
		if got := p.enter("init", nil).want(200); len(got.at("client", "push").([]any)) != 0 {
			t.Errorf("client: %s", got.raw)
		}
		last := w.admin("POST", "/appusers/"+user+"/messages", map[string]any{"role": "appMaker", "type": "text", "text": "hi"}).want(201)
		cursor := p.call("GET", "messages?limit=1", nil).want(200).text("cursor")
		p.call("POST", "seen", map[string]any{"cursor": cursor}).want(200)
		if why := w.admin("GET", "/appusers/"+user+"/messages/"+last.text("message", "_id")+"/why", nil).want(200); why.text("status") != "user" {
			t.Errorf("a message that was seen: %s", why.raw)
		}

		// What is scheduled is not to be seen before its time.
		later := w.admin("POST", "/notifications", map[string]any{
			"destination": map[string]any{"integrationId": p.integration, "destinationId": p.id}, "author": map[string]any{"role": "appMaker"},
			"message": map[string]any{"type": "text", "text": "to-morrow's news"}, "scheduledAt": time.Now().Add(time.Hour).UTC().Format(time.RFC3339),
		}).want(201)
		for _, page := range []*answer{p.call("GET", "messages", nil).want(200), p.enter("init", nil).want(200)} {
			if strings.Contains(string(page.raw), "to-morrow's news") || !strings.Contains(string(page.raw), `"hi"`) {
				t.Errorf("with %s scheduled: %s", later.text("notification", "_id"), page.raw)
			}
		}

		// Deleting what is known of a person does not log the person out.
		w.admin("DELETE", "/appusers/"+user+"/profile", nil).want(200)
		p.call("GET", "messages", nil).want(200)
		w.admin("DELETE", "/appusers/"+user, nil).want(200)
		if got := p.enter("init", nil).want(200); got.at("session") != nil {
			t.Errorf("after the user's deletion: %s", got.raw)
		}
	})
}

func TestTooManyCalls(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "")
	p := w.device(w.tenant.web, "browser")
	p.enter("start", nil).want(200)
	for range 200 {
		if a := p.call("GET", "conversation", nil); a.status != 200 {
			a.want(429, "too_many_requests")
			if a.header.Get("Retry-After") == "" {
				t.Error("no Retry-After")
			}
			return
		}
	}
	t.Error("200 calls at once")
}
