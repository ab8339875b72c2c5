package webpush

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"net/http"
	"net/mail"
	"net/url"
	"strings"
	"time"

	"heliograph/channel/simulator/jws"
)

// longest is for how long a VAPID token may be good.
const longest = 24 * time.Hour

// identify checks the Authorization header of a push to b.
func (p *Provider) identify(r *http.Request, b *browser) *refusal {
	scheme, rest, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	if !strings.EqualFold(scheme, "vapid") {
		return refuse(http.StatusUnauthorized, "the Authorization header is not that of VAPID")
	}
	given := map[string]string{}
	for part := range strings.SplitSeq(rest, ",") {
		name, value, _ := strings.Cut(strings.TrimSpace(part), "=")
		given[name] = strings.Trim(value, `"`)
	}
	raw, err := base64url.DecodeString(given["k"])
	if err != nil {
		return refuse(http.StatusUnauthorized, "k is not base64url")
	}
	key, err := ecdsa.ParseUncompressedPublicKey(elliptic.P256(), raw)
	if err != nil {
		return refuse(http.StatusUnauthorized, "k is not a P-256 point")
	}
	token, err := jws.Parse(given["t"], "ES256")
	if err != nil || !token.By(key) {
		return refuse(http.StatusUnauthorized, "the token is not signed by k")
	}
	var claims struct {
		Audience string `json:"aud"`
		Expires  int64  `json:"exp"`
		Subject  string `json:"sub"`
	}
	if token.Claims(&claims) != nil {
		return refuse(http.StatusUnauthorized, "the claims cannot be read")
	}
	left := time.Unix(claims.Expires, 0).Sub(p.n.Now())
	switch {
	case claims.Audience != p.origin(r):
		return refuse(http.StatusForbidden, "aud is not "+p.origin(r))
	case left <= 0:
		return refuse(http.StatusForbidden, "the token has ended")
	case left > longest:
		return refuse(http.StatusForbidden, "exp is more than 24 hours away")
	case !isContact(claims.Subject):
		return refuse(http.StatusForbidden, "sub is neither mailto: nor https:")
	case b.sender == "" && p.own.Get().Strict:
		return refuse(http.StatusForbidden, "the subscription names no sender")
	case b.sender != "" && b.sender != given["k"]:
		return refuse(http.StatusForbidden, "k is not the key that the subscription was made for")
	}
	return nil
}

func isContact(subject string) bool {
	if address, ok := strings.CutPrefix(subject, "mailto:"); ok {
		_, err := mail.ParseAddress(address)
		return err == nil
	}
	u, err := url.Parse(subject)
	return err == nil && u.Scheme == "https" && u.Host != ""
}
