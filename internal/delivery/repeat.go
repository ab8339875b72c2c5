package delivery

import (
	"context"
	"time"

	"heliograph"
	"heliograph/channel"
)

// repeatAfter is how long a message that may be repeated waits in doubt, unless
// its integration says otherwise.
const repeatAfter = 10 * time.Second

// repeatable reports whether sending a message again harms nothing.
func (l *lane) repeatable() bool { return l.kind != nil && l.kind.Repeatable }

// echoWindow is how long an unknown outcome waits.
func (l *lane) echoWindow() time.Duration {
	if s := l.integration.Delivery; s.EchoWindowSeconds > 0 || !l.repeatable() {
		return s.EchoWindow()
	}
	return repeatAfter
}

// policy says what to do with an unknown outcome of category c.
func (l *lane) policy(c heliograph.Category) heliograph.UnknownPolicy {
	s := l.integration.Delivery
	said := s.UnknownTransactional
	if c == heliograph.Marketing {
		said = s.UnknownMarketing
	}
	if said == "" && l.repeatable() {
		return heliograph.ResendUnknown
	}
	return s.Policy(c)
}

// mostAttempts is how often a delivery is attempted.
func (l *lane) mostAttempts() int {
	if l.integration != nil && l.integration.Delivery.MaxAttempts > 0 {
		return l.integration.Delivery.MaxAttempts
	}
	return DefaultMaxAttempts
}

// drop has a push token forgotten that the service knows no longer. To fail
// harms nothing: the next push to it is told the same.
func (e *Engine) drop(d *heliograph.Delivery, about *channel.About, r *channel.Result) {
	if e.Devices == nil || !r.Gone || about == nil || about.Push == nil {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), aboutLimit)
	defer cancel()
	if err := e.Devices.Dropped(ctx, d, about.Push); err != nil {
		e.Log.Warn("a push token that is no longer one could not be dropped", "delivery", d.ID.String(), "error", err)
	}
}
