package push

import (
	"bytes"
	"encoding/json"
	"errors"
	"strings"
	"unicode"
	"unicode/utf8"
)

const ellipsis = "…"

// errTooLong is for pushes that no shorter text makes fit.
var errTooLong = errors.New("it is too large for a push")

// Fit writes n by encode within limit bytes: with as much of its body, and then
// of its title, as there is room for.
func (n *Note) Fit(limit int, encode func(*Note) any) ([]byte, error) {
	short := *n
	for {
		b, err := Marshal(encode(&short))
		if err != nil {
			return nil, err
		}
		over := len(b) - limit
		if over <= 0 {
			return b, nil
		}
		// A byte of text is at least one in JSON, so that this ends soon.
		switch {
		case short.Body != "":
			short.Body = cut(strings.TrimSuffix(short.Body, ellipsis), len(short.Body)-over-len(ellipsis))
		case short.Title != "":
			short.Title = cut(strings.TrimSuffix(short.Title, ellipsis), len(short.Title)-over-len(ellipsis))
		default:
			return nil, errTooLong
		}
	}
}

// Marshal is json.Marshal that leaves <, > and & as they are: each would take
// six bytes.
func Marshal(v any) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	err := e.Encode(v)
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), err
}

// cut returns at most limit bytes of s, ended by an ellipsis if there was more,
// and never a part of what a person takes for one character; "" when there is
// room for none.
func cut(s string, limit int) string {
	s = strings.ToValidUTF8(s, "\uFFFD")
	if len(s) <= limit {
		return s
	}
	at := min(limit-len(ellipsis), len(s))
	for ; at > 0; at-- {
		if utf8.RuneStart(s[at]) && apart(s[:at], s[at:]) {
			break
		}
	}
	if at <= 0 {
		return ""
	}
	return strings.TrimRightFunc(s[:at], unicode.IsSpace) + ellipsis
}

const joiner = '\u200d'

// apart reports whether two parts of a text may be shown without each other: the
// second does not begin with what changes the first's last character.
func apart(before, after string) bool {
	last, _ := utf8.DecodeLastRuneInString(before)
	next, _ := utf8.DecodeRuneInString(after)
	switch {
	case last == joiner || next == joiner:
		return false
	case unicode.In(next, unicode.M) || next >= 0x1F3FB && next <= 0x1F3FF || next >= 0xE0020 && next <= 0xE007F:
		return false // marks, variation selectors, skin tones, tags
	case last == '\r' && next == '\n':
		return false
	case hangulPart(next):
		return false
	}
	return !regional(next) || regionals(before)%2 == 0
}

// hangulPart reports whether r is a vowel or a final consonant that joins the
// letter before it.
func hangulPart(r rune) bool { return r >= 0x1160 && r <= 0x11FF }

// regional reports whether r is half of a flag.
func regional(r rune) bool { return r >= 0x1F1E6 && r <= 0x1F1FF }

// regionals counts the halves of flags that s ends with.
func regionals(s string) (n int) {
	for {
		r, size := utf8.DecodeLastRuneInString(s)
		if !regional(r) {
			return n
		}
		s, n = s[:len(s)-size], n+1
	}
}
