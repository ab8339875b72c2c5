package app

import (
	"context"

	"heliograph"
	"heliograph/channel"
	"heliograph/internal/metrics"
)

// notices takes in what providers tell that is neither a message nor about one.
type notices struct {
	e       *engines
	metrics *metrics.Metrics
}

// Told implements hooks.Notices.
func (n notices) Told(ctx context.Context, in *heliograph.Integration, raw []byte, facts []channel.Fact) error {
	err := n.e.profiles.Told(ctx, in, raw, facts)
	if err == nil {
		countFacts(n.metrics, in, facts)
	}
	return err
}
