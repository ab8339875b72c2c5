package mailgun

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"strconv"
	"strings"
	"time"

	"heliograph"
)

// How old a signature may be, and how far ahead its clock. Mailgun signs once
// and repeats for eight hours.
const (
	maxAge   = 24 * time.Hour
	maxAhead = time.Hour
)

// signature is Mailgun's proof. It covers its own time and token alone, not
// what was sent: the hook's URL must be reached by TLS, and what comes twice is
// told apart by its own id.
type signature struct {
	Timestamp string `json:"timestamp"`
	Token     string `json:"token"`
	Signature string `json:"signature"`
}

// check refuses what Mailgun did not sign, or signed too long ago.
func (s *sender) check(p signature) error {
	if s.settings.SigningKey == "" {
		return forbidden("the integration has no signingKey, so that nothing from Mailgun can be believed")
	}
	if !signed(s.settings.SigningKey, p) {
		return forbidden("the signature is not that of the integration's signingKey")
	}
	seconds, err := strconv.ParseInt(p.Timestamp, 10, 64)
	age := s.deps.Clock().Sub(time.Unix(seconds, 0))
	if err != nil || age > maxAge || age < -maxAhead {
		return forbidden("the signature is too old")
	}
	return nil
}

// signed reports whether p is signed with key: hex HMAC-SHA256 over the time and
// the token.
func signed(key string, p signature) bool {
	if p.Timestamp == "" || p.Token == "" || len(p.Token) > 200 || len(p.Timestamp) > 20 {
		return false
	}
	h := hmac.New(sha256.New, []byte(key))
	h.Write([]byte(p.Timestamp + p.Token))
	return hmac.Equal([]byte(hex.EncodeToString(h.Sum(nil))), []byte(strings.ToLower(p.Signature)))
}

func forbidden(message string) error {
	return heliograph.Errorf(heliograph.Forbidden, heliograph.CodeForbidden, "%s", message)
}
