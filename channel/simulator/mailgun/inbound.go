package mailgun

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"mime/multipart"
	"net/http"
	"net/textproto"
	"net/url"
	"strconv"
	"strings"

	"heliograph/channel/simulator"
	"heliograph/channel/simulator/mailbox"
)

// forward posts a mail to a route's URL.
func (p *Provider) forward(_ context.Context, key, target string, out mailbox.Outgoing) mailbox.Told {
	parsed := mailbox.Parse(out.Raw)
	from := mailbox.Bare(parsed.Get("From"))
	m := p.n.Add(simulator.View{
		SID: p.n.Hex(""), AccountSID: key, Direction: simulator.Inbound, Person: mailbox.Normal(from), From: from, To: out.To,
		Body: strings.TrimSpace(parsed.Get("Subject") + "\n\n" + parsed.Text), Status: "received",
		Content: map[string]string{"subject": parsed.Get("Subject"), "messageId": parsed.Get("Message-ID")},
	})
	state := p.n.Tell(m, simulator.Webhook{Note: "route", Again: unless406, Send: func() (simulator.WebhookAnswer, error) {
		at, token, signature := p.sign(key, false)
		form := inboundForm(parsed, out)
		if strings.HasSuffix(path(target), "mime") {
			form = url.Values{"recipient": {out.To}, "sender": {out.From}, "from": {parsed.Get("From")}, "subject": {parsed.Get("Subject")},
				"body-mime": {string(out.Raw)}}
		}
		form.Set("timestamp", at)
		form.Set("token", token)
		form.Set("signature", signature)
		kind, body := encoded(form, parsed.Files, !form.Has("body-mime"))
		r, err := http.NewRequestWithContext(p.n.Context(), http.MethodPost, target, bytes.NewReader(body))
		if err != nil {
			return simulator.WebhookAnswer{}, err
		}
		r.Header.Set("Content-Type", kind)
		r.Header.Set("User-Agent", "mailgun/treq-22.2.0")
		return p.n.Do(r)
	}})
	return mailbox.Told{Target: target, Taken: state.Taken, Status: state.Status, Error: state.Error}
}

func path(target string) string {
	u, err := url.Parse(target)
	if err != nil {
		return ""
	}
	return u.Path
}

// inboundForm is a mail as a route posts it, without files and proof.
func inboundForm(m *mailbox.Parsed, out mailbox.Outgoing) url.Values {
	words, signature := mailbox.Stripped(m.Text)
	named := [][2]string{} // spelt as Mailgun does: Message-Id, Mime-Version
	for _, h := range m.Header {
		named = append(named, [2]string{textproto.CanonicalMIMEHeaderKey(h[0]), h[1]})
	}
	headers, _ := json.Marshal(named)
	form := url.Values{
		"recipient": {out.To}, "sender": {out.From}, "from": {m.Get("From")}, "subject": {m.Get("Subject")},
		"body-plain": {crlf(m.Text)}, "stripped-text": {words}, "stripped-signature": {signature},
		"message-headers": {string(headers)},
	}
	if m.HTML != "" {
		form.Set("body-html", m.HTML)
		form.Set("stripped-html", strippedHTML(m.HTML))
	}
	for _, h := range named {
		form[h[0]] = append(form[h[0]], h[1])
	}
	if len(m.Files) == 0 {
		return form
	}
	form.Set("attachment-count", strconv.Itoa(len(m.Files)))
	ids := map[string]string{}
	for i, f := range m.Files {
		if f.ContentID != "" {
			ids["<"+f.ContentID+">"] = fmt.Sprintf("attachment-%d", i+1)
		}
	}
	if len(ids) > 0 {
		raw, _ := json.Marshal(ids)
		form.Set("content-id-map", string(raw))
	}
	return form
}

func crlf(s string) string { return strings.ReplaceAll(s, "\n", "\r\n") }

// strippedHTML is the markup without what it quotes.
func strippedHTML(markup string) string {
	for _, mark := range []string{`<div class="quote">`, `<div class="gmail_quote`, "<blockquote"} {
		if at := strings.Index(markup, mark); at >= 0 {
			return markup[:at]
		}
	}
	return markup
}

// encoded writes a form: as multipart when there are files, else urlencoded.
func encoded(form url.Values, files []mailbox.File, withFiles bool) (kind string, body []byte) {
	if len(files) == 0 || !withFiles {
		return "application/x-www-form-urlencoded", []byte(form.Encode())
	}
	var out bytes.Buffer
	w := multipart.NewWriter(&out)
	for name, values := range form {
		for _, v := range values {
			_ = w.WriteField(name, v)
		}
	}
	for i, f := range files {
		h := textproto.MIMEHeader{}
		h.Set("Content-Disposition", fmt.Sprintf(`form-data; name="attachment-%d"; filename=%q`, i+1, f.Name))
		h.Set("Content-Type", f.Type)
		if part, err := w.CreatePart(h); err == nil {
			_, _ = part.Write(f.Data)
		}
	}
	_ = w.Close()
	return w.FormDataContentType(), out.Bytes()
}
