package metrics

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

func (m *Metrics) storeFigures() {
	m.commitSize = m.histogram("commit_operations", "Operations that shared one commit.",
		prometheus.ExponentialBuckets(1, 2, 12)).WithLabelValues().(prometheus.Histogram)
	m.commitTime = m.histogram("commit_seconds", "Time of one shared commit.",
		[]float64{.0005, .001, .002, .005, .01, .025, .05, .1, .5, 1}).WithLabelValues().(prometheus.Histogram)
	m.refused = m.counter("backpressure_total", "Requests answered 429 because the write window was full.").WithLabelValues()
}

// Committed tells of one shared commit.
func (m *Metrics) Committed(operations int, took time.Duration) {
	m.commitSize.Observe(float64(operations))
	m.commitTime.Observe(took.Seconds())
}

// Refused counts a write that was turned away because the window was full.
func (m *Metrics) Refused() { m.refused.Inc() }
