package app

import (
	"context"
	"errors"
	"log/slog"
	"testing"

	"heliograph"
	"heliograph/channel"
)

// stage is an integration whose channel shows activities, or does not.
type stage struct {
	mute  bool
	err   error
	shown chan string
	hold  chan struct{} // nil: it shows at once
}

func (s *stage) Lookup(context.Context, heliograph.IntegrationID) (*heliograph.Integration, channel.Channel, *channel.Type, error) {
	if s.mute {
		s.shown <- "mute"
		return nil, channel.Absent(&channel.Type{Name: "mute"}), nil, nil
	}
	return nil, player{channel.Absent(&channel.Type{Name: "stage"}), s}, nil, nil
}

type player struct {
	channel.Channel
	s *stage
}

func (p player) Act(ctx context.Context, address string, a channel.Activity, last string) error {
	p.s.shown <- address + " " + string(a) + " " + last
	if p.s.hold != nil {
		select {
		case <-p.s.hold:
		case <-ctx.Done():
		}
	}
	return p.s.err
}

func TestActors(t *testing.T) {
	t.Parallel()
	c := &heliograph.Client{Address: "+15550100"}
	s := &stage{shown: make(chan string, 100), err: errors.New("the provider is away")}
	a := newActors(s, slog.New(slog.DiscardHandler))
	a.Show(c, channel.TypingStart, "wamid.1")
	if got := <-s.shown; got != "+15550100 typing:start wamid.1" {
		t.Errorf("shown %q", got)
	}
	a.stop()
	a.Show(c, channel.TypingStop, "")
	a.stop()
	if len(s.shown) > 0 {
		t.Errorf("shown after the end: %q", <-s.shown)
	}

	mute := &stage{mute: true, shown: make(chan string, 1)}
	a = newActors(mute, slog.New(slog.DiscardHandler))
	a.Show(c, channel.Read, "")
	<-mute.shown
	a.stop()

	// More than can be shown at once is left out, and nobody waits for it.
	slow := &stage{shown: make(chan string, 100), hold: make(chan struct{})}
	a = newActors(slow, slog.New(slog.DiscardHandler))
	for range mostActing + 10 {
		a.Show(c, channel.TypingStart, "")
	}
	for range mostActing {
		<-slow.shown
	}
	a.stop() // which ends those that hang
	if n := len(slow.shown); n != 0 {
		t.Errorf("%d too many were shown", n)
	}
}
