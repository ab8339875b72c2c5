package proxy_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/hex"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"io"
	"math/big"
	"net/http"
	"net/http/httptest"
	"reflect"
	"strings"
	"testing"
	"time"

	"heliograph"
	"heliograph/channel"
	"heliograph/channel/push"
	"heliograph/channel/push/proxy"
)

var now = time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)

// brand is the brand's own service.
type brand struct {
	*httptest.Server
	calls  []*http.Request
	bodies []string
	reply  func(w http.ResponseWriter)
}

func serve(t *testing.T, settings func(*httptest.Server)) *brand {
	t.Helper()
	b := &brand{}
	b.Server = httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		b.calls, b.bodies = append(b.calls, r), append(b.bodies, string(body))
		if b.reply != nil {
			b.reply(w)
		}
	}))
	if settings != nil {
		settings(b.Server)
	}
	b.StartTLS()
	t.Cleanup(b.Close)
	return b
}

func (b *brand) deps() channel.Deps {
	rt := b.Client().Transport.(*http.Transport)
	return channel.Deps{Guarded: rt, Clock: func() time.Time { return now }, GuardedAs: func(cert tls.Certificate) http.RoundTripper {
		mutual := rt.Clone()
		mutual.TLSClientConfig.Certificates = []tls.Certificate{cert}
		return mutual
	}}
}

func outgoing(service heliograph.PushService, topic heliograph.Topic) *channel.Outgoing {
	return &channel.Outgoing{
		Delivery: heliograph.NotificationID{1, 15: 2}, Attempt: 1, Address: "d", Expires: heliograph.At(now.Add(48 * time.Hour)),
		Content: &heliograph.Content{Type: heliograph.TextMessage, Text: "your parcel is near", Author: heliograph.Author{ID: "3310042"}},
		About: &channel.About{
			App: "Shop", AppID: heliograph.AppID{11: 1}, Conversation: heliograph.ConversationID{11: 3}, Message: heliograph.MessageID{11: 4},
			Sequence: 8, Unread: 1, Topic: topic, Push: &heliograph.Push{Service: service, Token: "a1b2c3"},
		},
	}
}

func try(t *testing.T, s *proxy.Service, out *channel.Outgoing) channel.Result {
	t.Helper()
	n, ok := push.Compose(out, now)
	if !ok {
		t.Fatal("its time is over")
	}
	return s.Push(t.Context(), out, n)
}

func service(t *testing.T, b *brand, s proxy.Settings) *proxy.Service {
	t.Helper()
	if s.URL == "" {
		s.URL = b.URL + "/push?x=1"
	}
	out, err := s.New(b.deps())
	if err != nil {
		t.Fatal(err)
	}
	return out
}

const (
	app   = "000000000000000000000001"
	conv  = "000000000000000000000003"
	id    = "01000000-0000-0000-0000-000000000002"
	facts = `"conversationId":"` + conv + `","dialogId":"` + conv + `","originatorId":"` + app + `.3310042","brandId":"` + app + `","badge":1,"sequence":8,` +
		`"heliograph":{"v":1,"delivery":"` + id + `","message":"000000000000000000000004","conversation":"` + conv + `","sequence":8,"topic":`
	proactive = `"id":"` + id + `","lookBackPeriod":172800000,"expiresAt":1795348800000,"agentPid":"` + app + `.3310042",`
)

func TestBodies(t *testing.T) {
	t.Parallel()
	b := serve(t, nil)
	s := service(t, b, proxy.Settings{User: "shop", Password: "s3:cret", Headers: []string{"X-Api-Key: k-1", "brand:Shop@1"}, Secret: "hush"})
	for i, tt := range []struct {
		service heliograph.PushService
		topic   heliograph.Topic
		want    string
	}{
		{heliograph.PushAPNs, heliograph.TopicAgent, `{"aps":{"alert":"Shop: your parcel is near","sound":"default"},"push-service":1,"device-token":"a1b2c3","backendService":"ams",` + facts + `"agent"},"notificationType":"apn"}`},
		{heliograph.PushFCM, heliograph.TopicAgent, `{"data":{"message":"Shop: your parcel is near","payload":{"backendService":"ams",` + facts + `"agent"}}},"push-service":2,"device-token":"a1b2c3","notificationType":"gcm"}`},
		{heliograph.PushAPNs, heliograph.TopicProactive, `{"aps":{"alert":"Shop: your parcel is near","sound":"default"},"push-service":1,"device-token":"a1b2c3","backendService":"prmsg",` + proactive + facts + `"proactive"},"notificationType":"apn"}`},
		{heliograph.PushFCM, heliograph.TopicProactive, `{"data":{"message":"your parcel is near","title":"Shop","payload":{"backendService":"prmsg",` + proactive + facts + `"proactive"}}},"push-service":2,"device-token":"a1b2c3","notificationType":"gcm"}`},
	} {
		if r := try(t, s, outgoing(tt.service, tt.topic)); r.Class != channel.ClassAccepted || r.External[0] != id {
			t.Fatalf("%+v", r)
		}
		var got, want any
		if json.Unmarshal([]byte(b.bodies[i]), &got) != nil || json.Unmarshal([]byte(tt.want), &want) != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("got  %s\nwant %s", b.bodies[i], tt.want)
		}
	}
	r := b.calls[0]
	user, password, _ := r.BasicAuth()
	if user != "shop" || password != "s3:cret" || r.Header.Get("X-Api-Key") != "k-1" || r.Header.Get("Brand") != "Shop@1" || r.Header.Get("Idempotency-Key") != id ||
		r.Header.Get("Content-Type") != "application/json" || r.URL.String() != "/push?x=1" || r.Method != http.MethodPost {
		t.Errorf("%s %s %v", r.Method, r.URL, r.Header)
	}
	mac := hmac.New(sha256.New, []byte("hush"))
	_, _ = fmt.Fprintf(mac, "%d.%s", now.Unix(), b.bodies[0])
	if want := fmt.Sprintf("t=%d,v1=%s", now.Unix(), hex.EncodeToString(mac.Sum(nil))); r.Header.Get("X-Signature") != want {
		t.Errorf("X-Signature is %s, want %s", r.Header.Get("X-Signature"), want)
	}
	long := outgoing(heliograph.PushFCM, heliograph.TopicAgent)
	long.Content = &heliograph.Content{Type: heliograph.TextMessage, Text: strings.Repeat("é", 4096)}
	if try(t, s, long); len(b.bodies[4]) > 4096 {
		t.Errorf("a body of %d bytes", len(b.bodies[4]))
	}
	plain := service(t, b, proxy.Settings{})
	if try(t, plain, outgoing(heliograph.PushFCM, heliograph.TopicAgent)); b.calls[5].Header.Get("X-Signature") != "" || b.calls[5].Header.Get("Authorization") != "" {
		t.Errorf("%v", b.calls[5].Header)
	}
}

func TestAnswers(t *testing.T) {
	t.Parallel()
	retry := func(after time.Duration, reason string) channel.Result {
		return channel.Result{Class: channel.ClassRetry, After: after, Reason: reason}
	}
	final := func(reason string) channel.Result {
		return channel.Result{Class: channel.ClassFinal, Reason: reason}
	}
	gone := channel.Result{Class: channel.ClassFinal, Reason: heliograph.ReasonDevice, Gone: true}
	for name, tt := range map[string]struct {
		status  int
		after   string
		body    string
		attempt int
		want    channel.Result
	}{
		"200":               {200, "", "", 1, channel.Result{Class: channel.ClassAccepted}},
		"204":               {204, "", "", 1, channel.Result{Class: channel.ClassAccepted}},
		"401":               {401, "", "", 1, channel.Result{Class: channel.ClassPause, Reason: heliograph.ReasonUnauthorized}},
		"403":               {403, "", "", 1, final(heliograph.ReasonDevice)},
		"404":               {404, "", "", 1, gone},
		"410":               {410, "", "", 1, gone},
		"unregistered":      {400, "", `{"error":"unregistered"}`, 1, gone},
		"another error":     {400, "", `{"error":"bad"}`, 1, final(heliograph.ReasonBadRequest)},
		"429":               {429, "", "", 1, retry(10*time.Second, heliograph.ReasonTooManyRequests)},
		"429 with a time":   {429, "33", "", 1, retry(33*time.Second, heliograph.ReasonTooManyRequests)},
		"500":               {500, "", "", 1, retry(10*time.Second, heliograph.ReasonTimeout)},
		"500, 3rd":          {500, "", "", 3, retry(10*time.Second, heliograph.ReasonTimeout)},
		"500, 4th":          {500, "", "", 4, final(heliograph.ReasonTimeout)},
		"503":               {503, "5", "", 2, retry(5*time.Second, heliograph.ReasonTimeout)},
		"a redirect":        {302, "", "", 1, channel.Result{Class: channel.ClassUnknown, Reason: heliograph.ReasonUnknownOutcome}},
		"out of reach":      {0, "", "", 1, retry(10*time.Second, heliograph.ReasonTimeout)},
		"out of reach, 4th": {0, "", "", 4, final(heliograph.ReasonTimeout)},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := serve(t, nil)
			b.reply = func(w http.ResponseWriter) {
				if tt.after != "" {
					w.Header().Set("Retry-After", tt.after)
				}
				w.WriteHeader(tt.status)
				_, _ = io.WriteString(w, tt.body)
			}
			s := service(t, b, proxy.Settings{})
			if tt.status == 0 {
				b.Close()
			}
			out := outgoing(heliograph.PushAPNs, heliograph.TopicAgent)
			out.Attempt = tt.attempt
			got := try(t, s, out)
			if got.Class != tt.want.Class || got.Reason != tt.want.Reason || got.After != tt.want.After || got.Gone != tt.want.Gone || got.HTTPStatus != tt.status {
				t.Errorf("%+v, want %+v", got, tt.want)
			}
		})
	}
}

// pair is a certificate of its own, and its key.
func pair(t *testing.T) (cert, key string, pool *x509.CertPool) {
	t.Helper()
	k, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	c := x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "heliograph"}, NotAfter: time.Now().Add(time.Hour), ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}}
	der, err := x509.CreateCertificate(rand.Reader, &c, &c, &k.PublicKey, k)
	if err != nil {
		t.Fatal(err)
	}
	keyDER, err := x509.MarshalPKCS8PrivateKey(k)
	if err != nil {
		t.Fatal(err)
	}
	pool = x509.NewCertPool()
	cert = string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}))
	pool.AppendCertsFromPEM([]byte(cert))
	return cert, string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: keyDER})), pool
}

func TestMutualTLS(t *testing.T) {
	t.Parallel()
	cert, key, pool := pair(t)
	b := serve(t, func(s *httptest.Server) {
		s.TLS = &tls.Config{ClientAuth: tls.RequireAndVerifyClientCert, ClientCAs: pool}
	})
	if r := try(t, service(t, b, proxy.Settings{Certificate: cert, Key: key}), outgoing(heliograph.PushFCM, heliograph.TopicAgent)); r.Class != channel.ClassAccepted {
		t.Errorf("%+v", r)
	}
	if r := try(t, service(t, b, proxy.Settings{}), outgoing(heliograph.PushFCM, heliograph.TopicAgent)); r.Class == channel.ClassAccepted || len(b.calls) != 1 {
		t.Errorf("without a certificate: %+v", r)
	}
}

func TestSettings(t *testing.T) {
	t.Parallel()
	cert, key, _ := pair(t)
	const url = "https://push.shop.example/v1"
	headers := func(list ...string) proxy.Settings { return proxy.Settings{URL: url, Headers: list} }
	for name, tt := range map[string]struct {
		s     proxy.Settings
		field string
	}{
		"none":                  {proxy.Settings{}, ""},
		"a URL":                 {proxy.Settings{URL: url}, ""},
		"all":                   {proxy.Settings{URL: url, User: "u", Password: "p", Certificate: cert, Key: key, Headers: []string{"A: b"}, Secret: "s"}, ""},
		"http":                  {proxy.Settings{URL: "http://push.shop.example/v1"}, "proxyUrl"},
		"no URL":                {proxy.Settings{URL: "push"}, "proxyUrl"},
		"a user in the URL":     {proxy.Settings{URL: "https://u:p@push.shop.example"}, "proxyUrl"},
		"a user alone":          {proxy.Settings{User: "u"}, "proxyUrl"},
		"headers alone":         {proxy.Settings{Headers: []string{"A: b"}}, "proxyUrl"},
		"a secret alone":        {proxy.Settings{Secret: "s"}, "proxyUrl"},
		"a password alone":      {proxy.Settings{URL: url, Password: "p"}, "proxyUser"},
		"a colon in the user":   {proxy.Settings{URL: url, User: "a:b"}, "proxyUser"},
		"a certificate alone":   {proxy.Settings{URL: url, Certificate: cert}, "proxyCertificate"},
		"a key alone":           {proxy.Settings{URL: url, Key: key}, "proxyCertificate"},
		"junk for certificate":  {proxy.Settings{URL: url, Certificate: "x", Key: key}, "proxyCertificate"},
		"four headers":          {headers("A: b", "C: d", "E: f", "G: _-$&@.,:#*09aZ"), ""},
		"five headers":          {headers("A: b", "C: d", "E: f", "G: h", "I: j"), "proxyHeaders"},
		"no colon":              {headers("A b"), "proxyHeaders"},
		"no name":               {headers(": b"), "proxyHeaders"},
		"no value":              {headers("A: "), "proxyHeaders"},
		"a long name":           {headers(strings.Repeat("a", 25) + ": b"), "proxyHeaders"},
		"a name of 24":          {headers(strings.Repeat("a", 24) + ": b"), ""},
		"a long value":          {headers("A: " + strings.Repeat("b", 301)), "proxyHeaders"},
		"a value of 300":        {headers("A: " + strings.Repeat("b", 300)), ""},
		"a space in the value":  {headers("A: b c"), "proxyHeaders"},
		"a line in the value":   {headers("A: b\r\nX: y"), "proxyHeaders"},
		"a digit in the name":   {headers("A1: b"), "proxyHeaders"},
		"twice":                 {headers("Aa: b", "aA: c"), "proxyHeaders"},
		"one of ours":           {headers("idempotency-key: b"), "proxyHeaders"},
		"one of HTTP's":         {headers("content-length: 1"), "proxyHeaders"},
		"the authorization":     {headers("Authorization: b"), "proxyHeaders"},
		"the host of the proxy": {headers("Host: b"), "proxyHeaders"},
	} {
		_, err := tt.s.New(channel.Deps{GuardedAs: func(tls.Certificate) http.RoundTripper { return nil }})
		if got := heliograph.AsError(err); tt.field == "" && err != nil || tt.field != "" && (err == nil || got.Field != tt.field || !heliograph.IsKind(err, heliograph.Invalid)) {
			t.Errorf("%s: %v, want %q", name, err, tt.field)
		}
	}
}
