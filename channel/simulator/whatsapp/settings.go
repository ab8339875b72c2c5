package whatsapp

import "heliograph/channel/simulator"

// Settings is how WhatsApp behaves, beside what all providers share.
type Settings struct {
	Window    bool   `json:"window"`    // free-form messages need a message of the person within 24 hours
	WindowIn  string `json:"windowIn"`  // where 131047 is told: webhook or answer
	Review    string `json:"review"`    // what becomes of a new template: approve, reject or wait
	ReviewMs  int    `json:"reviewMs"`  // how long a review takes
	AutoRead  bool   `json:"autoRead"`  // every delivered message is read
	PairBurst int    `json:"pairBurst"` // messages to one person before 131056, then one in 6 s; 0: no limit
	PerSecond int    `json:"perSecond"` // messages of one number before 130429; 0: no limit
	Batch     bool   `json:"batch"`     // webhooks are collected and come several in one request
	BatchMs   int    `json:"batchMs"`   // for how long
	Millis    bool   `json:"millis"`    // timestamps come in milliseconds, as it happened
	Unlisted  bool   `json:"unlisted"`  // templates that nobody made can be sent too
}

// DefaultSettings is WhatsApp as it is, at a pace a person can follow.
func DefaultSettings() Settings {
	return Settings{Window: true, WindowIn: inWebhook, Review: reviewApprove, ReviewMs: 3000, PairBurst: 45, BatchMs: 200}
}

const (
	inWebhook     = "webhook"
	inAnswer      = "answer"
	reviewApprove = "approve"
	reviewReject  = "reject"
	reviewWait    = "wait"
)

func (c *Settings) check() *simulator.Problem {
	if c.WindowIn != inWebhook && c.WindowIn != inAnswer {
		return simulator.BadField("windowIn", "must be webhook or answer")
	}
	if c.Review != reviewApprove && c.Review != reviewReject && c.Review != reviewWait {
		return simulator.BadField("review", "must be approve, reject or wait")
	}
	for field, n := range map[string]int{"reviewMs": c.ReviewMs, "pairBurst": c.PairBurst, "perSecond": c.PerSecond, "batchMs": c.BatchMs} {
		if n < 0 {
			return simulator.BadField(field, "must not be negative")
		}
	}
	return nil
}
