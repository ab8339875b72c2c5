package mime

import (
	"io"
	"mime"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/htmlindex"
)

// decodeCharset returns raw as UTF-8. Mails lie about their charset: what is
// valid UTF-8 is taken for it, and what is in none that is known is read as
// Windows-1252, in which every byte means something.
func decodeCharset(raw []byte, charset string) string {
	charset = strings.ToLower(strings.Trim(strings.TrimSpace(charset), `"'`))
	if utf8.Valid(raw) && !strings.HasPrefix(charset, "iso-2022") && !strings.HasPrefix(charset, "utf-16") && charset != "hz-gb-2312" && charset != "utf-7" {
		return string(raw)
	}
	if enc, err := htmlindex.Get(charset); err == nil && charset != "utf-8" {
		if out, err := enc.NewDecoder().Bytes(raw); err == nil {
			return strings.ToValidUTF8(string(out), "\uFFFD")
		}
	}
	if out, err := charmap.Windows1252.NewDecoder().Bytes(raw); err == nil {
		return string(out)
	}
	return strings.ToValidUTF8(string(raw), "\uFFFD")
}

// decodeWords returns a header's value as people read it.
func decodeWords(value string) string {
	d := mime.WordDecoder{CharsetReader: func(charset string, r io.Reader) (io.Reader, error) {
		raw, err := io.ReadAll(io.LimitReader(r, maxHeader))
		return strings.NewReader(decodeCharset(raw, charset)), err
	}}
	out, err := d.DecodeHeader(value)
	if err != nil {
		out = value
	}
	return strings.ToValidUTF8(out, "\uFFFD")
}
