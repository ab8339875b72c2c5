package suncov1_test

import (
	"fmt"
	"strings"
	"testing"

	"heliograph"
)

func TestKeys(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	long := "/v1.1/apps/" + w.app.ID.String() + "/keys"
	made := w.call(basic(w.account), "POST", long, map[string]any{"name": "second"}).want(201)
	id, secret := dig(t, made, "key", "_id").(string), dig(t, made, "key", "secret").(string)
	if !strings.HasPrefix(id, "app_") || len(secret) != 86 {
		t.Fatalf("%v", made)
	}
	if got := w.call(basic(w.key), "GET", "/v1.1/keys/"+id, nil).want(200); dig(t, got, "key", "secret") != secret {
		t.Fatalf("%v", got)
	}
	if list := w.call(basic(w.key), "GET", "/v1.1/keys", nil).want(200)["keys"].([]any); len(list) != 2 {
		t.Fatalf("%v", list)
	}

	// The new key works at once, and its token too.
	parsed, _, _ := heliograph.ParseKeyHandle(id)
	second := &heliograph.Key{ID: parsed, Scope: heliograph.ScopeApp, Secret: heliograph.Secret(secret)}
	token := dig(t, w.call(basic(second), "GET", "/v1.1/keys/"+id+"/jwt", nil).want(200), "jwt").(string)
	w.call("Bearer "+token, "GET", "/v1.1/keys", nil).want(200)

	w.call(basic(w.key), "DELETE", long+"/"+id, nil).want(200)
	w.call("Bearer "+token, "GET", "/v1.1/keys", nil).want(401, "unauthorized")
	w.call(basic(second), "GET", "/v1.1/keys", nil).want(401, "unauthorized")
	w.call(basic(w.key), "DELETE", long+"/"+id, nil).want(404, "not_found")
	for _, none := range []string{w.account.Handle(), "app_" + w.app.ID.String(), "x", w.key.ID.String()} {
		w.call(basic(w.key), "GET", "/v1.1/keys/"+none, nil).want(404, "not_found")
	}
}

func TestElevenKeys(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for n := range 9 {
		w.call(basic(w.key), "POST", "/v1.1/keys", map[string]any{"name": fmt.Sprint(n)}).want(201)
	}
	w.call(basic(w.key), "POST", "/v1.1/keys", map[string]any{"name": "eleventh"}).want(400, "bad_request")
	w.call(basic(w.key), "POST", "/v1.1/keys", map[string]any{}).want(400, "bad_request")
}

func TestSecretsAreShownOnceWhenTheAppSaysSo(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.call(basic(w.key), "PUT", "/v1.1/apps/"+w.app.ID.String(), `{"settings":{"hideKeySecrets":true}}`).want(200)
	made := w.call(basic(w.key), "POST", "/v1.1/keys", map[string]any{"name": "second"}).want(201)
	if dig(t, made, "key", "secret") == nil {
		t.Fatal("the secret is not shown at creation")
	}
	id := dig(t, made, "key", "_id").(string)
	for _, path := range []string{"/v1.1/keys", "/v1.1/keys/" + id} {
		if a := w.call(basic(w.key), "GET", path, nil); strings.Contains(a.Body.String(), "secret") {
			t.Errorf("GET %s shows %s", path, a.Body)
		}
	}
	w.call(basic(w.key), "GET", "/v1.1/keys/"+id+"/jwt", nil).want(403, "forbidden")
}
