package apns_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"heliograph/channel/simulator"
	"heliograph/channel/simulator/apns"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const (
	keyID  = "ABC1234567"
	teamID = "TEAM123456"
	app    = "com.example.shop"
)

// bed is APNs played, and a sender.
type bed struct {
	t    *testing.T
	key  *ecdsa.PrivateKey
	url  string
	http *http.Client // speaks HTTP/2 only
}

type answer struct {
	status    int
	id        string
	Reason    string
	Timestamp int64
}

func start(t *testing.T) *bed {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	sim := simulator.New(simulator.Options{Providers: []simulator.Provider{
		apns.New(apns.Options{Keys: []apns.Key{{KeyID: keyID, TeamID: teamID, Key: private(t, key), Topics: []string{app, "com.example.other"}}}}),
	}})
	server := httptest.NewUnstartedServer(sim.Handler())
	server.Config.Protocols = &http.Protocols{}
	server.Config.Protocols.SetHTTP1(true)
	server.Config.Protocols.SetUnencryptedHTTP2(true)
	server.Start()
	wire := &http.Transport{Protocols: &http.Protocols{}}
	wire.Protocols.SetUnencryptedHTTP2(true)
	t.Cleanup(server.Close)
	t.Cleanup(sim.Close)
	t.Cleanup(wire.CloseIdleConnections)
	return &bed{t: t, key: key, url: server.URL, http: &http.Client{Transport: wire, Timeout: 10 * time.Second}}
}

func private(t *testing.T, key *ecdsa.PrivateKey) string {
	t.Helper()
	raw, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: raw}))
}

// token signs a provider token of an age.
func (b *bed) token(header, claims map[string]any) string {
	b.t.Helper()
	signed := part(header) + "." + part(claims)
	sum := sha256.Sum256([]byte(signed))
	r, s, err := ecdsa.Sign(rand.Reader, b.key, sum[:])
	if err != nil {
		b.t.Fatal(err)
	}
	raw := make([]byte, 64)
	r.FillBytes(raw[:32])
	s.FillBytes(raw[32:])
	return "bearer " + signed + "." + base64.RawURLEncoding.EncodeToString(raw)
}

func part(v any) string {
	raw, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return base64.RawURLEncoding.EncodeToString(raw)
}

// aged is a good provider token made so long ago.
func (b *bed) aged(age time.Duration) string {
	return b.token(map[string]any{"alg": "ES256", "kid": keyID}, map[string]any{"iss": teamID, "iat": time.Now().Add(-age).Unix()})
}

// request is a good push, for tests to spoil.
func (b *bed) request(device string) *http.Request {
	b.t.Helper()
	r, err := http.NewRequestWithContext(b.t.Context(), http.MethodPost, b.url+"/3/device/"+device,
		strings.NewReader(`{"aps":{"alert":{"title":"Example Shop","body":"Your parcel is here"},"badge":2,"sound":"default"},"order":"A-17"}`))
	if err != nil {
		b.t.Fatal(err)
	}
	for name, value := range map[string]string{"apns-topic": app, "apns-push-type": "alert", "apns-priority": "10",
		"apns-collapse-id": "c1", "apns-id": "0f8fad5b-d9cb-469f-a165-70867728950e", "apns-expiration": "0"} {
		r.Header.Set(name, value)
	}
	return r
}

func (b *bed) do(r *http.Request) answer {
	b.t.Helper()
	res, err := b.http.Do(r)
	if err != nil {
		b.t.Fatal(err)
	}
	defer res.Body.Close()
	raw, _ := io.ReadAll(res.Body)
	a := answer{status: res.StatusCode, id: res.Header.Get("apns-id")}
	_ = json.Unmarshal(raw, &a)
	return a
}

// own calls the simulator's own endpoints.
func (b *bed) own(method, path, body string, out any) int {
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
			b.t.Fatalf("%s %s: %d %s", method, path, res.StatusCode, raw)
		}
	}
	return res.StatusCode
}
