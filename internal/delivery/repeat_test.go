package delivery_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"heliograph"
	"heliograph/channel"
	"heliograph/internal/delivery"
)

// phones is where devices take pushes.
type phones struct {
	mu      sync.Mutex
	push    *heliograph.Push
	dropped []heliograph.Push
	of      []heliograph.NotificationID
	err     error
}

func (p *phones) About(context.Context, *heliograph.Delivery, *channel.Type) (*channel.About, error) {
	return &channel.About{App: "Shop", Push: p.push}, nil
}

func (p *phones) Dropped(_ context.Context, d *heliograph.Delivery, push *heliograph.Push) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.dropped, p.of = append(p.dropped, *push), append(p.of, d.ID)
	return p.err
}

// TestDeadTokens: a token that a push was refused for is told, once, and the
// delivery fails without a word about the integration.
func TestDeadTokens(t *testing.T) {
	gone := channel.Final(heliograph.ReasonDevice, "the app was removed")
	gone.Gone = true
	kept := channel.Final(heliograph.ReasonDevice, "registered since")
	for name, tt := range map[string]struct {
		result  channel.Result
		push    *heliograph.Push
		err     error
		dropped int
	}{
		"gone":                     {gone, &heliograph.Push{Token: "one", At: 7}, nil, 1},
		"gone, and no database":    {gone, &heliograph.Push{Token: "one", At: 7}, errors.New("away"), 1},
		"gone, and there was none": {gone, nil, nil, 0},
		"not gone":                 {kept, &heliograph.Push{Token: "one", At: 7}, nil, 0},
	} {
		t.Run(name, func(t *testing.T) {
			p := &phones{push: tt.push, err: tt.err}
			inBubble(t, delivery.Options{Surroundings: p, Devices: p}, func(b *bench) {
				b.kind.Surrounded = true
				n := &network{answer: func(*channel.Outgoing, int) channel.Result { return tt.result }}
				i := b.integration(b.ids.App(), n, heliograph.DeliverySettings{})
				b.work()
				d := b.send(i, "device-1", "Hi")
				b.settle()
				got := b.now(d)
				if got.Status != heliograph.Failed || got.Reason != heliograph.ReasonDevice || n.count() != 1 {
					t.Errorf("%s (%s) after %d calls", got.Status, got.Reason, n.count())
				}
				if b.integrations[i.ID].PausedUntil != 0 {
					t.Error("the integration is paused")
				}
				p.mu.Lock()
				defer p.mu.Unlock()
				if len(p.dropped) != tt.dropped || tt.dropped == 1 && (p.dropped[0].Token != "one" || p.dropped[0].At != 7 || p.of[0] != d.ID) {
					t.Errorf("dropped %+v of %v", p.dropped, p.of)
				}
			})
		})
	}
}

// TestRepeatable: what may be repeated is, soon, whatever its category; but not
// for ever, and not against the integration's policy.
func TestRepeatable(t *testing.T) {
	unknown := func(_ *channel.Outgoing, n int) channel.Result {
		return channel.Result{Class: channel.ClassUnknown, OnlyThis: true, Message: "no answer"}
	}
	for name, tt := range map[string]struct {
		category heliograph.Category
		settings heliograph.DeliverySettings
		once     bool // the second attempt is answered
		wait     time.Duration
		calls    int
		status   heliograph.Status
		reason   string
	}{
		"a message":                 {heliograph.Transactional, heliograph.DeliverySettings{}, true, 11 * time.Second, 2, heliograph.AtChannel, ""},
		"marketing":                 {heliograph.Marketing, heliograph.DeliverySettings{}, true, 11 * time.Second, 2, heliograph.AtChannel, ""},
		"before it is time":         {heliograph.Transactional, heliograph.DeliverySettings{}, true, 9 * time.Second, 1, heliograph.Unknown, ""},
		"never answered":            {heliograph.Transactional, heliograph.DeliverySettings{MaxAttempts: 3}, false, time.Hour, 3, heliograph.Failed, heliograph.ReasonTimeout},
		"the policy is to fail":     {heliograph.Transactional, heliograph.DeliverySettings{UnknownTransactional: heliograph.FailUnknown}, true, time.Minute, 1, heliograph.Failed, heliograph.ReasonUnknownOutcome},
		"the policy is to hold":     {heliograph.Marketing, heliograph.DeliverySettings{UnknownMarketing: heliograph.HoldUnknown}, true, time.Hour, 1, heliograph.Unknown, ""},
		"a window of its own":       {heliograph.Transactional, heliograph.DeliverySettings{EchoWindowSeconds: 60}, true, 50 * time.Second, 1, heliograph.Unknown, ""},
		"a window of its own, over": {heliograph.Transactional, heliograph.DeliverySettings{EchoWindowSeconds: 60}, true, 61 * time.Second, 2, heliograph.AtChannel, ""},
	} {
		t.Run(name, func(t *testing.T) {
			inBubble(t, delivery.Options{}, func(b *bench) {
				b.kind.Repeatable = true
				n := &network{answer: func(out *channel.Outgoing, n int) channel.Result {
					if tt.once && n > 1 {
						return channel.Accepted(201, "X")
					}
					return unknown(out, n)
				}}
				i := b.integration(b.ids.App(), n, tt.settings)
				b.work()
				d := b.send(i, "device-1", "Hi", func(d *heliograph.Delivery) {
					if d.Category = tt.category; tt.category == heliograph.Marketing {
						d.Class = heliograph.ClassMarketing
					}
				})
				b.settle()
				b.pass(tt.wait)
				if got := b.now(d); got.Status != tt.status || got.Reason != tt.reason || n.count() != tt.calls {
					t.Errorf("%s (%s) after %d calls, want %s (%s) after %d", got.Status, got.Reason, n.count(), tt.status, tt.reason, tt.calls)
				}
			})
		})
	}
}
