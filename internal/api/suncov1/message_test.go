package suncov1_test

import (
	"context"
	"crypto/rand"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"heliograph"
	"heliograph/internal/conversation"
	"heliograph/internal/delivery"
	"heliograph/internal/profile"
	"heliograph/internal/store"
)

// talk is a world with users who can be talked to.
type talk struct {
	*world
	ids   *heliograph.IDMaker
	user  *heliograph.User
	loft  heliograph.IntegrationID // where the user has a client
	sends []*heliograph.Delivery
}

func newTalk(t *testing.T) *talk {
	t.Helper()
	w := &talk{world: newWorld(t)}
	w.ids = heliograph.NewIDMaker(w.clock.Now, rand.Reader)
	var err error
	w.api.Profiles, err = profile.New(profile.Parts{
		Journal: w.store, Users: store.Users{Store: w.store}, Clients: store.Clients{Store: w.store}, Addresses: store.Clients{Store: w.store},
		Threads: store.Threads{Store: w.store}, Consents: store.Consents{Store: w.store}, Aliases: store.Aliases{Store: w.store}, Evidence: store.Inbound{Store: w.store}, Codes: store.Codes{Store: w.store}, Random: rand.Reader, Outbox: w, Integrations: w.tenants, IDs: w.ids, Now: w.clock.Now,
	})
	w.must(err)
	w.api.Media = newFiles(w)
	w.api.Conversations = conversation.New(conversation.Deps{
		Tx: w.store, Conversations: store.Conversations{Store: w.store}, Messages: store.Messages{Store: w.store}, Clients: store.Clients{Store: w.store},
		Inbound: store.Inbound{Store: w.store}, Sayings: store.Sayings{Store: w.store}, Users: w.api.Profiles, Events: w.store, Outbox: w, Apps: w.tenants, Reach: w, Deliveries: store.Deliveries{Store: w.store}, Files: w.api.Media, IDs: w.ids, Now: w.clock.Now,
		Receipts: delivery.New(delivery.Options{Store: store.Deliveries{Store: w.store}, IDs: w.ids, Now: w.clock.Now}),
	})
	w.api.PublicURL = "https://heliograph.example"
	w.user, w.loft = w.person("ana@example.org")
	return w
}

// Stops implements conversation.Reach: everybody can be reached.
func (w *talk) Stops(context.Context, *heliograph.Client, *heliograph.Content, heliograph.Category) (reason, words string, err error) {
	return "", "", nil
}

// Enqueue implements the engines' outboxes.
func (w *talk) Enqueue(ctx context.Context, d *heliograph.Delivery, _ *heliograph.Message) error {
	d.ID, d.Status = w.ids.Notification(), heliograph.Queued
	w.store.AfterCommit(ctx, func() { w.sends = append(w.sends, d) })
	return store.Deliveries{Store: w.store}.Enqueue(ctx, d)
}

// person stores a user with one client.
func (w *talk) person(external string) (*heliograph.User, heliograph.IntegrationID) {
	w.Helper()
	u := &heliograph.User{ID: w.ids.User(), App: w.app.ID, ExternalID: external}
	w.must(store.Users{Store: w.store}.Insert(w.Context(), u))
	in := w.ids.Integration()
	w.must(store.Clients{Store: w.store}.Insert(w.Context(), &heliograph.Client{
		ID: w.ids.Client(), App: w.app.ID, User: u.ID, Integration: in, Platform: "twilio", Address: "+1555" + external, Status: heliograph.ClientActive, Primary: true,
	}))
	return u, in
}

func (w *talk) path(rest string) string { return "/v1.1/appusers/" + w.user.ID.String() + rest }

func (w *talk) post(body any) *answer {
	w.Helper()
	return w.call(basic(w.key), http.MethodPost, w.path("/messages"), body)
}

func TestPostMarketing(t *testing.T) {
	t.Parallel()
	w := newTalk(t)
	w.post(`{"role":"appMaker","type":"text","text":"Sale","category":"marketing"}`).want(http.StatusCreated)
	w.post(`{"role":"appMaker","type":"text","text":"Bill","category":"transactional"}`).want(http.StatusCreated)
	if len(w.sends) != 2 || w.sends[0].Category != heliograph.Marketing || w.sends[1].Category != heliograph.Transactional {
		t.Errorf("sent: %+v", w.sends)
	}
	for _, body := range []string{`{"role":"appMaker","type":"text","text":"x","category":"urgent"}`, `{"role":"appUser","type":"text","text":"x","category":"marketing"}`} {
		if text := dig(t, w.post(body).want(http.StatusBadRequest, "bad_request"), "error", "description").(string); !strings.HasPrefix(text, "category ") {
			t.Errorf("%s: %s", body, text)
		}
	}
}

// The time after which a message goes another way can be set, switched off, and
// set back.
func TestUnreadFallbackSetting(t *testing.T) {
	t.Parallel()
	w := newTalk(t)
	path := "/v1.1/apps/" + w.app.ID.String()
	for _, c := range []struct {
		set  string
		want any
	}{{"60", 60.0}, {"0", 0.0}, {"null", nil}} {
		w.call(basic(w.account), http.MethodPut, path, `{"settings":{"unreadFallbackSeconds":`+c.set+`}}`).want(http.StatusOK)
		settings := dig(t, w.call(basic(w.account), http.MethodGet, path, nil).want(http.StatusOK), "app", "settings").(map[string]any)
		if settings["unreadFallbackSeconds"] != c.want {
			t.Errorf("set to %s it is %v", c.set, settings["unreadFallbackSeconds"])
		}
	}
}

func TestPostMessage(t *testing.T) {
	t.Parallel()
	w := newTalk(t)
	body := w.post(`{"role":"appMaker","type":"text","text":"Choose <one>","name":"Bo","email":" Bo@Example.org ","metadata":{"n":1},
		"actions":[{"type":"reply","text":"Yes","payload":"y"}],"unknown":[1]}`).want(http.StatusCreated)
	m := dig(t, body, "message").(map[string]any)
	actions := m["actions"].([]any)
	for name, got := range map[string]any{
		"role": m["role"], "type": m["type"], "text": m["text"], "name": m["name"], "source": dig(t, m, "source", "type"), "metadata": dig(t, m, "metadata", "n"),
		"avatarUrl": m["avatarUrl"], "action": dig(t, actions[0], "type"), "uri": dig(t, actions[0], "uri"), "unread": dig(t, body, "conversation", "unreadCount"), "authorId": m["authorId"],
	} {
		want := map[string]any{
			"role": "appMaker", "type": "text", "text": "Choose <one>", "name": "Bo", "source": "api", "metadata": 1.0,
			"avatarUrl": "https://www.gravatar.com/avatar/da202f6977a44b582908e6350b589973?s=200&d=mm", "action": "reply", "uri": "", "unread": 1.0, "authorId": w.app.ID.String(),
		}[name]
		if got != want {
			t.Errorf("%s is %v, want %v", name, got, want)
		}
	}
	if id, _ := dig(t, actions[0], "_id").(string); len(id) != 24 {
		t.Errorf("the action's id is %q", id)
	}
	if got, want := m["received"], float64(w.clock.Now().UnixMilli())/1000; got != want {
		t.Errorf("received %v, want %v", got, want)
	}
	if len(w.sends) != 1 || w.sends[0].Integration != w.loft {
		t.Errorf("sent: %+v", w.sends)
	}
	// Every way to name the same user, and both path families.
	long := "/v1.1/apps/" + w.app.ID.String()
	for _, path := range []string{long + "/appusers/ana@example.org/messages", "/sc/v1.1/appusers/ana%40example.org/messages", w.path("/messages")} {
		w.call(basic(w.key), http.MethodPost, path, `{"role":"appMaker","type":"image","mediaUrl":"https://e.test/a.png"}`).want(http.StatusCreated)
	}
	list := w.call(basic(w.key), http.MethodGet, w.path("/messages"), nil).want(http.StatusOK)["messages"].([]any)
	if len(list) != 4 {
		t.Errorf("%d messages", len(list))
	}
}

func TestPostMessageRefuses(t *testing.T) {
	t.Parallel()
	w := newTalk(t)
	text := func(n int) string {
		return fmt.Sprintf(`{"role":"appMaker","type":"text","text":"%s"}`, strings.Repeat("é", n))
	}
	for in, field := range map[string]string{
		`{"type":"text","text":"a"}`:                                                       "role",
		`{"role":"bot","type":"text","text":"a"}`:                                          "role",
		`{"role":"appMaker","text":"a"}`:                                                   "type",
		text(4097):                                                                         "text",
		`{"role":"appMaker","type":"text","text":3}`:                                       "text",
		`{"role":"appMaker","type":"text","text":"a","name":3}`:                            "name",
		`{"role":"appMaker","type":"text","text":"a","avatarUrl":"x"}`:                     "avatarUrl",
		`{"role":"appMaker","type":"text","text":"a","destination":{}}`:                    "destination",
		`{"role":"appMaker","type":"text","text":"a","destination":{"integrationId":"x"}}`: "destination.integrationId",
		`{"role":"appMaker","type":"text","text":"a","destination":{"integrationId":"` + w.app.ID.String() + `"}}`:                                             "destination.integrationId",
		`{"role":"appMaker","type":"text","text":"a","destination":{"integrationType":"mailgun"}}`:                                                             "destination.integrationType",
		`{"role":"appUser","type":"text","text":"a","destination":{"integrationType":"twilio"}}`:                                                               "destination",
		`{"role":"appUser","type":"text","text":"a","actions":[{"type":"reply","text":"a","payload":"b"}]}`:                                                    "actions",
		`{"role":"appMaker","type":"text","text":"a","metadata":{"k":"` + strings.Repeat("x", 4089) + `"}}`:                                                    "metadata",
		`{"role":"appMaker","type":"text","text":"a","messageSchema":"line"}`:                                                                                  "messageSchema",
		`{"role":"appMaker","type":"text","text":"a","messageSchema":"whatsapp"}`:                                                                              "message",
		`{"role":"appMaker","messageSchema":"whatsapp","message":{"type":"text","text":{}}}`:                                                                   "message.text.body",
		`{"role":"appUser","messageSchema":"whatsapp","message":{"type":"text","text":{"body":"a"}}}`:                                                          "messageSchema",
		`{"role":"appUser","type":"carousel","items":[{"title":"A","actions":[{"type":"share"}]}]}`:                                                            "type",
		`{"role":"appUser","type":"form","fields":[{"type":"text","name":"n","label":"N"}]}`:                                                                   "type",
		`{"role":"appMaker","type":"formResponse","fields":[{"type":"text","name":"n","text":"N"}]}`:                                                           "type",
		`{"role":"appMaker","type":"text","text":"%((template:gone))%"}`:                                                                                       "text",
		`{"role":"appMaker","type":"text","text":"a","actions":[{"type":"reply","text":"a","payload":"b"},{"type":"link","text":"a","uri":"https://e.test"}]}`: "actions",
	} {
		body := w.post(in).want(http.StatusBadRequest, "bad_request")
		if d := dig(t, body, "error", "description").(string); !strings.HasPrefix(d, field+" ") {
			t.Errorf("%.100s: %s; want it to name %s", in, d, field)
		}
	}
	w.post(`{"role":`).want(http.StatusBadRequest, "bad_request")
	w.post(nil).want(http.StatusBadRequest, "bad_request")
	w.post(`{"role":"appMaker","type":"text","text":"`+strings.Repeat("a", 100*1024)+`"}`).want(http.StatusRequestEntityTooLarge, "payload_too_large")
	w.call(basic(w.key), http.MethodPost, "/v1.1/appusers/nobody/messages", text(1)).want(http.StatusNotFound, "user_not_found")
	w.call(basic(w.key), http.MethodGet, w.path("/messages"), nil).want(http.StatusNotFound, "conversation_not_found")
	if len(w.sends) != 0 {
		t.Errorf("refused messages were sent: %v", w.sends)
	}
	w.post(text(4096)).want(http.StatusCreated)
}

func TestPostMessageAsUser(t *testing.T) {
	t.Parallel()
	w := newTalk(t)
	other, _ := w.person("bo")
	token := w.userToken(w.user.ExternalID)
	body := w.call(token, http.MethodPost, w.path("/messages"), `{"role":"appUser","type":"text","text":"Hi"}`).want(http.StatusCreated)
	if got := dig(t, body, "message", "authorId"); got != w.user.ID.String() {
		t.Errorf("author %v", got)
	}
	w.call(token, http.MethodPost, w.path("/messages"), `{"role":"appMaker","type":"text","text":"Hi"}`).want(http.StatusForbidden, "forbidden")
	w.call(token, http.MethodPost, "/v1.1/appusers/"+other.ID.String()+"/messages", `{"role":"appUser","type":"text","text":"Hi"}`).want(http.StatusForbidden, "forbidden")
	w.call(token, http.MethodDelete, w.path("/messages"), nil).want(http.StatusForbidden, "forbidden")
	w.call(token, http.MethodPost, w.path("/conversation/activity"), `{"role":"appMaker","type":"typing:start"}`).want(http.StatusForbidden, "forbidden")
	w.call(token, http.MethodPost, w.path("/conversation/activity"), `{"role":"appUser","type":"typing:start"}`).want(http.StatusOK)
	if len(w.sends) != 0 {
		t.Error("a user's message was sent")
	}
}

func TestPostMessageOnce(t *testing.T) {
	t.Parallel()
	for _, role := range []string{"appMaker", "appUser"} {
		t.Run(role, func(t *testing.T) {
			t.Parallel()
			w := newTalk(t)
			post := func(key, text string) *answer {
				r := httptest.NewRequest(http.MethodPost, w.path("/messages"), strings.NewReader(`{"role":"`+role+`","type":"text","text":"`+text+`"}`))
				r.Header.Set("Idempotency-Key", key)
				return w.do(basic(w.key), r)
			}
			// A user's first message starts the conversation; the next one finds it.
			for n, key := range []string{"k1", "k2"} {
				first, second := post(key, "one"), post(key, "one")
				body := first.want(http.StatusCreated)
				second.want(http.StatusCreated)
				if first.Body.String() != second.Body.String() || first.Header().Get("Idempotent-Replayed") != "" || second.Header().Get("Idempotent-Replayed") != "true" {
					t.Errorf("the answers differ: %s, %s", first.Body, second.Body)
				}
				post(key, "two").want(http.StatusConflict, "idempotency_mismatch")
				list := w.call(basic(w.key), http.MethodGet, w.path("/messages"), nil).want(http.StatusOK)["messages"].([]any)
				if len(list) != n+1 || dig(t, list[n], "_id") != dig(t, body, "message", "_id") {
					t.Errorf("%d messages", len(list))
				}
			}
			if role == "appMaker" && len(w.sends) != 2 {
				t.Errorf("%d sent", len(w.sends))
			}
		})
	}
}

func TestListMessages(t *testing.T) {
	t.Parallel()
	w := newTalk(t)
	var want []string
	for i := range 250 {
		want = append(want, fmt.Sprint(i))
		w.post(`{"role":"appMaker","type":"text","text":"` + want[i] + `"}`).want(http.StatusCreated)
	}
	page := func(path string) (texts []string, body map[string]any) {
		t.Helper()
		path = strings.TrimPrefix(path, "https://heliograph.example")
		body = w.call(basic(w.key), http.MethodGet, path, nil).want(http.StatusOK)
		for _, m := range body["messages"].([]any) {
			texts = append(texts, dig(t, m, "text").(string))
		}
		return texts, body
	}
	back, body := page(w.path("/messages"))
	if len(back) != 100 || body["next"] != nil {
		t.Errorf("newest page: %d messages, next %v", len(back), body["next"])
	}
	var texts []string
	for body["previous"] != nil {
		texts, body = page(body["previous"].(string))
		back = append(slices.Clone(texts), back...)
	}
	if !slices.Equal(back, want) {
		t.Errorf("backwards %v", back)
	}
	forth := texts
	for body["next"] != nil {
		texts, body = page(body["next"].(string))
		forth = append(forth, texts...)
	}
	if !slices.Equal(forth, want) {
		t.Errorf("forwards %v", forth)
	}
	at := dig(t, body["messages"].([]any)[10], "received").(float64)
	if texts, _ := page(w.path(fmt.Sprintf("/messages?before=%.3f", at))); texts[len(texts)-1] != fmt.Sprint(slices.Index(want, dig(t, body["messages"].([]any)[10], "text").(string))-1) {
		t.Errorf("before is not exclusive: %v", texts[len(texts)-1])
	}
	for _, query := range []string{"before=1&after=2", "before=x", "after=-1", "before=NaN", "after=1e300"} {
		w.call(basic(w.key), http.MethodGet, w.path("/messages?"+query), nil).want(http.StatusBadRequest, "bad_request")
	}
}

func TestConversation(t *testing.T) {
	t.Parallel()
	w := newTalk(t)
	for _, path := range []string{"/conversation", "/messages"} {
		w.call(basic(w.key), http.MethodGet, w.path(path), nil).want(http.StatusNotFound, "conversation_not_found")
	}
	w.call(basic(w.key), http.MethodPost, w.path("/conversation/read"), nil).want(http.StatusNotFound, "conversation_not_found")
	id := dig(t, w.post(`{"role":"appMaker","type":"text","text":"a"}`).want(http.StatusCreated), "message", "_id").(string)
	w.post(`{"role":"appMaker","type":"text","text":"b"}`).want(http.StatusCreated)
	body := w.call(basic(w.key), http.MethodPost, w.path("/conversation/activity"), `{"role":"appMaker","type":"conversation:read"}`).want(http.StatusOK)
	if dig(t, body, "conversation", "unreadCount") != 2.0 || dig(t, body, "conversation", "appMakerLastRead") == nil {
		t.Errorf("after the business read: %v", body)
	}
	body = w.call(basic(w.key), http.MethodPost, w.path("/conversation/read"), nil).want(http.StatusOK)
	if dig(t, body, "conversation", "unreadCount") != 0.0 || dig(t, body, "conversation", "appUserLastRead") == nil {
		t.Errorf("after the user read: %v", body)
	}
	w.call(basic(w.key), http.MethodPost, w.path("/conversation/activity"), `{"role":"appMaker","type":"waving"}`).want(http.StatusBadRequest, "bad_request")
	w.call(basic(w.key), http.MethodPost, w.path("/conversation/activity"), `{"type":"typing:start"}`).want(http.StatusBadRequest, "bad_request")

	w.call(basic(w.key), http.MethodDelete, w.path("/messages/"+id), nil).want(http.StatusOK)
	w.call(basic(w.key), http.MethodDelete, w.path("/messages/"+id), nil).want(http.StatusNotFound, "not_found")
	w.call(basic(w.key), http.MethodDelete, w.path("/messages/nonsense"), nil).want(http.StatusNotFound, "not_found")
	w.call(basic(w.key), http.MethodDelete, w.path("/messages"), nil).want(http.StatusOK)
	if list := w.call(basic(w.key), http.MethodGet, w.path("/messages"), nil).want(http.StatusOK)["messages"].([]any); len(list) != 0 {
		t.Errorf("left: %v", list)
	}
}

func TestMessagesOfAnotherApp(t *testing.T) {
	t.Parallel()
	w := newTalk(t)
	id := dig(t, w.post(`{"role":"appMaker","type":"text","text":"a"}`).want(http.StatusCreated), "message", "_id").(string)
	_, stranger := w.newApp()
	for _, c := range []struct{ method, path, body string }{
		{"POST", "/messages", `{"role":"appMaker","type":"text","text":"a"}`}, {"GET", "/messages", ""}, {"DELETE", "/messages", ""}, {"DELETE", "/messages/" + id, ""},
		{"GET", "/conversation", ""}, {"POST", "/conversation/activity", `{"role":"appMaker","type":"typing:start"}`}, {"POST", "/conversation/read", ""},
	} {
		w.call(basic(stranger), c.method, w.path(c.path), c.body).want(http.StatusNotFound, "user_not_found")
		w.call(basic(stranger), c.method, "/v1.1/apps/"+w.app.ID.String()+"/appusers/"+w.user.ID.String()+c.path, c.body).want(http.StatusForbidden, "forbidden")
	}
	if list := w.call(basic(w.key), http.MethodGet, w.path("/messages"), nil).want(http.StatusOK)["messages"].([]any); len(list) != 1 {
		t.Errorf("left: %v", list)
	}
}
