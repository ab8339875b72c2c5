package metrics

import (
	"strconv"
	"time"
)

func (m *Metrics) requestFigures() {
	m.requests = m.counter("http_requests_total", "Requests answered, by route and status.", "route", "status")
	m.requestTime = m.histogram("http_request_seconds", "Time to answer a request.",
		[]float64{.001, .0025, .005, .01, .02, .05, .1, .5, 1, 5}, "route")
}

// Request counts one answered request. route is the pattern, never the path.
func (m *Metrics) Request(route string, status int, took time.Duration) {
	m.requests.WithLabelValues(route, strconv.Itoa(status)).Inc()
	m.requestTime.WithLabelValues(route).Observe(took.Seconds())
}
