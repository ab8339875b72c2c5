package suncov1_test

import (
	"fmt"
	"strings"
	"testing"

	"heliograph"
)

// serviceKey makes a service account with a key.
func (w *world) serviceKey(name string) (id string, key *heliograph.Key) {
	w.Helper()
	account := basic(w.account)
	id = dig(w.T, w.call(account, "POST", "/v1.1/serviceaccounts", `{"name":"`+name+`"}`).want(201), "serviceAccount", "_id").(string)
	made := dig(w.T, w.call(account, "POST", "/v1.1/serviceaccounts/"+id+"/keys", `{"name":"k"}`).want(201), "key").(map[string]any)
	kid, _, ok := heliograph.ParseKeyHandle(made["_id"].(string))
	if !ok || !strings.HasPrefix(made["_id"].(string), "svc_") {
		w.Fatalf("%v", made)
	}
	key = &heliograph.Key{ID: kid, Scope: heliograph.ScopeAccount, Secret: heliograph.Secret(made["secret"].(string))}
	w.must(key.Service.UnmarshalText([]byte(id)))
	return id, key
}

func TestServiceAccounts(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	account, all := basic(w.account), "/v1.1/serviceaccounts"
	id, key := w.serviceKey("Partner")
	one := all + "/" + id
	w.call(account, "PUT", one, `{"name":"Other"}`).want(200)
	w.call(account, "PUT", one, `{}`).want(200)
	if got := w.call(account, "GET", one, nil).want(200); dig(t, got, "serviceAccount", "name") != "Other" {
		t.Fatal(got)
	}
	w.serviceKey("Second")
	page := w.call(account, "GET", all+"?limit=1", nil).want(200)
	if list := page["serviceAccounts"].([]any); len(list) != 1 || dig(t, list[0], "_id") != id || page["hasMore"] != true || page["offset"] != 0.0 {
		t.Fatal(page)
	}
	for _, bad := range []string{`{}`, `{"name":""}`, `{"name":5}`, `{"name":"` + strings.Repeat("x", 129) + `"}`} {
		w.call(account, "POST", all, bad).want(400, "bad_request")
	}
	for _, none := range []string{"x", w.app.ID.String()} {
		w.call(account, "GET", all+"/"+none, nil).want(404, "not_found")
		w.call(account, "POST", all+"/"+none+"/keys", `{"name":"k"}`).want(404, "not_found")
	}
	// What belongs to service accounts is neither theirs to manage nor an app's.
	for _, who := range []string{basic(key), basic(w.key)} {
		w.call(who, "GET", all, nil).want(403, "forbidden")
		w.call(who, "POST", one+"/keys", `{"name":"k"}`).want(403, "forbidden")
		w.call(who, "PUT", one+"/apps/"+w.app.ID.String(), nil).want(403, "forbidden")
	}
	w.call(account, "DELETE", one, nil).want(200)
	w.call(account, "GET", one, nil).want(404, "not_found")
	w.call(basic(key), "GET", "/v1.1/apps", nil).want(401, "unauthorized")
}

func TestServiceAccountsApps(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	account := basic(w.account)
	id, key := w.serviceKey("Partner")
	deputy := basic(key)
	listed := func(who, query string) []any {
		t.Helper()
		return w.call(who, "GET", "/v1.1/apps"+query, nil).want(200)["apps"].([]any)
	}
	if got := listed(deputy, ""); len(got) != 0 {
		t.Fatalf("sees %v", got)
	}
	granted := "/v1.1/serviceaccounts/" + id + "/apps/" + w.app.ID.String()
	for _, at := range []string{"", "/keys", "/integrations"} {
		w.call(deputy, "GET", "/v1.1/apps/"+w.app.ID.String()+at, nil).want(403, "forbidden")
	}
	own := dig(t, w.call(deputy, "POST", "/v1.1/apps", `{"name":"Made"}`).want(201), "app", "_id").(string)
	w.call(deputy, "POST", "/v1.1/apps/"+own+"/keys", `{"name":"k"}`).want(201)
	for range 2 {
		w.call(account, "PUT", granted, nil).want(200)
	}
	w.call(deputy, "GET", "/v1.1/apps/"+w.app.ID.String()+"/keys", nil).want(200)
	if got := listed(deputy, ""); len(got) != 2 {
		t.Fatalf("sees %v", got)
	}
	if got := listed(account, "?serviceAccountId="+id); len(got) != 2 {
		t.Fatalf("the account sees %v", got)
	}
	if got := listed(deputy, "?limit=1&offset=1&serviceAccountId="+id); len(got) != 1 || dig(t, got[0], "_id") != own {
		t.Fatalf("sees %v", got)
	}
	other, _ := w.serviceKey("Other")
	w.call(deputy, "GET", "/v1.1/apps?serviceAccountId="+other, nil).want(403, "forbidden")
	w.call(account, "GET", "/v1.1/apps?serviceAccountId=x", nil).want(400, "bad_request")
	w.call(account, "GET", "/v1.1/apps?serviceAccountId="+own, nil).want(404, "not_found")

	w.call(account, "DELETE", granted, nil).want(200)
	w.call(account, "DELETE", granted, nil).want(404, "not_found")
	w.call(deputy, "GET", "/v1.1/apps/"+w.app.ID.String()+"/keys", nil).want(403, "forbidden")
	w.call(deputy, "DELETE", "/v1.1/apps/"+own, nil).want(200)
	w.call(deputy, "GET", "/v1.1/apps/"+own, nil).want(404, "app_not_found")
	if got := listed(deputy, ""); len(got) != 0 {
		t.Fatalf("sees %v", got)
	}
}

func TestServiceKeys(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	account := basic(w.account)
	id, key := w.serviceKey("Partner")
	keys := "/v1.1/serviceaccounts/" + id + "/keys"
	one := keys + "/" + key.Handle()
	if got := w.call(account, "GET", one, nil).want(200); dig(t, got, "key", "secret") != key.Secret.Reveal() {
		t.Fatal(got)
	}
	token := dig(t, w.call(account, "GET", one+"/jwt", nil).want(200), "jwt").(string)
	w.call("Bearer "+token, "GET", "/v1.1/apps", nil).want(200)
	w.call("Bearer "+token, "GET", "/v1.1/apps/"+w.app.ID.String(), nil).want(403, "forbidden")

	// One key has one name: with another prefix it is none.
	disguised := *key
	disguised.Service = heliograph.ServiceID{}
	w.call(basic(&disguised), "GET", "/v1.1/apps", nil).want(401, "unauthorized")
	other, _ := w.serviceKey("Other")
	for _, none := range []string{disguised.Handle(), w.key.Handle(), w.account.Handle(), "x"} {
		w.call(account, "GET", keys+"/"+none, nil).want(404, "not_found")
	}
	w.call(account, "DELETE", "/v1.1/serviceaccounts/"+other+"/keys/"+key.Handle(), nil).want(404, "not_found")

	for n := range 9 {
		w.call(account, "POST", keys, map[string]any{"name": fmt.Sprint(n)}).want(201)
	}
	w.call(account, "POST", keys, `{"name":"eleventh"}`).want(400, "bad_request")
	if list := w.call(account, "GET", keys, nil).want(200)["keys"].([]any); len(list) != 10 {
		t.Fatal(list)
	}
	w.call(account, "DELETE", one, nil).want(200)
	w.call("Bearer "+token, "GET", "/v1.1/apps", nil).want(401, "unauthorized")
	w.call(account, "DELETE", one, nil).want(404, "not_found")
}
