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
	Kind        *channel.Type
	About       *channel.About // nil: not looked for
	Device      *DeviceState   // nil: not looked for
	Now         heliograph.Millis
	Suppressed  bool // an opt-out or suppression covers the address and category
}

// Verdict is a gate's answer. The zero value lets pass.
type Verdict struct {
	Gate    string
	Stop    bool
	Reason  string // a Reason constant
	Message string // for a person
	// Status is where a delivery that is stopped comes to stand; "": it has failed.
	Status heliograph.Status
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
// holdout, eligibility, limits, frequency, control, device, window, audience, open
// conversation, content, provider rate; expiry is asked first, because what is
// too late needs no other reason.
var gates = []Gate{
	{Name: "expiry", Asks: "whether it is still in time", Check: expiry},
	{Name: "consent", Asks: "whether the address opted out or is suppressed", Check: consent},
	{Name: "reachable", Asks: "whether the integration may send", Check: reachable},
	{Name: "device", Asks: "whether the person has seen it already, and whether the device is still theirs", Check: device},
	{Name: "window", Asks: "whether the channel allows a free message now, or only a template", Check: window},
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

// window holds back what the provider would refuse: on some channels a business
// may write freely only for a while after the person's last message.
func window(q *Question) Verdict {
	if q.About == nil || !windowed(q.Kind, q.Content) || q.Delivery.Kind == heliograph.SystemDelivery {
		return Verdict{}
	}
	end := WindowEnd(q.Kind, q.About.LastHeard)
	switch {
	case end == 0:
		return Verdict{Stop: true, Reason: heliograph.ReasonOutsideWindow, Message: "the person has not written yet: only a template may be sent"}
	case q.Now >= end:
		return Verdict{Stop: true, Reason: heliograph.ReasonOutsideWindow, Message: "the window after the person's last message closed at " + end.ISO() + ": only a template may be sent"}
	}
	return Verdict{}
}

// windowed reports whether a message of a channel may only be sent in its window.
func windowed(kind *channel.Type, c *heliograph.Content) bool {
	if kind == nil || kind.Window == 0 || c == nil {
		return false
	}
	return c.Native == nil || c.Native.Template == nil || c.Native.Schema != kind.Schema
}

// WindowEnd returns until when a free message may be sent to somebody who was
// last heard of then; 0: not before they write, or the channel has no window.
func WindowEnd(kind *channel.Type, lastHeard heliograph.Millis) heliograph.Millis {
	if lastHeard == 0 || kind.Window == 0 {
		return 0
	}
	return lastHeard.Add(kind.Window)
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
