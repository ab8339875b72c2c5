package sms

import "strings"

// Smart replaces the typographic characters that editors put in on their own
// (curly quotes, dashes, no-break spaces, an ellipsis) by their plain
// likenesses when that makes the whole text GSM-7, so that one curly quote does
// not cost more than half of the room. A text that would stay UCS-2 is returned
// as it is: nothing would be won.
func Smart(text string) (plain string, changed bool) {
	if EncodingOf(text) == GSM7 {
		return text, false
	}
	var b strings.Builder
	b.Grow(len(text))
	for _, r := range text {
		switch s, known := likeness(r); {
		case known:
			b.WriteString(s)
		case septets(r) == 0:
			return text, false
		default:
			b.WriteRune(r)
		}
	}
	return b.String(), true
}

// likeness returns what stands in for r.
func likeness(r rune) (string, bool) {
	switch r {
	case '‘', '’', '‚', '‛', '′', '`', '´', 'ʹ', 'ʻ', 'ʼ', 'ˈ', '‹', '›':
		return "'", true
	case '“', '”', '„', '‟', '″', '«', '»', 'ʺ':
		return `"`, true
	case '‐', '‑', '‒', '–', '—', '―', '−', '﹣', '－':
		return "-", true
	case '…':
		return "...", true
	case '•', '·':
		return "*", true
	case '⁄', '∕':
		return "/", true
	case '\t', 0x00A0, 0x1680, 0x202F, 0x205F, 0x3000: // spaces of other widths
		return " ", true
	case 0x00AD, 0x200B, 0x200C, 0x200D, 0x200E, 0x200F, 0x2060, 0xFEFF: // nothing to see
		return "", true
	case 0x2028, 0x2029: // line and paragraph separators
		return "\n", true
	}
	if r >= 0x2000 && r <= 0x200A { // en quad to hair space
		return " ", true
	}
	return "", false
}
