package mime

import (
	"strings"
	"unicode/utf8"

	"golang.org/x/net/idna"
)

// Limits of an address (RFC 5321).
const (
	maxAddress = 254
	maxLocal   = 64
)

// Normalise returns the one spelling of an e-mail address: without spaces
// around it, in lower case, its domain in ASCII. It is false for what cannot be
// an address, and for local parts beyond ASCII, which few servers take.
//
// The local part is lowered too. By the letter of RFC 5321 it may tell cases
// apart; no mailbox provider does, and an opt-out of Ana@ must stop ana@.
func Normalise(address string) (string, bool) {
	address = strings.TrimSpace(address)
	at := strings.LastIndexByte(address, '@')
	if at < 1 || at > maxLocal || len(address) > 2*maxAddress || !isLocal(address[:at]) {
		return "", false
	}
	domain, ok := asciiDomain(address[at+1:])
	if !ok || at+1+len(domain) > maxAddress {
		return "", false
	}
	return strings.ToLower(address[:at]) + "@" + domain, true
}

// isLocal reports whether s is a dot-atom.
func isLocal(s string) bool {
	if strings.HasPrefix(s, ".") || strings.HasSuffix(s, ".") {
		return false
	}
	for i := range len(s) {
		c := s[i]
		if (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') && (c < '0' || c > '9') && !strings.ContainsRune(".!#$%&'*+-/=?^_`{|}~", rune(c)) {
			return false
		}
	}
	return true
}

// asciiDomain returns a host's name as it stands in DNS.
func asciiDomain(name string) (string, bool) {
	name = strings.TrimSuffix(name, ".")
	if !utf8.ValidString(name) || !strings.Contains(name, ".") {
		return "", false
	}
	name, err := idna.Lookup.ToASCII(name)
	if again, failed := idna.Lookup.ToASCII(name); err != nil || failed != nil || again != name || len(name) > 253 {
		return "", false
	}
	for label := range strings.SplitSeq(name, ".") {
		if label == "" || len(label) > 63 || !isLabel(label) {
			return "", false
		}
	}
	// A name whose last label is a number is an IP address.
	last := name[strings.LastIndexByte(name, '.')+1:]
	return name, last[0] < '0' || last[0] > '9'
}

func isLabel(s string) bool {
	if s[0] == '-' || s[len(s)-1] == '-' {
		return false
	}
	for i := range len(s) {
		if c := s[i]; (c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '-' {
			return false
		}
	}
	return true
}

// IsDomain reports whether name can be the domain of an address, in its one spelling.
func IsDomain(name string) bool {
	d, ok := asciiDomain(name)
	return ok && d == name
}

// Domain returns what follows the @ of a normalised address.
func Domain(address string) string { return address[strings.LastIndexByte(address, '@')+1:] }
