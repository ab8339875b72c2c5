package webpush

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/ecdh"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"heliograph"
	"heliograph/channel"
	"heliograph/channel/channeltest"
	"heliograph/channel/push"
)

func b64(t *testing.T, s string) []byte {
	t.Helper()
	b, err := base64.RawURLEncoding.DecodeString(s)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// TestRFC8291 is the example of RFC 8291, section 5, to the byte.
func TestRFC8291(t *testing.T) {
	t.Parallel()
	const (
		browser = "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4"
		auth    = "BTBZMqHH6r4Tts7J_aSIgg"
		own     = "yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw"
		salt    = "DGv6ra1nlYgDCS1FRnbzlw"
		want    = "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN"
	)
	key, err := ecdh.P256().NewPublicKey(b64(t, browser))
	if err != nil {
		t.Fatal(err)
	}
	ours, err := ecdh.P256().NewPrivateKey(b64(t, own))
	if err != nil {
		t.Fatal(err)
	}
	got, err := encrypt([]byte("When I grow up, I want to be a watermelon"), key, b64(t, auth), ours, b64(t, salt))
	if err != nil {
		t.Fatal(err)
	}
	if text := base64.RawURLEncoding.EncodeToString(got); text != want {
		t.Errorf("got  %s\nwant %s", text, want)
	}
}

// browser is one that subscribed.
type browser struct {
	t    *testing.T
	key  *ecdh.PrivateKey
	auth []byte
}

func newBrowser(t *testing.T) *browser {
	t.Helper()
	key, err := ecdh.P256().GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return &browser{t, key, []byte("0123456789abcdef")}
}

func (b *browser) subscription(endpoint string) string {
	doc, _ := json.Marshal(map[string]any{"endpoint": endpoint, "expirationTime": nil, "keys": map[string]string{
		"p256dh": base64.RawURLEncoding.EncodeToString(b.key.PublicKey().Bytes()), "auth": base64.URLEncoding.EncodeToString(b.auth),
	}})
	return string(doc)
}

// open reads a push as RFC 8291 has the browser do it.
func (b *browser) open(body []byte) []byte {
	b.t.Helper()
	salt, id := body[:16], body[21:21+int(body[20])]
	if size := binary.BigEndian.Uint32(body[16:20]); size != 4096 || len(body) > 4096 {
		b.t.Fatalf("records of %d bytes, and %d in all", size, len(body))
	}
	sender, err := ecdh.P256().NewPublicKey(id)
	if err != nil {
		b.t.Fatal(err)
	}
	shared, err := b.key.ECDH(sender)
	if err != nil {
		b.t.Fatal(err)
	}
	ikm, _ := hkdf.Key(sha256.New, shared, b.auth, "WebPush: info\x00"+string(b.key.PublicKey().Bytes())+string(id), 32)
	key, _ := hkdf.Key(sha256.New, ikm, salt, "Content-Encoding: aes128gcm\x00", 16)
	nonce, _ := hkdf.Key(sha256.New, ikm, salt, "Content-Encoding: nonce\x00", 12)
	block, _ := aes.NewCipher(key)
	gcm, _ := cipher.NewGCM(block)
	text, err := gcm.Open(nil, nonce, body[86:], nil)
	if err != nil || text[len(text)-1] != 2 {
		b.t.Fatalf("it cannot be opened: %v", err)
	}
	return text[:len(text)-1]
}

func service(t *testing.T, rt http.RoundTripper) *Service {
	t.Helper()
	key, err := Key(channeltest.Auth{}, heliograph.IntegrationID{1})
	if err != nil {
		t.Fatal(err)
	}
	s, err := New(Options{Guarded: rt, Plain: true, Clock: time.Now, Random: rand.Reader, Key: key, Subject: "mailto:ops@shop.example"})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func outgoing(token, text string) *channel.Outgoing {
	return &channel.Outgoing{
		Delivery: heliograph.NotificationID{15: 1}, Attempt: 1, Address: "d",
		Content: &heliograph.Content{Type: heliograph.TextMessage, Text: text},
		About: &channel.About{
			App: "Shop", Conversation: heliograph.ConversationID{11: 3}, Unread: 5, Push: &heliograph.Push{Service: heliograph.PushWeb, Token: token},
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

// TestPush brings a push to a browser, as its service would.
func TestPush(t *testing.T) {
	t.Parallel()
	b := newBrowser(t)
	var got *http.Request
	var body []byte
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		got = r
		body, _ = io.ReadAll(r.Body)
		w.WriteHeader(http.StatusCreated)
	}))
	defer server.Close()
	s := service(t, server.Client().Transport)
	out := outgoing(b.subscription(server.URL+"/wpush/v2/abc"), strings.Repeat("long text, ", 1000))
	out.Expires = heliograph.At(time.Now().Add(time.Hour))
	if r := s.try(t, out); r.Class != channel.ClassAccepted || r.External[0] != out.Delivery.String() {
		t.Fatalf("%+v", r)
	}
	var doc struct {
		Title, Body, Tag string
		Badge            int
		Data             push.Data `json:"heliograph"`
	}
	if err := json.Unmarshal(b.open(body), &doc); err != nil {
		t.Fatal(err)
	}
	if doc.Title != "Shop" || len(doc.Body) < 3500 || !strings.HasSuffix(doc.Body, "…") || doc.Badge != 5 || doc.Tag != "000000000000000000000003" || doc.Data.Delivery != out.Delivery.String() {
		t.Errorf("%+v", doc)
	}
	for k, want := range map[string]string{"Content-Encoding": "aes128gcm", "Urgency": "high", "Topic": "000000000000000000000003", "TTL": "3599"} {
		if got.Header.Get(k) != want {
			t.Errorf("%s is %q, want %q", k, got.Header.Get(k), want)
		}
	}
	authorized(t, s, got.Header.Get("Authorization"), server.URL)
}

// authorized checks VAPID as RFC 8292 has a push service do it.
func authorized(t *testing.T, s *Service, header, origin string) {
	t.Helper()
	fields, ok := strings.CutPrefix(header, "vapid t=")
	token, public, found := strings.Cut(fields, ", k=")
	if want, err := PublicKey(channeltest.Auth{}, heliograph.IntegrationID{1}); !ok || !found || public != want || err != nil {
		t.Fatalf("%q", header)
	}
	parsed, err := jwt.Parse(token, func(*jwt.Token) (any, error) { return &s.Key.PublicKey, nil },
		jwt.WithValidMethods([]string{"ES256"}), jwt.WithAudience(origin), jwt.WithExpirationRequired(), jwt.WithSubject("mailto:ops@shop.example"))
	if err != nil {
		t.Fatal(err)
	}
	if end, err := parsed.Claims.GetExpirationTime(); err != nil || time.Until(end.Time) > 24*time.Hour {
		t.Errorf("it ends at %v, %v", end, err)
	}
}

func TestAnswers(t *testing.T) {
	t.Parallel()
	b := newBrowser(t)
	for name, tt := range map[string]struct {
		status int
		header string // Retry-After
		want   channel.Result
	}{
		"201":  {201, "", channel.Result{Class: channel.ClassAccepted}},
		"202":  {202, "", channel.Result{Class: channel.ClassAccepted}},
		"404":  {404, "", channel.Result{Class: channel.ClassFinal, Gone: true, Reason: heliograph.ReasonDevice}},
		"410":  {410, "", channel.Result{Class: channel.ClassFinal, Gone: true, Reason: heliograph.ReasonDevice}},
		"413":  {413, "", channel.Result{Class: channel.ClassFinal, Reason: heliograph.ReasonContentTooLong}},
		"400":  {400, "", channel.Result{Class: channel.ClassFinal, Reason: heliograph.ReasonBadRequest}},
		"401":  {401, "", channel.Result{Class: channel.ClassFinal, Reason: heliograph.ReasonUnauthorized}},
		"403":  {403, "", channel.Result{Class: channel.ClassFinal, Reason: heliograph.ReasonUnauthorized}},
		"429":  {429, "30", channel.Result{Class: channel.ClassRetry, OnlyThis: true, After: 30 * time.Second, Reason: heliograph.ReasonTooManyRequests}},
		"503":  {503, "", channel.Result{Class: channel.ClassRetry, OnlyThis: true, Reason: heliograph.ReasonTimeout}},
		"500":  {500, "", channel.Result{Class: channel.ClassUnknown, OnlyThis: true, Reason: heliograph.ReasonUnknownOutcome}},
		"301":  {301, "", channel.Result{Class: channel.ClassUnknown, OnlyThis: true, Reason: heliograph.ReasonUnknownOutcome}},
		"gone": {0, "", channel.Result{Class: channel.ClassRetry, OnlyThis: true, Reason: heliograph.ReasonTimeout}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				if tt.header != "" {
					w.Header().Set("Retry-After", tt.header)
				}
				w.WriteHeader(tt.status)
			}))
			defer server.Close()
			if tt.status == 0 {
				server.Close()
			}
			got := service(t, server.Client().Transport).try(t, outgoing(b.subscription(server.URL), "Hi"))
			if got.Class != tt.want.Class || got.Gone != tt.want.Gone || got.OnlyThis != tt.want.OnlyThis || got.After != tt.want.After || got.Reason != tt.want.Reason || got.HTTPStatus != tt.status {
				t.Errorf("%+v, want %+v", got, tt.want)
			}
		})
	}
}

// TestEndpoints: an endpoint is a stranger's word.
func TestEndpoints(t *testing.T) {
	t.Parallel()
	b := newBrowser(t)
	refuse := errors.New("it was called")
	s := service(t, roundTrip(func(*http.Request) (*http.Response, error) { return nil, refuse }))
	s.Plain = false
	short := *b
	short.auth = []byte("short")
	point := strings.Replace(b.subscription("https://push.example/1"), `"p256dh":"B`, `"p256dh":"C`, 1)
	for _, token := range []string{
		"", "{", "[]", "token", b.subscription(""), b.subscription("http://push.example/1"), b.subscription("ftp://push.example/1"),
		b.subscription("https:///1"), b.subscription("https://u:p@push.example/1"), b.subscription("https://push.example/" + strings.Repeat("x", 3000)),
		short.subscription("https://push.example/1"), point,
	} {
		if r := s.try(t, outgoing(token, "Hi")); r.Class != channel.ClassFinal || !r.Gone || r.Reason != heliograph.ReasonDevice {
			t.Errorf("%.60q: %+v", token, r)
		}
	}
	if r := s.try(t, outgoing(b.subscription("https://push.example/1"), "Hi")); r.Gone || r.Class != channel.ClassUnknown && r.Class != channel.ClassRetry {
		t.Errorf("%+v", r)
	}
}

type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

func TestKey(t *testing.T) {
	t.Parallel()
	first, err := PublicKey(channeltest.Auth{}, heliograph.IntegrationID{1})
	if err != nil || len(b64(t, first)) != 65 {
		t.Fatal(first, err)
	}
	if again, _ := PublicKey(channeltest.Auth{}, heliograph.IntegrationID{1}); again != first {
		t.Error("it changes")
	}
	if other, _ := PublicKey(channeltest.Auth{}, heliograph.IntegrationID{2}); other == first {
		t.Error("two integrations have the same")
	}
}
