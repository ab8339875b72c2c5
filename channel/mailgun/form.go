package mailgun

import (
	"bytes"
	"io"
	"mime"
	"mime/multipart"
	"net/url"

	"github.com/emersion/go-message"

	"heliograph/channel"
)

// Bounds of a form.
const (
	maxFields = 500
	maxField  = 30 << 20
)

// form is what a route forwards: fields by name, the first of each, and files.
type routeForm struct {
	fields map[string]string
	files  map[string]file
}

type file struct {
	name, kind string
	body       []byte
}

func (f *routeForm) has(name string) bool { _, ok := f.fields[name]; return ok }

// urlForm reads a form without files.
func urlForm(body []byte) *routeForm {
	f := &routeForm{fields: map[string]string{}}
	values, _ := url.ParseQuery(string(body))
	for name, all := range values {
		f.fields[name] = channel.Clean(all[0])
	}
	if raw, ok := values["body-mime"]; ok {
		f.fields["body-mime"] = raw[0] // may hold any bytes
	}
	return f
}

// multipartForm reads a form with files. What is broken in it is left out.
func multipartForm(body []byte, boundary string) *routeForm {
	f := &routeForm{fields: map[string]string{}, files: map[string]file{}}
	if boundary == "" {
		return f
	}
	r := multipart.NewReader(bytes.NewReader(body), boundary)
	for range maxFields {
		part, err := r.NextPart()
		if err != nil {
			return f
		}
		raw, err := io.ReadAll(io.LimitReader(part, maxField))
		name := part.FormName()
		switch {
		case err != nil || name == "":
		case part.FileName() != "" && name != "body-mime":
			kind, _, err := mime.ParseMediaType(part.Header.Get("Content-Type"))
			if err != nil {
				kind = "application/octet-stream"
			}
			f.files[name] = file{name: channel.Clean(part.FileName()), kind: kind, body: raw}
		case f.has(name):
		case name == "body-mime":
			f.fields[name] = string(raw)
		default:
			f.fields[name] = channel.Clean(string(raw))
		}
	}
	return f
}

// header turns message-headers, a list of names and values, into a header.
func header(pairs [][]string) message.Header {
	var h message.Header
	for i := len(pairs) - 1; i >= 0; i-- { // Add puts before what is there
		if p := pairs[i]; len(p) == 2 && isFieldName(p[0]) {
			h.Add(p[0], p[1])
		}
	}
	return h
}

func isFieldName(s string) bool {
	for i := range len(s) {
		if s[i] <= ' ' || s[i] >= 0x7f || s[i] == ':' {
			return false
		}
	}
	return s != ""
}
