// Package sms knows what every SMS network shares: how a text is encoded and
// counted, and how a phone number is spelled. It is pure, and it knows no
// provider.
package sms

import "unicode/utf8"

// Encoding is how the characters of a text travel.
type Encoding uint8

// The encodings.
const (
	GSM7 Encoding = iota // counted in septets
	UCS2                 // counted in UTF-16 units
)

func (e Encoding) String() string {
	if e == UCS2 {
		return "UCS-2"
	}
	return "GSM-7"
}

// limits returns how many units fit into a text of one part, and into each part
// of a longer one, where a header takes its share.
func (e Encoding) limits() (single, part int) {
	if e == UCS2 {
		return 70, 67
	}
	return 160, 153
}

// Segments is how a text is sent.
type Segments struct {
	Encoding Encoding
	Units    int // septets or UTF-16 units
	Parts    int // 0 for an empty text
}

// Segment counts text. It allocates nothing.
func Segment(text string) Segments {
	e, total := measure(text)
	s := Segments{Encoding: e, Units: total, Parts: 1}
	switch single, _ := e.limits(); {
	case total == 0:
		s.Parts = 0
	case total > single:
		s.Parts = pack(text, e, nil)
	}
	return s
}

// Split returns the parts that text is sent in. Together they are text; no
// character is ever torn between two of them.
func Split(text string) []string {
	switch s := Segment(text); s.Parts {
	case 0:
		return nil
	case 1:
		return []string{text}
	default:
		out, from := make([]string, 0, s.Parts), 0
		pack(text, s.Encoding, func(cut int) {
			out = append(out, text[from:cut])
			from = cut
		})
		return append(out, text[from:])
	}
}

// EncodingOf returns the encoding that text needs: one character that GSM-7
// lacks makes all of it UCS-2.
func EncodingOf(text string) Encoding {
	e, _ := measure(text)
	return e
}

// measure returns the encoding of text and its length in units.
func measure(text string) (e Encoding, total int) {
	for i := 0; i < len(text); {
		n, size := units(text, i, GSM7)
		if n == 0 {
			return UCS2, Units16(text)
		}
		total, i = total+n, i+size
	}
	return GSM7, total
}

// Units16 returns the length of text in UTF-16 units.
func Units16(text string) (n int) {
	for _, r := range text {
		n++
		if r > 0xFFFF {
			n++ // a surrogate pair
		}
	}
	return n
}

// pack fills the parts of a text of several in order and returns how many it
// needs. A character of two units that would not fit whole begins the next
// part. cut is told where each part but the first begins.
func pack(text string, e Encoding, cut func(at int)) (parts int) {
	_, room := e.limits()
	parts, used := 1, 0
	for i := 0; i < len(text); {
		n, size := units(text, i, e)
		if used+n > room {
			parts, used = parts+1, 0
			if cut != nil {
				cut(i)
			}
		}
		used, i = used+n, i+size
	}
	return parts
}

// units returns the units and the bytes of the character at i; 0 units is a
// character that the encoding does not have.
func units(text string, i int, e Encoding) (n, size int) {
	c := text[i]
	switch {
	case c < utf8.RuneSelf && e == GSM7:
		return int(asciiSeptets[c]), 1
	case c < utf8.RuneSelf:
		return 1, 1
	}
	r, size := utf8.DecodeRuneInString(text[i:])
	switch {
	case e == GSM7:
		return septets(r), size
	case r > 0xFFFF:
		return 2, size // a surrogate pair
	}
	return 1, size
}
