package content

import "heliograph"

// MaskCards returns c with the numbers of payment cards in what the person wrote
// made unreadable, but for their last four digits; c itself when there are none.
func MaskCards(c *heliograph.Content) *heliograph.Content {
	out, changed := *c, false
	mask := func(text *string) {
		if masked := MaskCardNumbers(*text); masked != *text {
			*text, changed = masked, true
		}
	}
	mask(&out.Text)
	mask(&out.Payload)
	mask(&out.AltText)
	if len(c.Fields) > 0 {
		out.Fields = append([]heliograph.FormField(nil), c.Fields...)
		for i := range out.Fields {
			mask(&out.Fields[i].Text)
		}
	}
	if !changed {
		return c
	}
	return &out
}

const (
	minCardDigits = 13
	maxCardDigits = 19
	shownDigits   = 4
)

// MaskCardNumbers replaces the digits of payment cards' numbers in a text by
// asterisks, but for the last four. A number may be written in groups, with spaces
// or hyphens between them. What is written with a plus sign is a telephone's.
func MaskCardNumbers(text string) string {
	var out []byte
	for i := 0; i < len(text); {
		if !digit(text[i]) {
			i++
			continue
		}
		plus := i > 0 && text[i-1] == '+'
		at, end := run(text, i)
		for i = end; len(at) >= minCardDigits && !plus; {
			from, n := nextCard(text, at)
			if n == 0 {
				break
			}
			if out == nil {
				out = []byte(text)
			}
			for _, j := range at[from : from+n-shownDigits] {
				out[j] = '*'
			}
			at = at[from+n:]
		}
	}
	if out == nil {
		return text
	}
	return string(out)
}

func digit(c byte) bool { return c >= '0' && c <= '9' }

// run returns where the digits are that begin at i, with single separators between
// them, and where they end.
func run(text string, i int) (at []int, end int) {
	for end = i; end < len(text); end++ {
		switch c := text[end]; {
		case digit(c):
			at = append(at, end)
		case (c == ' ' || c == '-') && end+1 < len(text) && digit(text[end+1]):
		default:
			return at, end
		}
	}
	return at, end
}

// nextCard returns with which digit of a run the first card's number begins, and
// how many it has; 0: there is none. A number is whole groups of digits, and a run
// may hold more than it: an expiry, say.
func nextCard(text string, at []int) (from, n int) {
	digits := make([]byte, len(at))
	for i, j := range at {
		digits[i] = text[j]
	}
	for from := range at {
		if from > 0 && at[from] == at[from-1]+1 {
			continue
		}
		for n := min(maxCardDigits, len(at)-from); n >= minCardDigits; n-- {
			whole := from+n == len(at) || at[from+n] > at[from+n-1]+1
			if whole && isCard(digits[from:from+n]) {
				return from, n
			}
		}
	}
	return 0, 0
}

// isCard reports whether digits can be a card's number: one of a known network's,
// whose check digit is right.
func isCard(digits []byte) bool {
	prefix := func(n int) int {
		v := 0
		for i := range n {
			v = v*10 + int(digits[i]-'0')
		}
		return v
	}
	two, three, four, n := prefix(2), prefix(3), prefix(4), len(digits)
	var known bool
	switch {
	case two/10 == 4: // Visa
		known = n == 13 || n == 16 || n == 19
	case two >= 51 && two <= 55, four >= 2221 && four <= 2720: // Mastercard
		known = n == 16
	case two == 34, two == 37: // American Express
		known = n == 15
	case two == 36, two == 38, two == 39, three >= 300 && three <= 305: // Diners Club
		known = n >= 14
	case two == 35: // JCB
		known = n >= 16
	case two == 50, two >= 56 && two <= 69, two == 81: // Maestro, Discover, UnionPay
		known = n >= 13
	}
	return known && luhn(digits)
}

func luhn(digits []byte) bool {
	sum := 0
	for i := range len(digits) {
		d := int(digits[len(digits)-1-i] - '0')
		if i%2 == 1 {
			if d *= 2; d > 9 {
				d -= 9
			}
		}
		sum += d
	}
	return sum%10 == 0
}
