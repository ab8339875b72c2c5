package apns_test

import (
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"heliograph/channel/simulator/devices"
)

const device = "00fc13adff785122b4ad28809a3420982341241421348097878e577c991de8fa"

func TestPush(t *testing.T) {
	t.Parallel()
	b := start(t)
	auth := b.aged(0)
	var made devices.Device
	if status := b.own(http.MethodPost, "/sim/apns/devices", `{"token": "`+device+`", "app": "`+app+`", "person": "ana"}`, &made); status != http.StatusCreated {
		t.Fatalf("a device was answered with %d", status)
	}
	for range 2 {
		r := b.request(device)
		r.Header.Set("authorization", auth)
		if a := b.do(r); a.status != http.StatusOK || a.id != "0f8fad5b-d9cb-469f-a165-70867728950e" {
			t.Fatalf("answered %+v", a)
		}
	}
	b.own(http.MethodGet, "/sim/apns/devices/"+device, "", &made)
	if made.Pushes != 2 || made.Last.Title != "Example Shop" || made.Last.Body != "Your parcel is here" || *made.Last.Badge != 2 ||
		made.Last.Collapse != "c1" || !strings.Contains(string(made.Last.Payload), `"order":"A-17"`) {
		t.Errorf("the device got %+v", made)
	}
	var counts struct {
		Accepted, Duplicates int
		Recipients           []struct {
			To                 string
			Requests, Accepted int
		}
	}
	b.own(http.MethodGet, "/sim/counts?to="+device, "", &counts)
	if counts.Duplicates != 1 || len(counts.Recipients) != 1 || counts.Recipients[0].Requests != 2 || counts.Recipients[0].Accepted != 2 {
		t.Errorf("counted %+v", counts)
	}
	var thread struct {
		Messages []struct{ Body, Status string }
	}
	b.own(http.MethodGet, "/sim/threads/app/ana", "", &thread)
	if len(thread.Messages) != 2 || thread.Messages[0].Body != "Example Shop: Your parcel is here" {
		t.Errorf("the thread is %+v", thread)
	}
}

func TestRefusals(t *testing.T) {
	t.Parallel()
	b := start(t)
	auth := b.aged(0)
	set := func(name, value string) func(*http.Request) {
		return func(r *http.Request) { r.Header.Set(name, value) }
	}
	es256 := map[string]any{"alg": "ES256", "kid": keyID}
	now := time.Now().Unix()
	tests := []struct {
		name   string
		spoil  func(*http.Request)
		status int
		reason string
	}{
		{"no token", set("authorization", ""), 403, "MissingProviderToken"},
		{"no bearer", set("authorization", "Basic abc"), 403, "MissingProviderToken"},
		{"garbage", set("authorization", "bearer a.b.c"), 403, "InvalidProviderToken"},
		{"alg none", set("authorization", b.token(map[string]any{"alg": "none", "kid": keyID}, map[string]any{"iss": teamID, "iat": now})), 403, "InvalidProviderToken"},
		{"another key id", set("authorization", b.token(map[string]any{"alg": "ES256", "kid": "ZZZZZZZZZZ"}, map[string]any{"iss": teamID, "iat": now})), 403, "InvalidProviderToken"},
		{"another team", set("authorization", b.token(es256, map[string]any{"iss": "OTHER12345", "iat": now})), 403, "InvalidProviderToken"},
		{"without iat", set("authorization", b.token(es256, map[string]any{"iss": teamID})), 403, "InvalidProviderToken"},
		{"signature of others", set("authorization", start(t).aged(0)), 403, "InvalidProviderToken"},
		{"61 minutes old", set("authorization", b.aged(61*time.Minute)), 403, "ExpiredProviderToken"},
		{"of the future", set("authorization", b.aged(-10*time.Minute)), 403, "ExpiredProviderToken"},
		{"no topic", set("apns-topic", ""), 400, "MissingTopic"},
		{"bad topic", set("apns-topic", "com.example/shop"), 400, "BadTopic"},
		{"topic of others", set("apns-topic", "com.example.theirs"), 400, "TopicDisallowed"},
		{"no push type", set("apns-push-type", ""), 400, "InvalidPushType"},
		{"a background push in haste", set("apns-push-type", "background"), 400, "BadPriority"},
		{"a priority", set("apns-priority", "7"), 400, "BadPriority"},
		{"an expiration", set("apns-expiration", "-1"), 400, "BadExpirationDate"},
		{"a long collapse id", set("apns-collapse-id", strings.Repeat("a", 65)), 400, "BadCollapseId"},
		{"an id", set("apns-id", "1234"), 400, "BadMessageId"},
		{"two topics", func(r *http.Request) { r.Header.Add("apns-topic", app) }, 400, "DuplicateHeaders"},
		{"a token that is no hex", func(r *http.Request) { r.URL.Path = "/3/device/nonsense" }, 400, "BadDeviceToken"},
		{"a token of zeros", func(r *http.Request) { r.URL.Path = "/3/device/" + strings.Repeat("0", 64) }, 400, "BadDeviceToken"},
		{"no device", func(r *http.Request) { r.URL.Path = "/3/device/" }, 400, "MissingDeviceToken"},
		{"another path", func(r *http.Request) { r.URL.Path = "/3/devices" }, 404, "BadPath"},
		{"GET", func(r *http.Request) { r.Method = http.MethodGet }, 405, "MethodNotAllowed"},
		{"no payload", body(""), 400, "PayloadEmpty"},
		{"no aps", body(`{"a":1}`), 400, "PayloadEmpty"},
		{"no JSON", body(`{`), 400, "PayloadEmpty"},
		{"a large payload", body(`{"aps":{"alert":"` + strings.Repeat("a", 4096) + `"}}`), 413, "PayloadTooLarge"},
		{"as large as may be", body(`{"aps":{"alert":"` + strings.Repeat("a", 4096-20) + `"}}`), 200, ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			r := b.request(device)
			r.Header.Set("authorization", auth)
			test.spoil(r)
			if a := b.do(r); a.status != test.status || a.Reason != test.reason {
				t.Errorf("answered %+v", a)
			}
		})
	}
}

func body(text string) func(*http.Request) {
	return func(r *http.Request) {
		r.Body, r.ContentLength = http.NoBody, 0
		if text != "" {
			fresh, _ := http.NewRequest(http.MethodPost, "/", strings.NewReader(text))
			r.Body, r.ContentLength = fresh.Body, fresh.ContentLength
		}
	}
}

func TestHTTP1(t *testing.T) {
	t.Parallel()
	b := start(t)
	r := b.request(device)
	r.Header.Set("authorization", b.aged(0))
	old := &http.Transport{}
	defer old.CloseIdleConnections()
	res, err := old.RoundTrip(r)
	if err != nil {
		t.Fatal(err)
	}
	_ = res.Body.Close()
	if res.StatusCode != http.StatusHTTPVersionNotSupported {
		t.Errorf("HTTP/1.1 was answered with %d", res.StatusCode)
	}
}

func TestUnregistered(t *testing.T) {
	t.Parallel()
	b := start(t)
	auth := b.aged(0)
	push := func(token string) answer {
		r := b.request(token)
		r.Header.Set("authorization", auth)
		return b.do(r)
	}
	if a := push(device); a.status != http.StatusOK {
		t.Fatalf("answered %+v", a)
	}
	before := time.Now().UnixMilli()
	if status := b.own(http.MethodDelete, "/sim/apns/devices/"+device, "", nil); status != http.StatusNoContent {
		t.Fatalf("unregistering was answered with %d", status)
	}
	for range 2 {
		a := push(device)
		if a.status != http.StatusGone || a.Reason != "Unregistered" || a.Timestamp < before || a.Timestamp > time.Now().UnixMilli() {
			t.Errorf("answered %+v", a)
		}
	}
	b.own(http.MethodPost, "/sim/apns/devices", `{"token": "`+device[:60]+`aaaa", "app": "com.example.other"}`, nil)
	if a := push(device[:60] + "aaaa"); a.Reason != "DeviceTokenNotForTopic" {
		t.Errorf("answered %+v", a)
	}
	b.own(http.MethodPost, "/sim/apns/settings", `{"strict": true}`, nil)
	if a := push(device[:60] + "bbbb"); a.Reason != "BadDeviceToken" {
		t.Errorf("answered %+v", a)
	}
}

// TestMagic sends to every magic token, and says what must come.
func TestMagic(t *testing.T) {
	t.Parallel()
	b := start(t)
	auth := b.aged(0)
	tests := map[string][]string{
		"0001": {"200 "}, "0010": {"410 Unregistered"}, "0011": {"400 BadDeviceToken"}, "0012": {"400 DeviceTokenNotForTopic"},
		"0013": {"400 TopicDisallowed"}, "0014": {"403 InvalidProviderToken"}, "0015": {"410 ExpiredToken"}, "0016": {"410 Unregistered"},
		"0017": {"403 ExpiredProviderToken", "200 "}, "0018": {"413 PayloadTooLarge"}, "0019": {"429 TooManyProviderTokenUpdates"},
		"0020": {"503 Shutdown"}, "0429": {"429 TooManyRequests", "429 TooManyRequests", "200 "},
		"0500": {"500 InternalServerError"}, "0501": {"500 InternalServerError"}, "0503": {"503 ServiceUnavailable", "503 ServiceUnavailable", "200 "},
	}
	for suffix, want := range tests {
		for i, answered := range want {
			r := b.request(device[:60] + suffix)
			r.Header.Set("authorization", auth)
			a := b.do(r)
			if got := strconv.Itoa(a.status) + " " + a.Reason; got != answered {
				t.Errorf("%s, %d: %s", suffix, i, got)
			}
			if suffix == "0016" && time.Since(time.UnixMilli(a.Timestamp)) < 300*24*time.Hour {
				t.Errorf("dead since %d", a.Timestamp)
			}
		}
	}
}

func TestTokenUpdates(t *testing.T) {
	t.Parallel()
	b := start(t)
	b.own(http.MethodPost, "/sim/apns/settings", `{"tokenUpdates": 2}`, nil)
	first := b.aged(3 * time.Minute)
	push := func(auth string) string {
		r := b.request(device)
		r.Header.Set("authorization", auth)
		return b.do(r).Reason
	}
	for i, auth := range []string{first, b.aged(2 * time.Minute), first, b.aged(time.Minute)} {
		want := ""
		if i == 3 {
			want = "TooManyProviderTokenUpdates"
		}
		if got := push(auth); got != want {
			t.Errorf("token %d: %q", i, got)
		}
	}
	b.own(http.MethodPost, "/sim/clock", `{"advanceMs": 1200000}`, nil)
	if got := push(b.aged(0)); got != "" {
		t.Errorf("after 20 minutes: %s", got)
	}
	b.own(http.MethodPost, "/sim/clock", `{"advanceMs": 2400000}`, nil)
	if got := push(first); got != "ExpiredProviderToken" {
		t.Errorf("after an hour: %s", got)
	}
}
