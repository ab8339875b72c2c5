package simulator

import (
	"net/http"
	"time"
)

// Settings is how the network behaves, changeable while it runs.
type Settings struct {
	LatencyMs   int `json:"latencyMs"`   // before a send is answered
	SentMs      int `json:"sentMs"`      // from the answer to "sent"
	DeliveredMs int `json:"deliveredMs"` // from "sent" to "delivered"

	Callbacks bool   `json:"callbacks"` // status callbacks are sent at all
	Retries   int    `json:"retries"`   // further tries of a webhook that was not taken
	RetryMs   int    `json:"retryMs"`   // before the first of them; it doubles, up to 30 s
	Signature string `json:"signature"` // good, wrong, with-port or without-port
	Duplicate bool   `json:"duplicate"` // every webhook comes twice
	Reorder   bool   `json:"reorder"`   // status callbacks come last first

	RatePerSecond float64 `json:"ratePerSecond"` // requests of one account; 0: no limit
	Concurrency   int     `json:"concurrency"`   // requests of one account at once; 0: no limit

	Magic          bool `json:"magic"`          // recipients' last four digits choose outcomes
	Keywords       bool `json:"keywords"`       // STOP, START and HELP are answered and kept
	AdvancedOptOut bool `json:"advancedOptOut"` // inbound keywords carry OptOutType
}

// DefaultSettings is a network that works, at a pace a person can follow.
func DefaultSettings() Settings {
	return Settings{
		SentMs: 100, DeliveredMs: 400,
		Callbacks: true, Retries: 5, RetryMs: 500, Signature: signGood,
		Magic: true, Keywords: true,
	}
}

func (c *Settings) check() *Problem {
	switch c.Signature {
	case signGood, signWrong, signWithPort, signWithoutPort:
	default:
		return BadField("signature", "must be good, wrong, with-port or without-port")
	}
	for name, n := range map[string]int{
		"latencyMs": c.LatencyMs, "sentMs": c.SentMs, "deliveredMs": c.DeliveredMs,
		"retries": c.Retries, "retryMs": c.RetryMs, "concurrency": c.Concurrency,
	} {
		if n < 0 {
			return BadField(name, "must not be negative")
		}
	}
	if c.RatePerSecond < 0 {
		return BadField("ratePerSecond", "must not be negative")
	}
	return nil
}

func millis(n int) time.Duration { return time.Duration(n) * time.Millisecond }

func (s *Simulator) getSettings(w http.ResponseWriter, _ *http.Request) {
	WriteJSON(w, http.StatusOK, s.settings.Load())
}

// changeSettings sets the fields that the body names and leaves the others.
func (s *Simulator) changeSettings(w http.ResponseWriter, r *http.Request) {
	changed := *s.settings.Load()
	if p := ReadJSON(w, r, &changed); p != nil {
		p.Write(w)
		return
	}
	if p := changed.check(); p != nil {
		p.Write(w)
		return
	}
	s.settings.Store(&changed)
	s.stream.publish("settings", &changed)
	WriteJSON(w, http.StatusOK, &changed)
}
