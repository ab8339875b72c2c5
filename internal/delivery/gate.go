package delivery

import (
	"heliograph"
	"heliograph/channel"
)

// Question is what a gate is asked: may this be sent now?
type Question struct {
	Delivery    *heliograph.Delivery
	Content     *heliograph.Content
	Integration *heliograph.Integration
	Channel     channel.Channel
	Now         heliograph.Millis
	Suppressed  bool // an opt-out or suppression covers the address and category
}

// Verdict is a gate's answer. The zero value lets pass.
type Verdict struct {
	Gate    string
	Stop    bool
	Reason  string // a Reason constant
	Message string // for a person
}

// Gate is one rule that every delivery must pass, at intent and again before
// every attempt.
type Gate struct {
	Name  string
	Asks  string // for a person: what the gate looks at
	Check func(*Question) Verdict
}

// gates is the chain, in the order in which the first that stops wins. The
// order of all gates, of which those of campaigns come with them:
// stopped campaign, duplicate, excluded, consent, suppression, reachable,
// holdout, eligibility, limits, frequency, control, window, audience, open
// conversation, content, provider rate; expiry is asked first, because what is
// too late needs no other reason.
var gates = []Gate{
	{Name: "expiry", Asks: "whether it is still in time", Check: expiry},
	{Name: "consent", Asks: "whether the address opted out or is suppressed", Check: consent},
	{Name: "reachable", Asks: "whether the integration may send", Check: reachable},
	{Name: "content", Asks: "whether the channel can carry it", Check: content},
}

// Gates lists the chain, for people.
func Gates() []Gate { return append([]Gate(nil), gates...) }

// ask asks the chain.
func (e *Engine) ask(q *Question) Verdict { return Ask(q) }

// Ask asks the chain; the first gate that stops answers. Intents are asked by
// it as well, so that explain and the attempt cannot disagree.
func Ask(q *Question) Verdict {
	for i := range gates {
		if v := gates[i].Check(q); v.Stop {
			v.Gate = gates[i].Name
			return v
		}
	}
	return Verdict{}
}

func expiry(q *Question) Verdict {
	if q.Delivery.Expires != 0 && q.Now >= q.Delivery.Expires {
		return Verdict{Stop: true, Reason: heliograph.ReasonExpired, Message: "it was not sent before it expired at " + q.Delivery.Expires.ISO()}
	}
	return Verdict{}
}

func consent(q *Question) Verdict {
	if q.Suppressed && q.Delivery.Kind != heliograph.SystemDelivery {
		return Verdict{Stop: true, Reason: heliograph.ReasonOptedOut, Message: "the address opted out, or is suppressed"}
	}
	return Verdict{}
}

func reachable(q *Question) Verdict {
	if q.Integration != nil && q.Integration.Status == heliograph.IntegrationInactive {
		return Verdict{Stop: true, Reason: heliograph.ReasonUnauthorized, Message: "the integration is switched off"}
	}
	return Verdict{}
}

func content(q *Question) Verdict {
	if q.Content == nil {
		return Verdict{Stop: true, Reason: heliograph.ReasonCancelled, Message: "the message was deleted before it was sent"}
	}
	r, ok := q.Channel.(channel.Renderer)
	if !ok {
		return Verdict{}
	}
	if _, err := r.Render(q.Content); err != nil {
		e := heliograph.AsError(err)
		return Verdict{Stop: true, Reason: e.Code, Message: e.Message}
	}
	return Verdict{}
}
