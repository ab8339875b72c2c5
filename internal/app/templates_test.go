package app

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"heliograph"
	"heliograph/channel"
	"heliograph/internal/config"
	"heliograph/internal/testkit"
)

// crows is a server with a crow's channel, an app and an integration of it.
type crows struct {
	*testing.T
	*crow
	c           *config.Config
	app         *App
	stop        func()
	key         *heliograph.Key
	id          heliograph.AppID
	integration string
}

func newCrows(t *testing.T, c *crow) *crows {
	t.Helper()
	w := &crows{T: t, crow: c, c: settings(t)}
	if c.perPage == 0 {
		c.perPage = 2
	}
	w.start()
	var err error
	if w.key, err = CreateKey(t.Context(), &w.c.Storage, KeyRequest{Scope: "account", Name: "k"}, quiet); err != nil {
		t.Fatal(err)
	}
	made := w.call("POST", "/v1.1/apps", `{"name":"Shop"}`, 201)
	if err := w.id.UnmarshalText([]byte(at(t, made, "app", "_id").(string))); err != nil {
		t.Fatal(err)
	}
	w.integration = at(t, w.api("POST", "/integrations", `{"type":"whatsapp","nest":"n","hsmFallbackLanguage":"fr"}`, 201), "integration", "_id").(string)
	return w
}

func (w *crows) start() {
	w.Helper()
	a, err := newWith(w.Context(), w.c, "test", quiet, []*channel.Type{w.kind()})
	if err != nil {
		w.Fatal(err)
	}
	a.Start(w.Context())
	w.app = a
	stopped := false
	w.stop = func() {
		if !stopped {
			stopped = true
			if err := a.Stop(w.Context()); err != nil && w.Context().Err() == nil {
				w.Error(err)
			}
		}
	}
	w.Cleanup(w.stop)
}

// call sends a request and returns the answer, whose status must be as wanted.
func (w *crows) call(method, path, body string, want int) map[string]any {
	w.Helper()
	req, err := http.NewRequestWithContext(w.Context(), method, w.app.host.public+path, strings.NewReader(body))
	if err != nil {
		w.Fatal(err)
	}
	req.SetBasicAuth(w.key.Handle(), w.key.Secret.Reveal())
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		w.Fatal(err)
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		w.Fatal(err)
	}
	var out map[string]any
	if res.StatusCode != want || json.Unmarshal(text, &out) != nil {
		w.Fatalf("%s %s %s: %d %s; want %d", method, path, body, res.StatusCode, text, want)
	}
	return out
}

func (w *crows) api(method, path, body string, want int) map[string]any {
	w.Helper()
	return w.call(method, "/v1.1/apps/"+w.id.String()+path, body, want)
}

// refused is api for what is wrong in a field.
func (w *crows) refused(method, path, body, field string) {
	w.Helper()
	if got := at(w.T, w.api(method, path, body, 400), "error", "description").(string); !strings.HasPrefix(got, field+" ") {
		w.Errorf("%s: %s; want it to name %s", body, got, field)
	}
}

func (w *crows) notify(to, rest string, want int) map[string]any {
	w.Helper()
	return w.api("POST", "/notifications", fmt.Sprintf(`{"destination":{"integrationId":"%s","destinationId":"%s"},"author":{"role":"appMaker"},%s}`, w.integration, to, rest), want)
}

// hook is a call of the provider.
func (w *crows) hook(body string) {
	w.Helper()
	res, err := http.Post(w.app.host.public+"/hooks/whatsapp/"+w.integration, "application/json", strings.NewReader(body))
	if err != nil {
		w.Fatal(err)
	}
	_ = res.Body.Close()
	if res.StatusCode != 200 {
		w.Fatalf("hook: %d", res.StatusCode)
	}
}

// asks waits until the provider was asked for its templates once more.
func (w *crows) asks(cause func()) {
	w.Helper()
	before := 0
	w.set(func() { before = w.asked })
	cause()
	eventually(w.T, "the provider is asked for its templates", func() bool {
		w.mu.Lock()
		defer w.mu.Unlock()
		return w.asked >= before+(len(w.templates)+w.perPage-1)/w.perPage
	})
}

// sends waits until one more message was sent, and returns it.
func (w *crows) sends(cause func()) *heliograph.Content {
	w.Helper()
	before := w.count()
	cause()
	eventually(w.T, "a message is sent", func() bool { return w.count() > before })
	return w.last()
}

func at(t *testing.T, v any, path ...string) any {
	t.Helper()
	for _, p := range path {
		if list, ok := v.([]any); ok && len(list) > 0 {
			v = list[len(list)-1]
		}
		m, ok := v.(map[string]any)
		if !ok {
			t.Fatalf("no %q in %v", p, v)
		}
		v = m[p]
	}
	return v
}

func provided(n int) (out []channel.Template) {
	for i := range n {
		status := []string{"APPROVED", "PENDING"}[i%2]
		out = append(out, channel.Template{ID: fmt.Sprint(i), Name: fmt.Sprintf("t%d", i), Language: "en", Category: "UTILITY", Status: status, Components: json.RawMessage(`[{"type":"BODY","text":"Hi {{1}}"}]`)})
	}
	return out
}

func TestProvidersTemplates(t *testing.T) {
	t.Parallel()
	w := newCrows(t, &crow{templates: provided(5)})
	path := "/integrations/" + w.integration + "/messageTemplates"
	names := func(query string) (string, map[string]any) {
		t.Helper()
		got := w.api("GET", path+query, "", 200)
		var all []string
		for _, m := range got["messageTemplates"].([]any) {
			all = append(all, m.(map[string]any)["name"].(string))
		}
		return strings.Join(all, " "), got
	}
	var pages []string
	after, before := "", ""
	for range 5 {
		page, got := names("?limit=2&after=" + url.QueryEscape(after))
		pages = append(pages, page)
		before = at(t, got, "meta", "beforeCursor").(string)
		if more := at(t, got, "meta", "hasMore").(bool); more != (got["after"] != nil) {
			t.Errorf("hasMore %v beside after %v", more, got["after"])
		}
		if got["after"] == nil {
			break
		}
		after = got["after"].(string)
	}
	if got := strings.Join(pages, "|"); got != "t0 t1|t2 t3|t4" {
		t.Errorf("pages: %s", got)
	}
	for query, want := range map[string]string{
		"": "t0 t1 t2 t3 t4", "?status=APPROVED": "t0 t2 t4", "?status=APPROVED&limit=2": "t0 t2", "?limit=3": "t0 t1 t2", "?status=NONE": "",
		"?limit=2&before=" + url.QueryEscape(before): "t2 t3", "?before=" + url.QueryEscape(before): "t0 t1 t2 t3",
	} {
		if got, _ := names(query); got != want {
			t.Errorf("%s: %s; want %s", query, got, want)
		}
	}
	w.refused("GET", path+"?after=1.&before=1.", "", "after")
	w.refused("GET", path+"?after=x", "", "after")
	w.refused("GET", path+"?limit=0", "", "limit")

	made := w.api("POST", path, `{"category":"UTILITY","name":"order_update","language":"en_US","components":[{"type":"BODY","text":"Hi {{1}}"}]}`, 201)["messageTemplate"].(map[string]any)
	if made["status"] != "PENDING" || made["name"] != "order_update" || made["id"] == "" || at(t, made["components"], "text") != "Hi {{1}}" {
		t.Errorf("made %v", made)
	}
	proposal := func(change string) string {
		m := map[string]any{"name": "n", "language": "en", "category": "UTILITY", "components": []any{map[string]any{"type": "BODY", "text": "x"}}}
		if err := json.Unmarshal([]byte(change), &m); err != nil {
			t.Fatal(err)
		}
		b, _ := json.Marshal(m)
		return string(b)
	}
	part := func(s string) string { return proposal(`{"components":[{"type":"BODY","text":"x"},` + s + `]}`) }
	for body, field := range map[string]string{
		proposal(`{"name":""}`): "name", proposal(`{"name":"A"}`): "name", proposal(`{"name":"a-b"}`): "name", proposal(`{"name":"` + strings.Repeat("a", 513) + `"}`): "name",
		proposal(`{"language":""}`): "language", proposal(`{"category":""}`): "category", proposal(`{"category":"utility"}`): "category", proposal(`{"components":[]}`): "components",
		proposal(`{"components":{}}`): "components", proposal(`{"components":[{"type":"FOOTER","text":"x"}]}`): "components",
		proposal(`{"components":[{"type":"BODY"}]}`): "components[0].text", proposal(`{"components":[{"type":"BODY","text":"` + strings.Repeat("a", 1025) + `"}]}`): "components[0].text",
		part(`{"type":"BODY","text":"x"}`): "components[1].type", part(`{"text":"x"}`): "components[1].type",
		part(`{"type":"HEADER","text":"` + strings.Repeat("a", 61) + `"}`): "components[1].text", part(`{"type":"HEADER","format":"SONG"}`): "components[1].format",
		part(`{"type":"FOOTER","text":"` + strings.Repeat("a", 61) + `"}`): "components[1].text", part(`{"type":"BUTTONS"}`): "components[1].buttons",
		part(`{"type":"BUTTONS","buttons":[{"text":"x"}]}`): "components[1].buttons[0].type", proposal(`{"name":"bad_words"}`): "name",
	} {
		w.refused("POST", path, body, field)
	}
	w.api("POST", path, part(`{"type":"FOOTER","text":"`+strings.Repeat("a", 60)+`"},{"type":"HEADER","format":"IMAGE"},{"type":"BUTTONS","buttons":[{"type":"QUICK_REPLY","text":"Yes"}]}`), 201)

	if got := w.api("DELETE", path+"/order_update", "", 200); len(got) != 0 {
		t.Errorf("deleted: %v", got)
	}
	w.api("DELETE", path+"/order_update", "", 404)
	w.api("GET", "/integrations/5f3c1e7ab2c4d5e6f7a8b9c0/messageTemplates", "", 404)
	other := at(t, w.call("POST", "/v1.1/apps", `{"name":"Other"}`, 201), "app", "_id").(string)
	w.call("GET", "/v1.1/apps/"+other+path, "", 404)
	w.set(func() { w.away = true })
	w.api("GET", path, "", 503)
}

// TestTemplatesAreShown: what a person reads of a template is what the
// conversation, the next answer's context and the webhooks show of it.
func TestTemplatesAreShown(t *testing.T) {
	t.Parallel()
	w := newCrows(t, &crow{templates: provided(3)})
	sink := testkit.NewSink(t, nil)
	w.api("POST", "/webhooks", `{"target":"`+sink.URL+`","triggers":["message:appUser","message:appMaker"]}`, 201)
	w.asks(func() {})
	use := func(name string) string {
		return `"messageSchema":"whatsapp","message":{"type":"template","metadata":{"n":1},"template":{"namespace":"XXXXXXXX_XXXX","name":"` + name + `","language":{"policy":"deterministic","code":"en"},
			"components":[{"type":"body","parameters":[{"type":"text","text":"Ana"}]}]}}`
	}
	// Until its definitions are stored a template is shown as a note.
	eventually(t, "the template is shown", func() bool {
		c := w.sends(func() { w.notify("+1555", use("t0"), 201) })
		return c.Native != nil && c.Native.Rebuilt
	})
	c := w.last()
	if c.Text != "Hi Ana" || c.Type != heliograph.ImageMessage || !strings.Contains(string(c.Native.Message), `"policy":"deterministic"`) || strings.Contains(string(c.Native.Message), "XXXX") {
		t.Errorf("sent %+v with %s", c, c.Native.Message)
	}
	w.sends(func() { w.notify("+1555", use("unknown"), 201) })

	// The next answer tells what was read, and so does the conversation.
	w.hook(`{"key":"k1","from":"+1555","text":"Thanks"}`)
	told := sink.WaitFor(t, "message:appUser", func(r *testkit.Received) bool { return r.JSON()["trigger"] == "message:appUser" }).JSON()
	recent := told["recentNotifications"].([]any)
	user := at(t, told, "appUser", "_id").(string)
	list := w.api("GET", "/appusers/"+user+"/messages", "", 200)["messages"].([]any)
	for name, m := range map[string]map[string]any{"recentNotifications": recent[len(recent)-2].(map[string]any), "messages": list[len(list)-3].(map[string]any)} {
		if m["text"] != "Hi Ana" || m["type"] != "image" || m["mediaUrl"] != "https://e.test/crow.png" || at(t, m, "metadata", "n") != 1.0 || at(t, m["actions"], "uri") != "https://e.test" {
			t.Errorf("%s shows %v", name, m)
		}
		if id, _ := at(t, m["actions"], "_id").(string); len(id) != 24 {
			t.Errorf("%s: the action has the id %q", name, id)
		}
	}
	if m := recent[len(recent)-1].(map[string]any); m["type"] != "text" || m["text"] != "[WhatsApp template unknown (en)]" {
		t.Errorf("an unknown template is shown as %v", m)
	}

	// A message to the user is shown alike, and told of.
	posted := w.api("POST", "/appusers/"+user+"/messages", `{"role":"appMaker",`+use("t1")+`}`, 201)["message"].(map[string]any)
	if posted["text"] != "Hi Ana" || posted["type"] != "image" {
		t.Errorf("posted %v", posted)
	}
	sink.WaitFor(t, "message:appMaker", func(r *testkit.Received) bool {
		return r.JSON()["trigger"] == "message:appMaker" && bytes.Contains(r.Body, []byte("Hi Ana"))
	})

	// News of a template makes it be asked for again.
	w.set(func() { w.templates[0].Components = json.RawMessage(`[{"type":"BODY","text":"Dear {{1}}"}]`) })
	w.asks(func() { w.hook(`{"key":"k2","template":"t0"}`) })
	eventually(t, "the new words", func() bool { return w.sends(func() { w.notify("+1555", use("t0"), 201) }).Text == "Dear Ana" })

	// What was said of templates outlives the program and the provider.
	w.set(func() { w.away = true })
	w.stop()
	w.start()
	if c := w.sends(func() { w.notify("+1555", use("t1"), 201) }); c.Text != "Hi Ana" {
		t.Errorf("after a restart: %+v", c)
	}
	if got := at(t, w.notify("+1555", use("t0"), 201), "notification", "_id"); got == "" {
		t.Error("not accepted while the provider is away")
	}
}

// TestShorthand follows shorthand through the whole program.
func TestShorthand(t *testing.T) {
	t.Parallel()
	w := newCrows(t, &crow{})
	user := at(t, w.api("POST", "/appusers", `{"userId":"jo"}`, 201), "appUser", "_id").(string)
	w.api("POST", "/appusers/jo/channels", `{"type":"whatsapp","phoneNumber":"+1555","confirmation":{"type":"immediate"}}`, 200)
	post := func(text string) map[string]any {
		t.Helper()
		b, _ := json.Marshal(map[string]any{"role": "appMaker", "type": "text", "text": text, "metadata": map[string]any{"n": 1}})
		return w.api("POST", "/appusers/jo/messages", string(b), 201)
	}
	w.api("POST", "/templates", `{"name":"bye","message":{"role":"appMaker","name":"Eve","type":"carousel","items":[{"title":"A","actions":[{"type":"share"}]}]}}`, 201)

	got := post("Look ![](https://e.test/i.png) %[Go](https://e.test) %((template:bye))%")
	var shown []string
	for _, m := range append([]any{got["message"]}, got["extraMessages"].([]any)...) {
		m := m.(map[string]any)
		shown = append(shown, fmt.Sprint(m["type"], " ", m["text"], " ", m["name"]))
		if at(t, m, "metadata", "n") != 1.0 {
			t.Errorf("%v lost its metadata", m)
		}
	}
	if want := "text Look Shop|image <nil> Shop|text  Shop|carousel 1. A Eve"; strings.Join(shown, "|") != want {
		t.Errorf("expanded to %q; want %q", shown, want)
	}
	eventually(t, "four messages", func() bool { return w.count() == 4 })
	w.mu.Lock()
	order := fmt.Sprint(w.sent[0].Text, w.sent[1].Type, len(w.sent[2].Actions), w.sent[3].Type)
	w.mu.Unlock()
	if order != "Lookimage1carousel" {
		t.Errorf("sent in the order %s", order)
	}
	if n := at(t, got, "conversation", "unreadCount"); n != 4.0 {
		t.Errorf("unread %v", n)
	}
	if list := w.api("GET", "/appusers/"+user+"/messages", "", 200)["messages"].([]any); len(list) != 4 {
		t.Errorf("%d messages", len(list))
	}

	// A template that names no language has the integration's.
	c := w.sends(func() { post("&((template=[[hello]]body_text=[[Jo]]fallback=[[Hello Jo]]))&") })
	if c.Native == nil || c.Native.Template.Language != "fr" || c.Text != "Hello Jo" {
		t.Errorf("sent %+v", c)
	}
	c = w.sends(func() { w.notify("+1555", `"message":{"type":"text","text":"See %[here](https://e.test)"}`, 201) })
	if c.Text != "See" || len(c.Actions) != 1 {
		t.Errorf("sent %+v", c)
	}
	w.sends(func() { w.notify("+1555", `"message":{"type":"text","text":"%((template:bye))%"}`, 201) })
	for text, field := range map[string]string{"A ![](https://e.test/i)": "message.text", "%((template:gone))%": "message.text", "&((template=[[t]]body_text=[[]]))&": "message.text"} {
		body := fmt.Sprintf(`{"destination":{"integrationId":"%s","destinationId":"+1555"},"author":{"role":"appMaker"},"message":{"type":"text","text":"%s"}}`, w.integration, text)
		w.refused("POST", "/notifications", body, field)
	}
	w.refused("POST", "/appusers/jo/channels", `{"type":"whatsapp","phoneNumber":"+1777","confirmation":{"type":"immediate","message":{"type":"text","text":"A ![](https://e.test/i)"}}}`, "confirmation.message.text")

	w.call("PUT", "/v1.1/apps/"+w.id.String(), `{"settings":{"ignoreShorthand":true}}`, 200)
	eventually(t, "the setting holds", func() bool { return at(t, post("%[Go](https://e.test)"), "message", "text") == "%[Go](https://e.test)" })
}
