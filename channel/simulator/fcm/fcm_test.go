package fcm_test

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"heliograph/channel/simulator"
	"heliograph/channel/simulator/devices"
	"heliograph/channel/simulator/fcm"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const (
	email   = "push@shop-1234.iam.gserviceaccount.com"
	project = "shop-1234"
	device  = "dK3_x:APA91bExampleExampleExampleExample"
)

// bed is FCM played, and a service account.
type bed struct {
	t    *testing.T
	key  *rsa.PrivateKey
	url  string
	http *http.Client
}

type answer struct {
	status int
	retry  string
	Name   string
	Error  struct {
		Status  string
		Details []struct {
			Type      string `json:"@type"`
			ErrorCode string
		}
	}
}

// code is the FcmError detail's.
func (a answer) code() string {
	for _, d := range a.Error.Details {
		if strings.HasSuffix(d.Type, "FcmError") {
			return d.ErrorCode
		}
	}
	return ""
}

func start(t *testing.T) *bed {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	raw, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	sim := simulator.New(simulator.Options{Providers: []simulator.Provider{fcm.New(fcm.Options{Accounts: []fcm.Account{
		{ClientEmail: email, ProjectID: project, Key: string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: raw}))},
	}})}})
	server := httptest.NewServer(sim.Handler())
	t.Cleanup(server.Close)
	t.Cleanup(sim.Close)
	return &bed{t: t, key: key, url: server.URL, http: server.Client()}
}

// assertion signs what a service account asks with; change spoils it.
func (b *bed) assertion(change map[string]any) string {
	b.t.Helper()
	now := time.Now().Unix()
	claims := map[string]any{"iss": email, "scope": "https://www.googleapis.com/auth/firebase.messaging",
		"aud": b.url + fcm.TokenPath, "iat": now, "exp": now + 3600}
	for name, value := range change {
		claims[name] = value
	}
	part := func(v any) string {
		raw, _ := json.Marshal(v)
		return base64.RawURLEncoding.EncodeToString(raw)
	}
	signed := part(map[string]string{"alg": "RS256", "typ": "JWT"}) + "." + part(claims)
	sum := sha256.Sum256([]byte(signed))
	signature, err := rsa.SignPKCS1v15(rand.Reader, b.key, crypto.SHA256, sum[:])
	if err != nil {
		b.t.Fatal(err)
	}
	return signed + "." + base64.RawURLEncoding.EncodeToString(signature)
}

func (b *bed) ask(assertion string) (token, problem string) {
	b.t.Helper()
	res, err := b.http.PostForm(b.url+fcm.TokenPath, url.Values{
		"grant_type": {"urn:ietf:params:oauth:grant-type:jwt-bearer"}, "assertion": {assertion}})
	if err != nil {
		b.t.Fatal(err)
	}
	defer res.Body.Close()
	var out struct {
		Token   string `json:"access_token"`
		Expires int    `json:"expires_in"`
		Error   string
		Words   string `json:"error_description"`
	}
	if err := json.NewDecoder(res.Body).Decode(&out); err != nil {
		b.t.Fatal(err)
	}
	if out.Token != "" && (out.Expires == 0 || res.StatusCode != http.StatusOK) {
		b.t.Errorf("%d: a token for %d seconds", res.StatusCode, out.Expires)
	}
	return out.Token, strings.TrimSpace(out.Error + " " + out.Words)
}

func (b *bed) post(path, bearer, body string) (int, http.Header, []byte) {
	b.t.Helper()
	r, err := http.NewRequestWithContext(b.t.Context(), http.MethodPost, b.url+path, strings.NewReader(body))
	if err != nil {
		b.t.Fatal(err)
	}
	if bearer != "" {
		r.Header.Set("Authorization", "Bearer "+bearer)
	}
	res, err := b.http.Do(r)
	if err != nil {
		b.t.Fatal(err)
	}
	defer res.Body.Close()
	raw, _ := io.ReadAll(res.Body)
	return res.StatusCode, res.Header, raw
}

func (b *bed) send(bearer, message string) answer {
	b.t.Helper()
	status, header, raw := b.post("/v1/projects/"+project+"/messages:send", bearer, `{"message": `+message+`}`)
	a := answer{status: status, retry: header.Get("Retry-After")}
	if err := json.Unmarshal(raw, &a); err != nil {
		b.t.Fatalf("%d %s", status, raw)
	}
	return a
}

func (b *bed) device(token string) (out devices.Device) {
	b.t.Helper()
	res, err := b.http.Get(b.url + "/sim/fcm/devices/" + token)
	if err != nil {
		b.t.Fatal(err)
	}
	defer res.Body.Close()
	if err := json.NewDecoder(res.Body).Decode(&out); err != nil {
		b.t.Fatal(err)
	}
	return out
}

func TestToken(t *testing.T) {
	t.Parallel()
	b, other := start(t), start(t)
	now := time.Now().Unix()
	tests := []struct{ name, assertion, want string }{
		{"good", b.assertion(nil), ""},
		{"garbage", "a.b.c", "invalid_grant Invalid JWT"},
		{"signed by others", other.assertion(map[string]any{"aud": b.url + fcm.TokenPath}), "invalid_grant Invalid JWT Signature"},
		{"another account", b.assertion(map[string]any{"iss": "who@example.com"}), "invalid_grant Invalid grant: account not found"},
		{"another scope", b.assertion(map[string]any{"scope": "https://www.googleapis.com/auth/drive"}), "invalid_grant Invalid OAuth scope"},
		{"another audience", b.assertion(map[string]any{"aud": "https://example.com/token"}), "invalid_grant Invalid JWT: the audience"},
		{"ended", b.assertion(map[string]any{"iat": now - 7200, "exp": now - 3600}), "invalid_grant Invalid JWT: Token must be"},
		{"too long", b.assertion(map[string]any{"exp": now + 7200}), "invalid_grant Invalid JWT: Token must be"},
		{"of the future", b.assertion(map[string]any{"iat": now + 3000}), "invalid_grant Invalid JWT: Token must be"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			token, problem := b.ask(test.assertion)
			if !strings.HasPrefix(problem, test.want) || (token == "") != (test.want != "") {
				t.Errorf("%q, %q", token, problem)
			}
		})
	}
	res, err := b.http.PostForm(b.url+fcm.TokenPath, url.Values{"grant_type": {"client_credentials"}})
	if err != nil {
		t.Fatal(err)
	}
	raw, _ := io.ReadAll(res.Body)
	_ = res.Body.Close()
	if !strings.Contains(string(raw), "unsupported_grant_type") {
		t.Errorf("answered %s", raw)
	}
}

func TestSend(t *testing.T) {
	t.Parallel()
	b := start(t)
	if status, _, raw := b.post("/sim/fcm/devices", "", `{"token": "`+device+`", "app": "com.example.shop", "person": "bob"}`); status != http.StatusCreated {
		t.Fatalf("%d %s", status, raw)
	}
	if status, _, _ := b.post("/sim/fcm/settings", "", `{"tokenSeconds": 30}`); status != http.StatusOK {
		t.Fatal(status)
	}
	bearer, problem := b.ask(b.assertion(nil))
	if problem != "" {
		t.Fatal(problem)
	}
	const message = `{"token": "` + device + `", "notification": {"title": "Example Shop", "body": "Here"}, "data": {"heliograph": "{}"},
		"android": {"priority": "high", "ttl": "60s", "collapse_key": "c1", "restricted_package_name": "com.example.shop",
		"notification": {"notification_count": 3}}, "fcm_options": {"analytics_label": "d-1"}}`
	a := b.send(bearer, message)
	if a.status != http.StatusOK || !strings.HasPrefix(a.Name, "projects/"+project+"/messages/") {
		t.Fatalf("answered %+v", a)
	}
	d := b.device(device)
	if d.Pushes != 1 || d.Last.Title != "Example Shop" || d.Last.Body != "Here" || *d.Last.Badge != 3 || d.Last.Collapse != "c1" ||
		string(d.Last.Payload) != `{"heliograph":"{}"}` || d.Last.Expires == nil || time.Until(*d.Last.Expires) > time.Minute {
		t.Errorf("the device got %+v %+v", d, d.Last)
	}
	// An access token ends.
	b.post("/sim/clock", "", `{"advanceMs": 31000}`)
	if a := b.send(bearer, message); a.status != http.StatusUnauthorized || a.Error.Status != "UNAUTHENTICATED" {
		t.Errorf("answered %+v", a)
	}
	if a := b.send("ya29.nothing", message); a.status != http.StatusUnauthorized {
		t.Errorf("answered %+v", a)
	}
}

func TestRefusals(t *testing.T) {
	t.Parallel()
	b := start(t)
	bearer, _ := b.ask(b.assertion(nil))
	long := strings.Repeat("a", 4000)
	tests := []struct {
		name, message string
		status        int
		state, code   string
	}{
		{"no target", `{"notification": {"title": "a"}}`, 400, "INVALID_ARGUMENT", ""},
		{"two targets", `{"token": "` + device + `", "topic": "news"}`, 400, "INVALID_ARGUMENT", ""},
		{"an unknown field", `{"token": "` + device + `", "to": "x"}`, 400, "INVALID_ARGUMENT", ""},
		{"data that is a number", `{"token": "` + device + `", "data": {"badge": 1}}`, 400, "INVALID_ARGUMENT", ""},
		{"data that is nothing", `{"token": "` + device + `", "data": {"badge": null}}`, 400, "INVALID_ARGUMENT", ""},
		{"a reserved key", `{"token": "` + device + `", "data": {"from": "a"}}`, 400, "INVALID_ARGUMENT", ""},
		{"a key of Google's", `{"token": "` + device + `", "data": {"google.a": "a"}}`, 400, "INVALID_ARGUMENT", ""},
		{"a ttl without unit", `{"token": "` + device + `", "android": {"ttl": "60"}}`, 400, "INVALID_ARGUMENT", ""},
		{"a negative ttl", `{"token": "` + device + `", "android": {"ttl": "-1s"}}`, 400, "INVALID_ARGUMENT", ""},
		{"more than four weeks", `{"token": "` + device + `", "android": {"ttl": "2419201s"}}`, 400, "INVALID_ARGUMENT", ""},
		{"four weeks", `{"token": "` + device + `", "android": {"ttl": "2419200s"}}`, 200, "", ""},
		{"a priority", `{"token": "` + device + `", "android": {"priority": "urgent"}}`, 400, "INVALID_ARGUMENT", ""},
		{"a label", `{"token": "` + device + `", "fcm_options": {"analytics_label": "a b"}}`, 400, "INVALID_ARGUMENT", ""},
		{"too big", `{"token": "` + device + `", "data": {"a": "` + long + `", "b": "` + long + `"}}`, 400, "INVALID_ARGUMENT", ""},
		{"a bad token", `{"token": "no token"}`, 400, "INVALID_ARGUMENT", "INVALID_ARGUMENT"},
		{"magic: dead", `{"token": "` + device + `0010"}`, 404, "NOT_FOUND", "UNREGISTERED"},
		{"magic: mismatch", `{"token": "` + device + `0012"}`, 403, "PERMISSION_DENIED", "SENDER_ID_MISMATCH"},
		{"magic: Apple", `{"token": "` + device + `0013"}`, 401, "UNAUTHENTICATED", "THIRD_PARTY_AUTH_ERROR"},
		{"magic: busy", `{"token": "` + device + `0503"}`, 503, "UNAVAILABLE", "UNAVAILABLE"},
		{"magic: quota", `{"token": "` + device + `0429"}`, 429, "RESOURCE_EXHAUSTED", "QUOTA_EXCEEDED"},
		{"magic: broken", `{"token": "` + device + `0501"}`, 500, "INTERNAL", "INTERNAL"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			a := b.send(bearer, test.message)
			if a.status != test.status || a.Error.Status != test.state || a.code() != test.code {
				t.Errorf("answered %+v", a)
			}
			if (test.status == 429 || test.status == 503) != (a.retry != "") {
				t.Errorf("Retry-After is %q", a.retry)
			}
		})
	}
	if status, _, raw := b.post("/v1/projects/other/messages:send", bearer, `{"message": {"token": "`+device+`"}}`); status != http.StatusForbidden {
		t.Errorf("another project: %d %s", status, raw)
	}
}

func TestUninstall(t *testing.T) {
	t.Parallel()
	b := start(t)
	bearer, _ := b.ask(b.assertion(nil))
	r, _ := http.NewRequestWithContext(t.Context(), http.MethodDelete, b.url+"/sim/fcm/devices/"+device, nil)
	res, err := b.http.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	_ = res.Body.Close()
	if a := b.send(bearer, `{"token": "`+device+`"}`); a.code() != "UNREGISTERED" {
		t.Errorf("answered %+v", a)
	}
	b.post("/sim/fcm/settings", "", `{"strict": true}`)
	if a := b.send(bearer, `{"token": "`+device+`x"}`); a.code() != "INVALID_ARGUMENT" {
		t.Errorf("answered %+v", a)
	}
}

// TestRules has the token endpoint fail, and a send.
func TestRules(t *testing.T) {
	t.Parallel()
	b := start(t)
	rule := func(action string) {
		if status, _, raw := b.post("/sim/rules", "", `{"match": {"provider": "fcm"}, "count": 1, "action": "`+action+`"}`); status >= 300 {
			t.Fatalf("%d %s", status, raw)
		}
	}
	rule("token-refused")
	rule("UNREGISTERED")
	if _, problem := b.ask(b.assertion(nil)); !strings.HasPrefix(problem, "invalid_grant") {
		t.Errorf("the first: %q", problem)
	}
	bearer, problem := b.ask(b.assertion(nil))
	if problem != "" {
		t.Fatalf("the second: %q", problem)
	}
	for i, want := range []int{404, 200} {
		if a := b.send(bearer, `{"token": "`+device+strconv.Itoa(i)+`x"}`); a.status != want {
			t.Errorf("send %d: %+v", i, a)
		}
	}
}
