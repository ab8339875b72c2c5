package conversation

import (
	"cmp"
	"context"
	"slices"

	"heliograph"
)

// maxBeside is how many devices get a message beside the client that it is for:
// those that were used last.
const maxBeside = 20

// way is how a business's message goes to its user.
type way struct {
	app      *heliograph.App
	message  *heliograph.Message
	category heliograph.Category
	clients  []heliograph.Client // of the user
	to       *heliograph.Client
	chosen   bool                // a caller chose to
	choices  []heliograph.Choice // else what was thought of each client
	instead  heliograph.NotificationID
	tried    []heliograph.ClientID // where it was sent before
	now      heliograph.Millis
}

// deliveryTo is the message on its way to c.
func (w *way) deliveryTo(c *heliograph.Client) *heliograph.Delivery {
	m := w.message
	return &heliograph.Delivery{
		App: m.App, Kind: heliograph.MessageDelivery, Integration: c.Integration, Channel: c.Platform,
		Message: m.ID, User: m.User, Client: c.ID, Conversation: m.Conversation, Address: c.Address,
		Category: w.category, Created: w.now, Due: w.now,
	}
}

// send queues the message for its client. A client that runs our SDK is one of
// several windows to the conversation: all devices that take pushes get one, held
// back a little while somebody is there; and where none takes any, the next
// channel gets the message if it stays unread. To another client it goes alone, so
// that nobody gets it twice. It is an error of kind NotFound when the client's
// integration is gone.
func (s *Service) send(ctx context.Context, w *way) error {
	d := w.deliveryTo(w.to)
	d.Details.Choices, d.Details.Instead = w.choices, w.instead
	if !heliograph.SDKPlatform(w.to.Platform) {
		return s.Outbox.Enqueue(ctx, d, w.message)
	}
	topic := heliograph.TopicOf(d)
	pushed := wants(w.to, topic)
	beside := w.beside(topic)
	var held heliograph.Millis
	if pushed || len(beside) > 0 {
		held = s.heldUntil(ctx, w)
	}
	if pushed {
		hold(d, held)
	}
	if err := s.Outbox.Enqueue(ctx, d, w.message); err != nil {
		return err
	}
	for _, c := range beside {
		d := w.deliveryTo(c)
		d.Details.Beside = true
		hold(d, held)
		if err := s.Outbox.Enqueue(ctx, d, w.message); err != nil && !heliograph.IsKind(err, heliograph.NotFound) {
			return err
		}
	}
	if w.chosen || pushed || len(beside) > 0 {
		return nil
	}
	return s.ifUnread(ctx, w)
}

// wants reports whether a client takes pushes of a topic.
func wants(c *heliograph.Client, t heliograph.Topic) bool {
	return c.Details.Device != nil && c.Details.Device.Push.Wants(t)
}

// beside returns the user's other devices that take pushes of a topic.
func (w *way) beside(t heliograph.Topic) (out []*heliograph.Client) {
	for i := range w.clients {
		c := &w.clients[i]
		if heliograph.SDKPlatform(c.Platform) && c.ID != w.to.ID && c.Status == heliograph.ClientActive && wants(c, t) && !slices.Contains(w.tried, c.ID) {
			out = append(out, c)
		}
	}
	slices.SortFunc(out, func(a, b *heliograph.Client) int { return cmp.Compare(b.LastSeen, a.LastSeen) })
	return out[:min(len(out), maxBeside)]
}

// heldUntil returns until when pushes wait for somebody who is there; 0: nobody is.
// Who cannot be asked for is not there: a push too many harms less than none.
func (s *Service) heldUntil(ctx context.Context, w *way) heliograph.Millis {
	if s.Presence == nil {
		return 0
	}
	online, _ := s.Presence.Online(ctx, w.message.App, w.message.User)
	if len(online) == 0 {
		return 0
	}
	return w.now.Add(heliograph.PushHold)
}

func hold(d *heliograph.Delivery, until heliograph.Millis) {
	if until > d.Due {
		d.Due, d.Details.Held = until, until
	}
}

// ifUnread queues the message for the user's next channel, for when it stays
// unread in the messenger.
func (s *Service) ifUnread(ctx context.Context, w *way) error {
	wait := w.app.Settings.UnreadFallback()
	if wait == 0 {
		return nil
	}
	tried := slices.Clone(w.tried)
	for i := range w.clients {
		if c := &w.clients[i]; heliograph.SDKPlatform(c.Platform) {
			tried = append(tried, c.ID)
		}
	}
	c, choices, err := s.preferred(ctx, w.app, w.clients, &w.message.Content, w.category, tried)
	if c == nil || err != nil {
		return err
	}
	d := w.deliveryTo(c)
	hold(d, w.now.Add(wait))
	d.Details.Choices, d.Details.IfUnread = choices, true
	err = s.Outbox.Enqueue(ctx, d, w.message)
	if heliograph.IsKind(err, heliograph.NotFound) {
		return nil // its integration has just gone
	}
	return err
}
