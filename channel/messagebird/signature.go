package messagebird

import (
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"heliograph"
	"heliograph/channel"
)

// What is allowed of time.
const (
	skew = 5 * time.Second
	// maxAge is for proofs without an end of their own, which MessageBird also
	// sends: they count for this long from their beginning.
	maxAge = 5 * time.Minute
)

// claims are what MessageBird says under its signature.
type claims struct {
	jwt.RegisteredClaims
	URLHash     string  `json:"url_hash"`
	PayloadHash *string `json:"payload_hash"` // nil when there is no body
}

// authenticate checks that MessageBird sent req: its signature, its time, the
// whole URL with the query, and the body or that there is none.
//
// A proof is not kept, so within its time a request can be sent again by who
// overheard it. That changes nothing: each fact has a key of what it says (the
// message's id; of a report also its recipient and status), and every key is
// taken in once. A report by GET is wholly in the URL that is signed, so a
// repetition can say nothing else; and statuses only ever move up.
func (s *sender) authenticate(req *channel.Request) error {
	if s.settings.SigningKey == "" {
		return forbidden("this integration has no signingKey, so nothing proves that MessageBird sent this: set it")
	}
	var c claims
	parser := jwt.NewParser(
		jwt.WithValidMethods([]string{"HS256", "HS384", "HS512"}), jwt.WithIssuer("MessageBird"),
		jwt.WithLeeway(skew), jwt.WithTimeFunc(s.deps.Clock), jwt.WithStrictDecoding(),
	)
	_, err := parser.ParseWithClaims(req.Header.Get("MessageBird-Signature-JWT"), &c, func(*jwt.Token) (any, error) {
		return []byte(s.settings.SigningKey), nil
	})
	switch {
	case err != nil:
		return notSigned()
	case c.ExpiresAt == nil && (c.NotBefore == nil || s.deps.Clock().Sub(c.NotBefore.Time) > maxAge):
		return forbidden("the proof has no end and is too old")
	case !sameHash(c.URLHash, []byte(req.URL)):
		return forbidden("the proof is of another URL: is the public URL what MessageBird was given?")
	case (c.PayloadHash == nil) != (len(req.Body) == 0):
		return notSigned()
	case c.PayloadHash != nil && !sameHash(*c.PayloadHash, req.Body):
		return notSigned()
	}
	return nil
}

func sameHash(said string, of []byte) bool {
	sum := sha256.Sum256(of)
	return subtle.ConstantTimeCompare([]byte(said), []byte(hex.EncodeToString(sum[:]))) == 1
}

func notSigned() error { return forbidden("the request is not signed by this account") }

func forbidden(message string) error {
	return heliograph.Errorf(heliograph.Forbidden, heliograph.CodeForbidden, "%s", message)
}
