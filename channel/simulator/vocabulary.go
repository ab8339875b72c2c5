package simulator

import (
	"slices"
	"strings"
)

// vocabulary is what can be made to happen with one provider.
type vocabulary struct {
	name     string
	suffixes map[string]*Outcome // by the last digits of a recipient
	actions  map[string]*Action
}

func newVocabulary(name string, recipients []Recipient, actions []Action) *vocabulary {
	v := &vocabulary{name: name, suffixes: map[string]*Outcome{}, actions: map[string]*Action{}}
	for i := range recipients {
		v.suffixes[recipients[i].Suffix] = &recipients[i].Effect
	}
	for i := range actions {
		v.actions[actions[i].Name] = &actions[i]
	}
	return v
}

// magic returns the outcome of a magic recipient, or nil. Of an e-mail address
// the part before the at sign counts.
func (v *vocabulary) magic(to string) *Outcome {
	to, _, _ = strings.Cut(to, "@")
	if len(to) <= 4 {
		return nil
	}
	return v.suffixes[to[len(to)-4:]]
}

// InOrder joins magic recipients in the order of their suffixes.
func InOrder(lists ...[]Recipient) []Recipient {
	out := slices.Concat(lists...)
	slices.SortStableFunc(out, func(a, b Recipient) int { return strings.Compare(a.Suffix, b.Suffix) })
	return out
}

// CommonActions are what rules can do with every provider.
func CommonActions() []Action {
	return []Action{
		{"429", "retryAfter", "not taken, answered 429 with Retry-After (1 s)",
			Outcome{Answer: AnswerThrottle, RetryAfter: 1}},
		{"500", "accept", "answered 500; taken only with accept", Outcome{Answer: AnswerBroken}},
		{"503", "retryAfter", "not taken, answered 503 with Retry-After (1 s)",
			Outcome{Answer: AnswerBusy, RetryAfter: 1}},
		{"timeout", "accept, ms", "not answered for ms (until the caller leaves); taken only with accept",
			Outcome{Answer: AnswerHang}},
		{"lost", "accept", "taken unless accept is false; the connection closes without an answer",
			Outcome{Answer: AnswerLost, Accept: true}},
		{"refuse-body", "", "not taken, the connection is reset", Outcome{Answer: AnswerReset}},
		{"malformed", "accept", "taken unless accept is false; half an answer",
			Outcome{Answer: AnswerMalformed, Accept: true}},
		{"delay", "ms", "answered after another ms (1,000); what else matches still applies", Outcome{}},
		{"duplicate", "", "every webhook of the message comes twice", Outcome{Twice: true}},
		{"reorder", "", "the webhooks of the message come last first", Outcome{Last: true}},
		{"forge", "", "the webhooks of the message carry a wrong signature", Outcome{Forged: true}},
		{"silent", "", "no webhook of the message comes", Outcome{Silent: true}},
	}
}

// Actions returns everything a rule can do with Twilio.
func Actions() []Action {
	return slices.Concat(CommonActions(), []Action{
		{"error", "code", "refused with an error of the provider (21211)", Outcome{Answer: AnswerError, Code: 21211}},
		{"undelivered", "code", "sent, then undelivered with an ErrorCode (30003)",
			Outcome{Fate: []Step{{Status: "sent"}, {"undelivered", 30003}}}},
		{"failed", "code", "taken, then failed with an ErrorCode (30008)", Outcome{Fate: []Step{{"failed", 30008}}}},
	})
}
