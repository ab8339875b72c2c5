package app

import (
	"context"
	"slices"

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
	if err := n.e.profiles.Told(ctx, in, raw, facts); err != nil {
		return err
	}
	countFacts(n.metrics, in, facts)
	if slices.ContainsFunc(facts, func(f channel.Fact) bool { return f.Template != nil }) {
		return n.e.templates.Changed(ctx, in)
	}
	return nil
}
