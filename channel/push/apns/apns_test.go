package apns

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"heliograph"
	"heliograph/channel"
	"heliograph/channel/push"
)

// apple is Apple's push service, as far as a test needs it.
type apple struct {
	*httptest.Server
	mu    sync.Mutex
	calls []*http.Request
	body  []string
	reply func(call int, r *http.Request) (status int, body string)
}

func serve(t *testing.T, reply func(call int, r *http.Request) (int, string)) *apple {
	t.Helper()
	a := &apple{reply: reply}
	a.Server = httptest.NewUnstartedServer(a)
	a.EnableHTTP2 = true
	a.StartTLS()
	t.Cleanup(a.Close)
	return a
}

func (a *apple) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	b, _ := io.ReadAll(r.Body)
	a.mu.Lock()
	a.calls, a.body = append(a.calls, r), append(a.body, string(b))
	n := len(a.calls)
	a.mu.Unlock()
	if r.ProtoMajor != 2 {
		w.WriteHeader(http.StatusHTTPVersionNotSupported)
		return
	}
	status, text := http.StatusOK, ""
	if a.reply != nil {
		status, text = a.reply(n, r)
	}
	w.Header().Set("apns-id", r.Header.Get("apns-id"))
	w.WriteHeader(status)
	_, _ = io.WriteString(w, text)
}

// over2 returns a transport of HTTP/2 alone to a, whatever host is asked for.
func (a *apple) over2(t *testing.T) *http.Transport {
	t.Helper()
	only := new(http.Protocols)
	only.SetHTTP2(true)
	only.SetUnencryptedHTTP2(true)
	rt := a.Client().Transport.(*http.Transport).Clone()
	rt.Protocols = only
	rt.TLSClientConfig.ServerName = "example.com"
	rt.DialContext = func(ctx context.Context, network, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, network, a.Listener.Addr().String())
	}
	t.Cleanup(rt.CloseIdleConnections)
	return rt
}

func newKey(t *testing.T) *ecdsa.PrivateKey {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func options(t *testing.T, rt http.RoundTripper, base string) Options {
	t.Helper()
	return Options{
		HTTP2: rt, Base: base, Clock: func() time.Time { return time.Date(2026, 11, 20, 12, 34, 56, 0, time.UTC) },
		KeyID: "KEY1234567", TeamID: "TEAM123456", Key: newKey(t), Bundle: "com.example.shop", Live: true, Badge: true,
	}
}

const token = "00fc13adff785122b4ad28809a3420982341241421348097878e577c991de8f0"

func outgoing() *channel.Outgoing {
	return &channel.Outgoing{
		Delivery: heliograph.NotificationID{1, 15: 2}, Attempt: 1, Address: "d",
		Content: &heliograph.Content{Type: heliograph.TextMessage, Text: "Your parcel <is> near & dear", Author: heliograph.Author{Name: "Ana"}},
		About: &channel.About{
			App: "Shop", Conversation: heliograph.ConversationID{11: 3}, Message: heliograph.MessageID{11: 4}, Sequence: 8, Unread: 2,
			Topic: heliograph.TopicAgent, Push: &heliograph.Push{Service: heliograph.PushAPNs, Token: token, At: 1000},
		},
	}
}

func (s *Service) try(t *testing.T, out *channel.Outgoing) channel.Result {
	t.Helper()
	n, ok := push.Compose(out, s.Clock())
	if !ok {
		t.Fatal("its time is over")
	}
	return s.Push(t.Context(), out, n)
}

func TestPush(t *testing.T) {
	t.Parallel()
	a := serve(t, nil)
	o := options(t, a.over2(t), a.URL)
	out := outgoing()
	out.Expires = heliograph.At(o.Clock().Add(time.Hour))
	s := New(o)
	if r := s.try(t, out); r.Class != channel.ClassAccepted || len(r.External) != 1 || r.External[0] != out.Delivery.String() {
		t.Fatalf("%+v", r)
	}
	r := a.calls[0]
	for k, want := range map[string]string{
		"apns-topic": "com.example.shop", "apns-push-type": "alert", "apns-priority": "10", "apns-expiration": "1795181696",
		"apns-collapse-id": "000000000000000000000003", "apns-id": "01000000-0000-0000-0000-000000000002",
	} {
		if got := r.Header.Get(k); got != want {
			t.Errorf("%s is %q, want %q", k, got, want)
		}
	}
	const want = `{"aps":{"alert":{"title":"Ana","body":"Your parcel <is> near & dear"},"badge":2,"sound":"default","thread-id":"000000000000000000000003","mutable-content":1},` +
		`"heliograph":{"v":1,"delivery":"01000000-0000-0000-0000-000000000002","message":"000000000000000000000004","conversation":"000000000000000000000003","topic":"agent","sequence":8}}`
	if r.Method != http.MethodPost || r.URL.Path != "/3/device/"+token || a.body[0] != want {
		t.Errorf("%s %s\n%s\nwant\n%s", r.Method, r.URL.Path, a.body[0], want)
	}
	bearer, _ := strings.CutPrefix(r.Header.Get("Authorization"), "bearer ")
	parsed, err := jwt.Parse(bearer, func(*jwt.Token) (any, error) { return &o.Key.PublicKey, nil }, jwt.WithValidMethods([]string{"ES256"}), jwt.WithoutClaimsValidation())
	if err != nil || parsed.Header["kid"] != "KEY1234567" || parsed.Claims.(jwt.MapClaims)["iss"] != "TEAM123456" {
		t.Fatalf("%+v, %v", parsed, err)
	}
	if age := float64(o.Clock().Unix()) - parsed.Claims.(jwt.MapClaims)["iat"].(float64); age < 0 || age > 3000 {
		t.Errorf("the token is %v s old", age)
	}
	out.Category, out.About.Push.App = heliograph.Marketing, "com.example.other"
	s.Badge = false
	s.try(t, out)
	if r := a.calls[1]; r.Header.Get("apns-priority") != "5" || r.Header.Get("apns-topic") != "com.example.other" || strings.Contains(a.body[1], "badge") {
		t.Errorf("%v %s", r.Header, a.body[1])
	}
}

// TestPlainHTTP2: a server on the own machine needs no certificate.
func TestPlainHTTP2(t *testing.T) {
	t.Parallel()
	a := &apple{}
	server := httptest.NewUnstartedServer(a)
	server.Config.Protocols = new(http.Protocols)
	server.Config.Protocols.SetUnencryptedHTTP2(true)
	server.Start()
	t.Cleanup(server.Close)
	only := new(http.Protocols)
	only.SetHTTP2(true)
	only.SetUnencryptedHTTP2(true)
	rt := &http.Transport{Protocols: only}
	t.Cleanup(rt.CloseIdleConnections)
	if r := New(options(t, rt, server.URL)).try(t, outgoing()); r.Class != channel.ClassAccepted {
		t.Errorf("%+v", r)
	}
}

func TestAnswers(t *testing.T) {
	t.Parallel()
	final := func(reason string) channel.Result {
		return channel.Result{Class: channel.ClassFinal, Reason: reason}
	}
	gone := channel.Result{Class: channel.ClassFinal, Reason: heliograph.ReasonDevice, Gone: true}
	paused := channel.Result{Class: channel.ClassPause, Reason: heliograph.ReasonUnauthorized}
	later := func(after time.Duration, reason string, only bool) channel.Result {
		return channel.Result{Class: channel.ClassRetry, After: after, Reason: reason, OnlyThis: only}
	}
	for _, tt := range []struct {
		status int
		reason string
		want   channel.Result
	}{
		{410, "Unregistered", gone},
		{410, "ExpiredToken", gone},
		{410, "", gone},
		{400, "BadDeviceToken", gone},
		{400, "DeviceTokenNotForTopic", gone},
		{400, "BadTopic", final(heliograph.ReasonBadRequest)},
		{400, "TopicDisallowed", final(heliograph.ReasonBadRequest)},
		{400, "MissingTopic", final(heliograph.ReasonBadRequest)},
		{400, "BadCollapseId", final(heliograph.ReasonBadRequest)},
		{400, "BadExpirationDate", final(heliograph.ReasonBadRequest)},
		{400, "BadMessageId", final(heliograph.ReasonBadRequest)},
		{400, "BadPriority", final(heliograph.ReasonBadRequest)},
		{400, "InvalidPushType", final(heliograph.ReasonBadRequest)},
		{400, "PayloadEmpty", final(heliograph.ReasonBadRequest)},
		{400, "DuplicateHeaders", final(heliograph.ReasonBadRequest)},
		{400, "MissingDeviceToken", final(heliograph.ReasonBadRequest)},
		{413, "PayloadTooLarge", final(heliograph.ReasonContentTooLong)},
		{404, "BadPath", final(heliograph.ReasonBadRequest)},
		{405, "MethodNotAllowed", final(heliograph.ReasonBadRequest)},
		{403, "InvalidProviderToken", paused},
		{403, "MissingProviderToken", paused},
		{403, "BadCertificate", paused},
		{403, "BadCertificateEnvironment", paused},
		{403, "Forbidden", paused},
		{403, "BadEnvironmentKeyInToken", paused},
		{429, "TooManyRequests", later(time.Minute, heliograph.ReasonTooManyRequests, true)},
		{429, "TooManyProviderTokenUpdates", later(time.Minute, heliograph.ReasonTooManyRequests, false)},
		{400, "IdleTimeout", later(0, heliograph.ReasonTimeout, false)},
		{500, "InternalServerError", later(0, heliograph.ReasonTimeout, false)},
		{503, "ServiceUnavailable", later(0, heliograph.ReasonTimeout, false)},
		{503, "Shutdown", later(0, heliograph.ReasonTimeout, false)},
		{502, "", channel.Result{Class: channel.ClassUnknown, Reason: heliograph.ReasonUnknownOutcome}},
	} {
		t.Run(fmt.Sprint(tt.status, tt.reason), func(t *testing.T) {
			t.Parallel()
			a := serve(t, func(int, *http.Request) (int, string) { return tt.status, fmt.Sprintf(`{"reason":%q}`, tt.reason) })
			got := New(options(t, a.over2(t), a.URL)).try(t, outgoing())
			if got.Class != tt.want.Class || got.Reason != tt.want.Reason || got.Gone != tt.want.Gone || got.After != tt.want.After || got.OnlyThis != tt.want.OnlyThis ||
				got.HTTPStatus != tt.status || got.ProviderCode != tt.reason || got.Message == "" {
				t.Errorf("%+v, want %+v", got, tt.want)
			}
			if n := len(a.calls); n != 1 {
				t.Errorf("%d calls", n)
			}
		})
	}
}

// TestRegisteredSince: what died before the device registered was another token.
func TestRegisteredSince(t *testing.T) {
	t.Parallel()
	for died, gone := range map[int64]bool{999: false, 1000: true, 1001: true, 0: true} {
		a := serve(t, func(int, *http.Request) (int, string) {
			return 410, fmt.Sprintf(`{"reason":"Unregistered","timestamp":%d}`, died)
		})
		if r := New(options(t, a.over2(t), a.URL)).try(t, outgoing()); r.Class != channel.ClassFinal || r.Gone != gone || r.Reason != heliograph.ReasonDevice {
			t.Errorf("died at %d: %+v", died, r)
		}
	}
}

// TestServers: the integration and the device say which server knows a token,
// and the other is asked before a device is given up.
func TestServers(t *testing.T) {
	t.Parallel()
	const live, sandbox = "api.push.apple.com", "api.sandbox.push.apple.com"
	for name, tt := range map[string]struct {
		live, sandbox bool
		knows         string
		status        int // of the other
		reason        string
		asked         []string
		want          channel.Result
	}{
		"live":                {true, false, live, 0, "", []string{live}, channel.Result{Class: channel.ClassAccepted}},
		"a development build": {true, true, sandbox, 0, "", []string{sandbox}, channel.Result{Class: channel.ClassAccepted}},
		"not live":            {false, false, sandbox, 0, "", []string{sandbox}, channel.Result{Class: channel.ClassAccepted}},
		"wrongly not live":    {false, false, live, 400, badToken, []string{sandbox, live}, channel.Result{Class: channel.ClassAccepted}},
		"wrongly live":        {true, false, sandbox, 400, badToken, []string{live, sandbox}, channel.Result{Class: channel.ClassAccepted}},
		"nowhere":             {true, false, "", 400, badToken, []string{live, sandbox}, channel.Result{Class: channel.ClassFinal, Gone: true}},
		"unregistered":        {true, false, sandbox, 410, "Unregistered", []string{live}, channel.Result{Class: channel.ClassFinal, Gone: true}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := serve(t, func(_ int, r *http.Request) (int, string) {
				if r.Host == tt.knows {
					return 200, ""
				}
				return tt.status, fmt.Sprintf(`{"reason":%q}`, tt.reason)
			})
			o := options(t, a.over2(t), Production)
			o.Live = tt.live
			out := outgoing()
			out.About.Push.Sandbox = tt.sandbox
			r := New(o).try(t, out)
			var asked []string
			for _, c := range a.calls {
				asked = append(asked, c.Host)
			}
			if r.Class != tt.want.Class || r.Gone != tt.want.Gone || fmt.Sprint(asked) != fmt.Sprint(tt.asked) {
				t.Errorf("%+v of %v", r, asked)
			}
		})
	}
}

// TestProviderTokens: one token for all, changed every 50 minutes.
func TestProviderTokens(t *testing.T) {
	t.Parallel()
	key := newKey(t)
	at := time.Date(2026, 11, 20, 0, 0, 0, 0, time.UTC)
	clock := func() time.Time { return at }
	one, two := &tokens{key: key, id: "K", team: "T", now: clock}, &tokens{key: key, id: "K", team: "T", now: clock}
	var last string
	changed := at
	changes := 0
	for range 24 * 60 {
		token, _, err := one.get()
		if other, _, _ := two.get(); err != nil || other != token {
			t.Fatalf("two processes have two tokens, %v", err)
		}
		if token != last {
			if changes++; changes > 2 && at.Sub(changed) != tokenAge {
				t.Fatalf("it changed after %v", at.Sub(changed))
			}
			last, changed = token, at
		}
		at = at.Add(time.Minute)
	}
	if changes != 29 && changes != 30 {
		t.Errorf("%d tokens in a day", changes)
	}
}

// TestExpiredProviderToken: a token that Apple takes for too old is renewed once,
// and all use the new one.
func TestExpiredProviderToken(t *testing.T) {
	t.Parallel()
	var first string
	a := serve(t, func(call int, r *http.Request) (int, string) {
		if call == 1 {
			first = r.Header.Get("Authorization")
		}
		if r.Header.Get("Authorization") == first {
			return 403, `{"reason":"ExpiredProviderToken"}`
		}
		return 200, ""
	})
	s := New(options(t, a.over2(t), a.URL))
	for range 3 {
		if r := s.try(t, outgoing()); r.Class != channel.ClassAccepted {
			t.Fatalf("%+v", r)
		}
	}
	if len(a.calls) != 4 {
		t.Errorf("%d calls for 3 pushes", len(a.calls))
	}
	b := serve(t, func(int, *http.Request) (int, string) { return 403, `{"reason":"ExpiredProviderToken"}` })
	if r := New(options(t, b.over2(t), b.URL)).try(t, outgoing()); r.Class != channel.ClassPause || len(b.calls) != 2 {
		t.Errorf("%+v after %d calls", r, len(b.calls))
	}
}

func TestCheck(t *testing.T) {
	t.Parallel()
	for reason, want := range map[string]heliograph.Kind{"BadDeviceToken": heliograph.Internal, "InvalidProviderToken": heliograph.Invalid, "ServiceUnavailable": heliograph.Unavailable} {
		status := map[string]int{"BadDeviceToken": 400, "InvalidProviderToken": 403, "ServiceUnavailable": 503}[reason]
		a := serve(t, func(int, *http.Request) (int, string) { return status, fmt.Sprintf(`{"reason":%q}`, reason) })
		err := New(options(t, a.over2(t), a.URL)).Check(t.Context())
		if want == heliograph.Internal && err != nil || want != heliograph.Internal && !heliograph.IsKind(err, want) {
			t.Errorf("%s: %v", reason, err)
		}
		if !json.Valid([]byte(a.body[0])) {
			t.Error(a.body[0])
		}
	}
}

func TestTokensThatAreNone(t *testing.T) {
	t.Parallel()
	a := serve(t, nil)
	s := New(options(t, a.over2(t), a.URL))
	for _, junk := range []string{"", "../../etc", "xyz", "0", strings.Repeat("00", 300), token + "/../x"} {
		out := outgoing()
		out.About.Push.Token = junk
		if r := s.try(t, out); !r.Gone || r.Class != channel.ClassFinal {
			t.Errorf("%q: %+v", junk, r)
		}
	}
	s.Bundle = ""
	if r := s.try(t, outgoing()); r.Class != channel.ClassFinal || r.Gone || len(a.calls) != 0 {
		t.Errorf("without an app: %+v, %d calls", r, len(a.calls))
	}
}
