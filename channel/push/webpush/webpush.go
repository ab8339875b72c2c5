// Package webpush sends pushes to browsers, each through the service that its
// maker runs (RFC 8030), encrypted for the browser alone (RFC 8291).
package webpush

import (
	"context"
	"crypto/ecdsa"
	"encoding/base64"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"

	"heliograph"
	"heliograph/channel"
	"heliograph/channel/push"
)

// Options configure a Service.
type Options struct {
	// Guarded reaches what a stranger may name: the endpoint is the browser's word.
	Guarded http.RoundTripper
	Plain   bool // endpoints may be http: tests
	Clock   heliograph.Clock
	Random  io.Reader
	Key     *ecdsa.PrivateKey
	Subject string // whom push services turn to about us: mailto: or https:
}

// Service sends for one integration.
type Service struct {
	Options
	public string
}

// New returns a service.
func New(o Options) (*Service, error) {
	public, err := publicOf(o.Key)
	return &Service{o, base64.RawURLEncoding.EncodeToString(public)}, err
}

// payload is what the messenger's service worker gets.
type payload struct {
	Title string    `json:"title"`
	Body  string    `json:"body"`
	Tag   string    `json:"tag"` // a later one of the conversation takes its place
	Badge int64     `json:"badge"`
	Data  push.Data `json:"heliograph"`
}

func encode(n *push.Note) any {
	return payload{n.Title, n.Body, n.Group, n.Badge, n.Data}
}

// Push implements push.Service.
func (s *Service) Push(ctx context.Context, out *channel.Outgoing, n *push.Note) channel.Result {
	sub, err := parseSubscription(out.About.Push.Token, s.Plain)
	if err != nil {
		return push.Dead(channel.Reply{}, "", err.Error())
	}
	text, err := n.Fit(maxText, encode)
	if err != nil {
		return push.TooLong()
	}
	body, err := s.seal(sub, text)
	if err != nil {
		return channel.Final(heliograph.ReasonBadRequest, "the push cannot be encrypted")
	}
	auth, err := s.authorization(sub.endpoint)
	if err != nil {
		return channel.Final(heliograph.ReasonUnauthorized, "the key cannot sign")
	}
	header := http.Header{
		"Authorization": {auth}, "Content-Encoding": {"aes128gcm"}, "Content-Type": {"application/octet-stream"}, "User-Agent": {"Heliograph"},
		"Ttl": {strconv.FormatInt(int64(n.TTL/time.Second), 10)}, "Urgency": {"high"}, "Topic": {topic(n.Group)},
	}
	if !n.Urgent {
		header.Set("Urgency", "normal")
	}
	req := &http.Request{
		Method: http.MethodPost, URL: sub.endpoint, Host: sub.endpoint.Host, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1, Header: header,
	}
	reply, failed := channel.Call(s.Guarded, req.WithContext(ctx), body)
	if failed != nil {
		failed.OnlyThis = true
		failed.Message = "the browser's push service: " + failed.Message
		return *failed
	}
	return s.result(reply, out.Delivery)
}

func (s *Service) seal(sub *subscription, text []byte) ([]byte, error) {
	own, err := s.ephemeral()
	if err != nil {
		return nil, err
	}
	salt := make([]byte, saltSize)
	if _, err := io.ReadFull(s.Random, salt); err != nil {
		return nil, err
	}
	return encrypt(text, sub.key, sub.auth, own, salt)
}

// topic is at most 32 characters of base64url: an id of a conversation is one as
// it is, that of a delivery without its dashes.
func topic(group string) string { return strings.ReplaceAll(group, "-", "") }

// result reads a service's answer. Endpoints are whatever a visitor says, so
// that no answer of one may stop the pushes to others: it is never a pause, and
// whoever is slow or busy keeps nobody waiting but itself.
func (s *Service) result(reply channel.Reply, id heliograph.NotificationID) channel.Result {
	switch reply.Status {
	case http.StatusCreated, http.StatusOK, http.StatusAccepted, http.StatusNoContent:
		return channel.Accepted(reply.Status, id.String())
	case http.StatusNotFound, http.StatusGone:
		return push.Dead(reply, "", "the browser ended its subscription")
	case http.StatusRequestEntityTooLarge:
		r := push.TooLong()
		r.HTTPStatus = reply.Status
		return r
	}
	r := channel.Classify(reply, s.Clock())
	r.OnlyThis = r.Class != channel.ClassFinal
	switch reply.Status {
	case http.StatusUnauthorized, http.StatusForbidden:
		r = channel.Final(heliograph.ReasonUnauthorized, "the browser's push service does not take our key for this subscription")
		r.HTTPStatus = reply.Status
	case http.StatusServiceUnavailable:
		r.Class, r.Reason, r.Message = channel.ClassRetry, heliograph.ReasonTimeout, "the browser's push service is busy"
	}
	return r
}
