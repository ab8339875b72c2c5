package smshttp

import (
	"cmp"
	"crypto/hmac"
	"crypto/sha1" // some providers’ choice
	"crypto/sha256"
	"crypto/sha512"
	"crypto/subtle"
	"encoding/base64"
	"encoding/hex"
	"hash"
	"net/url"
	"strings"

	"heliograph"
	"heliograph/channel"
)

// The ways in which a provider can prove itself.
const (
	byHeader = "header"
	byQuery  = "query"
	byPath   = "path"
	byHMAC   = "hmac"
)

// minSecret is long enough that nobody guesses it.
const minSecret = 16

func hashOf(name string) func() hash.Hash {
	switch strings.ToLower(cmp.Or(name, "sha256")) {
	case "sha256":
		return sha256.New
	case "sha1":
		return sha1.New
	case "sha512":
		return sha512.New
	}
	return nil
}

func (s *Settings) compileHook(*plan) error {
	switch s.HookAuth {
	case "":
		switch {
		case s.HookSecret != "":
			return heliograph.InvalidField("hookAuth", "must say where hookSecret is: header, query, path or hmac")
		case s.InboundFrom != "" || s.InboundText != "":
			return heliograph.InvalidField("hookAuth", "is needed for incoming messages: anybody could send them")
		}
		return nil
	case byHeader, byHMAC:
		if !headerName.MatchString(s.HookAuthName) {
			return heliograph.InvalidField("hookAuthName", "must name the header")
		}
	case byQuery:
		if s.HookAuthName == "" || s.HookAuthName == "r" || s.HookAuthName == "m" {
			return heliograph.InvalidField("hookAuthName", "must name the field of the query, other than r and m")
		}
	case byPath:
		if url.PathEscape(s.HookSecret) != s.HookSecret {
			return heliograph.InvalidField("hookSecret", "must be letters, digits and dashes to fit a path")
		}
	default:
		return heliograph.InvalidField("hookAuth", "must be header, query, path or hmac")
	}
	switch {
	case len(s.HookSecret) < minSecret:
		return heliograph.InvalidField("hookSecret", "must have at least %d characters", minSecret)
	case hashOf(s.HMACHash) == nil:
		return heliograph.InvalidField("hmacHash", "must be sha256, sha1 or sha512")
	case (s.InboundFrom == "") != (s.InboundText == ""):
		return heliograph.InvalidField("inboundText", "and inboundFrom go together")
	}
	return nil
}

// prove checks that the provider sent req. secret is what the path holds where
// that is the proof. A callback that carries our own code is proof enough of a
// receipt when nothing better was agreed: nobody but the provider was told it,
// and it is good for one delivery alone.
func (s *sender) prove(req *channel.Request, secret string, ourCode bool) error {
	var ok bool
	switch s.settings.HookAuth {
	case "":
		if !ourCode {
			return forbidden("this integration has no hookAuth, so nothing proves who sent this: set it, and hookSecret")
		}
		ok = true
	case byHeader:
		ok = same(req.Header.Get(s.settings.HookAuthName), s.settings.HookSecret)
	case byQuery:
		query, _ := url.ParseQuery(req.Query)
		ok = same(query.Get(s.settings.HookAuthName), s.settings.HookSecret)
	case byPath:
		ok = same(secret, s.settings.HookSecret)
	case byHMAC:
		ok = len(req.Body) > 0 && s.signed(req)
	}
	if !ok {
		return forbidden("the request does not prove that the provider sent it")
	}
	return nil
}

// signed checks the HMAC of the body, in hexadecimal digits or base64.
func (s *sender) signed(req *channel.Request) bool {
	given, ok := strings.CutPrefix(strings.TrimSpace(req.Header.Get(s.settings.HookAuthName)), s.settings.HMACPrefix)
	if !ok {
		return false
	}
	mac := hmac.New(hashOf(s.settings.HMACHash), []byte(s.settings.HookSecret))
	mac.Write(req.Body)
	sum := mac.Sum(nil)
	return same(strings.ToLower(given), hex.EncodeToString(sum)) || same(given, base64.StdEncoding.EncodeToString(sum))
}

func same(a, b string) bool { return subtle.ConstantTimeCompare([]byte(a), []byte(b)) == 1 }

func forbidden(message string) error {
	return heliograph.Errorf(heliograph.Forbidden, heliograph.CodeForbidden, "%s", message)
}

func invalid(message string) error {
	return heliograph.Errorf(heliograph.Invalid, heliograph.CodeBadRequest, "%s", message)
}
