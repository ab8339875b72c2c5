package mime

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"slices"
	"strings"

	"github.com/emersion/go-message"
	"github.com/emersion/go-message/mail"

	"heliograph"
	"heliograph/channel"
)

// Bounds of what is read of a mail. The mail itself is bounded by who took it.
const (
	maxHeader      = 256 << 10
	maxParts       = 200
	maxNesting     = 20
	maxAttachments = 30
	maxText        = 64 << 10
	maxWritten     = 1 << 20 // of which maxText is kept, without what is quoted
	maxRecipients  = 100
)

// Incoming is a mail that somebody sent.
type Incoming struct {
	MessageID  string // without angle brackets; made from the content when the mail has none
	InReplyTo  []string
	References []string
	Subject    string
	From       string   // normalised; "" when it is none
	Name       string   // of From
	To         []string // all recipients that the header names, normalised
	Date       heliograph.Millis
	Automatic  bool
	Text       string // what the person wrote: see Stripped
	Media      []channel.Media

	Reports  []Report
	Original string // of a report: the Message-ID of the mail that it is about
}

// Parse reads a mail as it was sent. It reads what it can: only what has no
// header is an *heliograph.Error of kind Invalid.
func Parse(raw []byte) (*Incoming, error) {
	e, err := message.ReadWithOptions(bytes.NewReader(raw), &message.ReadOptions{MaxHeaderBytes: maxHeader})
	if e == nil || e.Header.Len() == 0 {
		_ = err // of a malformed header, which says nothing to a person
		return nil, heliograph.Errorf(heliograph.Invalid, heliograph.CodeBadRequest, "this is no mail")
	}
	in := FromHeader(mail.Header{Header: e.Header})
	if in.MessageID == "" {
		sum := sha256.Sum256(raw)
		in.MessageID = "sha256-" + hex.EncodeToString(sum[:])
	}
	p := &parts{}
	p.entity(e, 0)
	in.Reports, in.Original = p.reports, p.original
	in.Say(p.text.String(), p.html.String(), p.media)
	return in, nil
}

// FromHeader returns what the header of a mail says.
func FromHeader(h mail.Header) *Incoming {
	in := &Incoming{
		Subject: cutRunes(oneLine(decodeWords(h.Get("Subject"))), maxSubject), Automatic: isAutomatic(&h),
		InReplyTo: ids(h.Get("In-Reply-To")), References: ids(h.Get("References")),
	}
	if all := ids(h.Get("Message-Id")); len(all) > 0 {
		in.MessageID = all[0]
	}
	for _, field := range []string{"From", "Sender"} {
		if in.From == "" {
			in.From, in.Name = Person(h.Get(field))
		}
	}
	in.To = recipients(&h)
	if at, err := h.Date(); err == nil && at.Unix() > 0 {
		in.Date = heliograph.At(at)
	}
	if len(in.References) == 0 {
		in.References = slices.Clone(in.InReplyTo)
	}
	if n := len(in.References); n > maxReferences {
		in.References = append(in.References[:1:1], in.References[n-maxReferences+1:]...)
	}
	return in
}

// recipients returns whom a header names, those first that a server noted when it
// delivered the mail.
func recipients(h *mail.Header) (out []string) {
	for _, field := range []string{"Delivered-To", "X-Original-To", "Envelope-To", "To", "Cc"} {
		list, err := mail.ParseAddressList(h.Get(field))
		if err != nil {
			continue
		}
		for _, a := range list {
			if n, ok := Normalise(a.Address); ok && !slices.Contains(out, n) && len(out) < maxRecipients {
				out = append(out, n)
			}
		}
	}
	return out
}

// Person reads the first address of a From field, and the name beside it.
func Person(field string) (address, name string) {
	if list, err := mail.ParseAddressList(field); err == nil && len(list) > 0 {
		if a, ok := Normalise(list[0].Address); ok {
			return a, cutRunes(oneLine(decodeWords(list[0].Name)), maxName)
		}
	}
	// What stands between angle brackets, whatever is wrong around it.
	start, end := strings.LastIndexByte(field, '<'), strings.LastIndexByte(field, '>')
	if start >= 0 && start < end {
		if a, ok := Normalise(field[start+1 : end]); ok {
			return a, cutRunes(oneLine(decodeWords(strings.Trim(strings.TrimSpace(field[:start]), `"`))), maxName)
		}
	}
	a, _ := Normalise(field)
	return a, ""
}

// ids reads a list of Message-IDs.
func ids(field string) (out []string) {
	if len(field) > maxHeader {
		return nil
	}
	for f := range strings.FieldsSeq(strings.NewReplacer("<", " ", ">", " ", ",", " ").Replace(field)) {
		if isMessageID(f) && strings.Contains(f, "@") && len(out) < 200 {
			out = append(out, f)
		}
	}
	return out
}

// Say sets what the person wrote from the bodies of a mail, and what they
// attached. Pictures that only what they quoted shows are left out.
func (in *Incoming) Say(text, html string, media []channel.Media) {
	fromPage, shown := "", []string(nil)
	if html != "" {
		fromPage, shown = fromHTML(html)
	}
	if strings.TrimSpace(text) == "" {
		text = fromPage
	}
	in.Text = cutBytes(Stripped(cutBytes(text, maxWritten)), maxText)
	for i := range media {
		if id := media[i].ID; id != "" && html != "" && !slices.Contains(shown, id) && strings.Contains(html, "cid:"+id) {
			continue
		}
		media[i].ID = ""
		in.Media = append(in.Media, media[i])
	}
	if in.Text == "" && len(in.Media) == 0 {
		in.Text = in.Subject
	}
}

func cutBytes(s string, most int) string {
	if len(s) <= most {
		return s
	}
	return strings.ToValidUTF8(s[:most], "") + "…"
}

// parts collects the parts of a mail.
type parts struct {
	text, html strings.Builder
	media      []channel.Media
	reports    []Report
	original   string
	count      int
}

func (p *parts) entity(e *message.Entity, depth int) {
	if p.count++; p.count > maxParts || depth > maxNesting {
		return
	}
	mr := e.MultipartReader()
	if mr == nil {
		p.leaf(e)
		return
	}
	for {
		part, err := mr.NextPart()
		if part == nil {
			return // the end, or nothing that can be read
		}
		_ = err // an unknown charset or encoding: see leaf
		p.entity(part, depth+1)
		if p.count > maxParts {
			return
		}
	}
}

func (p *parts) leaf(e *message.Entity) {
	body, err := io.ReadAll(e.Body)
	if err != nil && len(body) == 0 {
		return
	}
	kind, params, err := e.Header.ContentType()
	if err != nil || kind == "" {
		kind = "text/plain"
	}
	kind = strings.ToLower(kind)
	disposition, named, _ := e.Header.ContentDisposition()
	name := fileNameOf(named["filename"], params["name"])
	switch {
	case kind == "message/delivery-status" || kind == "message/global-delivery-status":
		p.reports = append(p.reports, deliveryReports(body)...)
		return
	case kind == "message/feedback-report":
		if r, ok := complaint(body); ok {
			p.reports = append(p.reports, r)
		}
		return
	case (kind == "message/rfc822" || kind == "text/rfc822-headers" || kind == "message/global-headers") && len(p.reports) > 0:
		p.original = messageIDOf(body)
		return
	}
	attached := strings.EqualFold(disposition, "attachment") || name != ""
	switch {
	case kind == "text/plain" && !attached:
		p.add(&p.text, unflowed(decodeCharset(body, params["charset"]), params))
	case kind == "text/html" && !attached:
		p.add(&p.html, decodeCharset(body, params["charset"]))
	default:
		p.attach(kind, name, strings.Trim(strings.TrimSpace(e.Header.Get("Content-Id")), "<>"), body)
	}
}

func (p *parts) add(b *strings.Builder, s string) {
	if b.Len() > maxHTML {
		return
	}
	if b.Len() > 0 {
		b.WriteByte('\n')
	}
	b.WriteString(s)
}

func (p *parts) attach(kind, name, id string, body []byte) {
	switch {
	case len(body) == 0 || len(p.media) == maxAttachments:
		return
	case strings.HasPrefix(kind, "application/pgp-signature"), strings.HasPrefix(kind, "application/pkcs7-signature"), kind == "application/ms-tnef":
		return // nothing that a person attached
	}
	p.media = append(p.media, Attachment(kind, name, id, body))
}

// Attachment returns a file that came with a mail. id is its Content-ID, which
// Say takes off.
func Attachment(kind, name, id string, body []byte) channel.Media {
	sum := sha256.Sum256(body)
	return channel.Media{ID: id, Type: kind, Name: name, Size: int64(len(body)), SHA256: hex.EncodeToString(sum[:]), Data: body}
}

// fileNameOf returns the first name that is given, without folders.
func fileNameOf(names ...string) string {
	for _, n := range names {
		n = oneLine(decodeWords(n))
		if i := strings.LastIndexAny(n, `/\`); i >= 0 {
			n = n[i+1:]
		}
		if n != "" && n != "." && n != ".." {
			return cutRunes(n, maxName)
		}
	}
	return ""
}

// unflowed joins the lines of a format=flowed text (RFC 3676) again.
func unflowed(text string, params map[string]string) string {
	if !strings.EqualFold(params["format"], "flowed") {
		return text
	}
	var b strings.Builder
	for l := range strings.Lines(text) {
		l = strings.TrimRight(l, "\r\n")
		soft := strings.HasSuffix(l, " ") && l != "-- " && !isQuoted(l)
		l = strings.TrimPrefix(l, " ")
		if soft && strings.EqualFold(params["delsp"], "yes") {
			l = l[:len(l)-1]
		}
		b.WriteString(l)
		if !soft {
			b.WriteByte('\n')
		}
	}
	return b.String()
}
