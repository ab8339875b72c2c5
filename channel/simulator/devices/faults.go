package devices

import (
	"io"
	"net/http"
	"slices"
	"strconv"

	"heliograph/channel/simulator"
)

// CommonRecipients are the magic recipients of every push service: of the
// simulator's those that mean something to a service that sends no webhooks.
func CommonRecipients() []simulator.Recipient {
	return slices.DeleteFunc(simulator.CommonRecipients(), func(r simulator.Recipient) bool { return r.Effect.Answer == "" })
}

// Recipients are the magic recipients of a service that refuses so: endings of its
// tokens.
func Recipients(refused []Refusal) []simulator.Recipient {
	var own []simulator.Recipient
	for _, one := range refused {
		own = append(own, simulator.Recipient{Suffix: one.Suffix, Outcome: one.Does, Effect: one.effect()})
	}
	return simulator.InOrder(CommonRecipients(), own, []simulator.Recipient{{Suffix: "0001", Outcome: "works"}})
}

// Actions are what rules can do with a service that refuses so.
func Actions(refused []Refusal) []simulator.Action {
	all := slices.DeleteFunc(simulator.CommonActions(), func(a simulator.Action) bool {
		return a.Effect.Answer == "" && a.Name != "delay"
	})
	for _, one := range refused {
		if one.Turns == 0 {
			all = append(all, simulator.Action{Name: one.Word, Does: one.Does, Effect: one.effect()})
		}
	}
	return all
}

// Refusal is one answer that a service refuses a push with.
type Refusal struct {
	Suffix string // of tokens that get it
	Word   string
	Does   string
	Turns  int // so often, then the push is taken
}

func (r Refusal) effect() simulator.Outcome {
	return simulator.Outcome{Answer: simulator.AnswerError, Own: r.Word, Turns: r.Turns}
}

// Answer answers in the ways that no refusal of the service is. It says whether
// it did; refuse writes the service's own answer of a status.
func Answer(n *simulator.Network, w http.ResponseWriter, r *http.Request, fate *simulator.Outcome, refuse func(status int)) bool {
	if fate.RetryAfter > 0 {
		w.Header().Set("Retry-After", strconv.Itoa(fate.RetryAfter))
	}
	switch fate.Answer {
	case simulator.AnswerThrottle:
		refuse(http.StatusTooManyRequests)
	case simulator.AnswerBroken:
		refuse(http.StatusInternalServerError)
	case simulator.AnswerBusy:
		refuse(http.StatusServiceUnavailable)
	case simulator.AnswerMalformed:
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(http.StatusOK)
		_, _ = io.WriteString(w, `{"name": "`)
	case simulator.AnswerHang, simulator.AnswerLost, simulator.AnswerReset:
		n.BreakOff(w, r, fate)
	default:
		return false
	}
	return true
}
