package notify

import (
	"fmt"
	"strings"
	"time"

	"heliograph"
)

// teller puts the steps of a story into words.
type teller struct {
	d     *heliograph.Delivery
	gates []string
	steps []Step
}

func (t *teller) add(at heliograph.Millis, rank int, s Step) {
	s.At, s.order, s.rank = at.ISO(), at, rank
	t.steps = append(t.steps, s)
}

func (t *teller) accepted() {
	d := t.d
	through := fmt.Sprintf("%s (integration %s)", d.Channel, d.Integration)
	if !d.Details.Origin.IsZero() {
		through = fmt.Sprintf("integration %s", d.Details.Origin) // another one took over later
	}
	text := fmt.Sprintf("Accepted as %s for %s through %s, and stored as message %s of user %s.", d.Category, d.Address, through, d.Message, d.User)
	if d.Kind != heliograph.NotificationDelivery {
		text = fmt.Sprintf("Queued for %s through %s.", d.Address, through)
	}
	if d.Details.Beside {
		text += besideText
	}
	t.add(d.Created, 0, Step{What: "accepted", Text: text})
	if held := heldText(d); held != "" {
		t.add(d.Created, 0, Step{What: "held", Text: held})
	}
	if len(d.Details.Choices) > 0 {
		t.add(d.Created, -1, Step{What: "choice", Text: choiceText(d)})
	}
}

// choiceText says which client was preferred, and why others were not.
func choiceText(d *heliograph.Delivery) string {
	var b strings.Builder
	if !d.Details.Instead.IsZero() {
		fmt.Fprintf(&b, "After delivery %s had failed, the next client was chosen. ", d.Details.Instead)
	}
	for _, c := range d.Details.Choices {
		switch {
		case c.Chosen && c.Reason != "":
			fmt.Fprintf(&b, "%s (client %s) is chosen all the same: no client can be reached. ", c.Channel, c.Client)
		case c.Chosen:
			fmt.Fprintf(&b, "%s (client %s) is chosen: it is the first, in the order of the user's preference, that can be reached. ", c.Channel, c.Client)
		default:
			fmt.Fprintf(&b, "%s (client %s) is passed over: %s. ", c.Channel, c.Client, c.Message)
		}
	}
	return strings.TrimSpace(b.String())
}

// event tells one event, and the attempt that it ends.
func (t *teller) event(e *heliograph.Event) {
	x := &e.Data
	if x.Class != "" && x.Started != 0 {
		if len(t.gates) > 0 {
			t.add(x.Started, 1, Step{What: "gate", Attempt: x.Attempt, Text: fmt.Sprintf("Before attempt %d every gate let it pass: %s.", x.Attempt, strings.Join(t.gates, ", "))})
		}
		t.add(x.Started, 2, Step{What: "attempt", Attempt: x.Attempt, Text: fmt.Sprintf("Attempt %d started.", x.Attempt)})
		t.add(x.Started.Add(time.Duration(x.Took)*time.Millisecond), 3, Step{What: "answer", Attempt: x.Attempt, Code: providerCode(x.Error), Ids: x.External, Text: answerText(x)})
	}
	step := Step{Attempt: x.Attempt, Gate: x.Gate, Event: e.ID.String(), Ids: x.External, What: "status"}
	switch e.Type {
	case heliograph.EventChannel:
		step.Text = channelText(t.d, x)
	case heliograph.EventUser:
		step.Text = "It reached the person" + toldBy(t.d, x) + "."
		if seen := seenText(e); seen != "" {
			step.Text = seen
		} else if x.Gate != "" {
			step.What, step.Text = "gate", fmt.Sprintf("The gate %s stopped it: %s.", x.Gate, reason(x.Error))
		}
	case heliograph.EventFailure:
		step.Code = code(x.Error)
		step.Text = "It failed" + by(x) + ": " + reason(x.Error) + "."
		if step.Code == heliograph.ReasonCancelled {
			step.Text = "It was taken back" + by(x) + ": " + reason(x.Error) + "."
		}
		if x.Gate != "" {
			step.What, step.Text = "gate", fmt.Sprintf("The gate %s stopped it: %s.", x.Gate, reason(x.Error))
		}
	case heliograph.EventUnknown:
		step.What = "unknown"
		step.Text = fmt.Sprintf("The outcome of attempt %d is not known (%s). It is held for the provider's echo until %s.", x.Attempt, reason(x.Error), x.Retry.ISO())
	case heliograph.EventResolved:
		step.Text = "The provider's later word was noted" + toldBy(t.d, x) + "."
		if seen := seenText(e); seen != "" {
			step.Text = seen
		}
		if x.Error != nil && x.Via == "callback" {
			step.Code, step.Text = code(x.Error), "It failed after all"+by(x)+": "+reason(x.Error)+". Receivers were told a final event before, and are told no other."
		}
		if x.Via == "policy" {
			step.Text = "No echo came in time; by the integration's policy it is sent again, and may arrive twice."
		} else if x.Via == "person" {
			step.Text = "A person let it go on; if it was sent before, it arrives twice."
		} else if x.Via == "lookup" {
			step.Text = "The provider says that it never had it; it is sent again."
		}
	case heliograph.EventHeld:
		step.What, step.Text = "unknown", "No echo came in time; by the integration's policy it waits for an echo, a look-up or a person."
		if x.Via == "restore" {
			step.Text = "The database was restored from a backup. It may have been sent since the backup was made, so it waits for the provider's word or a person."
		}
	case heliograph.EventRerouted:
		step.Text = fmt.Sprintf("Integration %s, of type %s, takes over: %s.", x.Criteria["integrationId"], x.Channel, reason(x.Error))
	case heliograph.EventAttempt:
		if x.Retry == 0 {
			return // its end came in another way; the answer is told above
		}
		step.Text = fmt.Sprintf("It will be tried again at %s.", x.Retry.ISO())
	case heliograph.EventConsent:
		step.Text = "The provider says that the person opted out; the address is suppressed for this sender."
	case heliograph.EventCancelled:
		step.Text = cancelledText(e)
	default:
		step.Text = string(e.Type)
	}
	rank := 4
	if e.Type == heliograph.EventResolved && (x.Via == "policy" || x.Via == "person" || x.Via == "lookup") { // the next attempt may begin at once
		rank = 0
	}
	t.add(e.At, rank, step)
}

func answerText(x *heliograph.EventData) string {
	took := fmt.Sprintf("after %d ms", x.Took)
	switch x.Class {
	case "accepted":
		text := "The provider took it " + took
		if x.Error != nil && x.Error.HTTPStatus != 0 {
			text += fmt.Sprintf(" with HTTP %d", x.Error.HTTPStatus)
		}
		if len(x.External) > 0 {
			text += ", as " + strings.Join(x.External, ", ")
		}
		return text + "."
	case "retry":
		return "The provider did not take it (" + took + "): " + reason(x.Error) + "."
	case "pause":
		return "The provider refuses the sender for now (" + took + "): " + reason(x.Error) + ". The lane pauses."
	case "unknown":
		return "No clear answer came " + took + ": " + reason(x.Error) + "."
	}
	return "The provider refused it " + took + ": " + reason(x.Error) + "."
}

func by(x *heliograph.EventData) string {
	switch x.Via {
	case "callback":
		return " (the provider called back: " + x.Status + ")"
	case "echo":
		return " (the provider's call settled an open attempt: " + x.Status + ")"
	case "lookup":
		return " (the provider was asked)"
	case "policy":
		return " (by the integration's policy for unknown outcomes)"
	case "recovery":
		return " (found after a restart)"
	case "person":
		return " (by a person)"
	case "api":
		return " (by a caller)"
	}
	return ""
}

func reason(e *heliograph.DeliveryError) string {
	if e == nil {
		return "no reason was given"
	}
	text := e.Message
	if text == "" {
		text = strings.ReplaceAll(e.Code, "_", " ")
	}
	if e.HTTPStatus != 0 {
		text += fmt.Sprintf(" [HTTP %d", e.HTTPStatus)
		if e.Provider != "" {
			text += ", code " + e.Provider
		}
		text += "]"
	}
	return strings.TrimSuffix(text, ".")
}

func code(e *heliograph.DeliveryError) string {
	if e == nil {
		return ""
	}
	return e.Code
}

func providerCode(e *heliograph.DeliveryError) string {
	if e == nil {
		return ""
	}
	return e.Provider
}

func (t *teller) told(w Told, trigger heliograph.Trigger) {
	text := fmt.Sprintf("Webhook %s was told %s: HTTP %d after %d ms.", w.Webhook, trigger, w.Status, w.TookMS)
	if w.Outcome != "done" {
		text = fmt.Sprintf("Webhook %s was to be told %s (try %d), but answered HTTP %d after %d ms: %s.", w.Webhook, trigger, w.Attempt, w.Status, w.TookMS, w.Outcome)
		if w.Status == 0 {
			text = fmt.Sprintf("Webhook %s was to be told %s (try %d), but gave no answer within %d ms: %s.", w.Webhook, trigger, w.Attempt, w.TookMS, w.Error)
		}
	}
	t.add(w.At, 5, Step{What: "webhook", Text: text, Event: w.Event.String(), Webhook: w.Webhook.String(), Attempt: w.Attempt})
}

func (t *teller) reply(m *heliograph.Message) {
	t.add(m.Received, 6, Step{What: "reply", Text: fmt.Sprintf("The person answered with message %s (attributed: %s).", m.ID, strings.ReplaceAll(string(m.Answers.Confidence), "_", " "))})
}

// waiting tells what is still to come.
func (t *teller) waiting() {
	d := t.d
	switch d.Status {
	case heliograph.Scheduled:
		t.add(d.Due, 7, Step{What: "waiting", Text: "It is due then."})
	case heliograph.Queued:
		t.add(max(d.Due, d.Created), 7, Step{What: "waiting", Text: "It waits in the lane of its integration."})
	case heliograph.Sending:
		t.add(max(d.Due, d.Created), 7, Step{What: "waiting", Text: fmt.Sprintf("Attempt %d is under way.", d.Attempts+1)})
	}
}
