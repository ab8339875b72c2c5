package suncov1_test

import (
	"errors"
	"net/http"
	"slices"
	"strings"
	"testing"

	"heliograph"
	"heliograph/internal/store"
	"heliograph/internal/testkit"
	"heliograph/internal/webhook"
)

// dispatch keeps what a dispatcher would have been told.
type dispatch struct {
	told    []heliograph.Told
	changed []heliograph.WebhookID
	removed []heliograph.WebhookID
}

func (d *dispatch) Offer(t []heliograph.Told)       { d.told = append(d.told, t...) }
func (d *dispatch) Changed(id heliograph.WebhookID) { d.changed = append(d.changed, id) }
func (d *dispatch) Removed(_ heliograph.AppID, id heliograph.WebhookID) {
	d.removed = append(d.removed, id)
}

// withWebhooks adds the webhook engine to the surface.
func (w *world) withWebhooks() *dispatch {
	d := &dispatch{}
	w.api.Webhooks = &webhook.Service{
		Store: store.Webhooks{Store: w.store}, Queue: store.WebhookQueue{Store: w.store}, Log: store.WebhookLog{Store: w.store},
		Dispatch: d, Atomic: w.store.Atomically, AfterCommit: w.store.AfterCommit,
		CheckURL: func(raw string) error {
			if !strings.HasPrefix(raw, "https://") {
				return errors.New("must be an http or https URL")
			}
			return nil
		},
		IDs: w.store.IDs, Now: w.clock.Now, Random: testkit.NewRandom(3),
	}
	return d
}

func TestWebhookLifecycle(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	d := w.withWebhooks()
	auth := basic(w.key)
	for _, base := range []string{"/v1.1", "/v1.1/apps/" + w.app.ID.String(), "/sc/v1.1"} {
		made := dig(t, w.call(auth, "POST", base+"/webhooks", map[string]any{"target": "https://example.org/hook"}).want(http.StatusCreated), "webhook").(map[string]any)
		if made["version"] != "v1.1" || made["includeClient"] != false || made["includeFullAppUser"] != false || len(made["secret"].(string)) != 40 {
			t.Fatalf("created %v", made)
		}
		if got := made["triggers"].([]any); len(got) != 1 || got[0] != "message" {
			t.Errorf("default triggers %v", got)
		}
		path := base + "/webhooks/" + made["_id"].(string)
		put := w.call(auth, "PUT", path, map[string]any{"triggers": []string{"*", "typing:appUser"}, "includeClient": true}).want(http.StatusOK)
		if dig(t, put, "webhook", "target") != "https://example.org/hook" || dig(t, put, "webhook", "includeClient") != true || dig(t, put, "webhook", "secret") != made["secret"] {
			t.Errorf("changed to %v", put)
		}
		got := w.call(auth, "GET", path, nil).want(http.StatusOK)
		if dig(t, got, "webhook", "secret") != made["secret"] {
			t.Errorf("the secret is not returned: %v", got)
		}
		if list := w.call(auth, "GET", base+"/webhooks", nil).want(http.StatusOK)["webhooks"].([]any); len(list) != 1 {
			t.Errorf("%d webhooks", len(list))
		}
		if body := w.call(auth, "DELETE", path, nil).want(http.StatusOK); len(body) != 0 {
			t.Errorf("deleted: %v", body)
		}
		w.call(auth, "GET", path, nil).want(http.StatusNotFound, "not_found")
	}
	if len(d.changed) != 3 || len(d.removed) != 3 {
		t.Errorf("the dispatcher was told of %d changes and %d removals", len(d.changed), len(d.removed))
	}
}

func TestWebhookRefusals(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.withWebhooks()
	auth := basic(w.key)
	for _, tt := range []struct{ name, body, field string }{
		{"no target", `{}`, "target"},
		{"null target", `{"target":null}`, "target"},
		{"no URL", `{"target":"example.org"}`, "target"},
		{"unknown trigger", `{"target":"https://a.example","triggers":["delivery:success"]}`, "triggers"},
		{"another case", `{"target":"https://a.example","triggers":["Message"]}`, "triggers"},
		{"no trigger", `{"target":"https://a.example","triggers":[]}`, "triggers"},
		{"triggers of a wrong type", `{"target":"https://a.example","triggers":"message"}`, "triggers"},
		{"a switch of a wrong type", `{"target":"https://a.example","includeClient":"yes"}`, "includeClient"},
	} {
		body := w.call(auth, "POST", "/v1.1/webhooks", tt.body).want(http.StatusBadRequest, "bad_request")
		if d := dig(t, body, "error", "description").(string); !strings.HasPrefix(d, tt.field) {
			t.Errorf("%s: %s", tt.name, d)
		}
	}
	for range webhook.MaxPerApp {
		w.call(auth, "POST", "/v1.1/webhooks", `{"target":"https://a.example"}`).want(http.StatusCreated)
	}
	w.call(auth, "POST", "/v1.1/webhooks", `{"target":"https://a.example"}`).want(http.StatusBadRequest, "bad_request")
	_, other := w.newApp()
	list := w.call(auth, "GET", "/v1.1/webhooks", nil).want(http.StatusOK)["webhooks"].([]any)
	path := "/v1.1/webhooks/" + list[0].(map[string]any)["_id"].(string)
	for _, call := range []struct{ method, path, body string }{
		{"GET", path, ""}, {"PUT", path, `{}`}, {"DELETE", path, ""}, {"POST", path + "/enable", ""},
		{"POST", path + "/replay", `{"from":"2026-01-01T00:00:00Z"}`}, {"GET", path + "/deliveries", ""}, {"GET", "/v1.1/webhooks/xyz", ""},
	} {
		w.call(basic(other), call.method, call.path, call.body).want(http.StatusNotFound, "not_found")
	}
}

// An integration's own webhook is shown, but changed only at the integration.
func TestIntegrationWebhook(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.withWebhooks()
	id := w.store.IDs.Integration()
	w.must(w.api.Webhooks.SetIntegrationWebhook(t.Context(), w.app.ID, id, "https://a.example"))
	w.must(w.api.Webhooks.SetIntegrationWebhook(t.Context(), w.app.ID, id, "https://b.example"))
	auth := basic(w.key)
	list := w.call(auth, "GET", "/v1.1/webhooks", nil).want(http.StatusOK)["webhooks"].([]any)
	if len(list) != 1 || dig(t, list[0], "integrationId") != id.String() || dig(t, list[0], "target") != "https://b.example" {
		t.Fatalf("webhooks %v", list)
	}
	path := "/v1.1/webhooks/" + dig(t, list[0], "_id").(string)
	w.call(auth, "PUT", path, `{"target":"https://c.example"}`).want(http.StatusBadRequest)
	w.call(auth, "PUT", path, `{"includeClient":true}`).want(http.StatusOK)
	w.call(auth, "DELETE", path, nil).want(http.StatusBadRequest)
	if err := w.api.Webhooks.SetIntegrationWebhook(t.Context(), w.app.ID, id, "ftp://"); !heliograph.IsKind(err, heliograph.Invalid) {
		t.Errorf("a bad target: %v", err)
	}
	w.must(w.api.Webhooks.SetIntegrationWebhook(t.Context(), w.app.ID, id, ""))
	w.call(auth, "GET", path, nil).want(http.StatusNotFound)
}

func TestWebhookLogAndReplay(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	d := w.withWebhooks()
	auth := basic(w.key)
	made := w.call(auth, "POST", "/v1.1/webhooks", `{"target":"https://a.example","triggers":["conversation:read"]}`).want(http.StatusCreated)
	path := "/v1.1/webhooks/" + dig(t, made, "webhook", "_id").(string)
	var hook heliograph.WebhookID
	w.must(hook.UnmarshalText([]byte(dig(t, made, "webhook", "_id").(string))))

	var events []*heliograph.Event
	conv := w.store.IDs.Conversation()
	for range 3 {
		events = append(events, &heliograph.Event{ID: w.store.IDs.Event(), App: w.app.ID, Type: heliograph.EventRead, At: heliograph.At(w.clock.Now()), Conversation: conv})
	}
	w.must(w.store.AppendEvents(t.Context(), events...))
	queue := store.WebhookQueue{Store: w.store}
	entries, err := queue.Page(t.Context(), webhook.Place{Slot: heliograph.KeySlot(conv), Webhook: hook}, heliograph.EventID{}, 10)
	w.must(err)
	var outcomes []webhook.Outcome
	for i, e := range entries {
		o := webhook.Outcome{Entry: *e, N: 1, Outcome: webhook.OutcomeDone, At: heliograph.At(w.clock.Now()), Status: 200, Took: 7}
		if i == 1 {
			o.Outcome, o.Status, o.Error = webhook.OutcomeRefused, 404, "the receiver answered 404"
		}
		outcomes = append(outcomes, o)
	}
	w.must(queue.Done(t.Context(), outcomes))

	first := w.call(auth, "GET", path+"/deliveries?limit=2", nil).want(http.StatusOK)
	page := first["deliveries"].([]any)
	if len(page) != 2 || first["hasMore"] != true || dig(t, page[1], "outcome") != "refused" || dig(t, page[1], "trigger") != "conversation:read" {
		t.Fatalf("page %v", first)
	}
	rest := w.call(auth, "GET", path+"/deliveries?limit=2&after="+first["after"].(string), nil).want(http.StatusOK)
	if page := rest["deliveries"].([]any); len(page) != 1 || rest["hasMore"] != false || dig(t, page[0], "eventId") != events[0].ID.String() {
		t.Errorf("rest %v", rest)
	}
	refused := w.call(auth, "GET", path+"/deliveries?outcome=refused&from=2026-01-01T00:00:00Z", nil).want(http.StatusOK)
	if page := refused["deliveries"].([]any); len(page) != 1 || dig(t, page[0], "eventId") != events[1].ID.String() {
		t.Errorf("refused %v", refused)
	}
	for _, bad := range []string{"outcome=lost", "eventId=1", "from=yesterday", "limit=0", "after=x"} {
		w.call(auth, "GET", path+"/deliveries?"+bad, nil).want(http.StatusBadRequest, "bad_request")
	}

	again := w.call(auth, "POST", path+"/replay", map[string]any{"eventId": events[1].ID}).want(http.StatusAccepted)
	if dig(t, again, "replay", "queued") != 1.0 || len(d.told) != 1 || d.told[0].Event.ID != events[1].ID {
		t.Errorf("replayed %v", again)
	}
	all := w.call(auth, "POST", path+"/replay", `{"from":"2026-01-01T00:00:00Z","to":"2027-01-01T00:00:00Z"}`).want(http.StatusAccepted)
	if dig(t, all, "replay", "queued") != 2.0 || dig(t, all, "replay", "skipped") != 1.0 {
		t.Errorf("replayed %v", all)
	}
	for _, bad := range []string{`{}`, `{"eventId":"x"}`, `{"from":"x"}`, `{"eventId":"` + events[0].ID.String() + `","from":"2026-01-01T00:00:00Z"}`, `{"from":"2026-01-02T00:00:00Z","to":"2026-01-01T00:00:00Z"}`} {
		w.call(auth, "POST", path+"/replay", bad).want(http.StatusBadRequest, "bad_request")
	}
	if n := len(d.told); n != 3 || !slices.ContainsFunc(d.told, func(t heliograph.Told) bool { return t.Webhook == hook }) {
		t.Errorf("%d were offered", n)
	}
}
