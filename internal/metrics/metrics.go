// Package metrics counts what operators need to see. Its methods take plain
// words, so that the ports of engines are satisfied without either knowing the
// other. No label takes a value that a caller or a customer chose.
package metrics

import (
	"net/http"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// Metrics is one process's figures. It is safe for concurrent use.
type Metrics struct {
	registry *prometheus.Registry

	accepted, sent, failed, retried, unknown                      *prometheus.CounterVec
	attempts, webhookAttempts, inbound, requests                  *prometheus.CounterVec
	mediaFetches, mediaBytes                                      *prometheus.CounterVec
	liveDropped                                                   *prometheus.CounterVec
	liveOpen                                                      *prometheus.GaugeVec
	liveFrames, liveFeed, liveSeat, liveRetry                     prometheus.Counter
	provider, requestTime                                         *prometheus.HistogramVec
	webhookLag, webhookTime, commitSize, commitTime               prometheus.Histogram
	refused, breaker, webhookParked, webhookDead, webhookDisabled prometheus.Counter
}

// New returns metrics of a process of the given version.
func New(version string) *Metrics {
	m := &Metrics{registry: prometheus.NewRegistry()}
	m.deliveryFigures()
	m.webhookFigures()
	m.storeFigures()
	m.requestFigures()
	m.mediaFigures()
	m.liveFigures()
	build := prometheus.NewGauge(prometheus.GaugeOpts{Name: "heliograph_build_info", Help: "1; the label tells the version.", ConstLabels: prometheus.Labels{"version": version}})
	build.Set(1)
	m.registry.MustRegister(build, collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return m
}

// Handler serves the figures in Prometheus' text format.
func (m *Metrics) Handler() http.Handler {
	return promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{MaxRequestsInFlight: 4})
}

func (m *Metrics) counter(name, help string, labels ...string) *prometheus.CounterVec {
	c := prometheus.NewCounterVec(prometheus.CounterOpts{Name: "heliograph_" + name, Help: help}, labels)
	m.registry.MustRegister(c)
	return c
}

func (m *Metrics) histogram(name, help string, buckets []float64, labels ...string) *prometheus.HistogramVec {
	h := prometheus.NewHistogramVec(prometheus.HistogramOpts{Name: "heliograph_" + name, Help: help, Buckets: buckets}, labels)
	m.registry.MustRegister(h)
	return h
}
