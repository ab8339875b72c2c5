package sunco

import (
	"bytes"
	"unicode/utf8"
)

// CheckText refuses what JSON allows and a database does not: text that is not
// UTF-8, the NUL character, and halves of surrogate pairs. Without this such
// bodies would fail later, on one database and not on the other.
func CheckText(body []byte) error {
	if body[0] != '{' {
		return Malformed("the body must be a JSON object")
	}
	if !utf8.Valid(body) {
		return Malformed("the body must be UTF-8")
	}
	for i := 0; i < len(body); {
		j := bytes.IndexByte(body[i:], '\\')
		if j < 0 {
			return nil
		}
		i += j
		if i+1 >= len(body) || body[i+1] != 'u' {
			i += 2
			continue
		}
		r := hex4(body[i+2:])
		i += 6
		switch {
		case r == 0:
			return Malformed("the body must not contain the NUL character")
		case r >= 0xdc00 && r < 0xe000:
			return Malformed("the body contains half of a surrogate pair")
		case r >= 0xd800 && r < 0xdc00:
			if i+1 >= len(body) || body[i] != '\\' || body[i+1] != 'u' {
				return Malformed("the body contains half of a surrogate pair")
			}
			if low := hex4(body[i+2:]); low < 0xdc00 || low >= 0xe000 {
				return Malformed("the body contains half of a surrogate pair")
			}
			i += 6
		}
	}
	return nil
}

// hex4 reads four hex digits; -1 when they are not, which the JSON reader will
// complain about.
func hex4(b []byte) int {
	if len(b) < 4 {
		return -1
	}
	n := 0
	for _, c := range b[:4] {
		switch {
		case c >= '0' && c <= '9':
			n = n<<4 | int(c-'0')
		case c >= 'a' && c <= 'f':
			n = n<<4 | int(c-'a'+10)
		case c >= 'A' && c <= 'F':
			n = n<<4 | int(c-'A'+10)
		default:
			return -1
		}
	}
	return n
}
