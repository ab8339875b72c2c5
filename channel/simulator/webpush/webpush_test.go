package webpush_test

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/ecdh"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"heliograph/channel/simulator"
	"heliograph/channel/simulator/devices"
	"heliograph/channel/simulator/webpush"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var base64url = base64.RawURLEncoding

// bed is a push service played, and a site.
type bed struct {
	t    *testing.T
	key  *ecdsa.PrivateKey
	url  string
	http *http.Client
}

func start(t *testing.T) *bed {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	sim := simulator.New(simulator.Options{Providers: []simulator.Provider{webpush.New()}})
	server := httptest.NewServer(sim.Handler())
	t.Cleanup(server.Close)
	t.Cleanup(sim.Close)
	return &bed{t: t, key: key, url: server.URL, http: server.Client()}
}

func (b *bed) public() string {
	raw, err := b.key.PublicKey.Bytes()
	if err != nil {
		b.t.Fatal(err)
	}
	return base64url.EncodeToString(raw)
}

func (b *bed) call(method, path, body string, out any) int {
	b.t.Helper()
	r, err := http.NewRequestWithContext(b.t.Context(), method, b.url+path, strings.NewReader(body))
	if err != nil {
		b.t.Fatal(err)
	}
	res, err := b.http.Do(r)
	if err != nil {
		b.t.Fatal(err)
	}
	defer res.Body.Close()
	raw, _ := io.ReadAll(res.Body)
	if out != nil {
		if err := json.Unmarshal(raw, out); err != nil {
			b.t.Fatalf("%d %s", res.StatusCode, raw)
		}
	}
	return res.StatusCode
}

type browser struct {
	ID           string
	Subscription webpush.Subscription
	Device       devices.Device
}

func (b *bed) subscribe(body string) (out browser) {
	b.t.Helper()
	if status := b.call(http.MethodPost, "/sim/webpush/browsers", body, &out); status != http.StatusCreated {
		b.t.Fatalf("subscribing was answered with %d", status)
	}
	return out
}

func (b *bed) came(id string) (out browser) {
	b.t.Helper()
	b.call(http.MethodGet, "/sim/webpush/browsers/"+id, "", &out)
	return out
}

// vapid is an Authorization header; change spoils its claims.
func (b *bed) vapid(change map[string]any) string {
	b.t.Helper()
	claims := map[string]any{"aud": b.url, "exp": time.Now().Add(12 * time.Hour).Unix(), "sub": "mailto:ops@shop.example"}
	for name, value := range change {
		claims[name] = value
	}
	part := func(v any) string {
		raw, _ := json.Marshal(v)
		return base64url.EncodeToString(raw)
	}
	signed := part(map[string]string{"typ": "JWT", "alg": "ES256"}) + "." + part(claims)
	sum := sha256.Sum256([]byte(signed))
	r, s, err := ecdsa.Sign(rand.Reader, b.key, sum[:])
	if err != nil {
		b.t.Fatal(err)
	}
	raw := make([]byte, 64)
	r.FillBytes(raw[:32])
	s.FillBytes(raw[32:])
	return "vapid t=" + signed + "." + base64url.EncodeToString(raw) + ", k=" + b.public()
}

// encrypt makes a body for a subscription, as RFC 8291 says.
func (b *bed) encrypt(s webpush.Subscription, plain string) []byte {
	b.t.Helper()
	must := func(raw []byte, err error) []byte {
		if err != nil {
			b.t.Fatal(err)
		}
		return raw
	}
	point, auth := must(base64url.DecodeString(s.Keys.P256dh)), must(base64url.DecodeString(s.Keys.Auth))
	theirs, err := ecdh.P256().NewPublicKey(point)
	if err != nil {
		b.t.Fatal(err)
	}
	own, err := ecdh.P256().GenerateKey(rand.Reader)
	if err != nil {
		b.t.Fatal(err)
	}
	ours := own.PublicKey().Bytes()
	salt := make([]byte, 16)
	_, _ = rand.Read(salt)
	ikm := must(hkdf.Key(sha256.New, must(own.ECDH(theirs)), auth, "WebPush: info\x00"+string(point)+string(ours), 32))
	cek := must(hkdf.Key(sha256.New, ikm, salt, "Content-Encoding: aes128gcm\x00", 16))
	nonce := must(hkdf.Key(sha256.New, ikm, salt, "Content-Encoding: nonce\x00", 12))
	block, err := aes.NewCipher(cek)
	if err != nil {
		b.t.Fatal(err)
	}
	gcm, err := cipher.NewGCM(block)
	if err != nil {
		b.t.Fatal(err)
	}
	out := append(append(salt, 0, 0, 16, 0, 65), ours...)
	return gcm.Seal(out, nonce, append([]byte(plain), 2), nil)
}

func (b *bed) push(endpoint string, body []byte, spoil func(http.Header)) (int, http.Header) {
	b.t.Helper()
	r, err := http.NewRequestWithContext(b.t.Context(), http.MethodPost, endpoint, bytes.NewReader(body))
	if err != nil {
		b.t.Fatal(err)
	}
	for name, value := range map[string]string{"TTL": "3600", "Urgency": "high", "Topic": "c1", "Content-Encoding": "aes128gcm"} {
		r.Header.Set(name, value)
	}
	r.Header.Set("Authorization", b.vapid(nil))
	if spoil != nil {
		spoil(r.Header)
	}
	res, err := b.http.Do(r)
	if err != nil {
		b.t.Fatal(err)
	}
	_ = res.Body.Close()
	return res.StatusCode, res.Header
}

func TestPush(t *testing.T) {
	t.Parallel()
	b := start(t)
	s := b.subscribe(`{"person": "ana", "applicationServerKey": "` + b.public() + `"}`)
	status, header := b.push(s.Subscription.Endpoint, b.encrypt(s.Subscription, `{"title": "Shop", "body": "It is here", "badge": 2}`), nil)
	if status != http.StatusCreated || header.Get("Location") == "" || header.Get("TTL") != "3600" {
		t.Fatalf("answered %d %v", status, header)
	}
	d := b.came(s.ID).Device
	if d.Pushes != 1 || d.Last.Title != "Shop" || d.Last.Body != "It is here" || *d.Last.Badge != 2 || d.Last.Collapse != "c1" || d.Last.Problem != "" {
		t.Errorf("the browser got %+v %+v", d, d.Last)
	}
	// The service takes what the browser cannot open.
	other := b.subscribe(`{}`)
	if status, _ := b.push(s.Subscription.Endpoint, b.encrypt(other.Subscription, "Hello"), nil); status != http.StatusCreated {
		t.Errorf("answered %d", status)
	}
	if d := b.came(s.ID).Device; d.Pushes != 2 || d.Dropped != 1 || d.Last.Problem == "" {
		t.Errorf("the browser got %+v %+v", d, d.Last)
	}
	if status := b.call(http.MethodDelete, "/sim/webpush/browsers/"+s.ID, "", nil); status != http.StatusNoContent {
		t.Fatalf("unsubscribing was answered with %d", status)
	}
	if status, _ := b.push(s.Subscription.Endpoint, b.encrypt(s.Subscription, "Hello"), nil); status != http.StatusGone {
		t.Errorf("an ended subscription answered %d", status)
	}
}

func TestRefusals(t *testing.T) {
	t.Parallel()
	b := start(t)
	bound := b.subscribe(`{"applicationServerKey": "` + b.public() + `"}`)
	set := func(name, value string) func(http.Header) { return func(h http.Header) { h.Set(name, value) } }
	claim := func(name string, value any) func(http.Header) {
		return set("Authorization", b.vapid(map[string]any{name: value}))
	}
	stranger := start(t)
	tests := []struct {
		name  string
		spoil func(http.Header)
		want  int
	}{
		{"good", nil, 201},
		{"a TTL of nothing", set("TTL", "0"), 201},
		{"no TTL", func(h http.Header) { h.Del("TTL") }, 400},
		{"a negative TTL", set("TTL", "-1"), 400},
		{"an urgency", set("Urgency", "urgent"), 400},
		{"a long topic", set("Topic", strings.Repeat("a", 33)), 400},
		{"a topic with a space", set("Topic", "a b"), 400},
		{"another coding", set("Content-Encoding", "aesgcm"), 415},
		{"no token", func(h http.Header) { h.Del("Authorization") }, 401},
		{"a bearer", set("Authorization", "Bearer abc"), 401},
		{"a torn token", set("Authorization", strings.Replace(b.vapid(nil), ".", ".A", 1)), 401},
		{"another audience", claim("aud", "https://push.example"), 403},
		{"an audience with a path", claim("aud", b.url+"/webpush"), 403},
		{"ended", claim("exp", time.Now().Unix()-1), 403},
		{"more than a day", claim("exp", time.Now().Add(25*time.Hour).Unix()), 403},
		{"nobody to write to", claim("sub", ""), 403},
		{"an address that is none", claim("sub", "mailto:mailto:ops@shop.example x"), 403},
		{"a key of others", set("Authorization", stranger.vapid(map[string]any{"aud": b.url})), 403},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if status, _ := b.push(bound.Subscription.Endpoint, b.encrypt(bound.Subscription, "Hello"), test.spoil); status != test.want {
				t.Errorf("answered %d, not %d", status, test.want)
			}
		})
	}
	if status, _ := b.push(bound.Subscription.Endpoint, make([]byte, 4097), nil); status != http.StatusRequestEntityTooLarge {
		t.Errorf("4097 bytes were answered with %d", status)
	}
	if status, _ := b.push(b.url+"/webpush/nobody", nil, nil); status != http.StatusNotFound {
		t.Errorf("nobody was answered with %d", status)
	}
	for suffix, want := range map[string]int{"0001": 201, "0010": 410, "0011": 404, "0013": 403, "0014": 401, "0429": 429, "0503": 503, "0501": 500} {
		s := b.subscribe(`{"id": "browser` + suffix + `"}`)
		status, header := b.push(s.Subscription.Endpoint, b.encrypt(s.Subscription, "Hello"), nil)
		if status != want || (want == 429 || want == 503) != (header.Get("Retry-After") != "") {
			t.Errorf("%s was answered with %d, Retry-After %q", suffix, status, header.Get("Retry-After"))
		}
	}
}
