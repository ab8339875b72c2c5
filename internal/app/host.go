package app

import (
	"context"
	"crypto/tls"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"heliograph"
	"heliograph/channel"
	"heliograph/internal/netguard"
	"heliograph/internal/outbound"
)

// host hands channels what they need.
type host struct {
	http      http.RoundTripper // to providers; their addresses are the operator's, so it is not guarded
	http2     http.RoundTripper // to providers that want HTTP/2
	guarded   http.RoundTripper // to what tenants name
	guard     *netguard.Guard
	plain     bool // what tenants name need not be https
	auth      channel.Authenticator
	providers map[string]string                                            // channel's name -> base URL, where it is not the real one
	public    string                                                       // our own base URL, no trailing slash
	media     func(ctx context.Context, url string) (*channel.Blob, error) // opens a file of ours; nil: there are none
	now       heliograph.Clock
	log       *slog.Logger
}

// through returns a transport that calls whom g lets through.
func through(g *netguard.Guard) *outbound.Transport {
	return outbound.New(outbound.Options{Dial: g.DialContext})
}

// guardedAs returns a transport to what tenants name that shows a certificate.
func (h *host) guardedAs(cert tls.Certificate) http.RoundTripper {
	return outbound.New(outbound.Options{Dial: h.guard.DialContext, Certificates: []tls.Certificate{cert}})
}

// overHTTP2 returns a transport to providers, which speaks nothing but HTTP/2. A
// connection on which nothing comes is asked whether it is alive: a push that
// went into a dead one would be in doubt.
func overHTTP2(g *netguard.Guard) *http.Transport {
	only := new(http.Protocols)
	only.SetHTTP2(true)
	only.SetUnencryptedHTTP2(true)
	return &http.Transport{
		DialContext: g.DialContext, Protocols: only, DisableCompression: true,
		TLSHandshakeTimeout: 10 * time.Second, IdleConnTimeout: 10 * time.Minute, MaxResponseHeaderBytes: 64 << 10,
		HTTP2: &http.HTTP2Config{SendPingTimeout: 15 * time.Second, PingTimeout: 5 * time.Second},
	}
}

// Deps implements tenant.Host.
func (h *host) Deps(t *channel.Type, id heliograph.IntegrationID) channel.Deps {
	base := t.BaseURL
	if u := h.providers[t.Name]; u != "" {
		base = u
	}
	return channel.Deps{
		HTTP:      h.http,
		HTTP2:     h.http2,
		Guarded:   h.guarded,
		GuardedAs: h.guardedAs,
		Plain:     h.plain,
		Dial:      h.guard.DialContext,
		Auth:      h.auth,
		Media:     h.openFile,
		BaseURL:   strings.TrimRight(base, "/"),
		HookURL:   h.public + "/hooks/" + t.Name + "/" + id.String(),
		Clock:     h.now,
		Log:       h.log.With("channel", t.Name, "integration", id.String()),
	}
}

// openFile opens a file that we serve. The engine that has them is made after
// the host.
func (h *host) openFile(ctx context.Context, url string) (*channel.Blob, error) {
	if h.media == nil {
		return nil, heliograph.Errorf(heliograph.NotFound, heliograph.CodeNotFound, "there is no such file")
	}
	return h.media(ctx, url)
}
