// Package crashtest proves what the program promises when things go wrong: it
// runs the real binary between a simulated provider and a webhook receiver,
// kills it, restores it, has the provider misbehave, and counts at both ends.
// Only tests live here. It knows the program from outside alone: its command
// line, its API and its data folder.
package crashtest

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"sync/atomic"
	"testing"
	"time"

	"heliograph/channel/simulator"
	"heliograph/internal/testkit"
)

// Options say what a bed is made of.
type Options struct {
	DatabaseURL string             // "": SQLite
	Processes   int                // 0: 1
	Args        []string           // more flags of serve
	Network     simulator.Settings // how the provider behaves
	Delivery    map[string]any     // the integration's delivery settings
	Everything  bool               // every provider is played; else Twilio alone
}

// Bed is the program with everything that it talks to. The integration is on
// the simulated provider; one webhook is told of everything.
type Bed struct {
	t        testing.TB
	Programs []*testkit.Program
	Provider *httptest.Server
	Told     *Told
	*API

	network   http.Handler     // the simulator
	relay     string           // where the provider speaks SMTP
	mail      string           // where the program takes mail
	database  string           // PostgreSQL's URL, or none
	addresses []string         // of the programs
	front     *httptest.Server // what the provider calls: whichever process takes it
	turn      atomic.Uint64
}

// The provider's account. The simulator takes any.
const (
	account = "AC00000000000000000000000000000001"
	token   = "00000000000000000000000000000001"
	sender  = "PN00000000000000000000000000000001"
)

// Network is a provider that works, at a pace for tests, where nothing about a
// number is magic.
func Network() simulator.Settings {
	s := simulator.DefaultSettings()
	s.Magic, s.SentMs, s.DeliveredMs, s.RetryMs, s.Retries = false, 10, 20, 100, 12
	return s
}

// New starts a bed, with a tenant, an integration and a webhook.
func New(t testing.TB, o Options) *Bed {
	t.Helper()
	b := &Bed{t: t, Told: newTold(t), database: o.DatabaseURL}
	sim := simulator.New(simulator.Options{Settings: &o.Network, Providers: b.providers(o.Everything)})
	b.network = sim.Handler()
	b.OpenProvider(stablePort(t))
	b.front = httptest.NewServer(b.proxy())
	t.Cleanup(func() {
		b.Provider.CloseClientConnections()
		sim.Close()
		b.Provider.Close()
		b.front.Close()
	})
	for range max(o.Processes, 1) {
		p := b.program(o)
		b.Programs, b.addresses = append(b.Programs, p), append(b.addresses, p.Addr)
	}
	for _, p := range b.Programs {
		p.Start() // the first one makes the master key
	}
	b.API = newAPI(t, b.Programs)
	b.prepare(o)
	return b
}

// OpenProvider has the provider listen at an address. Closing Provider and
// opening it again is an outage.
func (b *Bed) OpenProvider(address string) {
	b.t.Helper()
	l, err := net.Listen("tcp", address)
	if err != nil {
		b.t.Fatal(err)
	}
	b.Provider = &httptest.Server{Listener: l, Config: &http.Server{Handler: b.network}}
	b.Provider.Start()
}

func (b *Bed) program(o Options) *testkit.Program {
	args := append([]string{
		"--listen=" + stablePort(b.t), "--public-url=" + b.front.URL, "--provider-url=twilio=" + b.Provider.URL,
		"--allow-private-targets", "--log-format=json",
	}, o.Args...)
	if o.DatabaseURL != "" {
		args = append(args, "--database-url="+o.DatabaseURL)
	}
	if o.Everything {
		args = append(args, b.channelArgs()...)
	}
	if len(b.Programs) > 0 { // several processes share the master key
		args = append(args, "--data="+b.Programs[0].Data)
	}
	return testkit.NewProgram(b.t, "serve", args...)
}

// stablePort returns an address whose port no other connection of this machine
// is given while the program that listens on it is dead.
func stablePort(t testing.TB) string {
	t.Helper()
	for range 100 {
		address := fmt.Sprintf("127.0.0.1:%d", 10000+rand.IntN(9000))
		if l, err := net.Listen("tcp", address); err == nil {
			l.Close()
			return address
		}
	}
	t.Fatal("no free port")
	return ""
}

// proxy hands what the provider calls to the processes in turn.
func (b *Bed) proxy() http.Handler {
	return &httputil.ReverseProxy{
		Rewrite:      func(r *httputil.ProxyRequest) { r.SetURL(&url.URL{Scheme: "http", Host: "in turn"}) },
		ErrorHandler: func(w http.ResponseWriter, _ *http.Request, _ error) { w.WriteHeader(http.StatusBadGateway) },
		Transport:    &patient{next: b.next, rt: &http.Transport{MaxIdleConnsPerHost: 64, IdleConnTimeout: time.Second}},
	}
}

func (b *Bed) next() string { return b.addresses[int(b.turn.Add(1))%len(b.addresses)] }

// patient waits for a process that listens, as a balancer does. What breaks off
// in the middle is the provider's to repeat.
type patient struct {
	next func() string
	rt   http.RoundTripper
}

// RoundTrip implements http.RoundTripper.
func (p *patient) RoundTrip(r *http.Request) (res *http.Response, err error) {
	var body []byte
	if r.Body != nil {
		if body, err = io.ReadAll(r.Body); err != nil {
			return nil, err
		}
	}
	for range 100 {
		r.URL.Host, r.Body = p.next(), io.NopCloser(bytes.NewReader(body))
		var dial *net.OpError
		if res, err = p.rt.RoundTrip(r); !errors.As(err, &dial) || dial.Op != "dial" {
			return res, err
		}
		pass(20 * time.Millisecond)
	}
	return nil, err
}

// prepare makes the tenant and what it needs.
func (b *Bed) prepare(o Options) {
	b.t.Helper()
	var key struct{ KeyID, Secret string }
	if err := json.Unmarshal([]byte(b.Programs[0].Run("keys", "create", "--scope=account", "--json")), &key); err != nil {
		b.t.Fatal(err)
	}
	b.user, b.password = key.KeyID, key.Secret
	var app struct {
		App struct {
			ID string `json:"_id"`
		}
	}
	b.Must(http.MethodPost, "/v1.1/apps", map[string]any{"name": "Crash"}, &app)
	b.base = "/v1.1/apps/" + app.App.ID
	b.Integration = b.Integrate(o.Delivery)
	b.Must(http.MethodPost, b.base+"/webhooks", map[string]any{"target": b.Told.URL, "triggers": []string{"*"}}, nil)
	b.Simulate(http.MethodPost, "/sim/numbers", map[string]string{
		"phoneNumberSid": sender, "accountSid": account, "authToken": token, "smsUrl": b.front.URL + "/hooks/twilio/" + b.Integration + "/inbound",
	}, nil)
}

// On has what follows fail t, a test within the bed's.
func (b *Bed) On(t testing.TB) {
	was := b.t
	b.t, b.API.t = t, t
	t.Cleanup(func() { b.t, b.API.t = was, was })
}

// Integrate makes an integration with these delivery settings.
func (b *Bed) Integrate(delivery map[string]any) string {
	b.t.Helper()
	var made struct {
		Integration struct {
			ID          string `json:"_id"`
			PhoneNumber string
		}
	}
	b.Must(http.MethodPost, b.base+"/integrations", map[string]any{
		"type": "twilio", "accountSid": account, "authToken": token, "phoneNumberSid": sender, "delivery": delivery,
	}, &made)
	b.Number = made.Integration.PhoneNumber
	return made.Integration.ID
}

// Simulate calls one of the simulator's own endpoints.
func (b *Bed) Simulate(method, path string, in, out any) {
	b.t.Helper()
	if err := exchange(b.t, method, b.Provider.URL+path, in, out, nil); err != nil {
		b.t.Fatal(err)
	}
}

// Counts is how often the provider took each text.
func (b *Bed) Counts() (taken map[string]int, requests int) {
	b.t.Helper()
	var c simulator.Counts
	b.Simulate(http.MethodGet, "/sim/counts", nil, &c)
	taken = map[string]int{}
	for _, p := range c.Pairs {
		taken[p.Body] += p.Accepted
	}
	return taken, c.Requests
}

// Until waits until ok, and fails the test when that takes too long.
func Until(t testing.TB, what string, ok func() bool) {
	t.Helper()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	const patience = 4 * testkit.Deadline // a crash leaves much to do
	for end := time.Now().Add(patience); !ok(); <-tick.C {
		if time.Now().After(end) {
			t.Fatalf("waited %v for %s", patience, what)
		}
	}
}

// pass lets time pass: between two kills, not to wait for something.
func pass(d time.Duration) { <-time.After(d) }
