package suncov1_test

import (
	"testing"

	"heliograph"
	"heliograph/internal/api/suncov1"
	"heliograph/internal/webhook"
)

// BenchmarkWebhookBody measures the bodies that webhooks are told most.
func BenchmarkWebhookBody(b *testing.B) {
	plain, full := &heliograph.Webhook{}, &heliograph.Webhook{IncludeFullUser: true, IncludeClient: true}
	taken := bodyDelivery(heliograph.EventChannel, heliograph.NotificationDelivery, func(d *heliograph.EventData) { d.External = []string{"SM1"} })
	written := bodyEvent(heliograph.EventMessageCustomer, nil)
	meta := func() *webhook.Context {
		c := bodyContext()
		c.Message.Metadata = map[string]any{"order": "A-17", "kind": "reminder"}
		return c
	}
	for _, bm := range []struct {
		name string
		hook *heliograph.Webhook
		e    *heliograph.Event
		with *webhook.Context
	}{
		{"a notification is taken", plain, taken, bodyContext()},
		{"with metadata", plain, taken, meta()},
		{"with the full user", full, taken, bodyContext()},
		{"a customer writes", plain, written, bodyContext()},
	} {
		b.Run(bm.name, func(b *testing.B) {
			b.ReportAllocs()
			var dst []byte
			for b.Loop() {
				body, err := suncov1.WebhookBodies{}.Body(dst[:0], bm.hook, bm.e, bm.with)
				if err != nil {
					b.Fatal(err)
				}
				dst = body
			}
		})
	}
}
