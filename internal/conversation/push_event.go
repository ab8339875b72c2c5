package conversation

import (
	"context"
	"encoding/json"

	"heliograph"
	"heliograph/channel"
)

// PushEvent is what became of a push on a device.
type PushEvent string

// The events.
const (
	PushReceived  PushEvent = "received"
	PushDisplayed PushEvent = "displayed"
	PushTapped    PushEvent = "tapped"
	PushDismissed PushEvent = "dismissed"
)

// PushEvent takes in what a device of an integration tells of a push. The
// delivery, which only the push has told of, proves that it may; another one than
// the device's is an error of kind NotFound. A push that was tapped is read, and
// its message has been seen.
func (s *Service) PushEvent(ctx context.Context, in *heliograph.Integration, device string, id heliograph.NotificationID, what PushEvent) error {
	switch what {
	case PushReceived, PushDisplayed, PushTapped, PushDismissed:
	default:
		return heliograph.InvalidField("event", "must be received, displayed, tapped or dismissed")
	}
	d, err := s.Deliveries.Delivery(ctx, in.App, id)
	if err == nil && (d.Integration != in.ID || d.Address != device) {
		err = errNoPush()
	}
	if heliograph.IsKind(err, heliograph.NotFound) {
		return errNoPush()
	}
	if err != nil {
		return err
	}
	raw, err := json.Marshal(struct {
		Device string    `json:"device"`
		Event  PushEvent `json:"event"`
	}{device, what})
	if err != nil {
		return err
	}
	fact := channel.Fact{
		Key: "push:" + id.String() + ":" + string(what), At: s.now(),
		Status: &channel.StatusFact{Delivery: id, Status: heliograph.AtUser, Word: string(what), Read: what == PushTapped},
	}
	if err := s.Receipts.ApplyStatus(ctx, in, raw, []channel.Fact{fact}); err != nil || what != PushTapped {
		return err
	}
	m, err := s.Messages.Get(ctx, in.App, d.Message)
	if heliograph.IsKind(err, heliograph.NotFound) {
		return nil // deleted since
	}
	if err != nil {
		return err
	}
	return s.Seen(ctx, in.App, m.User, d.Client, m.Received)
}

func errNoPush() error {
	return heliograph.Errorf(heliograph.NotFound, heliograph.CodeNotFound, "this device has no such push")
}
