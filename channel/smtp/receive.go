package smtp

import (
	"crypto/subtle"
	"net/http"
	"slices"
	"strings"

	"heliograph"
	"heliograph/channel"
	"heliograph/channel/mime"
)

// Receive implements channel.Receiver: the body is a mail as it was sent, which
// the tenant's own server posts with the integration's secret as
// "Authorization: Bearer …". Who the envelope names may stand in X-Envelope-From
// ("<>" for nobody) and X-Envelope-To (commas between); else the mail's own
// header says.
func (s *sender) Receive(req *channel.Request) (*channel.Received, error) {
	secret := s.settings.InboundSecret
	if secret == "" {
		return nil, forbidden("the integration has no inboundSecret, so that no mail is taken here")
	}
	scheme, given, _ := strings.Cut(req.Header.Get("Authorization"), " ")
	if !strings.EqualFold(scheme, "Bearer") || subtle.ConstantTimeCompare([]byte(strings.TrimSpace(given)), []byte(secret)) != 1 {
		return nil, forbidden("the header Authorization does not hold the integration's inboundSecret")
	}
	switch {
	case req.Method != http.MethodPost:
		return nil, heliograph.Errorf(heliograph.Invalid, heliograph.CodeBadRequest, "mails are posted")
	case req.Path != "/inbound" && req.Path != "/" && req.Path != "":
		return nil, heliograph.Errorf(heliograph.Invalid, heliograph.CodeBadRequest, "there is nothing here; the path is /inbound")
	}
	in, err := mime.Parse(req.Body)
	if err != nil {
		return nil, err
	}
	from, known := req.Header.Get("X-Envelope-From"), len(req.Header["X-Envelope-From"]) > 0
	e := s.envelope(from, known)
	if e.To = strings.Split(req.Header.Get("X-Envelope-To"), ","); e.To[0] == "" {
		e.To = in.To
	}
	return &channel.Received{Facts: s.marks.Facts(in, e)}, nil
}

func forbidden(message string) error {
	return heliograph.Errorf(heliograph.Forbidden, heliograph.CodeForbidden, "%s", message)
}

func (s *sender) envelope(from string, known bool) mime.Envelope {
	from = strings.Trim(strings.TrimSpace(from), "<>")
	return mime.Envelope{From: from, Null: known && from == "", Ours: []string{s.settings.FromAddress, s.settings.IncomingAddress}}
}

// Takes implements channel.Mailbox: it takes what goes to the incoming address,
// and to the addresses that our mails carry.
func (s *sender) Takes(address string) bool {
	a, ok := mime.Normalise(address)
	if !ok {
		return false
	}
	if a == s.settings.IncomingAddress {
		return true
	}
	if d := mime.Domain(a); !slices.Contains([]string{s.settings.InboundDomain, s.settings.BounceDomain}, d) {
		return false
	}
	_, _, ours := s.marks.ReadAddress(a)
	return ours
}

// ReceiveMail implements channel.Mailbox.
func (s *sender) ReceiveMail(m *channel.Mail) ([]channel.Fact, error) {
	in, err := mime.Parse(m.Data)
	if err != nil {
		return nil, err
	}
	e := s.envelope(m.From, true)
	e.To = m.To
	return s.marks.Facts(in, e), nil
}
