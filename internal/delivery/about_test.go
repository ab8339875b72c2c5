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

// surroundings tell when the person was last heard, and take in names.
type surroundings struct {
	mu    sync.Mutex
	heard heliograph.Millis
	err   error
	names []string
}

func (s *surroundings) About(context.Context, *heliograph.Delivery, *channel.Type) (*channel.About, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return &channel.About{LastHeard: s.heard, App: "Shop"}, s.err
}

func (s *surroundings) Learn(_ context.Context, _ *heliograph.Integration, address string, names []string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.names = append(append(s.names, address), names...)
	return nil
}

func (s *surroundings) set(heard heliograph.Millis, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.heard, s.err = heard, err
}

func TestWindow(t *testing.T) {
	template := &heliograph.Native{Schema: "test", Template: &heliograph.TemplateName{Name: "hello"}}
	for name, tc := range map[string]struct {
		heard  time.Duration // ago; 0: never
		native *heliograph.Native
		reason string
	}{
		"never heard":                   {0, nil, heliograph.ReasonOutsideWindow},
		"heard in time":                 {23*time.Hour + 59*time.Minute, nil, ""},
		"heard too long ago":            {24 * time.Hour, nil, heliograph.ReasonOutsideWindow},
		"a template, never heard":       {0, template, ""},
		"native, but no template":       {0, &heliograph.Native{Schema: "test"}, heliograph.ReasonOutsideWindow},
		"a template of another channel": {0, &heliograph.Native{Schema: "other", Template: template.Template}, heliograph.ReasonOutsideWindow},
	} {
		t.Run(name, func(t *testing.T) {
			s := &surroundings{}
			inBubble(t, delivery.Options{Surroundings: s}, func(b *bench) {
				b.kind.Window, b.kind.Schema = 24*time.Hour, "test"
				if tc.heard > 0 {
					s.set(heliograph.At(time.Now().Add(-tc.heard)), nil)
				}
				n := &network{}
				i := b.integration(b.ids.App(), n, heliograph.DeliverySettings{})
				b.work()
				a := b.make(i, "+15550100", "Hi")
				a.Message.Content.Native = tc.native
				it := b.keep(a)
				b.engine.Offer(it)
				b.settle()
				got := b.now(it.Delivery)
				if got.Reason != tc.reason || n.count() != map[bool]int{true: 1}[tc.reason == ""] {
					t.Errorf("%s, %d calls; want %q", got.Reason, n.count(), tc.reason)
				}
			})
		})
	}
}

func TestSurroundings(t *testing.T) {
	s := &surroundings{err: errors.New("the database is away")}
	inBubble(t, delivery.Options{Surroundings: s, Identities: s}, func(b *bench) {
		b.kind.Surrounded = true
		var about *channel.About
		n := &network{answer: func(out *channel.Outgoing, _ int) channel.Result {
			about = out.About
			r := channel.Accepted(201, "X")
			r.Aliases = []string{"US.1", out.Address}
			return r
		}}
		i := b.integration(b.ids.App(), n, heliograph.DeliverySettings{})
		b.work()
		d := b.send(i, "+15550100", "Hi")
		b.settle()
		if got := b.now(d); got.Status != heliograph.Queued || n.count() != 0 {
			t.Fatalf("without its surroundings it is %s after %d calls", got.Status, n.count())
		}
		s.set(7, nil)
		b.pass(time.Minute)
		if got := b.now(d); got.Status != heliograph.AtChannel || about == nil || about.App != "Shop" || about.LastHeard != 7 {
			t.Errorf("%s, about %+v", got.Status, about)
		}
		s.mu.Lock()
		defer s.mu.Unlock()
		if len(s.names) != 2 || s.names[0] != "+15550100" || s.names[1] != "US.1" {
			t.Errorf("learned %v", s.names)
		}
	})
}

// TestOnlyThis: a recipient who must wait says nothing about the lane.
func TestOnlyThis(t *testing.T) {
	inBubble(t, delivery.Options{}, func(b *bench) {
		n := &network{answer: func(out *channel.Outgoing, _ int) channel.Result {
			if out.Address == "+15550101" {
				return channel.Accepted(201, "X")
			}
			return channel.Result{Class: channel.ClassRetry, OnlyThis: true, After: time.Minute, Message: "wait"}
		}}
		i := b.integration(b.ids.App(), n, heliograph.DeliverySettings{})
		b.work()
		for range 20 {
			b.send(i, "+1555020"+string(rune('0'+n.count()%10)), "wait")
			b.settle()
		}
		d := b.send(i, "+15550101", "go")
		b.settle()
		if got := b.now(d); got.Status != heliograph.AtChannel {
			t.Errorf("another's message is %s", got.Status)
		}
	})
}
