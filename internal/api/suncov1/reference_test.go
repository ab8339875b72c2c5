package suncov1_test

import (
	"encoding/json"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
)

func TestReferenceIsServed(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	doc := w.call("", "GET", "/v1.1/openapi.json", nil).want(200)
	if doc["openapi"] != "3.1.0" || dig(t, doc, "paths", "/v1.1/apps/{appId}/notifications", "post") == nil {
		t.Fatal("the document lacks the notification")
	}
	text, _ := json.Marshal(dig(t, doc, "components", "schemas", "IntegrationPigeon"))
	if !strings.Contains(string(text), `"writeOnly":true`) {
		t.Fatalf("a channel's settings are not described: %s", text)
	}

	rec := httptest.NewRecorder()
	w.handler.ServeHTTP(rec, httptest.NewRequest("GET", "/docs/api", nil))
	page := rec.Body.String()
	if rec.Code != 200 || !strings.HasPrefix(rec.Header().Get("Content-Type"), "text/html") {
		t.Fatalf("%d %v", rec.Code, rec.Header())
	}
	for path, methods := range doc["paths"].(map[string]any) {
		for _, op := range methods.(map[string]any) {
			if id := dig(t, op, "operationId").(string); !strings.Contains(page, `<h3 id="`+id+`">`) || !strings.Contains(page, path) {
				t.Errorf("the page lacks %s", path)
			}
		}
	}
	if m := regexp.MustCompile(`(?i)(src|href)="(https?:)?//`).FindString(page); m != "" {
		t.Errorf("the page fetches from elsewhere: %s", m)
	}
	ids := map[string]bool{}
	for _, m := range regexp.MustCompile(` id="([^"]*)"`).FindAllStringSubmatch(page, -1) {
		if ids[m[1]] {
			t.Errorf("two elements with the id %q", m[1])
		}
		ids[m[1]] = true
	}
}
