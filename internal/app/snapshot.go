package app

import (
	"context"

	"heliograph"
	"heliograph/internal/metrics"
	"heliograph/internal/store"
)

// snapshot asks the database what waits, for the metrics.
func (a *App) snapshot(ctx context.Context) (s metrics.Snapshot, err error) {
	f, now := store.Figures{Store: a.data.Store}, heliograph.At(a.now())
	waiting, err := f.Queues(ctx, now)
	if err != nil {
		return s, err
	}
	for _, w := range waiting {
		s.Queues = append(s.Queues, metrics.Queue{
			Integration: w.Integration.String(), State: w.State, Depth: w.Depth, Age: max(0, now.Sub(w.Oldest)),
		})
	}
	paused, err := f.PausedIntegrations(ctx, now)
	if err != nil {
		return s, err
	}
	for _, id := range paused {
		s.Paused = append(s.Paused, metrics.Paused{Integration: id.String()})
	}
	hooks, err := f.WebhookQueue(ctx)
	if err != nil {
		return s, err
	}
	s.Webhooks = metrics.WebhookQueue{Depth: hooks.Depth, Parked: hooks.Parked}
	if hooks.Oldest > 0 {
		s.Webhooks.Age = max(0, now.Sub(hooks.Oldest))
	}
	files, err := f.Media(ctx)
	if err != nil {
		return s, err
	}
	s.Media = metrics.MediaQueue{Depth: files.Depth}
	if files.Oldest > 0 {
		s.Media.Age = max(0, now.Sub(files.Oldest))
	}
	return s, nil
}
