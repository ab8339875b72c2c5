// Package mime writes and reads e-mail, for every channel that sends or gets
// it: messages as mails of text and HTML, and mails as what a person said. It is
// pure, and it knows no provider.
package mime

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"net/url"
	"time"

	"github.com/emersion/go-message"
	"github.com/emersion/go-message/mail"

	"heliograph"
	"heliograph/channel"
	"heliograph/channel/plain"
)

// Outgoing is what a mail is made from. Addresses are normalised.
type Outgoing struct {
	Content   *heliograph.Content
	About     *channel.About // nil: nothing is known
	From      string
	To        string
	ReplyTo   string // "" for From
	MessageID string // without angle brackets
	Date      time.Time
	Category  heliograph.Category

	// HideUnsubscribe leaves out the link below the text and, of mail that is not
	// marketing, what mail programs make a button of.
	HideUnsubscribe bool
	// UnsubscribeMail takes unsubscriptions by mail; "" for none.
	UnsubscribeMail string
}

// Render tells how content goes out as a mail, or why it cannot.
func Render(c *heliograph.Content) (channel.Rendering, error) {
	p, err := text(c)
	if err != nil {
		return channel.Rendering{}, err
	}
	out := channel.Rendering{Text: p.Text, Parts: 1, Notes: p.Notes}
	if c.Type == heliograph.ImageMessage && c.MediaURL != "" && c.Native == nil {
		out.Media = []string{c.MediaURL}
	}
	return out, nil
}

// text is what those see whose program shows no HTML. Mail has no buttons that
// answer, so that of all actions only links are left.
func text(c *heliograph.Content) (plain.Message, error) {
	kept := *c
	var notes []string
	kept.Actions, notes = links(c.Actions, notes)
	kept.Items = nil
	for _, item := range c.Items {
		item.Actions, notes = links(item.Actions, notes)
		kept.Items = append(kept.Items, item)
	}
	p, err := plain.Write(&kept, func(string) bool { return false })
	p.Notes = append(p.Notes, notes...)
	if err == nil && p.Text == "" {
		err = heliograph.Errorf(heliograph.Invalid, heliograph.ReasonUnsupportedMessage, "the message has nothing that a mail can carry")
	}
	return p, err
}

func links(all []heliograph.Action, notes []string) ([]heliograph.Action, []string) {
	var kept []heliograph.Action
	for _, a := range all {
		if target := linkOf(&a); target != "" {
			kept = append(kept, a)
			continue
		}
		notes = append(notes, a.Type+" “"+a.Text+"” is left out")
	}
	return kept, notes
}

// linkOf is where an action leads; "" when it leads nowhere.
func linkOf(a *heliograph.Action) string {
	switch {
	case a.Type != "link" && a.Type != "webview":
		return ""
	case a.URI != "":
		return a.URI
	}
	return a.Fallback
}

// Build returns the mail, whole, with CRLF line ends. What cannot be carried is
// an *heliograph.Error of kind Invalid, as Render has it.
func Build(o *Outgoing) ([]byte, error) {
	p, err := text(o.Content)
	if err != nil {
		return nil, err
	}
	about := channel.About{}
	if o.About != nil {
		about = *o.About
	}
	h := o.header(&about)
	footer := about.Unsubscribe
	if o.HideUnsubscribe || !isWeb(footer) {
		footer = ""
	}
	page, err := pageOf(o.Content, h.title, &about, footer)
	if err != nil {
		return nil, err
	}
	body := p.Text
	if footer != "" {
		body += "\n\n" + footerText + ": " + footer
	}
	var b bytes.Buffer
	w, err := message.CreateWriter(&b, h.Header.Header)
	if err != nil {
		return nil, err
	}
	for _, part := range []struct{ kind, body string }{{"text/plain", body}, {"text/html", page}} {
		if err := writePart(w, part.kind, part.body); err != nil {
			return nil, err
		}
	}
	if err := w.Close(); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}

func writePart(w *message.Writer, kind, body string) error {
	var h message.Header
	h.SetContentType(kind, map[string]string{"charset": "utf-8"})
	h.Set("Content-Transfer-Encoding", "quoted-printable")
	part, err := w.CreatePart(h)
	if err != nil {
		return err
	}
	if _, err := io.WriteString(part, body+"\n"); err != nil {
		return err
	}
	return part.Close()
}

type header struct {
	mail.Header
	title string
}

func (o *Outgoing) header(about *channel.About) header {
	h := header{title: subject(o.Content, about)}
	// Fields come out in the reverse of the order in which they are set.
	h.SetContentType("multipart/alternative", map[string]string{"boundary": boundary(o.MessageID)})
	h.Set("MIME-Version", "1.0")
	if isWeb(about.Unsubscribe) && (!o.HideUnsubscribe || o.Category == heliograph.Marketing) {
		h.Set("List-Unsubscribe-Post", "List-Unsubscribe=One-Click")
		list := "<" + about.Unsubscribe + ">"
		if o.UnsubscribeMail != "" {
			list += ", <mailto:" + o.UnsubscribeMail + "?subject=unsubscribe>"
		}
		h.Set("List-Unsubscribe", list)
	}
	if t := about.Thread; t != nil && isMessageID(t.MessageID) {
		h.SetMsgIDList("References", references(t))
		h.SetMsgIDList("In-Reply-To", []string{t.MessageID})
	}
	h.SetMessageID(o.MessageID)
	h.SetDate(o.Date)
	h.SetSubject(h.title)
	name := oneLine(o.Content.Author.Name)
	if name == "" {
		name = oneLine(about.App)
	}
	name = cutRunes(name, maxName)
	if o.ReplyTo != "" {
		h.SetAddressList("Reply-To", []*mail.Address{{Name: name, Address: o.ReplyTo}})
	}
	h.SetAddressList("To", []*mail.Address{{Address: o.To}})
	h.SetAddressList("From", []*mail.Address{{Name: name, Address: o.From}})
	return h
}

const maxName = 128

// boundary cannot occur in a part: none holds "=_" once it is encoded.
func boundary(id string) string {
	sum := sha256.Sum256([]byte(id))
	return "=_" + hex.EncodeToString(sum[:12])
}

// isWeb reports whether target is a URL that a mail may show.
func isWeb(target string) bool {
	u, err := url.Parse(target)
	return err == nil && (u.Scheme == "https" || u.Scheme == "http") && u.Host != "" && printable(target)
}

// printable reports whether s can stand in a header's angle brackets.
func printable(s string) bool {
	for i := range len(s) {
		if c := s[i]; c <= ' ' || c >= 0x7f || c == '<' || c == '>' {
			return false
		}
	}
	return s != ""
}
