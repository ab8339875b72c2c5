package simulator

import (
	"encoding/xml"
	"net/http"
	"strconv"
	"strings"
)

// say puts a message of the provider itself, or of a webhook's answer, on a
// phone. A person who opted out gets only the provider's own words, and those
// are said before this is asked.
func (s *Simulator) say(n Number, person, text string) {
	now := s.now()
	m := &Message{
		account: n.AccountSID, service: n.MessagingServiceSID, from: n.Number, to: person, body: text,
		provider: twilio, channel: ChannelSMS, direction: Reply, status: "delivered", created: now, updated: now, sent: now, sid: s.random.sid("SM"),
	}
	m.encoding, m.parts = split(text)
	s.ledger.add(m)
	s.noticed(m)
	s.stream.publishView(s.ledger, m)
}

// spoken returns what the answer of an inbound webhook says to the person: the
// messages of a TwiML document, or the whole of a plain text, which is a
// classic surprise.
func spoken(a WebhookAnswer) []string {
	kind, _, _ := strings.Cut(a.ContentType, ";")
	switch strings.TrimSpace(kind) {
	case "text/plain":
		if strings.TrimSpace(a.Body) != "" {
			return []string{a.Body}
		}
	case "text/xml", "application/xml":
		var doc struct {
			Messages []struct {
				Text string `xml:",chardata"`
				Body string `xml:"Body"`
			} `xml:"Message"`
		}
		if xml.Unmarshal([]byte(a.Body), &doc) != nil {
			return nil
		}
		out := []string{}
		for _, m := range doc.Messages {
			if text := strings.TrimSpace(m.Text + m.Body); text != "" {
				out = append(out, text)
			}
		}
		return out
	}
	return nil
}

// mediaURL is where the receiver of an inbound message fetches a file: at the
// API, with the account's credentials, which redirects to where the file is.
func (s *Simulator) mediaURL(m *Message, i int) string {
	if s.public == "" {
		return m.media[i].URL
	}
	return s.public + apiRoot + "/Accounts/" + m.account + "/Messages/" + m.sid + "/Media/ME" + strconv.Itoa(i)
}

// getMedia plays GET …/Messages/{sid}/Media/{sid}.
func (s *Simulator) getMedia(w http.ResponseWriter, r *http.Request) {
	account, ok := s.admit(w, r)
	if !ok {
		return
	}
	index, err := strconv.Atoi(strings.TrimPrefix(r.PathValue("media"), "ME"))
	target := ""
	s.ledger.get(account, r.PathValue("message"), func(m *Message) {
		if err == nil && index >= 0 && index < len(m.media) {
			target = m.media[index].URL
		}
	})
	if target == "" {
		notFound(r.URL.Path).write(w)
		return
	}
	http.Redirect(w, r, target, http.StatusTemporaryRedirect)
}
