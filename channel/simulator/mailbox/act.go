package mailbox

import (
	"context"
	"net/http"
	"net/url"
	"strings"
)

// The ways to unsubscribe.
const (
	OneClick = "one-click" // a POST by the mailbox provider, as RFC 8058 says
	ByLink   = "link"      // the link is opened
	ByMail   = "mail"      // a mail to the address of List-Unsubscribe
)

// Offers is how a mail lets its recipient unsubscribe.
type Offers struct {
	URL      string `json:"url,omitempty"`
	Mail     string `json:"mail,omitempty"` // a mailto address
	OneClick bool   `json:"oneClick"`
}

// Unsubscription reads List-Unsubscribe and List-Unsubscribe-Post.
func (p *Parsed) Unsubscription() Offers {
	o := Offers{}
	for part := range strings.SplitSeq(p.Get("List-Unsubscribe"), ",") {
		address := strings.Trim(strings.TrimSpace(part), "<>")
		switch {
		case o.URL == "" && Harmless(address, "http", "https") != "":
			o.URL = address
		case o.Mail == "" && Harmless(address, "mailto") != "":
			o.Mail = address
		}
	}
	post := strings.ReplaceAll(p.Get("List-Unsubscribe-Post"), " ", "")
	o.OneClick = o.URL != "" && strings.EqualFold(post, "List-Unsubscribe=One-Click")
	return o
}

// Unsubscribe unsubscribes in one way. A mail that does not offer it is not
// answered at all: ok is false.
func (b *Boxes) Unsubscribe(ctx context.Context, m Mail, how string) (told Told, ok bool) {
	o := m.Unsubscription()
	switch {
	case how == OneClick && o.OneClick:
		told = b.fetch(ctx, http.MethodPost, o.URL, "List-Unsubscribe=One-Click", "Mozilla/5.0 (compatible; MailboxProvider/1.0)")
	case how == ByLink && o.URL != "":
		told = b.fetch(ctx, http.MethodGet, o.URL, "", personAgent)
	case how == ByMail && o.Mail != "":
		told = b.unsubscribeByMail(ctx, m, o.Mail)
	default:
		return told, false
	}
	b.change(m.ID, func(m *Mail) {
		m.Unsubscribed = m.Unsubscribed || told.Taken && how != ByLink
		m.History = append(m.History, Entry{At: b.o.Now(), Kind: Unsubscribed, Note: how, Told: &told})
	})
	return told, true
}

func (b *Boxes) unsubscribeByMail(ctx context.Context, m Mail, address string) Told {
	u, err := url.Parse(address)
	if err != nil {
		return Told{Error: err.Error()}
	}
	d := b.answerTo(m)
	to, _ := url.PathUnescape(u.Opaque)
	d.To, d.Subject, d.Text = []string{to}, "unsubscribe", "unsubscribe"
	if subject := u.Query().Get("subject"); subject != "" {
		d.Subject = subject
	}
	if body := u.Query().Get("body"); body != "" {
		d.Text = body
	}
	return b.send(ctx, d, m.Box).Told[0]
}

const (
	personAgent = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36"
	proxyAgent  = "Mozilla/5.0 (Windows NT 5.1; rv:11.0) Gecko Firefox/11.0 (via ggpht.com GoogleImageProxy)"
)

// Open reads a mail as a mail program does: its pictures are fetched, which is
// how senders learn of it. By a bot, it is a mailbox provider's proxy that
// fetches them, and nobody has read anything.
func (b *Boxes) Open(ctx context.Context, m Mail, bot bool) []Told {
	agent, note := personAgent, ""
	if bot {
		agent, note = proxyAgent, "by a bot"
	}
	out := []Told{}
	Sanitized(m.HTML, func(string) string { return "" }, func(address string) string {
		if Harmless(address, "http", "https") != "" {
			out = append(out, b.fetch(ctx, http.MethodGet, address, "", agent))
		}
		return ""
	})
	b.change(m.ID, func(m *Mail) {
		m.Read = m.Read || !bot
		m.History = append(m.History, Entry{At: b.o.Now(), Kind: Opened, Note: note})
	})
	return out
}

// MarkRead notes that a person looks at a mail.
func (b *Boxes) MarkRead(m Mail) {
	if !m.Read {
		b.change(m.ID, func(m *Mail) { m.Read = true })
	}
}

// Click follows a link of a mail.
func (b *Boxes) Click(ctx context.Context, m Mail, link string, bot bool) Told {
	agent, note := personAgent, link
	if bot {
		agent, note = "Mozilla/5.0 (compatible; LinkScanner/1.0; bot)", link+" by a bot"
	}
	told := b.fetch(ctx, http.MethodGet, link, "", agent)
	told.Taken = told.Taken || told.Status >= 300 && told.Status < 400
	if told.Taken {
		told.Error = ""
	}
	b.note(m.ID, Clicked, note, &told)
	return told
}

// CallSpam marks a mail as spam, and the sender is told in the way of the
// provider that brought it.
func (b *Boxes) CallSpam(ctx context.Context, m Mail) *Told {
	b.change(m.ID, func(m *Mail) { m.Spam = true })
	var told *Told
	if c := b.carriers[m.Via]; c != nil {
		told = c.Complain(ctx, m)
	}
	b.note(m.ID, Complained, "", told)
	return told
}

func (b *Boxes) fetch(ctx context.Context, method, target, body, agent string) Told {
	q, err := http.NewRequestWithContext(ctx, method, target, strings.NewReader(body))
	if err != nil {
		return Told{Target: target, Error: err.Error()}
	}
	q.Header.Set("User-Agent", agent)
	if body != "" {
		q.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	return Answered(b.o.HTTP, q)
}
