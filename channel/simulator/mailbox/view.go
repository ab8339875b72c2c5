package mailbox

import (
	"net/mail"
	"strings"
	"time"
)

// View is a mail as the simulator's own endpoints show it.
type View struct {
	ID           string      `json:"id"`
	Box          string      `json:"box"`
	Via          string      `json:"via"`
	Sent         bool        `json:"sent"`
	Auto         bool        `json:"auto"`
	At           time.Time   `json:"at"`
	Envelope     string      `json:"envelopeFrom"`
	From         string      `json:"from"`
	To           []string    `json:"to"`
	Cc           []string    `json:"cc"`
	ReplyTo      []string    `json:"replyTo"`
	Subject      string      `json:"subject"`
	MessageID    string      `json:"messageId"`
	InReplyTo    string      `json:"inReplyTo,omitempty"`
	References   string      `json:"references,omitempty"`
	Preview      string      `json:"preview"`
	Size         int         `json:"size"`
	Read         bool        `json:"read"`
	Spam         bool        `json:"spam"`
	Unsubscribed bool        `json:"unsubscribed"`
	HasHTML      bool        `json:"hasHtml"`
	Files        []FileView  `json:"files"`
	Unsubscribe  Offers      `json:"unsubscribe"`
	History      []Entry     `json:"history"`
	Problem      string      `json:"problem,omitempty"`
	Text         string      `json:"text,omitempty"`    // of one mail
	Links        []string    `json:"links,omitempty"`   // of one mail
	Headers      [][2]string `json:"headers,omitempty"` // of one mail
}

// FileView is a file of a mail without its data.
type FileView struct {
	Name      string `json:"name"`
	Type      string `json:"type"`
	Size      int    `json:"size"`
	Inline    bool   `json:"inline"`
	ContentID string `json:"contentId,omitempty"`
}

// Show returns a view; the whole of it when a person reads that mail alone.
func (m *Mail) Show(whole bool) View {
	v := View{
		ID: m.ID, Box: m.Box, Via: m.Via, Sent: m.Sent, Auto: m.Auto, At: m.At.UTC(), Envelope: m.Envelope,
		From: m.Get("From"), To: texts(m.Addresses("To")), Cc: texts(m.Addresses("Cc")), ReplyTo: texts(m.Addresses("Reply-To")),
		Subject: m.Get("Subject"), MessageID: m.Get("Message-ID"), InReplyTo: m.Get("In-Reply-To"), References: m.Get("References"),
		Size: len(m.Raw), Read: m.Read, Spam: m.Spam, Unsubscribed: m.Unsubscribed, HasHTML: m.HTML != "",
		Files: []FileView{}, Unsubscribe: m.Unsubscription(), History: m.History, Problem: m.Problem,
	}
	for _, f := range m.Files {
		v.Files = append(v.Files, FileView{f.Name, f.Type, len(f.Data), f.Inline, f.ContentID})
	}
	words := m.Text
	if words == "" {
		words = PlainOf(m.HTML)
	}
	v.Preview = shortened(strings.Join(strings.Fields(words), " "), 140)
	if whole {
		v.Text, v.Links, v.Headers = words, Links(m.Parsed), m.Header
	}
	return v
}

func texts(list []*mail.Address) []string {
	out := []string{}
	for _, a := range list {
		if a.Name == "" {
			out = append(out, a.Address)
		} else {
			out = append(out, a.Name+" <"+a.Address+">")
		}
	}
	return out
}

func shortened(s string, most int) string {
	runes := []rune(s)
	if len(runes) <= most {
		return s
	}
	return string(runes[:most-1]) + "…"
}
