package metrics

import (
	"time"

	"heliograph"
)

func (m *Metrics) deliveryFigures() {
	m.accepted = m.counter("accepted_total", "Deliveries accepted from callers, stored and promised.", "channel", "category")
	m.attempts = m.counter("attempts_total", "Calls of providers, by how they ended.", "channel", "class")
	m.sent = m.counter("sent_total", "Deliveries that a provider took.", "channel")
	m.failed = m.counter("failed_total", "Deliveries that ended without success.", "channel", "reason")
	m.retried = m.counter("retries_total", "Attempts that will be made again.", "channel")
	m.unknown = m.counter("unknown_total", "Attempts whose outcome was not known when they ended.", "channel")
	m.inbound = m.counter("inbound_total", "What providers told us, repetitions included, by kind (message or status).", "channel", "kind")
	m.provider = m.histogram("provider_seconds", "Time of one call of a provider.",
		[]float64{.005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 30}, "channel")
	m.breaker = m.counter("lane_pauses_total", "Lanes stopped because a sender or its account is limited or broken.").WithLabelValues()
}

// Accepted counts a delivery that was accepted.
func (m *Metrics) Accepted(channel string, c heliograph.Category) {
	m.accepted.WithLabelValues(channel, string(c)).Inc()
}

// Attempted counts one call of a provider and its time. class is the class of
// its result.
func (m *Metrics) Attempted(channel string, class string, took time.Duration) {
	m.attempts.WithLabelValues(channel, class).Inc()
	m.provider.WithLabelValues(channel).Observe(took.Seconds())
}

// Sent counts a delivery that a provider took.
func (m *Metrics) Sent(channel string) { m.sent.WithLabelValues(channel).Inc() }

// Failed counts a delivery that ended without success; reason is one of the
// vocabulary's Reason constants.
func (m *Metrics) Failed(channel, reason string) { m.failed.WithLabelValues(channel, reason).Inc() }

// Retried counts an attempt that will be made again.
func (m *Metrics) Retried(channel string) { m.retried.WithLabelValues(channel).Inc() }

// Unknown counts an attempt whose outcome is not known.
func (m *Metrics) Unknown(channel string) { m.unknown.WithLabelValues(channel).Inc() }

// Paused counts a lane that was stopped.
func (m *Metrics) Paused() { m.breaker.Inc() }

// Inbound counts what a provider told: a message or a status.
func (m *Metrics) Inbound(channel, kind string) { m.inbound.WithLabelValues(channel, kind).Inc() }
