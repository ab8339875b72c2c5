package twilio

import (
	"net/url"
	"strings"
)

// field is one field of a form.
type field struct{ name, value string }

// appendEscaped adds s to b as a form's value. It is url.QueryEscape without
// the copies.
func appendEscaped(b []byte, s string) []byte {
	const hex = "0123456789ABCDEF"
	for i := range len(s) {
		switch c := s[i]; {
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9',
			c == '-', c == '_', c == '.', c == '~':
			b = append(b, c)
		case c == ' ':
			b = append(b, '+')
		default:
			b = append(b, '%', hex[c>>4], hex[c&15])
		}
	}
	return b
}

// parseForm reads a form in the order it was written.
func parseForm(s string) ([]field, bool) {
	if s == "" {
		return nil, true
	}
	out := make([]field, 0, min(strings.Count(s, "&")+1, maxFields))
	for s != "" {
		var pair string
		pair, s = cut(s, '&')
		if pair == "" {
			continue
		}
		rawName, rawValue := cut(pair, '=')
		name, err := url.QueryUnescape(rawName)
		if err != nil {
			return nil, false
		}
		value, err := url.QueryUnescape(rawValue)
		if err != nil || len(out) == maxFields {
			return nil, false
		}
		out = append(out, field{name, value})
	}
	return out, true
}

// maxFields is far above what Twilio sends.
const maxFields = 1000

func cut(s string, at byte) (before, after string) {
	for i := range len(s) {
		if s[i] == at {
			return s[:i], s[i+1:]
		}
	}
	return s, ""
}

// fields finds values by name.
type fields []field

func (f fields) get(name string) string {
	for i := range f {
		if f[i].name == name {
			return f[i].value
		}
	}
	return ""
}

// first returns the first of names that is set.
func (f fields) first(names ...string) string {
	for _, n := range names {
		if v := f.get(n); v != "" {
			return v
		}
	}
	return ""
}
