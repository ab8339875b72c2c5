// Package webpush plays the push service of browsers on the simulator's network
// (RFC 8030, 8188, 8291 and 8292): subscriptions, VAPID, and the browsers that
// decrypt what comes. It is written from the RFCs alone and shares nothing with a
// channel.
package webpush

import (
	"crypto/ecdh"
	"crypto/rand"
	"encoding/base64"
	"net/http"
	"sync"

	"heliograph/channel/simulator"
	"heliograph/channel/simulator/devices"
)

// Name of the provider in rules, messages and addresses.
const Name = "webpush"

// Path is what the endpoints of subscriptions begin with.
const Path = "/webpush/"

// Settings is how this provider behaves beyond what all share.
type Settings struct {
	Strict bool `json:"strict"` // subscriptions must name the key of their sender
	MaxTTL int  `json:"maxTtl"` // seconds; a longer TTL is shortened, as the answer tells
}

// DefaultSettings is the service as it is.
func DefaultSettings() Settings { return Settings{MaxTTL: 28 * 24 * 3600} }

// Subscription is what a browser gives to a site.
type Subscription struct {
	Endpoint       string `json:"endpoint"`
	ExpirationTime *int64 `json:"expirationTime"`
	Keys           Keys   `json:"keys"`
}

// Keys are what pushes are encrypted for, in base64url.
type Keys struct {
	P256dh string `json:"p256dh"`
	Auth   string `json:"auth"`
}

// Provider plays the push service. It is handed to simulator.New.
type Provider struct {
	n       *simulator.Network
	own     *simulator.Own[Settings]
	devices *devices.Registry

	mu       sync.Mutex
	browsers map[string]*browser // by id
	order    []string            // of browsers, the oldest first
}

// browser is one subscription with its secrets.
type browser struct {
	id     string
	key    *ecdh.PrivateKey
	auth   []byte
	sender string // the VAPID key that may send, in base64url; "": any
}

// New returns a provider for one simulator.
func New() *Provider { return &Provider{browsers: map[string]*browser{}} }

// Describe implements simulator.Provider.
func (p *Provider) Describe() simulator.Description {
	return simulator.Description{
		Name: Name, Title: "Web Push", Channel: simulator.ChannelApp,
		Recipients: devices.Recipients(refusals()), Actions: devices.Actions(refusals()), Settings: "/sim/" + Name + "/settings",
	}
}

// Join implements simulator.Provider.
func (p *Provider) Join(n *simulator.Network) {
	p.n = n
	p.own = simulator.OwnSettings(n, DefaultSettings(), func(s *Settings) *simulator.Problem {
		if s.MaxTTL < 0 {
			return simulator.BadField("maxTtl", "must not be negative")
		}
		return nil
	})
	p.devices = devices.NewRegistry(n, Name)
	n.Handle("POST "+Path+"{id}", p.send)
	n.Handle("POST /sim/"+Name+"/browsers", p.postBrowser)
	n.Handle("GET /sim/"+Name+"/browsers/{id}", p.getBrowser)
	n.Handle("DELETE /sim/"+Name+"/browsers/{id}", p.deleteBrowser)
}

// subscribing is what POST /sim/webpush/browsers takes.
type subscribing struct {
	ID     string `json:"id"`     // "": one is made up
	Person string `json:"person"` // whose thread its pushes are on
	Key    string `json:"applicationServerKey"`
}

var base64url = base64.RawURLEncoding

// postBrowser has a browser subscribe, as a page asks it to.
func (p *Provider) postBrowser(w http.ResponseWriter, r *http.Request) {
	var in subscribing
	if problem := simulator.ReadJSON(w, r, &in); problem != nil {
		problem.Write(w)
		return
	}
	if in.ID == "" {
		in.ID = p.n.Hex("b") + "a"
	}
	if !isID(in.ID) {
		simulator.BadField("id", "must be letters, digits, - and _").Write(w)
		return
	}
	if in.Key != "" {
		if raw, err := base64url.DecodeString(in.Key); err != nil || len(raw) != 65 {
			simulator.BadField("applicationServerKey", "must be the base64url of a P-256 point of 65 bytes").Write(w)
			return
		}
	}
	key, err := ecdh.P256().GenerateKey(rand.Reader)
	b := &browser{id: in.ID, key: key, auth: make([]byte, 16), sender: in.Key}
	if _, failed := rand.Read(b.auth); err != nil || failed != nil {
		http.Error(w, "no key could be made", http.StatusInternalServerError)
		return
	}
	p.keep(b)
	p.devices.Add(devices.Device{Token: in.ID, Person: in.Person})
	simulator.WriteJSON(w, http.StatusCreated, map[string]any{"id": in.ID, "subscription": p.subscription(b, r)})
}

func (p *Provider) keep(b *browser) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.browsers[b.id] == nil {
		p.order = append(p.order, b.id)
		if len(p.order) > p.n.Bounds().Phones {
			delete(p.browsers, p.order[0])
			p.order = append([]string(nil), p.order[1:]...)
		}
	}
	p.browsers[b.id] = b
}

func (p *Provider) subscription(b *browser, r *http.Request) Subscription {
	return Subscription{Endpoint: p.origin(r) + Path + b.id, Keys: Keys{
		P256dh: base64url.EncodeToString(b.key.PublicKey().Bytes()), Auth: base64url.EncodeToString(b.auth)}}
}

// origin is that of the service, which VAPID tokens must be meant for.
func (p *Provider) origin(r *http.Request) string {
	if base := p.n.PublicURL(); base != "" {
		return base
	}
	if r.TLS != nil {
		return "https://" + r.Host
	}
	return "http://" + r.Host
}

// getBrowser answers what came for a browser.
func (p *Provider) getBrowser(w http.ResponseWriter, r *http.Request) {
	d, known := p.devices.Find(r.PathValue("id"))
	p.mu.Lock()
	b := p.browsers[r.PathValue("id")]
	p.mu.Unlock()
	if !known || b == nil {
		notFound().Write(w)
		return
	}
	simulator.WriteJSON(w, http.StatusOK, map[string]any{"id": b.id, "subscription": p.subscription(b, r), "device": d})
}

// deleteBrowser ends a subscription, as when a person takes the permission back.
func (p *Provider) deleteBrowser(w http.ResponseWriter, r *http.Request) {
	if !p.devices.Remove(r.PathValue("id"), p.n.Now()) {
		notFound().Write(w)
		return
	}
	w.WriteHeader(http.StatusNoContent)
}

func notFound() *simulator.Problem {
	return &simulator.Problem{Status: http.StatusNotFound, Code: "not_found", Message: "there is no such browser"}
}

func isID(text string) bool {
	for _, c := range text {
		if (c < '0' || c > '9') && (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') && c != '-' && c != '_' {
			return false
		}
	}
	return len(text) > 4 && len(text) <= 200
}
