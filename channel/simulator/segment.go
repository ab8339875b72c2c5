package simulator

import "strings"

// The encodings of a text message.
const (
	gsm7 = "GSM-7"
	ucs2 = "UCS-2"
)

// The characters of the GSM 7-bit default alphabet, and those that take an
// escape before them.
const (
	gsmBasic = "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?" +
		"¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
	gsmEscaped = "^{}\\[~]|€\f"
)

// split tells how the network carries text: its encoding and number of parts.
// No escape sequence and no surrogate pair straddles two parts.
func split(text string) (encoding string, parts int) {
	encoding, single, each := gsm7, 160, 153
	widths := make([]int, 0, len(text))
	for _, r := range text {
		w := gsmWidth(r)
		if w == 0 {
			encoding, single, each = ucs2, 70, 67
			break
		}
		widths = append(widths, w)
	}
	if encoding == ucs2 {
		widths = widths[:0]
		for _, r := range text {
			w := 1
			if r > 0xffff {
				w = 2
			}
			widths = append(widths, w)
		}
	}
	total := 0
	for _, w := range widths {
		total += w
	}
	if total <= single {
		return encoding, 1
	}
	parts = 1
	used := 0
	for _, w := range widths {
		if used+w > each {
			parts++
			used = 0
		}
		used += w
	}
	return encoding, parts
}

// gsmWidth is how many septets r takes; 0: it is not in the alphabet.
func gsmWidth(r rune) int {
	switch {
	case r >= 'a' && r <= 'z', r >= 'A' && r <= 'Z', r >= '0' && r <= '9', r == ' ':
		return 1
	case strings.ContainsRune(gsmBasic, r):
		return 1
	case strings.ContainsRune(gsmEscaped, r):
		return 2
	}
	return 0
}

// smartEncode replaces the typographer's characters that alone would force
// UCS-2, as SmartEncoded asks for.
func smartEncode(text string) string {
	return strings.NewReplacer(
		"\u2018", "'", "\u2019", "'", "\u201a", "'", "\u201c", `"`, "\u201d", `"`, "\u201e", `"`,
		"\u2010", "-", "\u2011", "-", "\u2012", "-", "\u2013", "-", "\u2014", "-",
		"\u2026", "...", "\u00a0", " ", "\u2009", " ", "\u202f", " ",
	).Replace(text)
}
