// Package hooks is where providers call us: /hooks/{channel}/{integrationId}/….
// It hands a request to the integration's channel, which proves that it is
// authentic, and stores what it says before it answers. It knows no provider.
package hooks

import (
	"context"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"heliograph"
	"heliograph/channel"
	"heliograph/internal/api/httpx"
)

// Prefix is the path that the handler serves.
const Prefix = "/hooks/"

// storeTime bounds the storing of one request. Providers give up after 15 s.
const storeTime = 12 * time.Second

// Integrations finds an integration and its channel, from a cache.
type Integrations interface {
	Lookup(ctx context.Context, id heliograph.IntegrationID) (*heliograph.Integration, channel.Channel, *channel.Type, error)
	// OfSender returns the integration of in's app and channel whose sender the
	// provider calls so; nil when there is none.
	OfSender(ctx context.Context, in *heliograph.Integration, sender string) (*heliograph.Integration, error)
}

// Conversations takes in what customers wrote.
type Conversations interface {
	Receive(ctx context.Context, in *heliograph.Integration, raw []byte, facts []channel.Fact) error
}

// Deliveries takes in what became of messages that were sent. These are by far
// the most requests.
type Deliveries interface {
	ApplyStatus(ctx context.Context, in *heliograph.Integration, raw []byte, facts []channel.Fact) error
}

// Notices takes in what is neither a message nor about one: what people allow,
// new addresses, templates.
type Notices interface {
	Told(ctx context.Context, in *heliograph.Integration, raw []byte, facts []channel.Fact) error
}

// Hooks is the surface. Every exported field must be set.
type Hooks struct {
	Integrations  Integrations
	Conversations Conversations
	Deliveries    Deliveries
	Notices       Notices
	// PublicURL is how providers reach us, without a trailing slash. What they
	// sign is the URL they were given, which no header of a request can tell.
	PublicURL string
	Log       *slog.Logger

	large atomic.Int64 // requests above MaxBody that are held
}

func (h *Hooks) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	httpx.LogPath(w, known(r.URL.Path))
	if r.Method != http.MethodPost && r.Method != http.MethodGet {
		w.Header().Set("Allow", "GET, POST")
		refuse(w, http.StatusMethodNotAllowed, "providers send GET or POST")
		return
	}
	in, receiver, kind, rest, err := h.find(r)
	if err != nil {
		h.fail(w, r, err)
		return
	}
	body, done, ok := h.body(w, r, kind)
	if !ok {
		return
	}
	defer done()
	got, err := receiver.Receive(h.request(r, rest, body))
	if err == nil {
		err = h.store(r, in, body, got.Facts)
	}
	if err != nil {
		h.fail(w, r, err)
		return
	}
	answer(w, got.Answer)
}

// find returns the integration that the path names, its receiver and type, and
// the rest of the path.
func (h *Hooks) find(r *http.Request) (*heliograph.Integration, channel.Receiver, *channel.Type, string, error) {
	name, rest, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, Prefix), "/")
	idText, rest, more := strings.Cut(rest, "/")
	if more {
		rest = "/" + rest
	}
	var id heliograph.IntegrationID
	if id.UnmarshalText([]byte(idText)) != nil || id.IsZero() {
		return nil, nil, nil, "", errUnknown()
	}
	in, ch, kind, err := h.Integrations.Lookup(r.Context(), id)
	if err != nil {
		return nil, nil, nil, "", err
	}
	receiver, ok := ch.(channel.Receiver)
	if !ok || in.Type != name {
		return nil, nil, nil, "", errUnknown()
	}
	return in, receiver, kind, rest, nil
}

func errUnknown() error {
	return heliograph.Errorf(heliograph.NotFound, heliograph.CodeIntegrationNotFound, "there is no such integration")
}

func (h *Hooks) request(r *http.Request, rest string, body []byte) *channel.Request {
	url := h.PublicURL + r.URL.EscapedPath()
	if r.URL.RawQuery != "" {
		url += "?" + r.URL.RawQuery
	}
	return &channel.Request{Method: r.Method, URL: url, Path: rest, Query: r.URL.RawQuery, Header: r.Header, Body: body}
}

// store keeps the request and applies its facts, each to the integration that it
// concerns. A provider that hangs up does not undo it.
func (h *Hooks) store(r *http.Request, in *heliograph.Integration, body []byte, facts []channel.Fact) error {
	if len(facts) == 0 {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(r.Context()), storeTime)
	defer cancel()
	raw := evidence(r, body)
	for len(facts) > 0 {
		sender := facts[0].For
		here := only(facts, func(f channel.Fact) bool { return f.For == sender })
		if err := h.storeFor(ctx, in, sender, raw, here); err != nil {
			return notStored(err)
		}
		facts = only(facts, func(f channel.Fact) bool { return f.For != sender })
	}
	return nil
}

// storeFor applies facts about one of the senders that share the URL.
func (h *Hooks) storeFor(ctx context.Context, in *heliograph.Integration, sender string, raw []byte, facts []channel.Fact) error {
	if sender != "" {
		of, err := h.Integrations.OfSender(ctx, in, sender)
		if err != nil {
			return err
		}
		if of == nil {
			h.Log.Warn("a provider told of a sender that no integration of the app has", "channel", in.Type, "integration", in.ID.String(), "facts", len(facts))
			return nil
		}
		in = of
	}
	return h.Apply(ctx, in, raw, facts)
}

// Apply takes in what a provider told of one integration. Messages, statuses and
// the rest go apart: each fact is taken in once, so a repetition finishes what
// was not.
func (h *Hooks) Apply(ctx context.Context, in *heliograph.Integration, raw []byte, facts []channel.Fact) error {
	raw = share(raw, len(facts))
	if messages := only(facts, func(f channel.Fact) bool { return f.Message != nil }); len(messages) > 0 {
		if err := h.Conversations.Receive(ctx, in, raw, messages); err != nil {
			return err
		}
	}
	if statuses := only(facts, func(f channel.Fact) bool { return f.Status != nil }); len(statuses) > 0 {
		if err := h.Deliveries.ApplyStatus(ctx, in, raw, statuses); err != nil {
			return err
		}
	}
	if rest := only(facts, func(f channel.Fact) bool { return f.Message == nil && f.Status == nil }); len(rest) > 0 {
		return h.Notices.Told(ctx, in, raw, rest)
	}
	return nil
}

// only returns those of facts that keep reports; all of them as they are.
func only(facts []channel.Fact, keep func(channel.Fact) bool) []channel.Fact {
	n := 0
	for i := range facts {
		if keep(facts[i]) {
			n++
		}
	}
	if n == 0 || n == len(facts) {
		return facts[:n]
	}
	return slices.DeleteFunc(slices.Clone(facts), func(f channel.Fact) bool { return !keep(f) })
}

func notStored(err error) error {
	return &heliograph.Error{Kind: heliograph.Unavailable, Code: heliograph.CodeUnavailable, Message: "it could not be stored; send it again", Err: err}
}

// share is how much of a request each of its facts keeps as evidence: so much
// that all of them together keep no more than one alone may. Otherwise a batch of
// thousands would be stored thousands of times.
func share(raw []byte, facts int) []byte { return raw[:min(len(raw), maxEvidence/max(facts, 1))] }

// evidence is what is kept of a request: its path and query, and its body as far
// as MaxBody goes.
func evidence(r *http.Request, body []byte) []byte {
	body = body[:min(len(body), MaxBody)]
	target := r.URL.RequestURI()
	raw := make([]byte, 0, len(r.Method)+len(target)+len(body)+2)
	raw = append(raw, r.Method...)
	raw = append(raw, ' ')
	raw = append(raw, target...)
	raw = append(raw, '\n')
	return append(raw, body...)
}
