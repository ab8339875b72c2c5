package tenant

import (
	"encoding/json"
	"errors"

	"heliograph"
)

// applyDelivery sets what change names; the rest stays. Zero means the channel's
// default again.
func applyDelivery(set *heliograph.DeliverySettings, change json.RawMessage) error {
	if len(change) == 0 || string(change) == "null" {
		return nil
	}
	next := *set
	if err := json.Unmarshal(change, &next); err != nil {
		if t, ok := errors.AsType[*json.UnmarshalTypeError](err); ok && t.Field != "" {
			return heliograph.InvalidField("delivery."+t.Field, "must be a %s", t.Type.Kind())
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
	if !isPolicy(d.UnknownTransactional) {
		return heliograph.InvalidField("delivery.unknownTransactional", "must be resend, fail or hold")
	}
	if !isPolicy(d.UnknownMarketing) {
		return heliograph.InvalidField("delivery.unknownMarketing", "must be resend, fail or hold")
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
