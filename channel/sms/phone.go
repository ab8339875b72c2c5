package sms

import "strings"

// The digits of an E.164 number, country code included. Shorter ones exist on
// paper only.
const (
	minDigits = 8
	maxDigits = 15
)

// Normalise returns the E.164 spelling of a phone number: a plus sign and 8 to
// 15 digits. Spaces, dashes, dots and parentheses are dropped, and 00 or nothing
// may stand for the plus sign. ok is false for what cannot be a number with its
// country code; "(0)" after one is refused, because people do not agree on
// whether it is dialled. A spelling that its country has done away with becomes
// its successor: see Canonical, which joins more. A number that is already
// spelled so costs nothing.
func Normalise(address string) (e164 string, ok bool) {
	if isE164(address) {
		return current(address, false), true
	}
	if strings.Contains(address, "(0)") {
		return "", false
	}
	var digits [maxDigits + 2]byte // room for 00
	n, plus := 0, false
	for i := range len(address) {
		switch c := address[i]; {
		case c >= '0' && c <= '9':
			if n == len(digits) {
				return "", false
			}
			digits[n] = c
			n++
		case c == '+' && !plus && n == 0:
			plus = true
		case c == ' ' || c == '-' || c == '.' || c == '(' || c == ')':
		default:
			return "", false
		}
	}
	number := digits[:n]
	if !plus && n > 2 && number[0] == '0' && number[1] == '0' {
		number = number[2:]
	}
	if e164 = "+" + string(number); !isE164(e164) {
		return "", false
	}
	return current(e164, false), true
}

func isE164(s string) bool {
	if len(s) < 1+minDigits || len(s) > 1+maxDigits || s[0] != '+' || s[1] == '0' {
		return false
	}
	for i := 1; i < len(s); i++ {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return true
}
