// Package apns sends pushes through Apple's push service: HTTP/2, with a
// provider token that a key of the developer account signs.
package apns

import (
	"context"
	"crypto/ecdsa"
	"encoding/hex"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"heliograph"
	"heliograph/channel"
	"heliograph/channel/push"
)

// The servers.
const (
	Production = "https://api.push.apple.com"
	Sandbox    = "https://api.sandbox.push.apple.com"
)

// maxPayload is how many bytes a push may have.
const maxPayload = 4096

// Options configure a Service.
type Options struct {
	HTTP2 http.RoundTripper
	Base  string // Production, or what the operator put in its place
	Clock heliograph.Clock

	KeyID, TeamID string
	Key           *ecdsa.PrivateKey
	Bundle        string // the app, of devices that do not say
	// Live says that devices use Apple's production servers unless they say
	// otherwise. Without it all use the sandbox.
	Live  bool
	Badge bool // show the unread count on the app's icon
}

// Service sends for one developer account.
type Service struct {
	Options
	token tokens
}

// New returns a service.
func New(o Options) *Service {
	return &Service{Options: o, token: tokens{key: o.Key, id: o.KeyID, team: o.TeamID, now: o.Clock}}
}

// Push implements push.Service. A token that the one server does not know is
// shown to the other: whether an app was built for development is easily got
// wrong, and a device would be lost by it.
func (s *Service) Push(ctx context.Context, out *channel.Outgoing, n *push.Note) channel.Result {
	device := out.About.Push
	if !isToken(device.Token) {
		return push.Dead(channel.Reply{}, "", "what the device registered is not a token of Apple's")
	}
	topic := device.App
	if topic == "" {
		topic = s.Bundle
	}
	if topic == "" || strings.ContainsFunc(topic, func(r rune) bool { return r <= ' ' || r > '~' }) {
		return channel.Final(heliograph.ReasonBadRequest, "neither the device nor the integration names the app: set bundleId")
	}
	body, err := n.Fit(maxPayload, s.payload)
	if err != nil {
		return push.TooLong()
	}
	header := http.Header{
		"Apns-Topic": {topic}, "Apns-Push-Type": {"alert"}, "Apns-Priority": {"10"},
		"Apns-Expiration": {strconv.FormatInt(n.Expires.Unix(), 10)}, "Apns-Collapse-Id": {n.Group}, "Apns-Id": {out.Delivery.String()},
	}
	if !n.Urgent {
		header.Set("Apns-Priority", "5")
	}
	at := &notice{token: device.Token, at: device.At, header: header, body: body}
	first, second := s.hosts(device)
	r := s.send(ctx, first, at)
	if r.ProviderCode == badToken && second != "" {
		// A key may be good for one of the servers alone: that is no reason to pause.
		if other := s.send(ctx, second, at); other.Class != channel.ClassFinal && other.Class != channel.ClassPause {
			return other
		}
	}
	return r
}

// hosts returns where a device is to be found, and where else it might be; "" is
// nowhere else.
func (s *Service) hosts(device *heliograph.Push) (first, second string) {
	switch {
	case s.Base != Production:
		return s.Base, ""
	case s.Live && !device.Sandbox:
		return Production, Sandbox
	default:
		return Sandbox, Production
	}
}

// notice is one push as it goes out.
type notice struct {
	token  string
	at     heliograph.Millis // when it was registered
	header http.Header
	body   []byte
}

// send asks one server. A provider token that is too old is renewed, once.
func (s *Service) send(ctx context.Context, host string, n *notice) channel.Result {
	for again := false; ; again = true {
		token, fresh, err := s.token.get()
		if err != nil {
			return channel.Final(heliograph.ReasonUnauthorized, "the key cannot sign")
		}
		reply, failed := s.call(ctx, host, n, token)
		if failed != nil {
			return *failed
		}
		r, code := s.result(reply, n)
		if code != expiredProviderToken || again || fresh {
			return r
		}
		s.token.renew(token)
	}
}

func (s *Service) call(ctx context.Context, host string, n *notice, token string) (channel.Reply, *channel.Result) {
	target, err := url.Parse(host)
	if err != nil {
		r := channel.Final(heliograph.ReasonBadRequest, "the provider's URL is not a URL")
		return channel.Reply{}, &r
	}
	target.Path += "/3/device/" + n.token
	header := n.header.Clone()
	header.Set("Authorization", "bearer "+token)
	header.Set("Content-Type", "application/json")
	header.Set("User-Agent", "Heliograph")
	req := &http.Request{
		Method: http.MethodPost, URL: target, Host: target.Host, Proto: "HTTP/2.0", ProtoMajor: 2, Header: header,
	}
	return channel.Call(s.HTTP2, req.WithContext(ctx), n.body)
}

// maxToken is in bytes; today's have 32, and Apple says that they may grow.
const maxToken = 256

func isToken(s string) bool {
	b, err := hex.DecodeString(s)
	return err == nil && len(b) > 0 && len(b) <= maxToken
}
