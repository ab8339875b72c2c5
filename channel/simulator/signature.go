package simulator

import (
	"crypto/hmac"
	"crypto/sha1"
	"encoding/base64"
	"net/url"
	"slices"
	"strings"
)

// The ways to sign a webhook.
const (
	signGood        = "good"
	signWrong       = "wrong"        // made with another token
	signWithPort    = "with-port"    // over the URL with its default port written out
	signWithoutPort = "without-port" // over the URL with no port at all
)

// sign returns X-Twilio-Signature: HMAC-SHA1 over the URL as configured and
// every form field in the order of names, as name and decoded value. A JSON
// body is not signed: its hash is in the URL, and form is nil.
func sign(token, target string, form url.Values) string {
	names := make([]string, 0, len(form))
	for name := range form {
		names = append(names, name)
	}
	slices.Sort(names)
	var b strings.Builder
	b.WriteString(target)
	for _, name := range names {
		values := form[name]
		if len(values) > 1 {
			values = slices.Compact(slices.Sorted(slices.Values(values)))
		}
		for _, value := range values {
			b.WriteString(name)
			b.WriteString(value)
		}
	}
	mac := hmac.New(sha1.New, []byte(token))
	mac.Write([]byte(b.String()))
	return base64.StdEncoding.EncodeToString(mac.Sum(nil))
}

// signAs signs in the way that mode says.
func signAs(mode, token, target string, form url.Values) string {
	switch mode {
	case signWrong:
		token = "not-" + token
	case signWithPort:
		target = portOf(target, true)
	case signWithoutPort:
		target = portOf(target, false)
	}
	return sign(token, target, form)
}

// portOf returns target with its default port written out, or with no port,
// and otherwise byte for byte as it was.
func portOf(target string, written bool) string {
	scheme, rest, ok := strings.Cut(target, "://")
	if !ok {
		return target
	}
	end := strings.IndexAny(rest, "/?#")
	if end < 0 {
		end = len(rest)
	}
	host, tail := rest[:end], rest[end:]
	u, err := url.Parse(scheme + "://" + host)
	if err != nil {
		return target
	}
	switch {
	case !written:
		host = strings.TrimSuffix(host, ":"+u.Port())
	case u.Port() == "" && scheme == "https":
		host += ":443"
	case u.Port() == "":
		host += ":80"
	}
	return scheme + "://" + host + tail
}
