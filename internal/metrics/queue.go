package metrics

import (
	"context"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// Snapshot is what waits, at one moment.
type Snapshot struct {
	Queues   []Queue
	Webhooks WebhookQueue
	Paused   []Paused
	Media    MediaQueue
}

// MediaQueue is the customers' files that wait to be fetched.
type MediaQueue struct {
	Depth int64
	Age   time.Duration // of the oldest
}

// Queue is what waits in one integration's queue in one state (ready, sending,
// unknown, held). Only integrations with something waiting have one.
type Queue struct {
	Integration string
	State       string
	Depth       int64
	Age         time.Duration // since the oldest was due
}

// WebhookQueue is what waits to be told to webhooks.
type WebhookQueue struct {
	Depth, Parked int64
	Age           time.Duration // of the oldest event that is not parked
}

// Paused is an integration whose lane is stopped.
type Paused struct{ Integration string }

// WatchQueue makes the metrics ask snapshot what waits. It is asked at most once
// in snapshotAge, however often the figures are read.
func (m *Metrics) WatchQueue(snapshot func(context.Context) (Snapshot, error)) {
	m.registry.MustRegister(&queueCollector{
		snapshot: snapshot, now: time.Now,
		depth:    describe("queue_depth", "Deliveries that wait, by state.", "integration", "state"),
		age:      describe("queue_age_seconds", "How long the oldest waiting delivery has been due.", "integration", "state"),
		paused:   describe("integration_paused", "1 for an integration whose lane is stopped.", "integration"),
		whDepth:  describe("webhook_queue_depth", "Events that wait to be told."),
		whParked: describe("webhook_queue_parked", "Events set aside after repeated failures."),
		whAge:    describe("webhook_queue_age_seconds", "Age of the oldest event that waits to be told."),
		mDepth:   describe("media_queue_depth", "Customers' files that wait to be fetched from their providers."),
		mAge:     describe("media_queue_age_seconds", "Age of the oldest of them."),
		up:       describe("queue_figures_up", "1 when what waits could be asked."),
	})
}

// A scrape must neither load the database nor hang with it.
const (
	snapshotAge     = 10 * time.Second
	snapshotTimeout = 3 * time.Second
)

type queueCollector struct {
	snapshot func(context.Context) (Snapshot, error)
	now      func() time.Time

	depth, age, paused, whDepth, whParked, whAge, mDepth, mAge, up *prometheus.Desc

	mu   sync.Mutex
	at   time.Time
	last Snapshot
	err  error
}

func describe(name, help string, labels ...string) *prometheus.Desc {
	return prometheus.NewDesc("heliograph_"+name, help, labels, nil)
}

// Describe implements prometheus.Collector.
func (c *queueCollector) Describe(out chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{c.depth, c.age, c.paused, c.whDepth, c.whParked, c.whAge, c.mDepth, c.mAge, c.up} {
		out <- d
	}
}

// Collect implements prometheus.Collector.
func (c *queueCollector) Collect(out chan<- prometheus.Metric) {
	s, err := c.current()
	gauge := func(d *prometheus.Desc, v float64, labels ...string) {
		out <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, v, labels...)
	}
	if err != nil {
		gauge(c.up, 0)
		return
	}
	gauge(c.up, 1)
	for _, q := range s.Queues {
		gauge(c.depth, float64(q.Depth), q.Integration, q.State)
		gauge(c.age, q.Age.Seconds(), q.Integration, q.State)
	}
	for _, p := range s.Paused {
		gauge(c.paused, 1, p.Integration)
	}
	gauge(c.whDepth, float64(s.Webhooks.Depth))
	gauge(c.whParked, float64(s.Webhooks.Parked))
	gauge(c.whAge, s.Webhooks.Age.Seconds())
	gauge(c.mDepth, float64(s.Media.Depth))
	gauge(c.mAge, s.Media.Age.Seconds())
}

func (c *queueCollector) current() (Snapshot, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if now := c.now(); c.at.IsZero() || now.Sub(c.at) >= snapshotAge {
		ctx, cancel := context.WithTimeout(context.Background(), snapshotTimeout)
		defer cancel()
		c.last, c.err = c.snapshot(ctx)
		c.at = now
	}
	return c.last, c.err
}
