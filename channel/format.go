package channel

import (
	"encoding/base64"
	"net/url"
	"strings"

	"heliograph"
)

// The formats of settings.
const (
	FormatColor  = "color"  // hex digits, without #
	FormatOrigin = "origin" // a serialized origin of http or https (RFC 6454)
	FormatURL    = "url"    // of http or https
	FormatP12    = "p12"    // base64 of a PKCS #12 archive
	FormatPEM    = "pem"    // a private key
	FormatID     = "id"     // of an integration
)

// misfit says what keeps s from having a format; "" when nothing does.
func misfit(format, s string) string {
	switch format {
	case FormatColor:
		if (len(s) != 3 && len(s) != 6) || strings.Trim(s, "0123456789abcdefABCDEF") != "" {
			return "must be a colour of 3 or 6 hex digits, without #"
		}
	case FormatOrigin:
		if !isOrigin(s) {
			return "must be an origin, for example https://shop.example or http://localhost:3000, without a path"
		}
	case FormatURL:
		if u, err := url.Parse(s); err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
			return "must be a URL that begins with http:// or https://"
		}
	case FormatP12:
		// An archive is a DER sequence.
		if b, err := base64.StdEncoding.DecodeString(s); err != nil || len(b) < 2 || b[0] != 0x30 {
			return "must be the base64 of a PKCS #12 archive (.p12)"
		}
	case FormatPEM:
		if !strings.Contains(s, "-----BEGIN ") || !strings.Contains(s, "PRIVATE KEY-----") {
			return "must be a private key in PEM"
		}
	case FormatID:
		if !isID(s) {
			return "must name integrations by their ids"
		}
	}
	return ""
}

func isID(s string) bool {
	var id heliograph.IntegrationID
	return id.UnmarshalText([]byte(s)) == nil && !id.IsZero()
}

// isOrigin reports whether a browser would send s as an Origin.
func isOrigin(s string) bool {
	u, err := url.Parse(s)
	if err != nil || u.Hostname() == "" || s != strings.ToLower(u.Scheme+"://"+u.Host) {
		return false
	}
	switch u.Scheme {
	case "http":
		return u.Port() != "80"
	case "https":
		return u.Port() != "443"
	}
	return false
}
