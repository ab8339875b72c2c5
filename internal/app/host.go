package app

import (
	"context"
	"log/slog"
	"net/http"
	"strings"

	"heliograph"
	"heliograph/channel"
	"heliograph/internal/netguard"
	"heliograph/internal/outbound"
)

// host hands channels what they need.
type host struct {
	http      http.RoundTripper // to providers; their addresses are the operator's, so it is not guarded
	guarded   http.RoundTripper // to what tenants name
	guard     *netguard.Guard
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

// Deps implements tenant.Host.
func (h *host) Deps(t *channel.Type, id heliograph.IntegrationID) channel.Deps {
	base := t.BaseURL
	if u := h.providers[t.Name]; u != "" {
		base = u
	}
	return channel.Deps{
		HTTP:    h.http,
		Guarded: h.guarded,
		Dial:    h.guard.DialContext,
		Auth:    h.auth,
		Media:   h.openFile,
		BaseURL: strings.TrimRight(base, "/"),
		HookURL: h.public + "/hooks/" + t.Name + "/" + id.String(),
		Clock:   h.now,
		Log:     h.log.With("channel", t.Name, "integration", id.String()),
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
