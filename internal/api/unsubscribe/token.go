package unsubscribe

import (
	"encoding/base64"
	"strings"

	"heliograph"
)

// Authenticator makes and checks message authentication codes.
type Authenticator interface {
	MAC(purpose, text string) string
	VerifyMAC(purpose, text, mac string) bool
}

// Who is whom a link is for: an address that an integration writes to.
type Who struct {
	App         heliograph.AppID
	Integration heliograph.IntegrationID
	User        heliograph.UserID // zero: not known
	Address     string
}

const (
	purpose    = "unsubscribe"
	version    = 1
	idBytes    = 12
	headBytes  = 1 + 3*idBytes
	macDigits  = 32
	maxAddress = 320
)

// Links makes the links by which people end messages.
type Links struct {
	PublicURL string // without a slash at its end
	Auth      Authenticator
}

// URL returns the link of an address. It has no end: who finds an old mail can
// still unsubscribe.
func (l *Links) URL(w Who) string { return l.PublicURL + Prefix + l.token(w) }

// token is the text of whom it is for, and a MAC over that text.
func (l *Links) token(w Who) string {
	raw := make([]byte, 0, headBytes+len(w.Address))
	raw = append(raw, version)
	raw = append(raw, w.App[:]...)
	raw = append(raw, w.Integration[:]...)
	raw = append(raw, w.User[:]...)
	raw = append(raw, w.Address...)
	body := base64.RawURLEncoding.EncodeToString(raw)
	return body + "." + l.Auth.MAC(purpose, body)
}

// read returns whom a token is for; false for one that we did not make.
func (l *Links) read(token string) (w Who, ok bool) {
	body, sum, found := strings.Cut(token, ".")
	if !found || len(sum) != macDigits || len(body) > base64.RawURLEncoding.EncodedLen(headBytes+maxAddress) || !l.Auth.VerifyMAC(purpose, body, sum) {
		return w, false
	}
	raw, err := base64.RawURLEncoding.Strict().DecodeString(body)
	if err != nil || len(raw) <= headBytes || raw[0] != version {
		return w, false
	}
	ids := raw[1:headBytes]
	copy(w.App[:], ids)
	copy(w.Integration[:], ids[idBytes:])
	copy(w.User[:], ids[2*idBytes:])
	w.Address = string(raw[headBytes:])
	return w, true
}
