package app

import (
	"encoding/json"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"heliograph"
	"heliograph/internal/content"
)

// What the vendor's guide to outbound messages shows of its webhooks: every key
// that its examples have.
const (
	guideDelivery = "trigger app._id version timestamp destination.type destination.integrationId destination.destinationId isFinalEvent " +
		"externalMessages.0.id notification._id matchResult.appUser._id matchResult.appUser.userId matchResult.appUser.conversationStarted"
	guideReply = "trigger app._id version messages.0.type messages.0.text messages.0.role messages.0.received messages.0.name messages.0.authorId messages.0._id " +
		"messages.0.source.type messages.0.source.integrationId appUser._id appUser.conversationStarted conversation._id " +
		"recentNotifications.0._id recentNotifications.0.role recentNotifications.0.type recentNotifications.0.text recentNotifications.0.received recentNotifications.0.source.type"
	guidePhone = "+15145555333"
)

// guide runs the examples of the vendor's guide.
type guide struct {
	*river
	sees *apiClient // the simulator
}

func newGuide(t *testing.T) *guide {
	t.Helper()
	r := newRiver(t, settings(t))
	return &guide{river: r, sees: &apiClient{base: r.sim.URL()}}
}

// example sends the body of an example as it stands, but for its ids, and
// returns the answer.
func (g *guide) example(path, file, integration string, want int) map[string]any {
	g.t.Helper()
	body, err := os.ReadFile(filepath.Join("testdata/guide", file))
	if err != nil {
		g.t.Fatal(err)
	}
	return g.post(path, strings.ReplaceAll(string(body), "{integration}", integration), want)
}

func (g *guide) post(path, body string, want int) map[string]any {
	g.t.Helper()
	api := g.demo.api()
	req, err := http.NewRequestWithContext(g.t.Context(), http.MethodPost, api.base+path, strings.NewReader(body))
	if err != nil {
		g.t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	req.SetBasicAuth(api.key.Handle(), api.key.Secret.Reveal())
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		g.t.Fatal(err)
	}
	defer res.Body.Close()
	answer, err := io.ReadAll(res.Body)
	var out map[string]any
	if err != nil || res.StatusCode != want || json.Unmarshal(answer, &out) != nil {
		g.t.Fatalf("POST %s was answered %d, want %d: %s", path, res.StatusCode, want, answer)
	}
	return out
}

// told waits for the webhook of one trigger in which the value at path is want.
func (g *guide) told(trigger, path, want string) map[string]any {
	g.t.Helper()
	var found map[string]any
	eventually(g.t, trigger, func() bool {
		var calls []sinkCall
		if err := g.sees.call(g.t.Context(), http.MethodGet, "/webhooks/calls", nil, &calls); err != nil {
			g.t.Fatal(err)
		}
		for _, c := range calls {
			var body map[string]any
			if c.Trigger == trigger && json.Unmarshal(c.Body, &body) == nil && at(g.t, body, strings.Split(path, ".")...) == want {
				found = body
				return true
			}
		}
		return false
	})
	return found
}

// has checks that a body has every key.
func (g *guide) has(body map[string]any, keys string) {
	g.t.Helper()
	for key := range strings.FieldsSeq(keys) {
		if at(g.t, body, slices.DeleteFunc(strings.Split(key, "."), func(k string) bool { return k == "0" })...) == nil {
			g.t.Errorf("%s has no %s: %v", body["trigger"], key, body)
		}
	}
}

// linked makes a user whose phone is known.
func (g *guide) linked(user, kind, phone string) {
	g.t.Helper()
	g.post("/appusers", `{"userId":"`+user+`"}`, http.StatusCreated)
	g.post("/appusers/"+user+"/channels", `{"type":"`+kind+`","phoneNumber":"`+phone+`","confirmation":{"type":"immediate"}}`, http.StatusOK)
}

func (g *guide) delivered(id, trigger, kind string, final bool) {
	g.t.Helper()
	body := g.told("notification:delivery:"+trigger, "notification._id", id)
	g.has(body, guideDelivery)
	if trigger == "failure" {
		g.has(body, "error.code error.message error.underlyingError")
	}
	if body["isFinalEvent"] != final || body["version"] != "v1.1" || at(g.t, body, "destination", "type") != kind {
		g.t.Errorf("%v", body)
	}
}

// knows waits until the provider told of the template in an example: a moment
// after the integration was made.
func (g *guide) knows(file, integration string) {
	g.t.Helper()
	body, err := os.ReadFile(filepath.Join("testdata/guide", file))
	var in struct{ Message json.RawMessage }
	if err == nil {
		err = json.Unmarshal(body, &in)
	}
	if err != nil {
		g.t.Fatal(err)
	}
	c, err := content.Native("message", in.Message)
	var id heliograph.IntegrationID
	if err == nil {
		err = id.UnmarshalText([]byte(integration))
	}
	if err != nil {
		g.t.Fatal(err)
	}
	eventually(g.t, "the template's words", func() bool {
		return g.app.engines.templates.Shown(g.t.Context(), id, c).Native.Rebuilt
	})
}

// TestGuideToText sends the guide's text, and tells of it as the guide does.
func TestGuideToText(t *testing.T) {
	t.Parallel()
	g := newGuide(t)
	g.linked("bob@email.com", "twilio", guidePhone)
	answer := g.example("/notifications", "notification.json", g.demo.integrations["twilio"], http.StatusCreated)
	id := at(t, answer, "notification", "_id").(string)
	eventually(t, "the text", func() bool {
		var p struct{ Messages []struct{ Body string } }
		err := g.sees.call(t.Context(), http.MethodGet, "/sim/phones/"+guidePhone, nil, &p)
		return err == nil && len(p.Messages) == 1 && p.Messages[0].Body == "Check this out!"
	})
	g.delivered(id, "channel", "twilio", false)
	g.delivered(id, "user", "twilio", true)

	const gone = "+15145550303" // sent, then undelivered
	g.linked("ann@email.com", "twilio", gone)
	body, err := os.ReadFile("testdata/guide/notification.json")
	if err != nil {
		t.Fatal(err)
	}
	told := strings.NewReplacer("{integration}", g.demo.integrations["twilio"], guidePhone, gone).Replace(string(body))
	id = at(t, g.post("/notifications", told, http.StatusCreated), "notification", "_id").(string)
	g.delivered(id, "failure", "twilio", true)
}

// TestGuideToTemplate sends the guide's template, which is shown as the person
// sees it with the answer.
func TestGuideToTemplate(t *testing.T) {
	t.Parallel()
	g := newGuide(t)
	g.linked("bob@email.com", "whatsapp", guidePhone)
	g.knows("template.json", g.demo.integrations["whatsapp"])
	answer := g.example("/notifications", "template.json", g.demo.integrations["whatsapp"], http.StatusCreated)
	id := at(t, answer, "notification", "_id").(string)
	const shown = "Sample Notification: Sample Notification."
	var thread struct {
		Messages []struct{ SID, Body, Status string }
	}
	eventually(t, "the template", func() bool {
		err := g.sees.call(t.Context(), http.MethodGet, "/sim/threads/whatsapp/"+guidePhone, nil, &thread)
		return err == nil && len(thread.Messages) == 1 && thread.Messages[0].Body == shown
	})
	g.delivered(id, "channel", "whatsapp", false)
	g.delivered(id, "user", "whatsapp", true)

	// Once more with an author who has a picture.
	body, err := os.ReadFile("testdata/guide/template.json")
	if err != nil {
		t.Fatal(err)
	}
	const author = `"author": {"role": "appMaker", "avatarUrl": "https://www.gravatar.com/avatar/0.png",`
	g.post("/notifications", strings.NewReplacer("{integration}", g.demo.integrations["whatsapp"], `"author": {`, author, `"role": "appMaker"`, `"name": "Shop"`).Replace(string(body)), http.StatusCreated)
	err = g.sees.call(t.Context(), http.MethodPost, "/sim/whatsapp/people/"+guidePhone+"/messages", map[string]any{
		"type": "text", "text": map[string]string{"body": "This is a user reply to a notification"},
	}, nil)
	if err != nil {
		t.Fatal(err)
	}
	reply := g.told("message:appUser", "messages.text", "This is a user reply to a notification")
	g.has(reply, guideReply)
	recent := reply["recentNotifications"].([]any)
	if len(recent) != 2 || at(t, reply, "appUser", "userId") != "bob@email.com" {
		t.Fatalf("%v", reply)
	}
	for _, n := range recent {
		if at(t, n, "text") != shown || at(t, n, "type") != "text" || at(t, n, "source", "type") != "notification" {
			t.Errorf("recent: %v", n)
		}
	}
	if last := recent[1]; at(t, last, "avatarUrl") == nil || at(t, last, "authorId") == nil {
		t.Errorf("the author's: %v", last)
	}
}

// TestGuideToMail follows the guide's way to a user with an address.
func TestGuideToMail(t *testing.T) {
	t.Parallel()
	g := newGuide(t)
	const user, address = "3w7AQigJkJDkfnnKW5fF1I", "steveb@channel5.com"
	if got := at(t, g.example("/appusers", "appuser.json", "", http.StatusCreated), "appUser", "userId"); got != user {
		t.Errorf("made %v", got)
	}
	g.example("/appusers/"+user+"/channels", "link.json", "", http.StatusOK)
	type mail struct {
		ID, Preview string
		Sent        bool // by the person
	}
	var got []mail
	mails := func(n int) func() bool {
		return func() bool {
			var box struct{ Mails []mail }
			err := g.sees.call(t.Context(), http.MethodGet, "/sim/mailboxes/"+address, nil, &box)
			got = slices.DeleteFunc(box.Mails, func(m mail) bool { return m.Sent })
			return err == nil && len(got) >= n
		}
	}
	eventually(t, "the mail", mails(1))
	g.told("link:success", "appUser.userId", user)
	if len(got) != 1 || !strings.Contains(got[0].Preview, "Hello there") {
		t.Fatalf("the mailbox: %+v", got)
	}
	reply := map[string]string{"text": "Hello, it is me."}
	if err := g.sees.call(t.Context(), http.MethodPost, "/sim/mailboxes/"+address+"/mails/"+got[0].ID+"/reply", reply, nil); err != nil {
		t.Fatal(err)
	}
	told := g.told("message:appUser", "messages.text", "Hello, it is me.")
	if at(t, told, "appUser", "userId") != user || at(t, told, "messages", "source", "type") != "mailgun" {
		t.Errorf("%v", told)
	}
	g.post("/appusers/"+user+"/messages", `{"role":"appMaker","type":"text","text":"Welcome back"}`, http.StatusCreated)
	eventually(t, "the answer to the answer", mails(2))
	if len(got) != 2 || !strings.Contains(got[0].Preview, "Welcome back") {
		t.Errorf("the mailbox: %+v", got)
	}
}
