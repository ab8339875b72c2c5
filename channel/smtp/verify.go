package smtp

import (
	"context"

	"heliograph"
	"heliograph/channel"
)

// Verify implements channel.Verifier: it connects, encrypts and logs in.
func (s *sender) Verify(ctx context.Context) (map[string]string, error) {
	c, failed := s.connect(ctx)
	if failed == nil {
		c.release(&s.idle, true, s.deps.Clock())
		return map[string]string{}, nil
	}
	if failed.Class != channel.ClassPause {
		return nil, heliograph.Errorf(heliograph.Unavailable, heliograph.CodeUnavailable, "the mail server cannot be asked: %s", failed.Message)
	}
	return nil, heliograph.InvalidField(failed.field, "does not work: %s", failed.Message)
}
