package mailbox

import (
	"bytes"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net/textproto"
	"strings"
)

// Rewrite returns a mail whose texts a provider changed on the way: change is
// given the type of each text part and its words. A part that it leaves as it is
// stays byte for byte.
func Rewrite(raw []byte, change func(kind, words string) string) []byte {
	header, body := cut(raw)
	out, ok := rewritten(parsedHeader(header), header, body, change, 0)
	if !ok {
		return raw
	}
	return out
}

// cut parts a header from its body; the header keeps its last line end.
func cut(raw []byte) (header, body []byte) {
	for _, gap := range []string{"\r\n\r\n", "\n\n"} {
		if at := bytes.Index(raw, []byte(gap)); at >= 0 {
			return raw[:at+len(gap)/2], raw[at+len(gap):]
		}
	}
	return raw, nil
}

func parsedHeader(raw []byte) textproto.MIMEHeader {
	h := textproto.MIMEHeader{}
	for _, line := range headerLines(raw) {
		h.Add(line[0], line[1])
	}
	return h
}

// rewritten returns a part with its header, and whether anything changed.
func rewritten(h textproto.MIMEHeader, header, body []byte, change func(kind, words string) string, depth int) ([]byte, bool) {
	kind, params, err := mime.ParseMediaType(h.Get("Content-Type"))
	if err != nil {
		kind, params = "text/plain", map[string]string{}
	}
	if strings.HasPrefix(kind, "multipart/") && depth < maxDepth {
		return rewrittenParts(header, body, params["boundary"], change, depth)
	}
	disposition, _, _ := mime.ParseMediaType(h.Get("Content-Disposition"))
	if kind != "text/plain" && kind != "text/html" || disposition == "attachment" {
		return nil, false
	}
	data, err := io.ReadAll(unpacked(h.Get("Content-Transfer-Encoding"), bytes.NewReader(body)))
	words := readable(data, params["charset"])
	changed := change(kind, words)
	if err != nil || changed == words {
		return nil, false
	}
	w := &writer{}
	_, _ = w.Write(without(header, "Content-Type", "Content-Transfer-Encoding"))
	w.header("Content-Type", kind+"; charset=utf-8")
	w.header("Content-Transfer-Encoding", "quoted-printable")
	w.WriteString("\r\n")
	q := quotedprintable.NewWriter(&w.Buffer)
	_, _ = io.WriteString(q, strings.ReplaceAll(changed, "\n", "\r\n"))
	_ = q.Close()
	return w.Bytes(), true
}

func rewrittenParts(header, body []byte, boundary string, change func(kind, words string) string, depth int) ([]byte, bool) {
	r := multipart.NewReader(bytes.NewReader(body), boundary)
	w := &writer{}
	_, _ = w.Write(header)
	altered := false
	for {
		part, err := r.NextRawPart()
		if err == io.EOF {
			break
		}
		if err != nil {
			return nil, false
		}
		inner, err := io.ReadAll(part)
		if err != nil {
			return nil, false
		}
		own := &writer{}
		for name, values := range part.Header {
			for _, v := range values {
				own.WriteString(name + ": " + v + "\r\n")
			}
		}
		w.WriteString("\r\n--" + boundary + "\r\n")
		if one, ok := rewritten(part.Header, own.Bytes(), inner, change, depth+1); ok {
			altered = true
			_, _ = w.Write(one)
			continue
		}
		_, _ = w.Write(own.Bytes())
		w.WriteString("\r\n")
		_, _ = w.Write(inner)
	}
	w.WriteString("\r\n--" + boundary + "--\r\n")
	return w.Bytes(), altered
}

// WithHeaders returns a mail without some headers and with others in front.
func WithHeaders(raw []byte, leaveOut []string, more [][2]string) []byte {
	header, body := cut(raw)
	w := &writer{}
	for _, h := range more {
		w.header(h[0], h[1])
	}
	_, _ = w.Write(without(header, leaveOut...))
	w.WriteString("\r\n")
	_, _ = w.Write(body)
	return w.Bytes()
}

// without leaves headers out, with the lines that go on from them.
func without(header []byte, names ...string) []byte {
	out, skip := []byte{}, false
	for line := range bytes.Lines(header) {
		if line[0] != ' ' && line[0] != '\t' {
			name, _, _ := bytes.Cut(line, []byte(":"))
			skip = false
			for _, n := range names {
				skip = skip || strings.EqualFold(n, strings.TrimSpace(string(name)))
			}
		}
		if !skip {
			out = append(out, line...)
		}
	}
	return out
}
