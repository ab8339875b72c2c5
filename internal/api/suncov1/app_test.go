package suncov1_test

import (
	"strings"
	"testing"
)

func TestApps(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	account := basic(w.account)
	made := w.call(account, "POST", "/v1.1/apps", map[string]any{"name": "Bakery", "metadata": map[string]any{"n": 1, "b": true}}).want(201)
	id := dig(t, made, "app", "_id").(string)
	if got := dig(t, made, "app", "settings", "maskCreditCardNumbers"); got != true {
		t.Fatalf("default settings: %v", made)
	}
	path := "/v1.1/apps/" + id
	w.call(account, "PUT", path, `{"settings":{"useAnimalNames":true,"keywords":{"stop":["ende"]}}}`).want(200)
	got := w.call(account, "GET", path, nil).want(200)
	if dig(t, got, "app", "name") != "Bakery" || dig(t, got, "app", "settings", "useAnimalNames") != true ||
		dig(t, got, "app", "settings", "maskCreditCardNumbers") != true || dig(t, got, "app", "metadata", "n") != 1.0 {
		t.Fatalf("a change touched what it did not name: %v", got)
	}

	page := w.call(account, "GET", "/v1.1/apps?limit=1&offset=1", nil).want(200)
	if list := page["apps"].([]any); len(list) != 1 || dig(t, list[0], "_id") != id || page["hasMore"] != false || page["offset"] != 1.0 {
		t.Fatalf("page: %v", page)
	}
	if page = w.call(account, "GET", "/v1.1/apps?limit=1", nil).want(200); page["hasMore"] != true {
		t.Fatalf("page: %v", page)
	}
	sdks := w.call(account, "GET", path+"/sdks", nil).want(200)
	if v, there := sdks["webIntegrationId"]; !there || v != nil {
		t.Fatalf("sdks: %v", sdks)
	}
	if body := w.call(account, "DELETE", path, nil).want(200); len(body) != 0 {
		t.Fatalf("delete answers %v", body)
	}
	w.call(account, "GET", path, nil).want(404, "app_not_found")
	w.call(account, "DELETE", path, nil).want(404, "app_not_found")
}

func TestDeletedAppRefusesItsKeysAtOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	own := basic(w.key)
	w.call(own, "GET", "/v1.1/keys", nil).want(200)
	w.call(basic(w.account), "DELETE", "/v1.1/apps/"+w.app.ID.String(), nil).want(200)
	w.call(own, "GET", "/v1.1/keys", nil).want(401, "unauthorized")
}

func TestAppInputIsChecked(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	path := "/v1.1/apps/" + w.app.ID.String()
	before := w.call(basic(w.key), "GET", path, nil).want(200)
	metadata := func(bytes int) string {
		return `{"metadata":{"k":"` + strings.Repeat("x", bytes-len(`{"k":""}`)) + `"}}`
	}
	for body, field := range map[string]string{
		`{"name":""}`: "name",
		`{"name":5}`:  "name",
		`{"name":"` + strings.Repeat("x", 129) + `"}`: "name",
		metadata(4097):                                           "metadata",
		`{"metadata":{"a":{"b":1}}}`:                             "metadata.a",
		`{"metadata":[]}`:                                        "metadata",
		`{"settings":5}`:                                         "settings",
		`{"settings":{"useAnimalNames":"yes"}}`:                  "settings.useAnimalNames",
		`{"settings":{"conversationRetentionSeconds":-1}}`:       "settings.conversationRetentionSeconds",
		`{"settings":{"keywords":{"stop":[""]}}}`:                "settings.keywords.stop",
		`{"settings":{"unreadFallbackSeconds":-1}}`:              "settings.unreadFallbackSeconds",
		`{"settings":{"unreadFallbackSeconds":700000}}`:          "settings.unreadFallbackSeconds",
		`{"name":"New","settings":{"keywords":{"stop":"word"}}}`: "settings.keywords.stop",
	} {
		got := w.call(basic(w.key), "PUT", path, body).want(400, "bad_request")
		if text := dig(t, got, "error", "description").(string); !strings.HasPrefix(text, field+" ") {
			t.Errorf("%.60s: %q does not begin with %s", body, text, field)
		}
	}
	if after := w.call(basic(w.key), "GET", path, nil).want(200); dig(t, after, "app", "name") != dig(t, before, "app", "name") {
		t.Fatalf("a refused change left something: %v", after)
	}
	w.call(basic(w.key), "PUT", path, metadata(4096)).want(200)
	w.call(basic(w.account), "POST", "/v1.1/apps", `{}`).want(400, "bad_request")
}
