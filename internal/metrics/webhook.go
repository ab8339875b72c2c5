package metrics

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

func (m *Metrics) webhookFigures() {
	m.webhookAttempts = m.counter("webhook_attempts_total", "Calls of webhooks, by outcome.", "outcome")
	m.webhookLag = m.histogram("webhook_lag_seconds", "Time from an event to its webhook's acknowledgement.",
		[]float64{.005, .025, .1, .5, 1, 5, 15, 60, 300, 900, 3600, 86400}).WithLabelValues().(prometheus.Histogram)
	m.webhookTime = m.histogram("webhook_seconds", "Time of one call of a webhook.",
		[]float64{.005, .01, .05, .1, .5, 1, 5, 15}).WithLabelValues().(prometheus.Histogram)
	m.webhookParked = m.counter("webhook_parked_total", "Events set aside so that later ones of their conversation go on.").WithLabelValues()
	m.webhookDisabled = m.counter("webhook_disabled_total", "Webhooks disabled because their targets kept failing.").WithLabelValues()
	m.webhookDead = m.counter("webhook_dead_total", "Events given up after the last try.").WithLabelValues()
}

// WebhookCalled counts one call of a webhook: done, retry, refused, dead.
func (m *Metrics) WebhookCalled(outcome string, took time.Duration) {
	m.webhookAttempts.WithLabelValues(outcome).Inc()
	m.webhookTime.Observe(took.Seconds())
}

// WebhookDone tells how long after its event a webhook acknowledged it.
func (m *Metrics) WebhookDone(lag time.Duration) { m.webhookLag.Observe(lag.Seconds()) }

// WebhookParked counts an event that was set aside.
func (m *Metrics) WebhookParked() { m.webhookParked.Inc() }

// WebhookDead counts an event that was given up.
func (m *Metrics) WebhookDead() { m.webhookDead.Inc() }

// WebhookDisabled counts a webhook that was disabled because it kept failing.
func (m *Metrics) WebhookDisabled() { m.webhookDisabled.Inc() }
