package devices

import (
	"io"
	"net/http"
	"slices"
	"strconv"

	"heliograph/channel/simulator"
)

// Faults are the common magic recipients and actions that mean something with a
// push service, which sends no webhooks.
func Faults() ([]simulator.Recipient, []simulator.Action) {
	recipients := slices.DeleteFunc(simulator.CommonRecipients(), func(r simulator.Recipient) bool { return r.Effect.Answer == "" })
	actions := slices.DeleteFunc(simulator.CommonActions(), func(a simulator.Action) bool {
		return a.Effect.Answer == "" && a.Name != "delay"
	})
	return recipients, actions
}

// Refusals makes the magic recipients and actions of what a service refuses, each
// by the service's own word.
func Refusals(list []Refusal) (recipients []simulator.Recipient, actions []simulator.Action) {
	for _, one := range list {
		effect := simulator.Outcome{Answer: simulator.AnswerError, Own: one.Word, Turns: one.Turns}
		recipients = append(recipients, simulator.Recipient{Suffix: one.Suffix, Outcome: one.Does, Effect: effect})
		if one.Turns == 0 {
			actions = append(actions, simulator.Action{Name: one.Word, Does: one.Does, Effect: effect})
		}
	}
	return recipients, actions
}

// Refusal is one answer that a service refuses a push with.
type Refusal struct {
	Suffix string // of tokens that get it
	Word   string
	Does   string
	Turns  int // so often, then the push is taken
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
