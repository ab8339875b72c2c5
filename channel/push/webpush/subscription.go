package webpush

import (
	"crypto/ecdh"
	"encoding/base64"
	"encoding/json"
	"errors"
	"net/url"
	"strings"
)

// subscription is what a browser gives a page that may push to it.
type subscription struct {
	endpoint *url.URL
	key      *ecdh.PublicKey
	auth     []byte
}

// maxEndpoint is in bytes.
const maxEndpoint = 2048

var errSubscription = errors.New("what the device registered is not a browser's subscription")

// parseSubscription reads a subscription as JSON. Its endpoint is whatever the
// device says: plain lets it be http, which is for tests.
func parseSubscription(text string, plain bool) (*subscription, error) {
	var doc struct {
		Endpoint string `json:"endpoint"`
		Keys     struct {
			P256dh string `json:"p256dh"`
			Auth   string `json:"auth"`
		} `json:"keys"`
	}
	if json.Unmarshal([]byte(text), &doc) != nil || len(doc.Endpoint) > maxEndpoint {
		return nil, errSubscription
	}
	u, err := url.Parse(doc.Endpoint)
	if err != nil || u.Host == "" || u.User != nil || u.Fragment != "" || u.Scheme != "https" && (!plain || u.Scheme != "http") {
		return nil, errSubscription
	}
	point, err := decode(doc.Keys.P256dh)
	if err != nil {
		return nil, errSubscription
	}
	key, err := ecdh.P256().NewPublicKey(point)
	if err != nil {
		return nil, errSubscription
	}
	auth, err := decode(doc.Keys.Auth)
	if err != nil || len(auth) != 16 {
		return nil, errSubscription
	}
	return &subscription{u, key, auth}, nil
}

// decode reads base64url, with or without padding, and the standard alphabet,
// too, which old pages use.
func decode(s string) ([]byte, error) {
	s = strings.NewReplacer("+", "-", "/", "_").Replace(strings.TrimRight(s, "="))
	return base64.RawURLEncoding.DecodeString(s)
}
