package mailbox

import (
	"bytes"
	"encoding/base64"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net/mail"
	"net/textproto"
	"strings"

	"golang.org/x/text/encoding/htmlindex"
)

// Parsed is what a mail says, decoded.
type Parsed struct {
	Header  [][2]string // in their order, decoded
	Text    string      // the first text/plain part
	HTML    string      // the first text/html part
	Files   []File
	Problem string // why it could not be read as a whole; "" when it could
}

// File is a file in a mail.
type File struct {
	Name, Type string
	ContentID  string // without angle brackets
	Inline     bool
	Data       []byte
}

const maxDepth = 20

// Parse reads a mail, as far as it can be read.
func Parse(raw []byte) *Parsed {
	p := &Parsed{}
	p.Header = headerLines(raw)
	m, err := mail.ReadMessage(bytes.NewReader(raw))
	if err != nil {
		p.Problem = err.Error()
		return p
	}
	if err := p.part(textproto.MIMEHeader(m.Header), m.Body, 0); err != nil {
		p.Problem = err.Error()
	}
	return p
}

// headerLines reads the lines of a header with their order and repetitions.
func headerLines(raw []byte) [][2]string {
	out := [][2]string{}
	for line := range strings.Lines(string(raw)) {
		line = strings.TrimRight(line, "\r\n")
		if line == "" {
			break
		}
		if line[0] == ' ' || line[0] == '\t' {
			if len(out) > 0 {
				out[len(out)-1][1] += " " + strings.TrimSpace(line)
			}
			continue
		}
		name, value, ok := strings.Cut(line, ":")
		if !ok {
			continue
		}
		out = append(out, [2]string{strings.TrimSpace(name), strings.TrimSpace(value)})
	}
	for i := range out {
		out[i][1] = Decoded(out[i][1])
	}
	return out
}

// Decoded returns the text of a header's value.
func Decoded(value string) string {
	d := mime.WordDecoder{CharsetReader: charsetReader}
	if text, err := d.DecodeHeader(value); err == nil {
		return text
	}
	return value
}

func charsetReader(charset string, in io.Reader) (io.Reader, error) {
	e, err := htmlindex.Get(charset)
	if err != nil {
		return nil, err
	}
	return e.NewDecoder().Reader(in), nil
}

// Get returns the first header of a name, "" when there is none.
func (p *Parsed) Get(name string) string {
	for _, h := range p.Header {
		if strings.EqualFold(h[0], name) {
			return h[1]
		}
	}
	return ""
}

// Addresses returns the addresses in the headers of a name.
func (p *Parsed) Addresses(name string) []*mail.Address {
	out := []*mail.Address{}
	for _, h := range p.Header {
		if strings.EqualFold(h[0], name) {
			if list, err := mail.ParseAddressList(h[1]); err == nil {
				out = append(out, list...)
			}
		}
	}
	return out
}

func (p *Parsed) part(h textproto.MIMEHeader, body io.Reader, depth int) error {
	kind, params, err := mime.ParseMediaType(h.Get("Content-Type"))
	if err != nil || kind == "" {
		kind, params = "text/plain", map[string]string{"charset": "utf-8"}
	}
	if strings.HasPrefix(kind, "multipart/") && depth < maxDepth {
		return p.parts(multipart.NewReader(body, params["boundary"]), depth)
	}
	data, err := io.ReadAll(unpacked(h.Get("Content-Transfer-Encoding"), body))
	disposition, names, _ := mime.ParseMediaType(h.Get("Content-Disposition"))
	name := names["filename"]
	if name == "" {
		name = params["name"]
	}
	if disposition != "attachment" && name == "" {
		switch {
		case kind == "text/plain" && p.Text == "":
			p.Text = readable(data, params["charset"])
			return err
		case kind == "text/html" && p.HTML == "":
			p.HTML = readable(data, params["charset"])
			return err
		}
	}
	p.Files = append(p.Files, File{
		Name: Decoded(name), Type: kind, Data: data, Inline: disposition == "inline",
		ContentID: strings.Trim(h.Get("Content-Id"), "<> "),
	})
	return err
}

func (p *Parsed) parts(r *multipart.Reader, depth int) error {
	for {
		part, err := r.NextRawPart()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		if err := p.part(part.Header, part, depth+1); err != nil {
			return err
		}
	}
}

func unpacked(encoding string, body io.Reader) io.Reader {
	switch strings.ToLower(strings.TrimSpace(encoding)) {
	case "base64":
		return base64.NewDecoder(base64.StdEncoding, body)
	case "quoted-printable":
		return quotedprintable.NewReader(body)
	}
	return body
}

func readable(data []byte, charset string) string {
	if charset != "" && !strings.EqualFold(charset, "utf-8") {
		if r, err := charsetReader(charset, bytes.NewReader(data)); err == nil {
			if text, err := io.ReadAll(r); err == nil {
				data = text
			}
		}
	}
	return strings.ToValidUTF8(strings.ReplaceAll(string(data), "\r\n", "\n"), "\ufffd")
}
