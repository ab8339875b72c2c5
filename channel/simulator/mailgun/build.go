package mailgun

import (
	"encoding/json"
	"fmt"
	"html"
	"net/mail"
	"strings"
	"time"

	"heliograph/channel/simulator/mailbox"
)

// build writes the mail that one recipient gets.
func (d *draft) build(id string, to *mail.Address, visible []*mail.Address, now time.Time) []byte {
	vars := d.variables[to.Address]
	fill := func(s string) string { return filled(s, vars) }
	m := mailbox.Draft{
		From: d.form.Get("from"), Subject: fill(d.form.Get("subject")), Cc: listed(d.cc), To: listed(visible),
		Text: fill(d.form.Get("text")), HTML: fill(d.form.Get("html")), Files: d.files, MessageID: id, Date: now,
	}
	if template := d.form.Get("template"); template != "" && m.Text == "" && m.HTML == "" {
		m.Text = "[" + template + "] " + d.form.Get("t:variables")
	}
	for name, values := range d.form {
		h, ok := strings.CutPrefix(name, "h:")
		if !ok {
			continue
		}
		value := strings.Join(strings.Fields(fill(values[0])), " ")
		switch strings.ToLower(h) {
		case "message-id", "from", "to", "cc", "bcc", "subject", "mime-version", "content-type":
		case "in-reply-to":
			m.InReplyTo = value
		case "references":
			m.References = value
		default:
			m.More = append(m.More, [2]string{h, value})
		}
	}
	if len(d.user) > 0 {
		raw, _ := json.Marshal(d.user)
		m.More = append(m.More, [2]string{"X-Mailgun-Variables", string(raw)})
	}
	return mailbox.Compose(m)
}

func listed(list []*mail.Address) []string {
	out := []string{}
	for _, a := range list {
		out = append(out, a.String())
	}
	return out
}

// filled puts a recipient's variables into a text, as %recipient.name%.
func filled(s string, vars map[string]any) string {
	if !strings.Contains(s, "%recipient") {
		return s
	}
	for name, v := range vars {
		s = strings.ReplaceAll(s, "%recipient."+name+"%", fmt.Sprint(v))
	}
	return s
}

// tracked puts into a mail what tells of openings, clicks and refusals, and
// returns the links that it covered.
func (p *Provider) tracked(raw []byte, sid string, opens, clicks bool, unsubscribeHeader bool) ([]byte, []string) {
	links := []string{}
	base := p.n.PublicURL() + "/mailgun/"
	raw = mailbox.Rewrite(raw, func(kind, words string) string {
		words = strings.ReplaceAll(words, "%unsubscribe_url%", base+"u/"+sid)
		if kind != "text/html" {
			return words
		}
		if clicks {
			words = covered(words, func(link string) string {
				if !strings.HasPrefix(link, "http://") && !strings.HasPrefix(link, "https://") || strings.HasPrefix(link, base) {
					return link
				}
				links = append(links, link)
				return fmt.Sprintf("%sc/%s/%d", base, sid, len(links)-1)
			})
		}
		if opens {
			pixel := `<img width="1" height="1" alt="" src="` + base + "o/" + sid + `">`
			if at := strings.LastIndex(strings.ToLower(words), "</body"); at >= 0 {
				return words[:at] + pixel + words[at:]
			}
			return words + pixel
		}
		return words
	})
	more := [][2]string{}
	if unsubscribeHeader && mailbox.Parse(raw).Get("List-Unsubscribe") == "" {
		more = append(more, [2]string{"List-Unsubscribe", "<" + base + "u/" + sid + ">"},
			[2]string{"List-Unsubscribe-Post", "List-Unsubscribe=One-Click"})
	}
	return mailbox.WithHeaders(raw, []string{"Bcc"}, append(more, [2]string{"X-Mailgun-Sid", sid})), links
}

// covered replaces the addresses of links in markup.
func covered(markup string, change func(string) string) string {
	var out strings.Builder
	for {
		at := strings.Index(strings.ToLower(markup), `href="`)
		if at < 0 {
			break
		}
		at += len(`href="`)
		end := strings.IndexByte(markup[at:], '"')
		if end < 0 {
			break
		}
		out.WriteString(markup[:at])
		out.WriteString(html.EscapeString(change(html.UnescapeString(markup[at : at+end]))))
		markup = markup[at+end:]
	}
	out.WriteString(markup)
	return out.String()
}
