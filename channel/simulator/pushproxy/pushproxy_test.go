package pushproxy_test

import (
	"crypto/hmac"
	"crypto/sha256"
	"crypto/tls"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"heliograph/channel/simulator"
	"heliograph/channel/simulator/devices"
	"heliograph/channel/simulator/pushproxy"
	"heliograph/channel/simulator/smtpd"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const (
	apple = `{"aps": {"alert": "Shop: your parcel is near", "sound": "default"}, "push-service": 1, "device-token": "a1b2c3",
 "backendService": "ams", "conversationId": "c1", "dialogId": "c1",
 "originatorId": "app.7", "brandId": "app", "badge": 1, "sequence": 8, "notificationType": "apn"}`
	google = `{"data": {"message": "Your slot moved", "title": "Delivery", "payload": {"id": "9b2f", "backendService": "prmsg", "brandId": "app",
 "originatorId": "app.1", "lookBackPeriod": 172800000, "conversationId": null, "dialogId": null, "badge": 4, "sequence": 0}},
 "push-service": 2, "device-token": "g1h2i3", "notificationType": "gcm"}`
)

// bed is a brand's service played.
type bed struct {
	t    *testing.T
	url  string
	http *http.Client
}

func start(t *testing.T, o pushproxy.Options) *bed {
	t.Helper()
	sim := simulator.New(simulator.Options{Providers: []simulator.Provider{pushproxy.New(o)}})
	server := httptest.NewServer(sim.Handler())
	t.Cleanup(server.Close)
	t.Cleanup(sim.Close)
	return &bed{t: t, url: server.URL, http: server.Client()}
}

func (b *bed) call(method, path, body string, header map[string]string, out any) int {
	b.t.Helper()
	r, err := http.NewRequestWithContext(b.t.Context(), method, b.url+path, strings.NewReader(body))
	if err != nil {
		b.t.Fatal(err)
	}
	for name, value := range header {
		r.Header.Set(name, value)
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

// push sends a body; what header has beside the usual is given.
func (b *bed) push(body string, header map[string]string) int {
	b.t.Helper()
	all := map[string]string{"Content-Type": "application/json", "Idempotency-Key": "k-" + strconv.Itoa(len(body))}
	for name, value := range header {
		all[name] = value
	}
	return b.call(http.MethodPost, "/pushproxy/com.example.shop", body, all, nil)
}

func (b *bed) requests() []pushproxy.Request {
	b.t.Helper()
	var out struct{ Requests []pushproxy.Request }
	b.call(http.MethodGet, "/sim/pushproxy/requests", "", nil, &out)
	return out.Requests
}

func TestPush(t *testing.T) {
	t.Parallel()
	b := start(t, pushproxy.Options{})
	for _, body := range []string{apple, google, apple} {
		if status := b.push(body, nil); status != http.StatusOK {
			t.Fatalf("answered %d: %+v", status, b.requests()[0].Problems)
		}
	}
	seen := b.requests()
	if len(seen) != 3 || !seen[0].Repeated || seen[1].Repeated || seen[2].Body["device-token"] != "a1b2c3" {
		t.Errorf("it shows %+v", seen)
	}
	var thread struct{ Messages []struct{ Body string } }
	for person, want := range map[string]string{"a1b2c3": "Shop: your parcel is near", "g1h2i3": "Delivery: Your slot moved"} {
		b.call(http.MethodGet, "/sim/threads/app/"+person, "", nil, &thread)
		if len(thread.Messages) != 1 || thread.Messages[0].Body != want {
			t.Errorf("%s got %+v", person, thread)
		}
	}
	b.call(http.MethodDelete, "/sim/pushproxy/devices/a1b2c3", "", nil, nil)
	if status := b.push(apple, nil); status != http.StatusGone {
		t.Errorf("a dead device was answered with %d", status)
	}
	var d devices.Device
	b.call(http.MethodGet, "/sim/pushproxy/devices/a1b2c3", "", nil, &d)
	if d.Gone == nil {
		t.Error("the device lives")
	}
}

func TestBodies(t *testing.T) {
	t.Parallel()
	b := start(t, pushproxy.Options{})
	tests := []struct{ name, from, old, new, problem string }{
		{"no JSON", apple, apple, "{", "no JSON object"},
		{"no token", apple, `"a1b2c3"`, `""`, "device-token"},
		{"an alert that is an object", apple, `"Shop: your parcel is near"`, `{"body": "a"}`, "aps.alert"},
		{"no sound", apple, `"default"`, `null`, "aps.sound"},
		{"a service of others", apple, `"push-service": 1`, `"push-service": 2`, "push-service"},
		{"a type", apple, `"apn"`, `"apns"`, "notificationType"},
		{"a badge as text", apple, `"badge": 1`, `"badge": "1"`, "badge"},
		{"no sequence", apple, `"sequence": 8`, `"sequel": 8`, "sequence"},
		{"an origin", apple, `"ams"`, `"sms"`, "backendService"},
		{"no conversation", apple, `"conversationId": "c1"`, `"conversationId": null`, "conversationId"},
		{"no brand", google, `"brandId": "app",`, ``, "data.payload.brandId"},
		{"no message", google, `"Your slot moved"`, `1`, "data.message"},
		{"no id of a proactive push", google, `"id": "9b2f"`, `"id": null`, "data.payload.id"},
		{"no look-back", google, `172800000`, `-1`, "data.payload.lookBackPeriod"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if status := b.push(strings.Replace(test.from, test.old, test.new, 1), nil); status != http.StatusBadRequest {
				t.Errorf("answered %d", status)
			}
			if got := fmt.Sprint(b.requests()[0].Problems); !strings.Contains(got, test.problem) {
				t.Errorf("it says %s", got)
			}
		})
	}
	if status := b.push(apple, map[string]string{"Idempotency-Key": ""}); status != http.StatusBadRequest {
		t.Errorf("without a key: %d", status)
	}
	if status := b.push(apple, map[string]string{"Content-Type": "text/plain"}); status != http.StatusBadRequest {
		t.Errorf("as text: %d", status)
	}
}

func TestCredentials(t *testing.T) {
	t.Parallel()
	b := start(t, pushproxy.Options{Settings: pushproxy.Settings{User: "shop", Password: "p:w", Secret: "s3cret"}})
	sign := func(at time.Time, secret string) string {
		mac := hmac.New(sha256.New, []byte(secret))
		fmt.Fprintf(mac, "%d.%s", at.Unix(), apple)
		return fmt.Sprintf("t=%d,v1=%s", at.Unix(), hex.EncodeToString(mac.Sum(nil)))
	}
	right := "Basic c2hvcDpwOnc="
	tests := []struct {
		name, auth, signature string
		want                  int
	}{
		{"right", right, sign(time.Now(), "s3cret"), 200},
		{"nobody", "", sign(time.Now(), "s3cret"), 401},
		{"a wrong password", "Basic c2hvcDpw", sign(time.Now(), "s3cret"), 401},
		{"no signature", right, "", 401},
		{"signed by others", right, sign(time.Now(), "other"), 401},
		{"signed long ago", right, sign(time.Now().Add(-time.Hour), "s3cret"), 401},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if got := b.push(apple, map[string]string{"Authorization": test.auth, "X-Signature": test.signature}); got != test.want {
				t.Errorf("answered %d, not %d", got, test.want)
			}
			if got := b.requests()[0].Header.Get("Authorization"); strings.Contains(got, "c2h") {
				t.Errorf("the page shows %s", got)
			}
		})
	}
	for _, status := range []int{401, 403, 500} {
		b.call(http.MethodPost, "/sim/pushproxy/settings", `{"answer": `+strconv.Itoa(status)+`}`, nil, nil)
		if got := b.push(apple, map[string]string{"Authorization": right, "X-Signature": sign(time.Now(), "s3cret")}); got != status {
			t.Errorf("answered %d, not %d", got, status)
		}
	}
	if got := b.call(http.MethodPost, "/sim/pushproxy/settings", `{"answer": 7}`, nil, nil); got != http.StatusBadRequest {
		t.Errorf("a status of 7 was answered with %d", got)
	}
}

func TestMagic(t *testing.T) {
	t.Parallel()
	b := start(t, pushproxy.Options{})
	for suffix, want := range map[string]int{"0001": 200, "0010": 404, "0011": 400, "0013": 403, "0014": 401, "0429": 429, "0500": 500, "0503": 503} {
		if got := b.push(strings.Replace(apple, "a1b2c3", "token"+suffix, 1), map[string]string{"Idempotency-Key": suffix}); got != want {
			t.Errorf("%s was answered with %d", suffix, got)
		}
	}
}

func TestMutualTLS(t *testing.T) {
	t.Parallel()
	secure, _, err := smtpd.SelfSigned(time.Now())
	if err != nil {
		t.Fatal(err)
	}
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	start(t, pushproxy.Options{Listener: ln, TLS: secure, Settings: pushproxy.Settings{Mutual: true}})
	for name, shows := range map[string][]tls.Certificate{"none": nil, "one": secure.Certificates} {
		wire := &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true, Certificates: shows}}
		defer wire.CloseIdleConnections()
		r, _ := http.NewRequestWithContext(t.Context(), http.MethodPost, "https://"+ln.Addr().String()+"/pushproxy/shop", strings.NewReader(apple))
		r.Header.Set("Content-Type", "application/json")
		r.Header.Set("Idempotency-Key", "k")
		res, err := wire.RoundTrip(r)
		if err != nil {
			t.Fatal(err)
		}
		_ = res.Body.Close()
		if want := map[string]int{"none": 401, "one": 200}[name]; res.StatusCode != want {
			t.Errorf("with %s certificate: %d", name, res.StatusCode)
		}
	}
}
