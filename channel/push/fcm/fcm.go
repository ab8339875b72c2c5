// Package fcm sends pushes through Firebase Cloud Messaging's HTTP v1 API, as a
// service account of the project.
package fcm

import (
	"context"
	"crypto/rsa"
	"net/http"
	"net/url"

	"heliograph"
	"heliograph/channel"
	"heliograph/channel/push"
)

// The servers.
const (
	Base   = "https://fcm.googleapis.com"
	tokens = "https://oauth2.googleapis.com"
)

// maxPayload is how many bytes the parts of a push that reach the device may
// have. They are less than the body that is counted.
const maxPayload = 4096

// Options configure a Service.
type Options struct {
	HTTP  http.RoundTripper
	Base  string // Base, or what the operator put in its place: then tokens are had there, too
	Clock heliograph.Clock

	Project, Email string
	Key            *rsa.PrivateKey
	// Apple adds what apps on Apple's devices need; Badge with the unread count.
	Apple, Badge bool
}

// Service sends for one project.
type Service struct {
	Options
	access *access
}

// New returns a service.
func New(o Options) *Service {
	at := tokens
	if o.Base != Base {
		at = o.Base
	}
	return &Service{Options: o, access: &access{Options: o, url: at + "/token", turn: make(chan struct{}, 1)}}
}

// Push implements push.Service.
func (s *Service) Push(ctx context.Context, out *channel.Outgoing, n *push.Note) channel.Result {
	device := out.About.Push
	body, err := n.Fit(maxPayload, func(n *push.Note) any { return s.message(device.Token, n) })
	if err != nil {
		return push.TooLong()
	}
	token, failed := s.access.get(ctx, "")
	if failed != nil {
		return *failed
	}
	reply, failed := s.call(ctx, token, body)
	if failed == nil && reply.Status == http.StatusUnauthorized && problemOf(reply).stale() {
		// Nothing was sent: the token may have been revoked.
		if token, failed = s.access.get(ctx, token); failed == nil {
			reply, failed = s.call(ctx, token, body)
		}
	}
	if failed != nil {
		return *failed
	}
	return s.result(reply, out.Attempt)
}

func (s *Service) call(ctx context.Context, token string, body []byte) (channel.Reply, *channel.Result) {
	target, err := url.Parse(s.Base)
	if err != nil {
		r := channel.Final(heliograph.ReasonBadRequest, "the provider's URL is not a URL")
		return channel.Reply{}, &r
	}
	target.Path += "/v1/projects/" + s.Project + "/messages:send"
	req := &http.Request{
		Method: http.MethodPost, URL: target, Host: target.Host, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: http.Header{
			"Authorization": {"Bearer " + token}, "Content-Type": {"application/json"}, "Accept": {"application/json"}, "User-Agent": {"Heliograph"},
		},
	}
	return channel.Call(s.HTTP, req.WithContext(ctx), body)
}

// Check asks Google for an access token, which shows whether it takes the
// service account.
func (s *Service) Check(ctx context.Context) error {
	_, failed := s.access.get(ctx, "")
	switch {
	case failed == nil:
		return nil
	case failed.Class == channel.ClassPause:
		return heliograph.InvalidField("privateKey", "was refused: %s", failed.Message)
	}
	return heliograph.Errorf(heliograph.Unavailable, heliograph.CodeUnavailable, "Google could not be asked: %s", failed.Message)
}
