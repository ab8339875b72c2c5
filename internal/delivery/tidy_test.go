package delivery_test

import (
	"testing"
	"time"

	"heliograph"
	"heliograph/internal/delivery"
)

func TestALaneThatWasForgottenWorksAgain(t *testing.T) {
	inBubble(t, delivery.Options{}, func(b *bench) {
		n := &network{}
		i := b.integration(b.ids.App(), n, heliograph.DeliverySettings{})
		b.work()
		b.send(i, "+1", "one")
		b.pass(30 * time.Minute)
		if lanes, apps := b.engine.Lanes(); lanes != 1 || apps != 1 {
			t.Errorf("%d lanes of %d apps while one was used of late", lanes, apps)
		}
		b.pass(2 * time.Hour)
		if lanes, apps := b.engine.Lanes(); lanes != 0 || apps != 0 {
			t.Errorf("%d lanes of %d apps after hours of nothing", lanes, apps)
		}
		b.send(i, "+1", "two", func(d *heliograph.Delivery) { d.Due = heliograph.At(time.Now().Add(3 * time.Hour)) })
		b.pass(4 * time.Hour)
		if n.count() != 2 {
			t.Errorf("%d messages went out, want 2", n.count())
		}
	})
}
