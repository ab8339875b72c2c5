package smtp

import (
	"slices"

	"heliograph/channel/simulator"
	"heliograph/channel/simulator/mailbox"
)

// ownData is the outcome that the whole message is refused, after its dot.
const ownData = "data"

// Recipients are the magic recipients of this provider. The last four digits of
// the part before the at sign count.
func Recipients() []simulator.Recipient {
	at := func(suffix string, code int, own, why string) simulator.Recipient {
		return simulator.Recipient{Suffix: suffix, Outcome: why,
			Effect: simulator.Outcome{Answer: simulator.AnswerError, Code: code, Own: own}}
	}
	fate := func(suffix, why string, steps ...simulator.Step) simulator.Recipient {
		return simulator.Recipient{Suffix: suffix, Outcome: why, Effect: simulator.Outcome{Fate: steps}}
	}
	bounce := func(suffix string, code int, why string) simulator.Recipient {
		return fate(suffix, why, simulator.Step{Status: "sent"}, simulator.Step{Status: "bounced", Code: code})
	}
	return simulator.InOrder(withoutSignatures(), []simulator.Recipient{
		{Suffix: "0001", Outcome: "works: arrives in the mailbox"},
		at("0010", 550, "", "550 5.1.1 at RCPT: no such mailbox"),
		at("0011", 553, "", "553 5.1.3 at RCPT: bad address"),
		at("0012", 554, "", "554 5.7.1 at RCPT: blocked"),
		at("0013", 451, "", "451 4.3.0 at RCPT, every time"),
		at("0014", 535, "", "535 5.7.8 at RCPT: the credentials are no longer good"),
		at("0015", 452, "", "452 4.2.2 at RCPT: the mailbox is full"),
		at("0016", 421, "", "421 4.7.0 at RCPT, and the connection closes"),
		at("0020", 554, ownData, "554 5.6.0 after the dot: the content is refused"),
		at("0021", 552, ownData, "552 5.3.4 after the dot: too big"),
		at("0022", 451, ownData, "451 4.3.0 after the dot, every time"),
		bounce("0303", 552, "taken, then a bounce, 5.2.2: the mailbox is full"),
		bounce("0305", 550, "taken, then a bounce, 5.1.1: no such mailbox"),
		bounce("0307", 554, "taken, then a bounce, 5.7.1: blocked"),
		bounce("0309", 441, "taken, then a notice of delay, 4.4.1"),
		fate("0608", "arrives, then is called spam", simulator.Step{Status: "delivered"}, simulator.Step{Status: "complained"}),
	})
}

// withoutSignatures are the common recipients that mean something here: mail
// comes back without webhooks, so that nothing is signed or reordered.
func withoutSignatures() []simulator.Recipient {
	words := map[string]string{
		"0429": "450 4.7.1 at RCPT twice, then works",
		"0500": "taken, but answered with 451 after the dot",
		"0501": "not taken, answered with 451 after the dot",
		"0503": "421 4.3.2 at RCPT twice, and the connection closes; then works",
		"0504": "not taken and never answered after the dot",
		"0505": "taken, but the connection closes after the dot without an answer",
		"0506": "taken, but never answered after the dot",
		"0507": "taken, but the answer after the dot is malformed",
		"0508": "not taken, the connection is reset at RCPT",
		"0604": "no bounce ever comes",
	}
	out := []simulator.Recipient{}
	for _, r := range simulator.CommonRecipients() {
		if r.Outcome = words[r.Suffix]; r.Outcome != "" {
			out = append(out, r)
		}
	}
	return out
}

// Actions are what rules can do with this provider.
func Actions() []simulator.Action {
	common := slices.DeleteFunc(simulator.CommonActions(), func(a simulator.Action) bool {
		return a.Name == "duplicate" || a.Name == "reorder" || a.Name == "forge"
	})
	return slices.Concat(common, []simulator.Action{
		{Name: "error", Params: "code", Does: "refused at RCPT with a reply code (550)",
			Effect: simulator.Outcome{Answer: simulator.AnswerError, Code: 550}},
		{Name: "data-error", Params: "code", Does: "refused after the dot with a reply code (554)",
			Effect: simulator.Outcome{Answer: simulator.AnswerError, Code: 554, Own: ownData}},
		{Name: "bounce", Params: "code", Does: "taken, then a bounce with a reply code (550)",
			Effect: simulator.Outcome{Fate: []simulator.Step{{Status: "sent"}, {Status: "bounced", Code: 550}}}},
		{Name: "complain", Does: "arrives, then is called spam",
			Effect: simulator.Outcome{Fate: []simulator.Step{{Status: "delivered"}, {Status: "complained"}}}},
	})
}

// words is what mail servers say with a reply code.
func words(code int) mailbox.Failure {
	f := func(enhanced, text string) mailbox.Failure {
		return mailbox.Failure{Code: code, Enhanced: enhanced, Text: text}
	}
	switch code {
	case 421:
		return f("4.7.0", "Try again later, closing connection")
	case 441:
		return mailbox.Failure{Code: 451, Enhanced: "4.4.1", Text: "No answer from host, will try again"}
	case 450:
		return f("4.7.1", "Greylisted, try again later")
	case 451:
		return f("4.3.0", "Temporary problem, try again later")
	case 452:
		return f("4.2.2", "Mailbox full, try again later")
	case 530:
		return f("5.7.0", "Authentication required")
	case 535:
		return f("5.7.8", "Authentication credentials invalid")
	case 550:
		return f("5.1.1", "No such mailbox here")
	case 552:
		return f("5.2.2", "Mailbox full")
	case 553:
		return f("5.1.3", "Bad recipient address syntax")
	case 554:
		return f("5.7.1", "Message blocked")
	}
	if code >= 400 && code < 500 {
		return f("4.0.0", "Not now")
	}
	return f("5.0.0", "Refused")
}
