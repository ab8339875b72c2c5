package mime

import (
	"slices"
	"strings"

	"heliograph"
	"heliograph/channel"
)

// Envelope is how a mail came: what SMTP or a provider says of it.
type Envelope struct {
	From string // "" when it is not known
	Null bool   // that it has no sender: nobody is to answer it
	To   []string
	// Ours are addresses of the integration, normalised: what comes from them is
	// an echo, and says nothing.
	Ours []string
}

// Facts returns what a mail tells: bounces and complaints of mails of ours, an
// unsubscription, or what a person wrote. A mail that nobody must hear of, such
// as a bounce of a mail that is not ours, tells nothing.
func (m Marks) Facts(in *Incoming, e Envelope) []channel.Fact {
	kind, marked := m.addressed(e.To)
	if len(in.Reports) > 0 {
		return m.reported(in, marked)
	}
	from := in.From
	if from == "" {
		from, _ = Normalise(e.From)
	}
	switch {
	case kind == ReturnAddress, from == "", slices.Contains(e.Ours, from):
		return nil
	case kind == UnsubscribeAddress:
		return Unsubscription(in.MessageID, from, marked, heliograph.ConsentListUnsubscribe, "mailto")
	}
	f := &channel.MessageFact{
		From: from, External: in.MessageID, Text: in.Text, Media: in.Media, Name: in.Name,
		Automatic: in.Automatic || e.Null, Resubscribes: !in.Automatic && !e.Null,
		Mail: &heliograph.Mail{Subject: in.Subject, MessageID: in.MessageID, References: in.References},
	}
	for _, to := range e.To {
		if a, ok := Normalise(to); ok && f.To == "" {
			f.To = a
		}
	}
	m.answers(f, in, marked)
	return []channel.Fact{{Key: in.MessageID, At: in.Date, Message: f}}
}

// addressed returns what the recipients of ours are for, a marked one first.
func (m Marks) addressed(to []string) (Kind, heliograph.NotificationID) {
	for _, t := range to {
		if k, d, ok := m.ReadAddress(t); ok {
			return k, d
		}
	}
	return 0, heliograph.NotificationID{}
}

// answers finds what a mail answers: by the address that it was sent to, else by
// what it says to refer to, the nearest first.
func (m Marks) answers(f *channel.MessageFact, in *Incoming, marked heliograph.NotificationID) {
	nearest := slices.Clone(in.InReplyTo)
	for _, id := range slices.Backward(in.References) {
		nearest = append(nearest, id)
	}
	if len(nearest) > 0 {
		f.AnswersExternal = nearest[0]
	}
	if !marked.IsZero() {
		f.Answers, f.Proven = marked, true
		return
	}
	for _, id := range nearest {
		if d, _, ok := m.ReadMessageID(id); ok {
			f.Answers, f.Proven, f.AnswersExternal = d, true, id
			return
		}
	}
}

// reported returns what reports tell of a mail of ours. A report proves which
// one by the address that it was sent to, or by the Message-ID that it quotes.
func (m Marks) reported(in *Incoming, marked heliograph.NotificationID) (out []channel.Fact) {
	d, attempt, ok := m.ReadMessageID(in.Original)
	switch {
	case !ok && marked.IsZero():
		return nil
	case !ok:
		d = marked
	}
	for i, r := range in.Reports {
		key := in.MessageID + "#" + string(rune('0'+i%10)) + r.Action
		switch {
		case i >= 10:
			return out
		case r.Complaint == "":
			out = append(out, channel.Fact{Key: key, At: in.Date, Status: r.fate(d, attempt)})
		case r.Complaint == "not-spam":
		case strings.HasPrefix(r.Complaint, "opt-out"):
			out = append(out, Unsubscription(key, r.Recipient, d, heliograph.ConsentListUnsubscribe, r.Complaint)...)
		default:
			out = append(out, Unsubscription(key, r.Recipient, d, heliograph.ConsentComplaint, r.Complaint)...)
		}
	}
	return out
}

// Unsubscription returns the facts of a person who wants no more mail of this
// integration, and no marketing on any channel.
func Unsubscription(key, address string, d heliograph.NotificationID, source heliograph.ConsentSource, word string) []channel.Fact {
	var out []channel.Fact
	for _, scope := range []heliograph.ConsentScope{heliograph.ScopeSender, heliograph.ScopeMarketing} {
		out = append(out, channel.Fact{Key: key + ":" + string(scope), Consent: &channel.ConsentFact{
			Address: address, Action: heliograph.OptOut, Scope: scope, Source: source, Delivery: d, Word: word,
		}})
	}
	return out
}

// fate is what a delivery report says of our mail.
func (r *Report) fate(d heliograph.NotificationID, attempt int) *channel.StatusFact {
	f := &channel.StatusFact{Delivery: d, Attempt: attempt, Address: r.Recipient, Word: r.Action}
	switch r.Action {
	case "delivered":
		f.Status = heliograph.AtUser
	case "relayed", "expanded":
		f.Status = heliograph.AtChannel
	case "failed":
		f.Status, f.Result = heliograph.Failed, Refusal(0, r.Status, r.Reason)
	}
	return f
}

// Refusal is what a server's refusal of a recipient means, by its code (0: not
// told) and its enhanced code. A mailbox that does not exist is not written to
// again, by nobody.
func Refusal(code int, enhanced, said string) channel.Result {
	r := channel.Final(heliograph.ReasonBlocked, said)
	r.ProviderCode = enhanced
	subject := ""
	if part := strings.SplitN(enhanced, ".", 2); len(part) == 2 {
		subject = part[1]
	}
	switch {
	case subject == "1.1" || subject == "1.10" || subject == "1.6" || subject == "" && code == 550 && noSuchUser(said):
		r.Reason = heliograph.ReasonNotFound
		r.Suppress = &channel.Suppress{Scope: heliograph.ScopeAll, Source: heliograph.ConsentHardBounce}
	case strings.HasPrefix(subject, "1."):
		r.Reason = heliograph.ReasonNotFound
	case subject == "2.3" || subject == "3.4" || code == 552 && subject != "2.2":
		r.Reason = heliograph.ReasonContentTooLong
	case strings.HasPrefix(subject, "2."), strings.HasPrefix(subject, "3."), strings.HasPrefix(subject, "4."):
		r.Reason = heliograph.ReasonUnreachable
	case strings.HasPrefix(subject, "6."):
		r.Reason = heliograph.ReasonUnsupportedMessage
	}
	if r.Message == "" {
		r.Message = "the recipient's server refuses the mail"
	}
	return r
}

// noSuchUser reads the words of servers that have no enhanced codes.
func noSuchUser(said string) bool {
	said = strings.ToLower(said)
	for _, words := range []string{"user unknown", "unknown user", "no such user", "does not exist", "mailbox not found", "no mailbox here"} {
		if strings.Contains(said, words) {
			return true
		}
	}
	return false
}
