package delivery_test

import (
	"testing"
	"time"

	"heliograph"
	"heliograph/channel"
	"heliograph/internal/delivery"
)

// TestCallsAreBounded: the operator's bound holds for every channel that has no
// shorter one, so that no call outlives the lease on its slot.
func TestCallsAreBounded(t *testing.T) {
	inBubble(t, delivery.Options{Timeout: 3 * time.Second}, func(b *bench) {
		n := &network{took: time.Minute, answer: func(*channel.Outgoing, int) channel.Result {
			return channel.Result{Class: channel.ClassUnknown, Message: "it took too long"}
		}}
		i := b.integration(b.ids.App(), n, heliograph.DeliverySettings{})
		b.work()
		d := b.send(i, "+1", "x")
		b.pass(2900 * time.Millisecond)
		if got := b.now(d); got.Status != heliograph.Sending {
			t.Errorf("before the bound it is %s", got.Status)
		}
		b.pass(200 * time.Millisecond)
		if got := b.now(d); got.Status != heliograph.Unknown {
			t.Errorf("after the bound it is %s", got.Status)
		}
	})
}
