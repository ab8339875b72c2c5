package sms

import "unicode/utf8"

// escaped are the characters of ASCII that are in the extension table of the GSM
// 7-bit alphabet (3GPP TS 23.038, 6.2.1.1) and so cost an escape each.
const escaped = "\f^{}\\[~]|"

// asciiSeptets is what each ASCII character costs; 0 is a character that GSM-7
// does not have.
var asciiSeptets = func() (cost [utf8.RuneSelf]uint8) {
	for c := byte(' '); c <= 'z'; c++ {
		cost[c] = 1
	}
	cost['\n'], cost['\r'], cost['`'] = 1, 1, 0
	for i := range len(escaped) {
		cost[escaped[i]] = 2
	}
	return cost
}()

// septets returns what r costs in GSM-7; 0 is a character that it does not have.
func septets(r rune) int {
	if r < utf8.RuneSelf {
		return int(asciiSeptets[r])
	}
	switch r {
	case '€':
		return 2
	case '£', '¥', 'è', 'é', 'ù', 'ì', 'ò', 'Ç', 'Ø', 'ø', 'Å', 'å',
		'Δ', 'Φ', 'Γ', 'Λ', 'Ω', 'Π', 'Ψ', 'Σ', 'Θ', 'Ξ', 'Æ', 'æ', 'ß', 'É',
		'¤', '¡', 'Ä', 'Ö', 'Ñ', 'Ü', '§', '¿', 'ä', 'ö', 'ñ', 'ü', 'à':
		return 1
	}
	return 0
}
