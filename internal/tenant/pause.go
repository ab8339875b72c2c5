package tenant

import (
	"context"
	"math"
	"unicode/utf8"

	"heliograph"
)

// UntilResumed is a pause without an end.
const UntilResumed heliograph.Millis = math.MaxInt64

// Pause holds back what is queued for an integration until a moment, or until
// it is resumed. What is already with the provider goes on.
func (s *Service) Pause(ctx context.Context, app heliograph.AppID, id heliograph.IntegrationID, until heliograph.Millis, reason string) (*heliograph.Integration, error) {
	if until == 0 {
		until = UntilResumed
	}
	if until <= s.at() {
		return nil, heliograph.InvalidField("until", "must be in the future")
	}
	if utf8.RuneCountInString(reason) > 512 {
		return nil, heliograph.InvalidField("reason", "is longer than 512 characters")
	}
	return s.changeIntegration(ctx, app, id, func(_ context.Context, i *heliograph.Integration) error {
		i.PausedUntil, i.PauseReason = until, reason
		return nil
	})
}

// Resume lets an integration go on. Resuming one that is not paused is fine.
func (s *Service) Resume(ctx context.Context, app heliograph.AppID, id heliograph.IntegrationID) (*heliograph.Integration, error) {
	return s.changeIntegration(ctx, app, id, func(_ context.Context, i *heliograph.Integration) error {
		i.PausedUntil, i.PauseReason = 0, ""
		return nil
	})
}
