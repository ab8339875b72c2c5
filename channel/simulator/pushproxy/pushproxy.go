// Package pushproxy plays a brand's own push service on the simulator's network:
// the HTTP service that takes pushes in the place of APNs and FCM, with Basic
// authentication or client certificates. It is written from the published
// contract alone and shares nothing with a channel.
package pushproxy

import (
	"crypto/tls"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"slices"
	"sync"
	"time"

	"heliograph/channel/simulator"
	"heliograph/channel/simulator/devices"
)

// Name of the provider in rules, messages and addresses.
const Name = "pushproxy"

// Path is what the service's addresses begin with; an app's name follows.
const Path = "/pushproxy/"

// Settings is how this provider behaves beyond what all share.
type Settings struct {
	User     string `json:"user"`     // with the password, what Basic authentication must say; "": anybody
	Password string `json:"password"` //
	Mutual   bool   `json:"mutual"`   // callers must show a certificate
	Secret   string `json:"secret"`   // bodies must be signed with it; "": a signature is not looked at
	Answer   int    `json:"answer"`   // every push is answered with this status; 0: as it should be
}

// Options is what the provider is made from. The zero value works, without a
// server of its own: then it is at the simulator's address alone.
type Options struct {
	// Listener is where the service is, with TLS. The provider closes it.
	Listener net.Listener
	TLS      *tls.Config
	Settings Settings
}

// Provider plays the service. It is handed to simulator.New.
type Provider struct {
	o       Options
	n       *simulator.Network
	own     *simulator.Own[Settings]
	devices *devices.Registry

	server  *http.Server
	serving sync.WaitGroup

	mu    sync.Mutex
	taken map[string]bool // idempotency keys
	keys  []string        // of taken, the oldest first
	last  []Request       // what came, the oldest first
}

// Request is one push as it came, for people and tests to look at.
type Request struct {
	At          time.Time      `json:"at"`
	App         string         `json:"app"`
	Header      http.Header    `json:"header"`
	Body        map[string]any `json:"body,omitempty"`
	Certificate string         `json:"certificate,omitempty"` // whom the caller's is for
	Status      int            `json:"status"`
	Problems    []string       `json:"problems"`
	Repeated    bool           `json:"repeated,omitempty"` // its Idempotency-Key had come before
}

// shown is how many requests are remembered.
const shown = 200

// New returns a provider for one simulator.
func New(o Options) *Provider { return &Provider{o: o, taken: map[string]bool{}} }

// Describe implements simulator.Provider.
func (p *Provider) Describe() simulator.Description {
	return simulator.Description{
		Name: Name, Title: "Push proxy", Channel: simulator.ChannelApp,
		Recipients: devices.Recipients(refusals()), Actions: devices.Actions(refusals()), Settings: "/sim/" + Name + "/settings",
	}
}

// Join implements simulator.Provider.
func (p *Provider) Join(n *simulator.Network) {
	p.n = n
	p.own = simulator.OwnSettings(n, p.o.Settings, func(s *Settings) *simulator.Problem {
		if s.Answer != 0 && (s.Answer < 200 || s.Answer > 599) {
			return simulator.BadField("answer", "must be 0 or a status from 200 to 599")
		}
		return nil
	})
	p.devices = devices.NewRegistry(n, Name)
	p.devices.Handle(func() string { return n.Hex("") + "a" }, func(token string) bool { return token != "" && len(token) <= 4096 })
	n.Handle("POST "+Path+"{app}", p.send)
	n.Handle("GET /sim/"+Name+"/requests", p.getRequests)
	if p.o.Listener != nil {
		p.serve()
	}
}

// serve runs the service at its own address.
func (p *Provider) serve() {
	mux := http.NewServeMux()
	mux.HandleFunc("POST "+Path+"{app}", p.send)
	secure := p.o.TLS.Clone()
	secure.ClientAuth = tls.RequestClientCert
	p.server = &http.Server{Handler: mux, TLSConfig: secure, ReadTimeout: 30 * time.Second,
		ErrorLog: slog.NewLogLogger(p.n.Log().Handler(), slog.LevelDebug)}
	p.serving.Go(func() {
		if err := p.server.ServeTLS(p.o.Listener, "", ""); !errors.Is(err, http.ErrServerClosed) {
			p.n.Log().Error("the push proxy ended", "err", err)
		}
	})
}

// Devices are the devices that the service delivers to. It is called after Join.
func (p *Provider) Devices() *devices.Registry { return p.devices }

// Close implements simulator.Closer.
func (p *Provider) Close() {
	if p.server != nil {
		_ = p.server.Close()
		p.serving.Wait()
	}
}

// Clear implements simulator.Clearer.
func (p *Provider) Clear() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.taken, p.keys, p.last = map[string]bool{}, nil, nil
}

// repeated notes an idempotency key and says whether it had come before.
func (p *Provider) repeated(key string) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.taken[key] {
		return true
	}
	p.taken[key] = true
	if p.keys = append(p.keys, key); len(p.keys) > 100_000 {
		delete(p.taken, p.keys[0])
		p.keys = slices.Clone(p.keys[1:])
	}
	return false
}

func (p *Provider) remember(r Request) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.last = append(p.last, r); len(p.last) > shown {
		p.last = slices.Clone(p.last[1:])
	}
}

// getRequests answers what came, the newest first.
func (p *Provider) getRequests(w http.ResponseWriter, _ *http.Request) {
	p.mu.Lock()
	out := append([]Request{}, p.last...)
	p.mu.Unlock()
	slices.Reverse(out)
	simulator.WriteJSON(w, http.StatusOK, map[string]any{"requests": out})
}

func refusals() []devices.Refusal {
	return []devices.Refusal{
		{Suffix: "0010", Word: "404", Does: "refused, 404: the device is not known"},
		{Suffix: "0011", Word: "unregistered", Does: "refused, 400 {\"error\": \"unregistered\"}"},
		{Suffix: "0013", Word: "403", Does: "refused, 403: the device cannot receive pushes"},
		{Suffix: "0014", Word: "401", Does: "refused, 401: the credentials are wrong"},
	}
}
