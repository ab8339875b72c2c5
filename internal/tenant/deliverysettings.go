package tenant

import (
	"context"
	"encoding/json"
	"errors"

	"heliograph"
	"heliograph/channel"
)

// applyDelivery sets what change names; the rest stays. Zero means the channel's
// default again.
func applyDelivery(set *heliograph.DeliverySettings, change json.RawMessage) error {
	if len(change) == 0 || string(change) == "null" {
		return nil
	}
	next := *set
	if set.Failover != nil {
		rule := *set.Failover
		next.Failover = &rule
	}
	if err := json.Unmarshal(change, &next); err != nil {
		if t, ok := errors.AsType[*json.UnmarshalTypeError](err); ok && t.Field != "" {
			return heliograph.InvalidField("delivery."+t.Field, "must be a %s", t.Type.Kind())
		}
		if _, ok := errors.AsType[*json.SyntaxError](err); !ok && next.Failover != nil {
			return heliograph.InvalidField("delivery.failover.integrationId", "must be the id of an integration")
		}
		return heliograph.InvalidField("delivery", "must be an object")
	}
	next.WebhookURL = set.WebhookURL // it has a field of its own beside "delivery"
	if err := checkDelivery(next); err != nil {
		return err
	}
	*set = next
	return nil
}

func checkDelivery(d heliograph.DeliverySettings) error {
	switch {
	case d.RatePerSecond < 0 || d.RatePerSecond > 100_000:
		return heliograph.InvalidField("delivery.ratePerSecond", "must be 0 (the channel's default) to 100000")
	case d.RatePerSecond > 0 && d.RatePerSecond < 0.001:
		return heliograph.InvalidField("delivery.ratePerSecond", "must be at least 0.001; pause the integration to stop it")
	case d.Concurrency < 0 || d.Concurrency > 10_000:
		return heliograph.InvalidField("delivery.concurrency", "must be 0 (the channel's default) to 10000")
	case d.EchoWindowSeconds < 0 || d.EchoWindowSeconds > 7*86400:
		return heliograph.InvalidField("delivery.echoWindowSeconds", "must be 0 (the default) to 604800")
	case d.MaxAttempts < 0 || d.MaxAttempts > 100:
		return heliograph.InvalidField("delivery.maxAttempts", "must be 0 (the default) to 100")
	}
	if f := d.Failover; f != nil {
		switch {
		case f.Integration.IsZero():
			return heliograph.InvalidField("delivery.failover.integrationId", "is required")
		case f.AfterAttempts < 0 || f.AfterAttempts > 100:
			return heliograph.InvalidField("delivery.failover.afterAttempts", "must be 0 (the default) to 100")
		}
	}
	if !isPolicy(d.UnknownTransactional) {
		return heliograph.InvalidField("delivery.unknownTransactional", "must be resend, fail or hold")
	}
	if !isPolicy(d.UnknownMarketing) {
		return heliograph.InvalidField("delivery.unknownMarketing", "must be resend, fail or hold")
	}
	return nil
}

// checkFailover checks that who is to take over from i can.
func (s *Service) checkFailover(ctx context.Context, t *channel.Type, i *heliograph.Integration) error {
	f := i.Delivery.Failover
	if f == nil {
		return nil
	}
	const field = "delivery.failover.integrationId"
	to, err := s.ReadIntegration(ctx, i.App, f.Integration)
	switch {
	case heliograph.IsKind(err, heliograph.NotFound):
		return heliograph.InvalidField(field, "names no integration of this app")
	case err != nil:
		return err
	case to.ID == i.ID:
		return heliograph.InvalidField(field, "must name another integration")
	}
	if other := s.types[to.Type]; other == nil || other.Family == "" || other.Family != t.Family {
		return heliograph.InvalidField(field, "names an integration of type %s, which cannot stand in for %s", to.Type, t.Name)
	}
	return nil
}

func isPolicy(p heliograph.UnknownPolicy) bool {
	switch p {
	case "", heliograph.ResendUnknown, heliograph.FailUnknown, heliograph.HoldUnknown:
		return true
	}
	return false
}
