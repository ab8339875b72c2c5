package heliograph

import "strings"

// linkCodePrefix begins a code that links a channel, and linkCodeLen is how long
// the whole code is.
const (
	linkCodePrefix = "lr_"
	linkCodeLen    = len(linkCodePrefix) + 16
)

// LinkCode returns the code of 16 letters and digits.
func LinkCode(digits string) string { return linkCodePrefix + digits }

// ParseLinkCode returns the one spelling of the code that a message consists of:
// telephones begin a line with a capital. false: it is an ordinary message.
func ParseLinkCode(text string) (string, bool) {
	if len(text) > 2*linkCodeLen {
		return "", false
	}
	code := strings.ToLower(strings.TrimSpace(text))
	digits, ok := strings.CutPrefix(code, linkCodePrefix)
	if !ok || len(code) != linkCodeLen || strings.Trim(digits, "abcdefghijklmnopqrstuvwxyz234567") != "" {
		return "", false
	}
	return code, true
}
