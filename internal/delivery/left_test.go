package delivery_test

import (
	"context"
	"testing"
	"time"

	"heliograph"
	"heliograph/channel"
	"heliograph/internal/delivery"
	"heliograph/internal/notify"
	"heliograph/internal/store"
)

// notifier is the way in, over the bench's engine and store.
func (b *bench) notifier() *notify.Service {
	return &notify.Service{
		Store: store.Notifications{Store: b.store}, Integrations: notifiable{b}, Lanes: lanesOf{b.engine}, Identities: called{}, Now: time.Now, IDs: b.ids,
	}
}

type lanesOf struct{ *delivery.Engine }

func (l lanesOf) Offer(d *heliograph.Delivery, c *heliograph.Content, u *heliograph.User) {
	l.Engine.Offer(&delivery.Item{Delivery: d, Content: c, User: u})
}

func (l lanesOf) Gates(context.Context, *heliograph.Delivery, *heliograph.Content, *heliograph.Integration, channel.Channel, *channel.Type, bool) ([]notify.GateAnswer, error) {
	return nil, nil
}

// called knows people by what they are called.
type called struct{}

func (called) Known(_ context.Context, _ heliograph.AppID, _ string, names []string) (string, bool, error) {
	return names[0], true, nil
}

type notifiable struct{ *bench }

func (n notifiable) Lookup(ctx context.Context, id heliograph.IntegrationID) (*heliograph.Integration, channel.Channel, *channel.Type, error) {
	i, ch, kind, err := n.bench.Lookup(ctx, id)
	if err == nil {
		kind.Notifiable, kind.Normalise = true, func(s string) (string, bool) { return s, true }
		kind.Open = func(channel.Config, channel.Deps) (channel.Channel, error) { return ch, nil }
	}
	return i, ch, kind, err
}

// What becomes of a notification does not depend on whether its caller still
// waits when it is written.
func TestACallerThatGoesAway(t *testing.T) {
	for name, change := range map[string]func(*notify.Intent){
		"now":       func(*notify.Intent) {},
		"bulk":      func(in *notify.Intent) { in.Bulk = true },
		"scheduled": func(in *notify.Intent) { in.At = heliograph.At(time.Now()).Add(time.Minute) },
	} {
		t.Run(name, func(t *testing.T) {
			inBubble(t, delivery.Options{}, func(b *bench) {
				n := &network{}
				i := b.integration(b.ids.App(), n, heliograph.DeliverySettings{})
				b.work()
				b.settle()
				in := notify.Intent{
					App: i.App, Integration: i.ID, Address: "+1", Key: "key", Digest: []byte{1},
					Content: &heliograph.Content{Type: heliograph.TextMessage, Text: "hello"},
				}
				change(&in)
				again := in
				ctx, leave := context.WithCancel(b.t.Context())
				left := make(chan error, 1)
				busy := b.store.Atomically(b.t.Context(), func(context.Context) error { // the writer is
					go func() { _, err := b.notifier().Send(ctx, &in); left <- err }()
					b.settle()
					leave()
					return nil
				})
				if err := <-left; err == nil || busy != nil {
					t.Error("the caller heard the answer", busy)
				}
				b.pass(time.Hour)
				sent, err := b.notifier().Send(b.t.Context(), &again)
				if err != nil || !sent.Replay {
					t.Errorf("asked again: %+v, %v", sent, err)
				}
				b.pass(time.Hour)
				if n.count() != 1 {
					t.Errorf("sent %d times", n.count())
				}
			})
		})
	}
}
