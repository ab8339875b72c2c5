package delivery

import (
	"context"

	"heliograph"
	"heliograph/channel"
)

// States knows how things stand right before an attempt to reach a device, or
// to send what is for a message that stays unread.
type States interface {
	State(ctx context.Context, d *heliograph.Delivery) (*DeviceState, error)
}

// DeviceState is how things stand.
type DeviceState struct {
	// Gone says that the device is no longer one of the user's.
	Gone bool
	// Wants says that it takes pushes of the delivery's topic.
	Wants bool
	// Read says that the person has read the conversation since the message, or has
	// written in it.
	Read bool
}

// asksDevice reports whether an attempt depends on the state of a device.
func (e *Engine) asksDevice(d *heliograph.Delivery) bool {
	return e.States != nil && (d.Details.IfUnread || heliograph.SDKPlatform(d.Channel)) && !d.Conversation.IsZero()
}

// device holds back what the person has seen meanwhile, and what is for a device
// that has gone.
func device(q *Question) Verdict {
	if q.Device == nil {
		return Verdict{}
	}
	details := &q.Delivery.Details
	switch {
	case q.Device.Read && details.IfUnread:
		return Verdict{Stop: true, Status: heliograph.Cancelled, Reason: heliograph.ReasonCancelled, Message: "the person has read it in the messenger"}
	case details.IfUnread:
		return Verdict{}
	case q.Device.Read:
		return Verdict{Stop: true, Status: heliograph.AtUser, Message: "the person has read it already"}
	case q.Device.Gone:
		return Verdict{Stop: true, Reason: heliograph.ReasonDevice, Message: "the device is no longer one of this user's"}
	case details.Beside && !q.Device.Wants:
		return Verdict{Stop: true, Status: heliograph.Cancelled, Reason: heliograph.ReasonCancelled, Message: "the device takes no such pushes any more"}
	}
	return Verdict{}
}

// overtaken is the outcome of an item that need not be sent: a gate says what
// became of it instead.
func (e *Engine) overtaken(it *Item, v Verdict) *Outcome {
	kind := heliograph.EventUser
	if v.Status == heliograph.Cancelled {
		kind = heliograph.EventCancelled
	}
	o := e.outcome(it, kind)
	d, ev := o.Update, o.Events[0]
	d.Status, d.Reason, d.Final = v.Status, v.Reason, ev.At
	ev.Data.Final, ev.Data.Via, ev.Data.Gate = true, "gate", v.Gate
	ev.Data.Error = &heliograph.DeliveryError{Code: v.Reason, Message: v.Message}
	if v.Status == heliograph.Cancelled {
		d.Details.Error = ev.Data.Error
	}
	return o
}

// pushService is what a push goes through; "": no push is sent.
func pushService(a *channel.About) heliograph.PushService {
	if a == nil || a.Push == nil {
		return ""
	}
	return a.Push.Service
}
