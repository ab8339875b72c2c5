package sdk_test

import (
	"bytes"
	"fmt"
	"mime/multipart"
	"net/http"
	"net/textproto"
	"strings"
	"testing"
)

func TestAnonymousConversation(t *testing.T) {
	t.Parallel()
	onEachDatabase(t, func(w *world) {
		p := w.device(w.tenant.web, "browser")
		a := p.enter("init", nil).want(200)
		if a.at("session") != nil || a.at("user") != nil || a.at("conversation") != nil || a.at("messages", 0) != nil || a.at("proactive") != true {
			t.Fatalf("somebody came into being by looking: %s", a.raw)
		}
		if a.text("config", "type") != "web" || a.text("config", "appName") != "Shop" || a.text("config", "vapidPublicKey") == "" || a.text("config", "brandColor") != "65758e" {
			t.Fatalf("config: %s", a.raw)
		}
		a = p.enter("start", nil).want(200)
		user := a.text("user", "_id")
		if user == "" || a.text("conversation", "_id") == "" || p.session == "" || a.at("session", "verified") != false {
			t.Fatalf("start: %s", a.raw)
		}
		start := w.told("conversation:start", func(a *answer) bool { return a.text("appUser", "_id") == user })
		if start.text("source", "type") != "web" || start.text("source", "integrationId") != w.tenant.web || start.at("appUser", "clients", 0) == nil {
			t.Errorf("conversation:start: %s", start.raw)
		}
		added := w.told("client:add", func(a *answer) bool { return a.text("appUser", "_id") == user })
		if added.text("reason") != "sdkLogin" || added.text("client", "deviceId") != p.id || added.text("client", "platform") != "web" || added.at("client", "externalId") != nil {
			t.Errorf("client:add: %s", added.raw)
		}

		said := p.say("hello").want(201)
		if said.text("message", "text") != "hello" || said.text("message", "authorId") != user || said.text("message", "source", "type") != "web" || said.text("message", "cursor") == "" {
			t.Fatalf("message: %s", said.raw)
		}
		told := w.told("message:appUser", func(a *answer) bool { return a.text("messages", 0, "_id") == said.text("message", "_id") })
		if told.text("messages", 0, "source", "integrationId") != w.tenant.web || told.text("client", "deviceId") != p.id {
			t.Errorf("message:appUser: %s", told.raw)
		}
		w.admin("POST", "/appusers/"+user+"/messages", map[string]any{"role": "appMaker", "type": "text", "text": "hi", "actions": []any{
			map[string]any{"type": "postback", "text": "more", "payload": "m"}}}).want(201)

		page := p.call("GET", "messages", nil).want(200)
		if page.text("messages", 0, "text") != "hello" || page.text("messages", 1, "text") != "hi" || page.at("hasMore") != false || page.text("cursor") != page.text("messages", 1, "cursor") {
			t.Fatalf("page: %s", page.raw)
		}
		if page.at("conversation", "unreadCount") != 1.0 {
			t.Errorf("unread: %s", page.raw)
		}
		newer := p.call("GET", "messages?after="+said.text("message", "cursor"), nil).want(200)
		if newer.text("messages", 0, "text") != "hi" || newer.at("messages", 1) != nil {
			t.Errorf("after: %s", newer.raw)
		}
		older := p.call("GET", "messages?limit=1&before="+page.text("messages", 1, "cursor"), nil).want(200)
		if older.text("messages", 0, "text") != "hello" {
			t.Errorf("before: %s", older.raw)
		}
		p.call("POST", "activity", map[string]any{"type": "conversation:read"}).want(200)
		if read := w.told("conversation:read", func(*answer) bool { return true }); read.text("source", "type") != "web" {
			t.Errorf("conversation:read: %s", read.raw)
		}
		p.call("POST", "activity", map[string]any{"type": "typing:start"}).want(200)
		if typing := w.told("typing:appUser", func(*answer) bool { return true }); typing.text("source", "integrationId") != w.tenant.web {
			t.Errorf("typing: %s", typing.raw)
		}
		p.call("POST", "postback", map[string]any{"actionId": page.text("messages", 1, "actions", 0, "_id")}).want(200)
		if back := w.told("postback", func(*answer) bool { return true }); back.text("source", "type") != "web" {
			t.Errorf("postback: %s", back.raw)
		}
		if got := p.call("GET", "conversation", nil).want(200); got.at("conversation", "unreadCount") != 0.0 || got.text("user", "_id") != user {
			t.Errorf("conversation: %s", got.raw)
		}
		// The page comes back: the session goes on, and nothing is told again.
		if again := p.enter("init", nil).want(200); again.text("user", "_id") != user || again.text("session", "token") != p.session || again.text("messages", 1, "text") != "hi" {
			t.Errorf("init again: %s", again.raw)
		}
		p.call("POST", "logout", nil).want(200)
		p.say("too late").want(401, "invalid_session")
		if gone := w.told("client:remove", func(*answer) bool { return true }); gone.text("reason") != "sdk" {
			t.Errorf("client:remove: %s", gone.raw)
		}
		if a := p.enter("init", nil).want(200); a.at("session") != nil {
			t.Errorf("after logout: %s", a.raw)
		}
	})
}

func TestLogins(t *testing.T) {
	t.Parallel()
	onEachDatabase(t, func(w *world) {
		// An anonymous user gets the id and stays who it is.
		p := w.device(w.tenant.ios, "phone1")
		anonymous := p.enter("start", nil).want(200).text("user", "_id")
		p.say("before").want(201)
		p.jwt = w.tenant.token("ana")
		a := p.enter("login", map[string]any{"userId": "ana"}).want(200)
		if a.text("user", "_id") != anonymous || a.text("user", "userId") != "ana" || a.at("session", "verified") != true {
			t.Fatalf("login: %s", a.raw)
		}
		p.say("after").want(201)
		token := p.jwt
		for _, bad := range []string{"", "x.y.z", w.tenant.token("bob"), w.tenant.token("ana", map[string]any{"exp": 1}), token + "x"} {
			p.jwt = bad
			p.call("GET", "messages", nil).want(401, "invalid_auth")
		}
		p.jwt = token
		// Another device's anonymous user is merged into the one who is known.
		q := w.device(w.tenant.web, "tab1")
		other := q.enter("start", nil).want(200).text("user", "_id")
		q.say("from the web").want(201)
		q.enter("login", map[string]any{"userId": "ana"}).want(401, "invalid_auth")
		q.jwt = token
		if a := q.enter("login", map[string]any{"userId": "ana"}).want(200); a.text("user", "_id") != anonymous || len(a.at("messages").([]any)) != 3 {
			t.Fatalf("merged: %s", a.raw)
		}
		merged := w.told("merge:appUser", func(a *answer) bool { return a.text("discarded", 0, "_id") == other })
		if merged.text("surviving", "_id") != anonymous {
			t.Errorf("merge: %s", merged.raw)
		}
		if got := p.call("GET", "messages", nil).want(200); len(got.at("messages").([]any)) != 3 {
			t.Errorf("the first device sees %s", got.raw)
		}
		// Nobody is made by a login; a start makes the named user.
		r := w.device(w.tenant.android, "phone2")
		r.jwt = w.tenant.token("carl")
		if a := r.enter("login", map[string]any{"userId": "carl"}).want(200); a.at("user") != nil {
			t.Errorf("a login made somebody: %s", a.raw)
		}
		w.admin("GET", "/appusers/carl", nil).want(404)
		if a := r.enter("start", map[string]any{"userId": "carl"}).want(200); a.text("user", "userId") != "carl" || a.at("session", "verified") != true {
			t.Errorf("start: %s", a.raw)
		}
		if u := w.admin("GET", "/appusers/carl", nil).want(200); u.at("appUser", "credentialRequired") != true {
			t.Errorf("carl: %s", u.raw)
		}
		// Somebody else logs in on carl's device: carl is left.
		r.jwt = w.tenant.token("ana")
		if a := r.enter("login", map[string]any{"userId": "ana"}).want(200); a.text("user", "_id") != anonymous {
			t.Errorf("ana on carl's device: %s", a.raw)
		}
		if u := w.admin("GET", "/appusers/carl", nil).want(200); len(u.at("appUser", "clients").([]any)) != 0 {
			t.Errorf("carl keeps %s", u.raw)
		}
		// A one-time code.
		code := w.admin("GET", "/appusers/carl/authcode", nil).want(200).text("authCode")
		s := w.device(w.tenant.web, "tab2")
		if a := s.enter("init", map[string]any{"authCode": code}).want(200); a.text("user", "userId") != "carl" {
			t.Errorf("by code: %s", a.raw)
		}
		s.call("GET", "messages", nil).want(200)
		w.device(w.tenant.web, "tab3").enter("init", map[string]any{"authCode": code}).want(401, "invalid_auth")
	})
}

func TestIdempotentMessages(t *testing.T) {
	t.Parallel()
	onEachDatabase(t, func(w *world) {
		p := w.device(w.tenant.web, "browser")
		p.enter("start", nil).want(200)
		key := header{"Idempotency-Key": "one"}
		first := p.say("hello", key).want(201)
		again := p.say("hello", key).want(201)
		if first.text("message", "_id") != again.text("message", "_id") || again.header.Get("Idempotent-Replayed") != "true" || again.text("message", "nonce") != "one" {
			t.Errorf("%s\n%s", first.raw, again.raw)
		}
		p.say("other", key).want(409, "idempotency_mismatch")
		file := func(name, content, kind string, h header) *answer {
			var b bytes.Buffer
			form := multipart.NewWriter(&b)
			part, _ := form.CreatePart(textproto.MIMEHeader{"Content-Disposition": {fmt.Sprintf(`form-data; name="source"; filename=%q`, name)}, "Content-Type": {kind}})
			_, _ = part.Write([]byte(content))
			_ = form.WriteField("text", "see")
			_ = form.Close()
			if h == nil {
				h = header{}
			}
			h["Content-Type"] = form.FormDataContentType()
			return p.call("POST", "files", &b, h)
		}
		up := file("a.png", "\x89PNG\r\n\x1a\n0000", "image/png", header{"Idempotency-Key": "file"}).want(201)
		if up.text("message", "type") != "image" || up.text("message", "text") != "see" || up.text("message", "altText") != "a.png" {
			t.Errorf("file: %s", up.raw)
		}
		twice := file("a.png", "\x89PNG\r\n\x1a\n0000", "image/png", header{"Idempotency-Key": "file"}).want(201)
		if twice.text("message", "_id") != up.text("message", "_id") {
			t.Errorf("the file came twice: %s", twice.raw)
		}
		for kind, content := range map[string]string{"image/svg+xml": "<svg onload=alert(1)>", "text/html": "<script>alert(1)</script>", "image/png": "<html>"} {
			m := file("x", content, kind, nil).want(201)
			if m.text("message", "type") != "file" {
				t.Errorf("%s: %s", kind, m.raw)
			}
			url := strings.TrimPrefix(m.text("message", "mediaUrl"), w.url)
			got := w.do("GET", url, nil, nil).want(200)
			if d := got.header.Get("Content-Disposition"); !strings.HasPrefix(d, "attachment") || got.header.Get("X-Content-Type-Options") != "nosniff" {
				t.Errorf("%s is served with %v", kind, got.header)
			}
		}
		p.call("POST", "files", "no form").want(400)
		if n := len(p.call("GET", "messages", nil).want(200).at("messages").([]any)); n != 5 {
			t.Errorf("%d messages", n)
		}
	})
}

func TestOrigins(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "")
	p := w.device(w.tenant.web, "browser")
	p.origin = "https://anywhere.example"
	a := p.enter("init", nil).want(200)
	if a.header.Get("Access-Control-Allow-Origin") != p.origin || a.header.Get("Vary") != "Origin" {
		t.Errorf("headers %v", a.header)
	}
	w.admin("PUT", "/integrations/"+w.tenant.web, map[string]any{"originWhitelist": []string{"https://shop.example"}}).want(200)
	for _, method := range []string{"POST", http.MethodOptions} {
		a := p.call(method, "init", map[string]any{"device": map[string]any{"id": p.id}}).want(403, "origin_not_allowed")
		if a.header.Get("Access-Control-Allow-Origin") != "" || a.header.Get("Vary") != "Origin" {
			t.Errorf("%s: headers %v", method, a.header)
		}
	}
	p.origin = "https://shop.example"
	p.enter("init", nil).want(200)
	pre := p.call(http.MethodOptions, "messages", nil).want(204)
	if h := pre.header; h.Get("Access-Control-Allow-Origin") != p.origin || !strings.Contains(h.Get("Access-Control-Allow-Headers"), "X-Heliograph-Session") || h.Get("Access-Control-Allow-Methods") != "GET, POST" {
		t.Errorf("preflight: %v", h)
	}
	if c := p.call("GET", "config", nil).want(200); c.header.Get("Cache-Control") != "public, max-age=60" {
		t.Errorf("config: %v", c.header)
	}
	for _, id := range []string{"5babc57a79ace012bba4781b", "nonsense"} {
		stray := w.device(id, "browser")
		stray.origin = "https://anywhere.example"
		stray.call(http.MethodOptions, "init", nil).want(204)
		if a := stray.enter("init", nil).want(404, "integration_not_found"); a.header.Get("Access-Control-Allow-Origin") != stray.origin {
			t.Errorf("a page cannot read that there is no integration %s: %v", id, a.header)
		}
	}
	p.call("PATCH", "messages", nil).want(405, "method_not_allowed")
	p.call("GET", "nothing", nil).want(404, "not_found")
}

func TestBadInputChangesNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "")
	p := w.device(w.tenant.web, "browser")
	p.enter("start", nil).want(200)
	long := strings.Repeat("x", 2000)
	for _, c := range []struct{ method, path, body, field string }{
		{"POST", "init", `{}`, "device.id"},
		{"POST", "init", `{"device":{"id":"short"}}`, "device.id"},
		{"POST", "init", `{"device":{"id":"` + p.id + `","info":{"a":"` + long + `"}}}`, "device.info.a"},
		{"POST", "init", `{"device":{"id":"` + p.id + `","info":{"a":1}}}`, "device.info"},
		{"POST", "init", `{"device":{"id":"` + p.id + `"},"userId":"a/b"}`, "userId"},
		{"POST", "start", `{"device":{"id":"` + p.id + `"},"intent":"x"}`, "intent"},
		{"POST", "login", `{"device":{"id":"` + p.id + `"}}`, "userId"},
		{"POST", "logout", `{"push":"some"}`, "push"},
		{"POST", "messages", `{"type":"text"}`, "text"},
		{"POST", "messages", `{"type":"carousel","items":[]}`, "items"},
		{"POST", "messages", `{"type":"text","text":"x","actions":[{"type":"link","text":"a","uri":"https://e.test"}]}`, "actions"},
		{"POST", "activity", `{"type":"dance"}`, "type"},
		{"POST", "postback", `{}`, "actionId"},
		{"POST", "seen", `{}`, "cursor"},
		{"POST", "seen", `{"cursor":"x"}`, "cursor"},
		{"PUT", "user", `{"givenName":"` + long + `"}`, "givenName"},
		{"PUT", "user", `{"properties":{"a":{}}}`, "properties.a"},
		{"PUT", "consent", `{}`, "proactive"},
		{"PUT", "push", `{}`, "service"},
		{"PUT", "push", `{"service":"apn","token":"x"}`, "service"},
		{"PUT", "push", `{"service":"web"}`, "token"},
		{"PUT", "push", `{"service":"web","token":"{}"}`, "token"},
		{"PUT", "push", `{"service":"web","token":"{\"endpoint\":\"https://p.example\",\"keys\":{\"p256dh\":\"a\",\"auth\":\"b\"}}","topics":["x"]}`, "topics"},
		{"POST", "push-events", `{"device":"x"}`, "delivery"},
		{"POST", "push-events", `{"device":"x","delivery":"y","event":"received"}`, "delivery"},
		{"GET", "messages?limit=0", "", "limit"},
		{"GET", "messages?before=x", "", "before"},
		{"GET", "messages?after=-1", "", "after"},
	} {
		var body any
		if c.body != "" {
			body = c.body
		}
		a := p.call(c.method, c.path, body).want(400, "bad_request")
		if a.text("error", "field") != c.field || !strings.HasPrefix(a.text("error", "description"), c.field) {
			t.Errorf("%s %s %s: %s, want the field %s", c.method, c.path, c.body, a.raw, c.field)
		}
	}
	p.call("GET", "messages?before=1&after=2", nil).want(400)
	p.call("GET", "messages?limit=1&limit=2", nil).want(400)
	p.call("POST", "messages", "{").want(400)
	p.call("POST", "messages", strings.Repeat(" ", 200<<10)+"{}").want(413)
	if n := len(p.call("GET", "messages", nil).want(200).at("messages").([]any)); n != 0 {
		t.Errorf("%d messages came of mistakes", n)
	}
}
