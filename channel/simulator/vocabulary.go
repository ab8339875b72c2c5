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
		{Name: "429", Params: "retryAfter", Does: "not taken, answered 429 with Retry-After (1 s)",
			Effect: Outcome{Answer: AnswerThrottle, RetryAfter: 1}},
		{Name: "500", Params: "accept", Does: "answered 500; taken only with accept",
			Effect: Outcome{Answer: AnswerBroken}},
		{Name: "503", Params: "retryAfter", Does: "not taken, answered 503 with Retry-After (1 s)",
			Effect: Outcome{Answer: AnswerBusy, RetryAfter: 1}},
		{Name: "timeout", Params: "accept, ms", Does: "not answered for ms (until the caller leaves); taken only with accept",
			Effect: Outcome{Answer: AnswerHang}},
		{Name: "lost", Params: "accept", Does: "taken unless accept is false; the connection closes without an answer",
			Effect: Outcome{Answer: AnswerLost, Accept: true}},
		{Name: "refuse-body", Params: "", Does: "not taken, the connection is reset",
			Effect: Outcome{Answer: AnswerReset}},
		{Name: "malformed", Params: "accept", Does: "taken unless accept is false; half an answer",
			Effect: Outcome{Answer: AnswerMalformed, Accept: true}},
		{Name: "delay", Params: "ms", Does: "answered after another ms (1,000); what else matches still applies",
			Effect: Outcome{}},
		{Name: "duplicate", Params: "", Does: "every webhook of the message comes twice",
			Effect: Outcome{Twice: true}},
		{Name: "reorder", Params: "", Does: "the webhooks of the message come last first",
			Effect: Outcome{Last: true}},
		{Name: "forge", Params: "", Does: "the webhooks of the message carry a wrong signature",
			Effect: Outcome{Forged: true}},
		{Name: "silent", Params: "", Does: "no webhook of the message comes",
			Effect: Outcome{Silent: true}},
	}
}

// Actions returns everything a rule can do with Twilio.
func Actions() []Action {
	return slices.Concat(CommonActions(), []Action{
		{Name: "error", Params: "code", Does: "refused with an error of the provider (21211)",
			Effect: Outcome{Answer: AnswerError, Code: 21211}},
		{Name: "undelivered", Params: "code", Does: "sent, then undelivered with an ErrorCode (30003)",
			Effect: Outcome{Fate: []Step{{Status: "sent"}, {"undelivered", 30003}}}},
		{Name: "failed", Params: "code", Does: "taken, then failed with an ErrorCode (30008)",
			Effect: Outcome{Fate: []Step{{"failed", 30008}}}},
	})
}
