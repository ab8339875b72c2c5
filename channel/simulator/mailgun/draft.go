package mailgun

import (
	"encoding/json"
	"errors"
	"io"
	"mime/multipart"
	"net/http"
	"net/mail"
	"net/url"
	"slices"
	"strings"
	"time"

	"heliograph/channel/simulator/mailbox"
)

// maxMessage is the most that a message may weigh.
const maxMessage = 25 << 20

// draft is what a caller asked to send, found valid.
type draft struct {
	form      url.Values
	from      string
	to        []*mail.Address
	cc, bcc   []*mail.Address
	files     []mailbox.File
	mime      []byte // of messages.mime
	variables map[string]map[string]any
	user      map[string]any // v:
	tags      []string
	wait      time.Duration
}

// wrong is a refusal in the words of the API.
type wrong struct {
	status int
	words  string
}

func bad(words string) *wrong { return &wrong{http.StatusBadRequest, words} }

func notAddress(field string) *wrong {
	return bad("'" + field + "' parameter is not a valid address. please check documentation")
}

// readDraft reads a form of either kind.
func readDraft(w http.ResponseWriter, r *http.Request, isMIME bool, now time.Time) (*draft, *wrong) {
	r.Body = http.MaxBytesReader(w, r.Body, maxMessage+1<<20)
	err := r.ParseMultipartForm(1 << 20)
	if errors.Is(err, http.ErrNotMultipart) {
		err = r.ParseForm()
	}
	if err != nil {
		if _, ok := errors.AsType[*http.MaxBytesError](err); ok {
			return nil, &wrong{http.StatusRequestEntityTooLarge, "Message is too big"}
		}
		return nil, bad("the form cannot be read")
	}
	d := &draft{form: r.PostForm}
	if r.MultipartForm != nil {
		d.form = url.Values(r.MultipartForm.Value)
		defer func() { _ = r.MultipartForm.RemoveAll() }()
		if e := d.readFiles(r.MultipartForm); e != nil {
			return d, e
		}
	}
	return d, d.check(isMIME, now)
}

func (d *draft) readFiles(form *multipart.Form) *wrong {
	total := 0
	for _, field := range []string{"attachment", "inline", "message"} {
		for _, h := range form.File[field] {
			f, err := h.Open()
			if err != nil {
				return bad("a file cannot be read")
			}
			data, err := io.ReadAll(f)
			_ = f.Close()
			if err != nil {
				return bad("a file cannot be read")
			}
			if total += len(data); total > maxMessage {
				return &wrong{http.StatusRequestEntityTooLarge, "Message is too big"}
			}
			if field == "message" {
				d.mime = data
				continue
			}
			one := mailbox.File{Name: h.Filename, Type: h.Header.Get("Content-Type"), Data: data, Inline: field == "inline"}
			if one.Inline {
				one.ContentID = h.Filename
			}
			d.files = append(d.files, one)
		}
	}
	return nil
}

// check finds fault in the order in which the API does.
func (d *draft) check(isMIME bool, now time.Time) *wrong {
	if d.mime == nil && d.form.Get("message") != "" {
		d.mime = []byte(d.form.Get("message"))
	}
	if e := d.checkAddresses(isMIME); e != nil {
		return e
	}
	if isMIME && len(d.mime) == 0 {
		return bad("'message' parameter is missing")
	}
	if !isMIME && d.form.Get("text") == "" && d.form.Get("html") == "" && d.form.Get("amp-html") == "" && d.form.Get("template") == "" {
		return bad("Need at least one of 'text', 'html', 'amp-html' or 'template' parameters specified")
	}
	return d.checkOptions(now)
}

func (d *draft) checkAddresses(isMIME bool) *wrong {
	if !isMIME {
		from, err := mail.ParseAddress(d.form.Get("from"))
		if err != nil {
			return notAddress("from")
		}
		d.from = from.Address
	}
	for _, field := range []struct {
		name string
		into *[]*mail.Address
	}{{"to", &d.to}, {"cc", &d.cc}, {"bcc", &d.bcc}} {
		for _, one := range d.form[field.name] {
			list, err := mail.ParseAddressList(one)
			if err != nil {
				return notAddress(field.name)
			}
			*field.into = append(*field.into, list...)
		}
	}
	if len(d.to) == 0 {
		return notAddress("to")
	}
	if len(d.to)+len(d.cc)+len(d.bcc) > 1000 {
		return bad("too many recipients, 1000 at most")
	}
	return nil
}

func (d *draft) checkOptions(now time.Time) *wrong {
	d.tags = slices.Concat(d.form["o:tag"], d.form["o:tag[]"])
	if len(d.tags) > 10 {
		return bad("too many tags, 10 at most")
	}
	if v := d.form.Get("recipient-variables"); v != "" && json.Unmarshal([]byte(v), &d.variables) != nil {
		return bad("'recipient-variables' parameter is not valid JSON")
	}
	if v := d.form.Get("o:deliverytime"); v != "" {
		at, err := mail.ParseDate(v)
		if err != nil {
			return bad("'o:deliverytime' parameter is not a valid date")
		}
		d.wait = max(0, at.Sub(now))
	}
	d.user = map[string]any{}
	for name, values := range d.form {
		if v, ok := strings.CutPrefix(name, "v:"); ok {
			d.user[v] = values[0]
		}
	}
	if parsed := mailbox.Parse(d.mime); len(d.mime) > 0 {
		var more map[string]any
		if json.Unmarshal([]byte(parsed.Get("X-Mailgun-Variables")), &more) == nil {
			for name, v := range more {
				d.user[name] = v
			}
		}
		if tag := parsed.Get("X-Mailgun-Tag"); tag != "" {
			d.tags = append(d.tags, tag)
		}
	}
	return nil
}

// on says whether something is to be tracked: what the message says, else what
// the domain does. o:tracking turns everything off at once.
func (d *draft) on(option string, ofDomain bool) bool {
	if v := d.form.Get("o:tracking"); v != "" && !yes(v) {
		return false
	}
	if v := d.form.Get("o:tracking-" + option); v != "" {
		return yes(v)
	}
	return ofDomain || yes(d.form.Get("o:tracking"))
}
