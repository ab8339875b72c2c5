package app

import (
	"context"
	"log/slog"
	"net"
	"net/http"
	"slices"
	"time"

	"heliograph/channel/simulator"
	"heliograph/channel/simulator/whatsapp"
)

// SimulateOptions say how to run a provider simulator.
type SimulateOptions struct {
	Listen    string
	PublicURL string // "": from Listen
	SMTP      string // where SMTP is spoken; "": at a free port of the loopback, NoSMTP: nowhere
	NoHistory bool
	Log       *slog.Logger
	// More adds handlers of its own beside the simulator's; may be nil.
	More func(mux *http.ServeMux)
	// Links lead from the simulator's page to More.
	Links []simulator.Link
}

// Simulation is a running provider simulator with its pages.
type Simulation struct {
	sim *simulator.Simulator
	web *server
	url string

	smtp string
}

// playedProviders are the providers that the simulator plays beside Twilio.
func playedProviders() []simulator.Provider {
	return []simulator.Provider{
		whatsapp.New(),
	}
}

// Simulate runs a provider simulator until Stop.
func Simulate(o SimulateOptions) (*Simulation, error) {
	web, err := listen(o.Listen, nil, o.Log)
	if err != nil {
		return nil, err
	}
	if o.PublicURL == "" {
		o.PublicURL = "http://" + reachable(web.ln.Addr().String())
	}
	mail, spoken, err := mailProviders(o.SMTP)
	if err != nil {
		_ = web.ln.Close()
		return nil, err
	}
	s := &Simulation{url: o.PublicURL, web: web, smtp: spoken}
	s.sim = simulator.New(simulator.Options{
		Log: o.Log, PublicURL: o.PublicURL, Links: o.Links, Limits: simulator.Limits{NoHistory: o.NoHistory},
		Providers: slices.Concat(playedProviders(), mail, pushProviders()),
	})
	mux := http.NewServeMux()
	mux.Handle("/", s.sim.Handler())
	if o.More != nil {
		o.More(mux)
	}
	s.web.http.Handler = mux
	s.web.http.WriteTimeout = 0 // the pages' streams stay open
	s.web.http.Protocols = bothVersions()
	s.web.serve(func(err error) { o.Log.Error("the simulator ended", "err", err) })
	return s, nil
}

// reachable is an address to call that reaches who listens on address.
func reachable(address string) string {
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		return address
	}
	if ip := net.ParseIP(host); host == "" || ip != nil && ip.IsUnspecified() {
		host = "127.0.0.1"
	}
	return net.JoinHostPort(host, port)
}

// URL is the simulator's address.
func (s *Simulation) URL() string { return s.url }

// Stop ends the simulator.
func (s *Simulation) Stop() {
	s.sim.Close() // ends the streams, which would hold the server up
	ctx, cancel := context.WithTimeout(context.Background(), 3*time.Second)
	defer cancel()
	s.web.stop(ctx)
}
