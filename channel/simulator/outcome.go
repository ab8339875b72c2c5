package simulator

import "time"

// How a send is answered. The empty answer is the proper one.
const (
	AnswerError     = "error"     // an error of the provider, by its code
	AnswerThrottle  = "429"       // too many requests
	AnswerBroken    = "500"       // an error without a word of what became of it
	AnswerBusy      = "503"       // come back later
	AnswerHang      = "timeout"   // no answer, the connection stays open
	AnswerLost      = "lost"      // the connection is closed instead of an answer
	AnswerReset     = "reset"     // the connection is reset and nothing was taken
	AnswerMalformed = "malformed" // half an answer
)

// Outcome is what becomes of one send. The zero outcome is success.
type Outcome struct {
	Answer     string
	Code       int           // with AnswerError, in the provider's own numbers
	Accept     bool          // with any other answer: the message was taken nevertheless
	RetryAfter int           // seconds
	Delay      time.Duration // before the answer
	Hold       time.Duration // with AnswerHang: until the connection closes; 0: until the caller leaves
	Turns      int           // the answer is given this many times, then the send works once

	Fate   []Step // after it was taken; nil: what works at the provider
	Twice  bool   // every webhook comes twice
	Last   bool   // webhooks come last first
	Forged bool   // webhooks carry a wrong signature
	Silent bool   // no webhook comes

	Own string // what only the provider knows how to do, in its own word
}

// Takes says whether the message exists from now on, whatever the caller is told.
func (o *Outcome) Takes() bool { return o.Answer == "" || o.Accept }

// Step is one status that a message reaches, in the provider's own words.
type Step struct {
	Status string
	Code   int // with a failure
}

func works() []Step { return []Step{{Status: "sent"}, {Status: "delivered"}} }

// Recipient is a magic recipient: whatever address ends in Suffix.
type Recipient struct {
	Suffix  string `json:"suffix"`
	Outcome string `json:"outcome"` // for people

	Effect Outcome `json:"-"`
}

// CommonRecipients are the magic recipients that mean the same with every
// provider, but for those that tell of a status.
func CommonRecipients() []Recipient {
	return []Recipient{
		{"0429", "429 with Retry-After twice, then works", Outcome{Answer: AnswerThrottle, RetryAfter: 1, Turns: 2}},
		{"0500", "taken, but answered with 500", Outcome{Answer: AnswerBroken, Accept: true}},
		{"0501", "not taken, answered with 500", Outcome{Answer: AnswerBroken}},
		{"0503", "503 with Retry-After twice, then works", Outcome{Answer: AnswerBusy, RetryAfter: 1, Turns: 2}},
		{"0504", "not taken and never answered", Outcome{Answer: AnswerHang}},
		{"0505", "taken, but the connection closes without an answer", Outcome{Answer: AnswerLost, Accept: true}},
		{"0506", "taken, but never answered", Outcome{Answer: AnswerHang, Accept: true}},
		{"0507", "taken, but the answer is malformed", Outcome{Answer: AnswerMalformed, Accept: true}},
		{"0508", "not taken, the connection is reset", Outcome{Answer: AnswerReset}},
		{"0601", "delivered is told before sent", Outcome{Last: true}},
		{"0602", "every webhook comes twice", Outcome{Twice: true}},
		{"0603", "webhooks carry a wrong signature", Outcome{Forged: true}},
		{"0604", "no webhook ever comes", Outcome{Silent: true}},
	}
}

// Recipients returns Twilio's magic recipients, in the order of their suffixes.
func Recipients() []Recipient {
	undelivered := func(suffix string, code int, why string) Recipient {
		return Recipient{suffix, why, Outcome{Fate: []Step{{Status: "sent"}, {"undelivered", code}}}}
	}
	failed := func(suffix string, code int, why string) Recipient {
		return Recipient{suffix, why, Outcome{Fate: []Step{{"failed", code}}}}
	}
	refused := func(suffix string, code int, why string) Recipient {
		return Recipient{suffix, why, Outcome{Answer: AnswerError, Code: code}}
	}
	return InOrder(CommonRecipients(), []Recipient{
		{"0001", "works: queued, sent, delivered", Outcome{}},
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
		{"0600", "sent, then read, never delivered", Outcome{Fate: []Step{{Status: "sent"}, {Status: "read"}}}},
		failed("0610", 21610, "taken, then failed, 21610: the recipient opted out"),
	})
}

// decide returns what becomes of a send: what a rule says, else what the
// recipient's address says, else success.
func (s *Simulator) decide(v *vocabulary, account, from, to string, c *Settings) Outcome {
	out, delay, ruled := s.rules.apply(s.random, v, "", account, from, to)
	if ruled || delay > 0 {
		s.tellStruck()
	}
	if !ruled && c.Magic {
		if magic := v.magic(to); magic != nil {
			out = *magic
		}
	}
	if out.Turns > 0 && s.turns.next(v.name+" "+to, out.Turns+1) == out.Turns {
		out = Outcome{}
	}
	out.Delay = delay
	return out
}
