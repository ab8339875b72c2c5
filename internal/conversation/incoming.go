package conversation

import (
	"strings"
	"unicode/utf8"

	"heliograph"
	"heliograph/channel"
)

// contents is what f says: one message, and one more for each attachment after
// the first. With attachments, the content at i shows f.Media[i]; see Files.Adopt.
func contents(f *channel.MessageFact) []heliograph.Content {
	if f.Content != nil {
		c := *f.Content
		c.Mail, c.Automatic = f.Mail, f.Automatic
		return []heliograph.Content{c}
	}
	if len(f.Media) == 0 {
		return []heliograph.Content{{Type: heliograph.TextMessage, Text: f.Text, Payload: f.Payload, Mail: f.Mail, Automatic: f.Automatic}}
	}
	out := make([]heliograph.Content, len(f.Media))
	for i, m := range f.Media {
		out[i] = heliograph.Content{Type: heliograph.FileMessage, MediaType: m.Type}
		if strings.HasPrefix(m.Type, "image/") {
			out[i].Type = heliograph.ImageMessage
		}
	}
	out[0].Text, out[0].Payload, out[0].Mail, out[0].Automatic = f.Text, f.Payload, f.Mail, f.Automatic
	return out
}

// cleaned is f with its texts as databases can keep them.
func cleaned(f *channel.MessageFact) *channel.MessageFact {
	out := *f
	out.From, out.External, out.Text, out.Name = clean(f.From), clean(f.External), clean(f.Text), clean(f.Name)
	out.Media = make([]channel.Media, len(f.Media))
	for i, m := range f.Media {
		m.URL, m.ID, m.Type, m.Name, m.SHA256 = clean(m.URL), clean(m.ID), clean(m.Type), clean(m.Name), clean(m.SHA256)
		out.Media[i] = m
	}
	if len(f.Info) > 0 {
		out.Info = make(map[string]string, len(f.Info))
		for k, v := range f.Info {
			out.Info[clean(k)] = clean(v)
		}
	}
	return &out
}

// clean removes NUL characters and replaces what is not UTF-8: a provider's
// message must not be refused for them.
func clean(s string) string {
	if !utf8.ValidString(s) {
		s = strings.ToValidUTF8(s, "\uFFFD")
	}
	if strings.IndexByte(s, 0) >= 0 {
		s = strings.ReplaceAll(s, "\x00", "")
	}
	return s
}
