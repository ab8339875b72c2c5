package tenant

import (
	"context"
	"time"

	"heliograph"
	"heliograph/channel"
)

// verifyTimeout bounds the question to a provider when its channel names no
// bound.
const verifyTimeout = 10 * time.Second

// verify opens i's channel and asks the provider whether it accepts i's
// credentials. On success i is active and knows what the provider tells of it.
func (s *Service) verify(ctx context.Context, t *channel.Type, i *heliograph.Integration) error {
	borrowed, err := s.borrow(ctx, t, i.App)
	if err != nil {
		return err
	}
	ch, err := s.openChannel(t, i, borrowed)
	if err != nil {
		return err
	}
	if v, ok := ch.(channel.Verifier); ok {
		timeout := t.Timeout
		if timeout <= 0 {
			timeout = verifyTimeout
		}
		ctx, cancel := context.WithTimeout(ctx, timeout)
		defer cancel()
		info, err := v.Verify(ctx)
		if err != nil {
			return err
		}
		i.Info = info
	}
	i.Status, i.Error = heliograph.IntegrationActive, ""
	return nil
}

// Recheck asks the provider again about a stored integration and keeps the
// answer: active with fresh facts, or in error with the provider's reason. A
// provider that cannot be asked changes nothing.
func (s *Service) Recheck(ctx context.Context, app heliograph.AppID, id heliograph.IntegrationID) (*heliograph.Integration, error) {
	i, err := s.ReadIntegration(ctx, app, id)
	if err != nil {
		return nil, err
	}
	t, err := s.typeNamed(i.Type)
	if err != nil {
		return nil, err
	}
	err = s.verify(ctx, t, i)
	if heliograph.IsKind(err, heliograph.Invalid) {
		i.Status, i.Error = heliograph.IntegrationError, heliograph.AsError(err).Message
	} else if err != nil {
		return nil, err
	}
	return s.changeIntegration(ctx, app, id, func(_ context.Context, stored *heliograph.Integration) error {
		stored.Info, stored.Status, stored.Error = i.Info, i.Status, i.Error
		return nil
	})
}
