package delivery_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"heliograph"
	"heliograph/channel"
	"heliograph/internal/delivery"
	"heliograph/internal/store"
)

func TestFirstAttemptBeginsWithTheAcceptance(t *testing.T) {
	inBubble(t, delivery.Options{}, func(b *bench) {
		n := &network{took: time.Second}
		i := b.integration(b.ids.App(), n, heliograph.DeliverySettings{})
		if b.begin(b.make(i, "+1", "nobody works on its slot"), nil) {
			t.Error("an attempt began in a slot that is not ours")
		}
		b.work()
		b.settle()
		b.pass(time.Minute)
		before := n.count()
		first := b.make(i, "+2", "one")
		if !b.begin(first, nil) {
			t.Fatal("the lane is free, and no attempt began")
		}
		if b.begin(b.make(i, "+2", "two"), nil) {
			t.Error("an attempt began while another to its address is under way")
		}
		b.settle()
		if !b.begin(b.make(i, "+3", "three"), nil) {
			t.Error("another address waits")
		}
		b.settle()
		if got := n.count() - before; got != 2 {
			t.Errorf("%d calls, want 2", got)
		}
		b.pass(2 * time.Second)
		texts := n.texts()[before:]
		if len(texts) != 3 || texts[2] != "two" {
			t.Errorf("sent %v", texts)
		}
		if d := b.now(first.Delivery); d.Status != heliograph.AtChannel || d.Attempts != 1 {
			t.Errorf("status %s after %d attempts", d.Status, d.Attempts)
		}
	})
}

func TestNothingBeginsWhileTheEngineDoesNotRun(t *testing.T) {
	inBubble(t, delivery.Options{}, func(b *bench) {
		i := b.integration(b.ids.App(), &network{}, heliograph.DeliverySettings{})
		idle := delivery.New(delivery.Options{Now: time.Now, IDs: b.ids})
		asked := 0
		ask := func(s *heliograph.Start) {
			if asked++; s != nil {
				t.Error("an attempt begins in an engine that does not run")
			}
		}
		idle.Begin(b.make(i, "+1", "x").Delivery, nil, ask)
		idle.Start(context.Background())
		idle.Stop(context.Background())
		idle.Begin(b.make(i, "+1", "x").Delivery, nil, ask)
		if asked != 2 {
			t.Errorf("%d of 2 heard", asked)
		}
	})
}

func TestWhatWasTakenForARefusedOneIsGivenBack(t *testing.T) {
	inBubble(t, delivery.Options{Senders: 1}, func(b *bench) {
		n := &network{}
		i := b.integration(b.ids.App(), n, heliograph.DeliverySettings{})
		b.work()
		b.settle()
		refused := errors.New("refused")
		for range 3 { // with one sender, the second would find none
			if !b.begin(b.make(i, "+1", "x"), refused) {
				t.Fatal("a sender or the address is still taken")
			}
			b.settle()
		}
		b.send(i, "+1", "y")
		b.settle()
		if got := n.texts(); len(got) != 1 || got[0] != "y" {
			t.Errorf("sent %v", got)
		}
	})
}

func TestNothingBeginsPastWhatWaits(t *testing.T) {
	inBubble(t, delivery.Options{Window: 2}, func(b *bench) {
		n := &network{answer: func(*channel.Outgoing, int) channel.Result { return channel.Accepted(201, "X") }}
		i := b.integration(b.ids.App(), n, heliograph.DeliverySettings{RatePerSecond: 10})
		b.work()
		b.settle()
		for range 20 {
			b.send(i, "+1", "before")
		}
		if b.begin(b.make(i, "+1", "after"), nil) {
			t.Error("an attempt began past what waits for the same address")
		}
		b.pass(time.Minute)
		if got := n.texts(); len(got) != 21 || got[20] != "after" {
			t.Errorf("sent %v", got)
		}
	})
}

func TestAnAttemptThatBeganIsAskedTheGates(t *testing.T) {
	inBubble(t, delivery.Options{}, func(b *bench) {
		n := &network{}
		i := b.integration(b.ids.App(), n, heliograph.DeliverySettings{})
		b.work()
		b.settle()
		if _, err := (store.Consents{Store: b.store}).Suppress(t.Context(), &heliograph.Suppression{
			App: i.App, Address: "+1", Scope: heliograph.ScopeAll, Source: heliograph.ConsentAPI, Since: heliograph.At(time.Now()),
		}); err != nil {
			t.Fatal(err)
		}
		d := b.send(i, "+1", "x")
		b.settle()
		if n.count() != 0 {
			t.Error("a suppressed address was written to")
		}
		if now := b.now(d); now.Status != heliograph.Failed || now.Reason != heliograph.ReasonOptedOut {
			t.Errorf("status %s, reason %s", now.Status, now.Reason)
		}
	})
}
