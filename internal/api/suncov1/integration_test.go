package suncov1_test

import (
	"strings"
	"testing"

	"heliograph"
)

func (w *world) integrationsPath() string { return "/v1.1/apps/" + w.app.ID.String() + "/integrations" }

// pigeonPost makes an integration and returns its id.
func (w *world) pigeonPost() string {
	w.Helper()
	made := w.call(basic(w.key), "POST", w.integrationsPath(), `{"type":"pigeon","loft":"north","word":"coo"}`).want(201)
	return dig(w.T, made, "integration", "_id").(string)
}

func parsedID(t *testing.T, text string) heliograph.IntegrationID {
	t.Helper()
	var id heliograph.IntegrationID
	if err := id.UnmarshalText([]byte(text)); err != nil {
		t.Fatal(err)
	}
	return id
}

func TestIntegrations(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	made := w.call(basic(w.key), "POST", w.integrationsPath(), `{"type":"pigeon","displayName":"Post","loft":"north","word":"coo","ringed":"true",
		"webhookUrl":"https://example.org/in","delivery":{"ratePerSecond":2.5,"webhookUrl":"https://ignored.example/"},"unknown":1}`).want(201)
	i := dig(t, made, "integration").(map[string]any)
	id := i["_id"].(string)
	for k, want := range map[string]any{
		"type": "pigeon", "displayName": "Post", "loft": "north", "ringed": true, "status": "active",
		"phoneNumber": "+15550001", "name": "Homer", "webhookUrl": "https://example.org/in",
		"hookUrl": "https://heliograph.example/hooks/pigeon/" + id,
	} {
		if i[k] != want {
			t.Errorf("%s is %v, want %v", k, i[k], want)
		}
	}
	if dig(t, i, "delivery", "ratePerSecond") != 2.5 || dig(t, i, "delivery", "webhookUrl") != nil {
		t.Errorf("delivery: %v", i["delivery"])
	}
	if _, there := i["word"]; there {
		t.Error("a secret is shown")
	}
	if got := w.hooks[parsedID(t, id)]; got != "https://example.org/in" {
		t.Errorf("its webhook is %q", got)
	}

	path := w.integrationsPath() + "/" + id
	w.call(basic(w.key), "PUT", path, `{"displayName":"New","loft":"south","webhookUrl":"","delivery":{"concurrency":3,"unknownMarketing":"hold"}}`).want(200)
	i = dig(t, w.call(basic(w.key), "GET", path, nil).want(200), "integration").(map[string]any)
	if i["displayName"] != "New" || i["loft"] != "north" || i["webhookUrl"] != nil ||
		dig(t, i, "delivery", "ratePerSecond") != 2.5 || dig(t, i, "delivery", "concurrency") != 3.0 || dig(t, i, "delivery", "unknownMarketing") != "hold" {
		t.Errorf("after the change: %v", i)
	}
	if got := w.hooks[parsedID(t, id)]; got != "" {
		t.Errorf("its webhook is %q, want it gone", got)
	}
	w.call(basic(w.key), "DELETE", path, nil).want(200)
	w.call(basic(w.key), "GET", path, nil).want(404, "integration_not_found")
	w.call(basic(w.key), "PUT", path, `{}`).want(404, "integration_not_found")
	w.call(basic(w.key), "DELETE", path, nil).want(404, "integration_not_found")
}

func TestProviderIsAskedBeforeAnythingIsKept(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for word, status := range map[string]int{"hoot": 400, "fog": 503} {
		w.call(basic(w.key), "POST", w.integrationsPath(), `{"type":"pigeon","loft":"n","word":"`+word+`"}`).want(status)
	}
	if list := w.call(basic(w.key), "GET", w.integrationsPath(), nil).want(200)["integrations"].([]any); len(list) != 0 {
		t.Fatalf("left behind: %v", list)
	}
	id := w.pigeonPost()
	path := w.integrationsPath() + "/" + id
	w.call(basic(w.key), "PUT", path, `{"word":"hoot","displayName":"x"}`).want(400, "bad_request")
	if got := w.call(basic(w.key), "GET", path, nil).want(200); dig(t, got, "integration", "displayName") != nil {
		t.Fatalf("a refused change left something: %v", got)
	}
	// A webhook that may not be called takes the whole creation back.
	w.call(basic(w.key), "POST", w.integrationsPath(), `{"type":"pigeon","loft":"n","word":"coo","webhookUrl":"http://10.0.0.1/"}`).want(400, "bad_request")
	if list := w.call(basic(w.key), "GET", w.integrationsPath(), nil).want(200)["integrations"].([]any); len(list) != 1 {
		t.Fatalf("left behind: %v", list)
	}
}

func TestIntegrationInputIsChecked(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for body, field := range map[string]string{
		`{}`:                             "type",
		`{"type":"owl"}`:                 "type",
		`{"type":7}`:                     "type",
		`{"type":"pigeon","loft":"n"}`:   "word",
		`{"type":"pigeon","word":"coo"}`: "loft",
		`{"type":"pigeon","loft":5}`:     "loft",
		`{"type":"pigeon","loft":"n","word":"coo","ringed":3}`:                                                 "ringed",
		`{"type":"pigeon","loft":"n","word":"coo","displayName":"` + strings.Repeat("x", 129) + `"}`:           "displayName",
		`{"type":"pigeon","loft":"n","word":"coo","delivery":{"ratePerSecond":-1}}`:                            "delivery.ratePerSecond",
		`{"type":"pigeon","loft":"n","word":"coo","delivery":{"ratePerSecond":"fast"}}`:                        "delivery.ratePerSecond",
		`{"type":"pigeon","loft":"n","word":"coo","delivery":{"concurrency":100000}}`:                          "delivery.concurrency",
		`{"type":"pigeon","loft":"n","word":"coo","delivery":{"unknownTransactional":"maybe"}}`:                "delivery.unknownTransactional",
		`{"type":"pigeon","loft":"n","word":"coo","delivery":{"unknownMarketing":"maybe"}}`:                    "delivery.unknownMarketing",
		`{"type":"pigeon","loft":"n","word":"coo","delivery":{"echoWindowSeconds":-1}}`:                        "delivery.echoWindowSeconds",
		`{"type":"pigeon","loft":"n","word":"coo","delivery":{"maxAttempts":1000}}`:                            "delivery.maxAttempts",
		`{"type":"pigeon","loft":"n","word":"coo","delivery":[]}`:                                              "delivery",
		`{"type":"pigeon","loft":"n","word":"coo","webhookUrl":"https://e/` + strings.Repeat("x", 2048) + `"}`: "webhookUrl",
	} {
		got := w.call(basic(w.key), "POST", w.integrationsPath(), body).want(400, "bad_request")
		if text := dig(t, got, "error", "description").(string); !strings.HasPrefix(text, field+" ") {
			t.Errorf("%.70s: %q does not begin with %s", body, text, field)
		}
	}
}

func TestListIntegrations(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for range 3 {
		w.pigeonPost()
	}
	for query, want := range map[string]int{"": 3, "?types=pigeon%2Cowl": 3, "?types=owl": 0, "?limit=2": 2, "?limit=2&offset=2": 1} {
		page := w.call(basic(w.key), "GET", w.integrationsPath()+query, nil).want(200)
		if got := len(page["integrations"].([]any)); got != want || page["hasMore"] != (query == "?limit=2") {
			t.Errorf("%q: %d, more %v", query, got, page["hasMore"])
		}
	}
	for _, query := range []string{"?limit=0", "?limit=101", "?limit=x", "?offset=-1", "?types=" + strings.Repeat("a,", 60)} {
		w.call(basic(w.key), "GET", w.integrationsPath()+query, nil).want(400, "bad_request")
	}
}

func TestPauseAndResume(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := w.pigeonPost()
	path := w.integrationsPath() + "/" + id
	paused := func() any { return dig(t, w.call(basic(w.key), "GET", path, nil).want(200), "integration", "paused") }

	w.call(basic(w.key), "POST", path+"/pause", nil).want(200)
	if p, ok := paused().(map[string]any); !ok || p["until"] != nil {
		t.Fatalf("%v", paused())
	}
	w.call(basic(w.key), "POST", path+"/resume", nil).want(200)
	if paused() != nil {
		t.Fatalf("%v", paused())
	}
	until := w.clock.Now().Add(second)
	w.call(basic(w.key), "POST", path+"/pause", map[string]any{"until": until, "reason": "stocktaking"}).want(200)
	if p, ok := paused().(map[string]any); !ok || p["until"] != heliograph.At(until).ISO() || p["reason"] != "stocktaking" {
		t.Fatalf("%v", paused())
	}
	w.clock.Advance(second)
	if paused() != nil {
		t.Fatal("still paused at its end")
	}
	if len(w.changed) != 3 || w.changed[0] != parsedID(t, id) {
		t.Fatalf("told of %v", w.changed)
	}
	for _, body := range []string{`{"until":"yesterday"}`, `{"until":"2001-01-01T00:00:00Z"}`, `{"until":5}`, `{"reason":"` + strings.Repeat("x", 513) + `"}`} {
		w.call(basic(w.key), "POST", path+"/pause", body).want(400, "bad_request")
	}
}
