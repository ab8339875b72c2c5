package mailbox

import (
	"bytes"
	"encoding/base64"
	"html"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net/mail"
	"slices"
	"strings"
	"time"
)

// Draft is a mail that a person writes.
type Draft struct {
	From, Subject string
	To, Cc        []string
	Text, HTML    string
	Files         []File
	MessageID     string
	InReplyTo     string
	References    string
	Date          time.Time
	More          [][2]string // further headers
}

// Compose writes a mail, with CRLF line ends.
func Compose(d Draft) []byte {
	out := &writer{}
	out.header("From", d.From)
	out.header("To", strings.Join(d.To, ", "))
	if len(d.Cc) > 0 {
		out.header("Cc", strings.Join(d.Cc, ", "))
	}
	out.header("Subject", mime.QEncoding.Encode("utf-8", d.Subject))
	out.header("Date", d.Date.Format(time.RFC1123Z))
	out.header("Message-ID", d.MessageID)
	for _, h := range [][2]string{{"In-Reply-To", d.InReplyTo}, {"References", d.References}} {
		if h[1] != "" {
			out.header(h[0], h[1])
		}
	}
	for _, h := range d.More {
		out.header(h[0], h[1])
	}
	out.header("MIME-Version", "1.0")
	body := d.text()
	body.files = append(body.files, d.Files...)
	body.write(out)
	return out.Bytes()
}

func (d *Draft) text() *entity {
	plain := &entity{kind: "text/plain; charset=utf-8", data: []byte(d.Text)}
	body := &entity{}
	if d.HTML == "" {
		body.parts = []*entity{plain}
		return body
	}
	body.parts = []*entity{{kind: "multipart/alternative", parts: []*entity{
		plain, {kind: "text/html; charset=utf-8", data: []byte(d.HTML)}}}}
	return body
}

// entity is a part of a mail, with parts of its own or with data.
type entity struct {
	kind  string
	parts []*entity
	data  []byte
	files []File
}

// writer collects a mail.
type writer struct{ bytes.Buffer }

// header writes one header, folded where it is long.
func (w *writer) header(name, value string) {
	line := name + ":"
	for word := range strings.FieldsSeq(value) {
		if len(line)+len(word) > 900 || len(line) > len(name)+1 && len(line)+1+len(word) > 76 {
			w.WriteString(line + "\r\n")
			line = ""
		}
		line += " " + word
	}
	w.WriteString(line + "\r\n")
}

// write ends the header that is open and writes the body.
func (e *entity) write(w *writer) {
	if len(e.files) == 0 && len(e.parts) == 1 {
		e.parts[0].write(w)
		return
	}
	if len(e.parts) == 0 {
		e.leaf(w)
		return
	}
	kind := e.kind
	if kind == "" {
		kind = "multipart/mixed"
	}
	m := multipart.NewWriter(&w.Buffer)
	w.header("Content-Type", kind+"; boundary="+m.Boundary())
	w.WriteString("\r\n")
	for _, part := range e.parts {
		one := &writer{}
		part.write(one)
		w.WriteString("--" + m.Boundary() + "\r\n")
		_, _ = w.Write(one.Bytes())
		w.WriteString("\r\n")
	}
	for _, f := range e.files {
		w.WriteString("--" + m.Boundary() + "\r\n")
		file(w, f)
		w.WriteString("\r\n")
	}
	w.WriteString("--" + m.Boundary() + "--\r\n")
}

func (e *entity) leaf(w *writer) {
	w.header("Content-Type", e.kind)
	w.header("Content-Transfer-Encoding", "quoted-printable")
	w.WriteString("\r\n")
	q := quotedprintable.NewWriter(&w.Buffer)
	_, _ = q.Write(bytes.ReplaceAll(e.data, []byte("\n"), []byte("\r\n")))
	_ = q.Close()
}

func file(w *writer, f File) {
	disposition := "attachment"
	if f.Inline {
		disposition = "inline"
	}
	kind := f.Type
	if kind == "" {
		kind = "application/octet-stream"
	}
	w.header("Content-Type", kind)
	w.header("Content-Disposition", mime.FormatMediaType(disposition, map[string]string{"filename": f.Name}))
	if f.ContentID != "" {
		w.header("Content-ID", "<"+f.ContentID+">")
	}
	w.header("Content-Transfer-Encoding", "base64")
	w.WriteString("\r\n")
	line := base64.StdEncoding.EncodeToString(f.Data)
	for len(line) > 76 {
		w.WriteString(line[:76] + "\r\n")
		line = line[76:]
	}
	w.WriteString(line + "\r\n")
}

// Quoted returns an answer above the mail that it answers, as mail programs
// write it.
func Quoted(m *Mail, text string) (plain, markup string) {
	who := m.Get("From")
	if from := m.Addresses("From"); len(from) > 0 {
		who = from[0].String()
	}
	intro := "On " + m.At.Format("Mon, 2 Jan 2006 at 15:04") + ", " + who + " wrote:"
	quoted := m.Text
	if quoted == "" {
		quoted = PlainOf(m.HTML)
	}
	var out strings.Builder
	out.WriteString(text + "\n\n" + intro + "\n")
	for line := range strings.Lines(strings.TrimRight(quoted, "\n") + "\n") {
		out.WriteString("> " + line)
	}
	old := m.HTML
	if old == "" {
		old = "<p>" + paragraphs(quoted) + "</p>"
	}
	markup = "<p>" + paragraphs(text) + "</p>\n" + `<div class="quote"><p>` + html.EscapeString(intro) +
		"</p>\n<blockquote type=\"cite\">" + inner(old) + "</blockquote></div>\n"
	return out.String(), markup
}

func paragraphs(text string) string {
	return strings.ReplaceAll(html.EscapeString(text), "\n", "<br>\n")
}

// inner returns what is inside the body of a page.
func inner(markup string) string {
	lower := strings.ToLower(markup)
	if at := strings.Index(lower, "<body"); at >= 0 {
		if end := strings.Index(lower[at:], ">"); end >= 0 {
			markup, lower = markup[at+end+1:], lower[at+end+1:]
		}
	}
	if at := strings.Index(lower, "</body"); at >= 0 {
		markup = markup[:at]
	}
	return markup
}

// Subject returns the subject of an answer, with one prefix.
func Subject(prefix, of string) string {
	if len(of) >= len(prefix) && strings.EqualFold(of[:len(prefix)], prefix) {
		return of
	}
	return prefix + " " + of
}

// Bare returns the address of a mailbox without its name, "" for none.
func Bare(address string) string {
	a, err := mail.ParseAddress(address)
	if err != nil {
		return ""
	}
	return Normal(a.Address)
}

// others returns the addresses of a header that are not among skip.
func others(list []*mail.Address, skip ...string) []string {
	out := []string{}
	for _, a := range list {
		if bare := Normal(a.Address); !slices.Contains(skip, bare) && !slices.Contains(out, a.String()) {
			out = append(out, a.String())
		}
	}
	return out
}
