package app

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"heliograph"
	"heliograph/channel"
)

const (
	// mostActing is how many activities are shown at once. When it is more, some
	// are left out: nobody waits for the sight of typing.
	mostActing = 32
	actTimeout = 5 * time.Second
)

// lookup finds the channel of an integration.
type lookup interface {
	Lookup(ctx context.Context, id heliograph.IntegrationID) (*heliograph.Integration, channel.Channel, *channel.Type, error)
}

// actors shows what businesses do, through channels that can.
type actors struct {
	integrations lookup
	log          *slog.Logger
	free         chan struct{}
	life         context.Context
	end          context.CancelFunc

	mu      sync.Mutex
	ended   bool
	running sync.WaitGroup
}

func newActors(integrations lookup, log *slog.Logger) *actors {
	a := &actors{integrations: integrations, log: log, free: make(chan struct{}, mostActing)}
	a.life, a.end = context.WithCancel(context.Background())
	return a
}

// Show implements conversation.Actors.
func (a *actors) Show(c *heliograph.Client, what channel.Activity, last string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.ended {
		return
	}
	select {
	case a.free <- struct{}{}:
	default:
		return
	}
	id, address := c.Integration, c.Address
	a.running.Go(func() {
		defer func() { <-a.free }()
		ctx, cancel := context.WithTimeout(a.life, actTimeout)
		defer cancel()
		if err := a.act(ctx, id, address, what, last); err != nil {
			a.log.LogAttrs(ctx, slog.LevelDebug, "an activity was not shown",
				slog.String("integration", id.String()), slog.String("activity", string(what)), slog.String("err", heliograph.AsError(err).Code))
		}
	})
}

func (a *actors) act(ctx context.Context, id heliograph.IntegrationID, address string, what channel.Activity, last string) error {
	_, ch, _, err := a.integrations.Lookup(ctx, id)
	if err != nil {
		return err
	}
	actor, can := ch.(channel.Actor)
	if !can {
		return nil
	}
	return actor.Act(ctx, address, what, last)
}

// stop ends what is being shown, and shows nothing from then on.
func (a *actors) stop() {
	a.mu.Lock()
	a.ended = true
	a.mu.Unlock()
	a.end()
	a.running.Wait()
}
