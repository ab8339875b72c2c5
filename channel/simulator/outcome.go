package simulator

import "time"

// How a send is answered. The empty answer is the proper one.
const (
	answerError     = "error"     // an error of the provider, by its code
	answerThrottle  = "429"       // too many requests
	answerBroken    = "500"       // an error without a word of what became of it
	answerBusy      = "503"       // come back later
	answerHang      = "timeout"   // no answer, the connection stays open
	answerLost      = "lost"      // the connection is closed instead of an answer
	answerReset     = "reset"     // the connection is reset and nothing was taken
	answerMalformed = "malformed" // half an answer
)

// outcome is what becomes of one send. The zero outcome is success.
type outcome struct {
	answer     string
	code       int           // with answerError
	accept     bool          // with any other answer: the message was taken nevertheless
	retryAfter int           // seconds
	delay      time.Duration // before the answer
	hold       time.Duration // with answerHang: until the connection closes; 0: until the caller leaves
	turns      int           // the answer is given this many times, then the send works once

	fate   []step // after it was taken; nil: sent, delivered
	twice  bool   // every webhook comes twice
	last   bool   // webhooks come last first
	forged bool   // webhooks carry a wrong signature
	silent bool   // no webhook comes
}

// step is one status that a message reaches.
type step struct {
	status string
	code   int // ErrorCode, with undelivered and failed
}

func works() []step { return []step{{status: "sent"}, {status: "delivered"}} }

// Recipient is a magic recipient: whatever number ends in Suffix.
type Recipient struct {
	Suffix  string `json:"suffix"`
	Outcome string `json:"outcome"` // for people

	does outcome
}

// Recipients returns the magic recipients, in the order of their suffixes.
func Recipients() []Recipient {
	undelivered := func(suffix string, code int, why string) Recipient {
		return Recipient{suffix, why, outcome{fate: []step{{status: "sent"}, {"undelivered", code}}}}
	}
	failed := func(suffix string, code int, why string) Recipient {
		return Recipient{suffix, why, outcome{fate: []step{{"failed", code}}}}
	}
	refused := func(suffix string, code int, why string) Recipient {
		return Recipient{suffix, why, outcome{answer: answerError, code: code}}
	}
	return []Recipient{
		{"0001", "works: queued, sent, delivered", outcome{}},
		refused("0010", 21610, "refused, 21610: the recipient opted out"),
		refused("0011", 21211, "refused, 21211: not a phone number"),
		refused("0012", 21614, "refused, 21614: not a mobile number"),
		refused("0013", 21408, "refused, 21408: region not enabled"),
		refused("0014", 21606, "refused, 21606: the sender cannot send"),
		failed("0301", 30001, "taken, then failed, 30001: queue overflow"),
		failed("0302", 30002, "taken, then failed, 30002: account suspended"),
		undelivered("0303", 30003, "sent, then undelivered, 30003: handset unreachable"),
		undelivered("0304", 30004, "sent, then undelivered, 30004: blocked"),
		undelivered("0305", 30005, "sent, then undelivered, 30005: unknown handset"),
		undelivered("0306", 30006, "sent, then undelivered, 30006: landline"),
		undelivered("0307", 30007, "sent, then undelivered, 30007: filtered by the carrier"),
		undelivered("0308", 30008, "sent, then undelivered, 30008: unknown error"),
		{"0429", "429 with Retry-After twice, then works", outcome{answer: answerThrottle, retryAfter: 1, turns: 2}},
		{"0500", "taken, but answered with 500", outcome{answer: answerBroken, accept: true}},
		{"0501", "not taken, answered with 500", outcome{answer: answerBroken}},
		{"0503", "503 with Retry-After twice, then works", outcome{answer: answerBusy, retryAfter: 1, turns: 2}},
		{"0504", "not taken and never answered", outcome{answer: answerHang}},
		{"0505", "taken, but the connection closes without an answer", outcome{answer: answerLost, accept: true}},
		{"0506", "taken, but never answered", outcome{answer: answerHang, accept: true}},
		{"0507", "taken, but the answer is malformed", outcome{answer: answerMalformed, accept: true}},
		{"0508", "not taken, the connection is reset", outcome{answer: answerReset}},
		{"0600", "sent, then read, never delivered", outcome{fate: []step{{status: "sent"}, {status: "read"}}}},
		{"0601", "delivered is told before sent", outcome{last: true}},
		{"0602", "every webhook comes twice", outcome{twice: true}},
		{"0603", "webhooks carry a wrong signature", outcome{forged: true}},
		{"0604", "no webhook ever comes", outcome{silent: true}},
		failed("0610", 21610, "taken, then failed, 21610: the recipient opted out"),
	}
}

func outcomesBySuffix() map[string]*outcome {
	out := map[string]*outcome{}
	for _, r := range Recipients() {
		out[r.Suffix] = &r.does
	}
	return out
}

// decide returns what becomes of a send: what a rule says, else what the
// recipient's number says, else success.
func (s *Simulator) decide(account, from, to string, c *Settings) outcome {
	out, delay, ruled := s.rules.apply(s.random, account, from, to)
	if ruled || delay > 0 {
		s.tellStruck()
	}
	if !ruled && c.Magic && len(to) > 4 {
		if magic := s.outcomes[to[len(to)-4:]]; magic != nil {
			out = *magic
		}
	}
	if out.turns > 0 && s.turns.next(to, out.turns+1) == out.turns {
		out = outcome{}
	}
	out.delay = delay
	return out
}
