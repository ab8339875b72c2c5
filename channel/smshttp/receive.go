package smshttp

import (
	"cmp"
	"strings"

	"heliograph"
	"heliograph/channel"
	"heliograph/channel/sms"
)

// Receive implements channel.Receiver. /status takes receipts and /inbound takes
// messages; at the root, for providers with one URL for both, a request that has
// the field of a status is a receipt.
func (s *sender) Receive(req *channel.Request) (*channel.Received, error) {
	section, secret, _ := strings.Cut(strings.TrimPrefix(req.Path, "/"), "/")
	if s.settings.HookAuth == byPath && section != "status" && section != "inbound" {
		section, secret = "", section // /secret
	}
	delivery, attempt := s.echo(req)
	if err := s.prove(req, secret, section == "status" && !delivery.IsZero()); err != nil {
		return nil, err
	}
	switch section {
	case "status":
		return s.receipts(req, delivery, attempt)
	case "inbound":
		return s.messages(req)
	case "":
	default:
		return nil, invalid("there is nothing here; the paths are /status and /inbound")
	}
	if s.settings.ReceiptStatus != "" {
		all, err := records(req, s.settings.ReceiptItems)
		if err == nil && len(all) > 0 && all[0].field(s.settings.ReceiptStatus) != "" {
			return s.receipts(req, delivery, attempt)
		}
	}
	return s.messages(req)
}

func (s *sender) answer(facts []channel.Fact) *channel.Received {
	a := channel.Answer{Status: 200, Body: s.settings.Answer}
	if a.Body != "" {
		a.ContentType = cmp.Or(s.settings.AnswerType, "text/plain")
	}
	return &channel.Received{Facts: once(facts), Answer: a}
}

// once leaves out what a batch says twice.
func once(facts []channel.Fact) (out []channel.Fact) {
	seen := make(map[string]bool, len(facts))
	for _, f := range facts {
		if !seen[f.Key] {
			seen[f.Key] = true
			out = append(out, f)
		}
	}
	return out
}

// receipts reads what became of messages. delivery is that of the callback; a
// request that holds several receipts cannot mean all of them by it.
func (s *sender) receipts(req *channel.Request, delivery heliograph.NotificationID, attempt int) (*channel.Received, error) {
	if s.settings.ReceiptStatus == "" {
		return nil, invalid("the settings do not say where a receipt holds its status: set receiptStatus")
	}
	all, err := records(req, s.settings.ReceiptItems)
	if err != nil {
		return nil, err
	}
	// Without a proof of its own a request is believed of the delivery that its
	// code is for, and of no other.
	coded := s.settings.HookAuth == ""
	if coded && len(all) > 1 {
		return nil, forbidden("the code in the URL is for one receipt")
	}
	var facts []channel.Fact
	for _, r := range all {
		f := &channel.StatusFact{Delivery: delivery, Attempt: attempt}
		if len(all) > 1 {
			f.Delivery, f.Attempt = heliograph.NotificationID{}, 0
		}
		if !coded {
			f.External = short(r.field(s.settings.ReceiptID))
			if f.Delivery.IsZero() {
				f.Delivery, f.Attempt = parseReference(r.field(s.settings.ReceiptReference))
			}
		}
		if f.External == "" && f.Delivery.IsZero() {
			return nil, invalid("a receipt has neither the provider's id nor our reference where the settings say")
		}
		if err := s.fate(f, r); err != nil {
			return nil, err
		}
		facts = append(facts, channel.Fact{Key: receiptKey(f), Status: f})
	}
	return s.answer(facts), nil
}

// fate reads the status of one receipt.
func (s *sender) fate(f *channel.StatusFact, r record) error {
	word := wordOf(r.field(s.settings.ReceiptStatus))
	if word == "" {
		return invalid("a receipt has no status where the settings say")
	}
	f.Word, f.Status, f.Read = s.safe(word), s.words[word], word == "read"
	f.Read = f.Read && f.Status == heliograph.AtUser
	if f.Status == heliograph.Failed {
		why := r.field(s.settings.ReceiptError)
		f.Result = s.failure(why, word)
		f.Result.ProviderCode = s.safe(why)
	}
	return nil
}

func receiptKey(f *channel.StatusFact) string {
	id := f.External
	if id == "" {
		id = reference(f.Delivery, f.Attempt)
	}
	return id + ":" + short(f.Word)
}

// messages reads what people wrote.
func (s *sender) messages(req *channel.Request) (*channel.Received, error) {
	if s.settings.InboundFrom == "" {
		return nil, invalid("the settings do not say where a message holds its sender: set inboundFrom and inboundText")
	}
	all, err := records(req, s.settings.InboundItems)
	if err != nil {
		return nil, err
	}
	var facts []channel.Fact
	for _, r := range all {
		from, id := strings.TrimSpace(r.field(s.settings.InboundFrom)), short(r.field(s.settings.InboundID))
		switch {
		case from == "" || len(from) > 64:
			return nil, invalid("a message has no sender where the settings say")
		case id == "" && s.settings.InboundID != "":
			return nil, invalid("a message has no id where the settings say")
		}
		m := &channel.MessageFact{
			From: addressOf(from), To: addressOf(r.field(s.settings.InboundTo)), External: id,
			Text: r.field(s.settings.InboundText), ProviderAnswers: s.settings.ProviderAnswers,
		}
		if id == "" {
			whole := strings.Join([]string{m.From, m.To, m.Text, req.Query, string(req.Body)}, "\x00")
			m.External = digest([]byte(whole))
		}
		facts = append(facts, channel.Fact{Key: m.External, Message: m})
	}
	return s.answer(facts), nil
}

// addressOf is the one spelling of a number, or what was said where it is none,
// such as a short code.
func addressOf(said string) string {
	if n, ok := sms.Normalise(said); ok {
		return n
	}
	return said
}
