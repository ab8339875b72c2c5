package mailgun

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"sort"
	"strconv"
	"strings"

	"github.com/emersion/go-message/mail"

	"heliograph/channel"
	"heliograph/channel/mime"
)

// route reads a mail that a route forwarded, whole or in parts.
func (s *sender) route(f *routeForm) (*channel.Received, error) {
	err := s.check(signature{Timestamp: f.fields["timestamp"], Token: f.fields["token"], Signature: f.fields["signature"]})
	if err != nil {
		return nil, err
	}
	var in *mime.Incoming
	if f.has("body-mime") {
		if in, err = mime.Parse([]byte(f.fields["body-mime"])); err != nil {
			return useless(), nil
		}
	} else if in = s.parts(f); in == nil {
		return useless(), nil
	}
	e := mime.Envelope{
		From: f.fields["sender"], Null: f.has("sender") && strings.Trim(f.fields["sender"], "<> ") == "",
		To:   strings.Split(f.fields["recipient"], ","),
		Ours: []string{s.settings.IncomingAddress, s.settings.FromAddress},
	}
	return &channel.Received{Facts: s.marks.Facts(in, e)}, nil
}

// parts reads a mail that Mailgun took apart; nil when it is none.
func (s *sender) parts(f *routeForm) *mime.Incoming {
	var pairs [][]string
	if json.Unmarshal([]byte(f.fields["message-headers"]), &pairs) != nil || len(pairs) == 0 {
		for _, name := range []string{"From", "Subject", "Message-Id", "In-Reply-To", "References", "Date", "Auto-Submitted", "Precedence", "X-Autoreply"} {
			if v := f.fields[name]; v != "" {
				pairs = append(pairs, []string{name, v})
			}
		}
	}
	in := mime.FromHeader(mail.Header{Header: header(pairs)})
	if in.From == "" {
		in.From, in.Name = mime.Person(f.fields["from"])
	}
	if in.From == "" && f.fields["sender"] == "" {
		return nil
	}
	if in.MessageID == "" {
		sum := sha256.Sum256([]byte(f.fields["timestamp"] + f.fields["token"]))
		in.MessageID = "sha256-" + hex.EncodeToString(sum[:])
	}
	in.Say(f.fields["body-plain"], f.fields["body-html"], f.attachments())
	return in
}

// attachments returns the files in their order.
func (f *routeForm) attachments() (out []channel.Media) {
	byField := map[string]string{} // the Content-ID of a field
	var ids map[string]string
	if json.Unmarshal([]byte(f.fields["content-id-map"]), &ids) == nil {
		for id, name := range ids {
			byField[name] = strings.Trim(id, "<> ")
		}
	}
	var names []string
	for name := range f.files {
		if strings.HasPrefix(name, "attachment-") {
			names = append(names, name)
		}
	}
	number := func(name string) int { n, _ := strconv.Atoi(strings.TrimPrefix(name, "attachment-")); return n }
	sort.Slice(names, func(i, j int) bool {
		if a, b := number(names[i]), number(names[j]); a != b {
			return a < b
		}
		return names[i] < names[j]
	})
	for _, name := range names {
		a := f.files[name]
		out = append(out, mime.Attachment(a.kind, a.name, byField[name], a.body))
	}
	return out
}
