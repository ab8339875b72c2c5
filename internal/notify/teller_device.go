package notify

import (
	"fmt"

	"heliograph"
)

// heldText says why a delivery was not due at once.
func heldText(d *heliograph.Delivery) string {
	switch {
	case d.Details.IfUnread:
		return fmt.Sprintf("It waits until %s: it is sent only if the message is still unread in the messenger then.", d.Details.Held.ISO())
	case d.Details.Held != 0:
		return fmt.Sprintf("It is held back until %s: a device of the user is connected, and who sees the message there gets no push.", d.Details.Held.ISO())
	}
	return ""
}

// besideText says for what a delivery is that goes beside another one.
const besideText = " It goes beside the client that the message is for, so that all devices of the user show it."

// seenText says how a delivery ended that needed no receipt of a provider.
func seenText(e *heliograph.Event) string {
	switch e.Data.Via {
	case "seen":
		return fmt.Sprintf("The person has seen the message on device %s.", e.Data.Client)
	case "read":
		return "The person has read the conversation."
	}
	return ""
}

// cancelledText says why what waited is not sent.
func cancelledText(e *heliograph.Event) string {
	if seen := seenText(e); seen != "" {
		return seen + " This is not sent."
	}
	if e.Data.Via == "gate" {
		return "It is not sent: " + reason(e.Data.Error) + "."
	}
	return "It was cancelled with the message that it carried."
}

// toldBy says who told a status of a delivery.
func toldBy(d *heliograph.Delivery, x *heliograph.EventData) string {
	if heliograph.SDKPlatform(d.Channel) && (x.Via == "callback" || x.Via == "echo") && x.Status != "" {
		return " (the device told: the push was " + x.Status + ")"
	}
	return by(x)
}

// ofMessage returns the delivery that tells how a message fares: the last one that
// is neither beside another nor waits for the message to stay unread.
func ofMessage(all []*heliograph.Delivery) *heliograph.Delivery {
	var out *heliograph.Delivery
	for _, d := range all {
		idle := d.Details.IfUnread && (d.Status == heliograph.Scheduled || d.Status == heliograph.Cancelled)
		if out == nil || !d.Details.Beside && !idle {
			out = d
		}
	}
	return out
}

// channelText says what it means that a delivery is at its channel.
func channelText(d *heliograph.Delivery, x *heliograph.EventData) string {
	switch {
	case !heliograph.SDKPlatform(d.Channel) || x.Via != "outcome":
		return "It is at the channel: the provider has it" + toldBy(d, x) + "."
	case x.Channel == "":
		return "It is in the conversation, where the messenger shows it. The device takes no push of it."
	}
	return "The push service " + x.Channel + " has it, or the push proxy that stands before it."
}
