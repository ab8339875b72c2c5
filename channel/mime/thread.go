package mime

import (
	"slices"
	"strings"
	"unicode/utf8"

	"heliograph"
	"heliograph/channel"
)

// Bounds of what is taken over from others' mails.
const (
	maxSubject    = 250 // characters
	maxReferences = 20
	maxMessageID  = 250
)

// subject returns the subject of a mail: its own; else that of the mail it
// answers, with one Re:; else that of the conversation; else the default.
func subject(c *heliograph.Content, a *channel.About) string {
	var s string
	switch {
	case c.Mail != nil && oneLine(c.Mail.Subject) != "":
		s = c.Mail.Subject
	case a.Thread != nil && bare(a.Thread.Subject) != "":
		s = "Re: " + bare(a.Thread.Subject)
	case a.Thread != nil && bare(a.Subject) != "":
		s = "Re: " + bare(a.Subject)
	case oneLine(a.Subject) != "":
		s = a.Subject
	case oneLine(a.App) != "":
		s = "New message from " + a.App
	default:
		s = "New message"
	}
	return cutRunes(oneLine(s), maxSubject)
}

// replyPrefixes are what mail programs of several languages put before the
// subject of an answer.
var replyPrefixes = []string{"re", "aw", "antw", "antwort", "sv", "vs", "odp", "ynt", "rif", "r", "rép", "res", "回复", "答复", "返信"}

// bare is a subject without the marks of an answer, however many there are.
func bare(s string) string {
	s = oneLine(s)
	for {
		word, rest, found := strings.Cut(s, ":")
		if !found {
			word, rest, found = strings.Cut(s, "：")
		}
		word = strings.ToLower(strings.TrimSpace(word))
		if i := strings.IndexByte(word, '['); i > 0 && strings.HasSuffix(word, "]") { // Re[2]:
			word = word[:i]
		}
		if !found || !slices.Contains(replyPrefixes, word) {
			return s
		}
		s = strings.TrimSpace(rest)
	}
}

// references returns what a mail that answers t refers to, oldest first.
func references(t *heliograph.Mail) []string {
	var out []string
	for _, id := range append(slices.Clone(t.References), t.MessageID) {
		if isMessageID(id) && !slices.Contains(out, id) {
			out = append(out, id)
		}
	}
	if len(out) > maxReferences { // the first one is the thread's root
		out = append(out[:1], out[len(out)-maxReferences+1:]...)
	}
	return out
}

// isMessageID reports whether id can stand between angle brackets.
func isMessageID(id string) bool {
	return len(id) <= maxMessageID && printable(id)
}

// oneLine is s without line breaks and other control characters, its spaces
// collapsed.
func oneLine(s string) string {
	s = strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(s, "\uFFFD"))
	return strings.Join(strings.Fields(s), " ")
}

func cutRunes(s string, most int) string {
	if utf8.RuneCountInString(s) <= most {
		return s
	}
	return string([]rune(s)[:most-1]) + "…"
}
