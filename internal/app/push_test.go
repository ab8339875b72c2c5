package app

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"io"
	"net/http"
	"net/http/httptest"
	"path"
	"slices"
	"strings"
	"sync"
	"testing"

	"heliograph"
	"heliograph/internal/config"
	"heliograph/internal/store"
	"heliograph/internal/testkit/pgtest"
)

// pushServices is Apple and Google in one: they take pushes, unless a token is dead.
type pushServices struct {
	*httptest.Server
	mu     sync.Mutex
	pushes map[string][]string // bodies by token
	dead   []string
}

func newPushServices(t *testing.T) *pushServices {
	t.Helper()
	s := &pushServices{pushes: map[string][]string{}}
	s.Server = httptest.NewUnstartedServer(s)
	s.Config.Protocols = new(http.Protocols)
	s.Config.Protocols.SetHTTP1(true)
	s.Config.Protocols.SetUnencryptedHTTP2(true)
	s.Start()
	t.Cleanup(s.Close)
	return s
}

func (s *pushServices) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case strings.HasPrefix(r.URL.Path, "/3/device/") && r.ProtoMajor == 2:
		s.apple(w, path.Base(r.URL.Path), string(body))
	case r.URL.Path == "/token":
		_, _ = io.WriteString(w, `{"access_token":"ya29","expires_in":3599}`)
	case r.URL.Path == "/v1/projects/shop-1/messages:send":
		s.google(w, string(body))
	default:
		w.WriteHeader(http.StatusTeapot)
	}
}

func (s *pushServices) apple(w http.ResponseWriter, token, body string) {
	switch {
	case strings.Trim(token, "0") == "": // somebody tries a key
		w.WriteHeader(http.StatusBadRequest)
		_, _ = io.WriteString(w, `{"reason":"BadDeviceToken"}`)
	case slices.Contains(s.dead, token):
		w.WriteHeader(http.StatusGone)
		_, _ = io.WriteString(w, `{"reason":"Unregistered"}`)
	default:
		s.pushes[token] = append(s.pushes[token], body)
	}
}

func (s *pushServices) google(w http.ResponseWriter, body string) {
	var doc struct{ Message struct{ Token string } }
	_ = json.Unmarshal([]byte(body), &doc)
	s.pushes[doc.Message.Token] = append(s.pushes[doc.Message.Token], body)
	_, _ = io.WriteString(w, `{"name":"projects/shop-1/messages/1"}`)
}

// to returns the pushes to a token.
func (s *pushServices) to(token string) []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.pushes[token])
}

func keyInPEM(t *testing.T, key any, err error) string {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}))
}

// phones is a user with an iPhone and an Android phone, of an app that has Apple's
// key on its apn integration and Google's on the android one.
type phones struct {
	*testing.T
	a            *App
	api          *apiClient
	services     *pushServices
	user         *heliograph.User
	ios, android heliograph.Client
}

const (
	appleToken  = "00fc13adff785122b4ad28809a3420982341241421348097878e577c991de8f0"
	googleToken = "fcm:device"
)

func newPhones(t *testing.T, c *config.Config) *phones {
	t.Helper()
	p := &phones{T: t, services: newPushServices(t)}
	c.ProviderURL = map[string]string{"ios": p.services.URL, "android": p.services.URL}
	p.a, _ = start(t, c)
	d := &demo{app: p.a}
	p.must(d.appAndKey(t.Context()))
	p.api = &apiClient{base: p.a.host.public + "/v1.1/apps/" + d.tenant.ID.String(), key: d.key}
	apple, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	p.call(http.MethodPost, "/integrations", map[string]any{
		"type": "apn", "keyId": "KEY1234567", "teamId": "TEAM123456", "privateKey": keyInPEM(t, apple, err), "bundleId": "com.example.shop",
	}, nil)
	google, err := rsa.GenerateKey(rand.Reader, 2048)
	p.call(http.MethodPut, "/integrations/"+p.kit(d.tenant.ID, "android").String(), map[string]any{
		"projectId": "shop-1", "clientEmail": "s@shop-1.example", "privateKey": keyInPEM(t, google, err),
	}, nil)
	var got struct {
		AppUser struct {
			ID heliograph.UserID `json:"_id"`
		}
	}
	p.call(http.MethodPost, "/appusers", map[string]any{"userId": "ana"}, &got)
	p.user, err = p.a.engines.profiles.User(t.Context(), d.tenant.ID, got.AppUser.ID)
	p.must(err)
	p.android = p.device("android", heliograph.PushFCM, googleToken)
	p.ios = p.device("ios", heliograph.PushAPNs, appleToken)
	return p
}

func (p *phones) must(err error) {
	p.Helper()
	if err != nil {
		p.Fatal(err)
	}
}

func (p *phones) call(method, path string, in, out any) {
	p.Helper()
	p.must(p.api.call(p.Context(), method, path, in, out))
}

// kit returns the integration of a type that the app began with.
func (p *phones) kit(app heliograph.AppID, typ string) heliograph.IntegrationID {
	p.Helper()
	all, err := p.a.engines.tenants.IntegrationsByType(p.Context(), app, typ)
	p.must(err)
	return all[0].ID
}

func (p *phones) device(typ string, service heliograph.PushService, token string) heliograph.Client {
	p.Helper()
	now := heliograph.At(p.a.now())
	c := heliograph.Client{
		ID: p.a.data.ids.Client(), App: p.user.App, User: p.user.ID, Integration: p.kit(p.user.App, typ), Platform: typ,
		Address: "device-of-ana-" + typ, Status: heliograph.ClientActive, LinkedAt: now, LastSeen: now, Conversation: p.user.Conversation,
		Details: heliograph.ClientDetails{Device: &heliograph.Device{Push: &heliograph.Push{
			Service: service, Token: token, Topics: []heliograph.Topic{heliograph.TopicAgent, heliograph.TopicProactive}, At: now,
		}}},
	}
	p.must(store.Clients{Store: p.a.data.Store}.Insert(p.Context(), &c))
	return c
}

func (p *phones) post(text string) {
	p.Helper()
	p.call(http.MethodPost, "/appusers/ana/messages", map[string]any{"role": "appMaker", "type": "text", "text": text, "name": "Shop"}, nil)
}

// pushOf returns where a device takes pushes, as stored.
func (p *phones) pushOf(c *heliograph.Client) *heliograph.Push {
	p.Helper()
	got, err := store.Clients{Store: p.a.data.Store}.Get(p.Context(), c.App, c.ID)
	p.must(err)
	return got.Details.Device.Push
}

// fates returns why a message did not go out, by channel; "" is that it did.
func (p *phones) fates(text string) map[string]string {
	p.Helper()
	var page struct {
		Messages []struct {
			ID   heliograph.MessageID `json:"_id"`
			Text string
		}
	}
	p.call(http.MethodGet, "/appusers/ana/messages", nil, &page)
	out := map[string]string{}
	for _, m := range page.Messages {
		if m.Text != text {
			continue
		}
		sent, err := store.Deliveries{Store: p.a.data.Store}.MessageDeliveries(p.Context(), p.user.App, m.ID)
		p.must(err)
		for _, d := range sent {
			out[d.Channel] = d.Reason
		}
	}
	return out
}

// TestPushes sends what a business writes to somebody's phones, and forgets the
// one that the app was removed from.
func TestPushes(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(*testing.T, *config.Config){
		"sqlite":   func(*testing.T, *config.Config) {},
		"postgres": func(t *testing.T, c *config.Config) { c.DatabaseURL = heliograph.Secret(pgtest.URL(t)) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := settings(t)
			change(t, c)
			p := newPhones(t, c)
			p.post("Your parcel is near")
			p.post("It is here")
			eventually(t, "pushes to both phones", func() bool {
				return len(p.services.to(appleToken)) == 2 && len(p.services.to(googleToken)) == 2
			})
			second := p.services.to(appleToken)[1]
			for _, part := range []string{`"alert":{"title":"Shop","body":"It is here"}`, `"topic":"agent"`, `"sequence":2`} {
				if !strings.Contains(second, part) {
					t.Errorf("%s lacks %s", second, part)
				}
			}
			if google := p.services.to(googleToken)[1]; !strings.Contains(google, `"notification_count":2`) {
				t.Errorf("%s does not count what is not read", google)
			}

			p.services.mu.Lock()
			p.services.dead = append(p.services.dead, appleToken)
			p.services.mu.Unlock()
			p.post("Are you there?")
			eventually(t, "the token to be dropped", func() bool { return p.pushOf(&p.ios) == nil })
			eventually(t, "the outcome", func() bool { return p.fates("Are you there?")["ios"] == heliograph.ReasonDevice })
			if p.pushOf(&p.android) == nil {
				t.Error("the other phone's token was dropped, too")
			}
			i, err := p.a.engines.tenants.ReadIntegration(t.Context(), p.user.App, p.ios.Integration)
			p.must(err)
			if i.Status != heliograph.IntegrationActive || i.PausedUntil != 0 {
				t.Errorf("the integration is %s, paused until %d", i.Status, i.PausedUntil)
			}
			p.post("Hello?")
			eventually(t, "the other phone's push", func() bool { return len(p.services.to(googleToken)) == 4 })
			if n := len(p.services.to(appleToken)); n != 2 {
				t.Errorf("%d pushes to the phone that is gone", n)
			}
		})
	}
}
