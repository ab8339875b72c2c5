package channel

import "strings"

// maxQuoted bounds how many characters of a provider's words are kept.
const maxQuoted = 300

// Clean takes out of a foreign text what no database and no JSON can hold.
func Clean(s string) string {
	return strings.ReplaceAll(strings.ToValidUTF8(s, "\uFFFD"), "\x00", "")
}

// Quote is what a provider said, fit to be kept and shown: clean, without the
// integration's own secrets, and bounded.
func Quote(text string, secrets ...string) string {
	for _, secret := range secrets {
		if secret != "" {
			text = strings.ReplaceAll(text, secret, "…")
		}
	}
	text = strings.TrimSpace(Clean(text))
	if r := []rune(text); len(r) > maxQuoted {
		return string(r[:maxQuoted]) + "…"
	}
	return text
}
