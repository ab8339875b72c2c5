package metrics

func (m *Metrics) mediaFigures() {
	m.mediaFetches = m.counter("media_fetches_total", "Attempts to fetch a customer's file from its provider, by outcome: stored, retry, lost.", "outcome")
	m.mediaBytes = m.counter("media_bytes_total", "Bytes of files, by way: fetched, uploaded, served.", "way")
}

// MediaFetched counts one attempt to fetch a customer's file: stored, retry, lost.
func (m *Metrics) MediaFetched(outcome string) { m.mediaFetches.WithLabelValues(outcome).Inc() }

// MediaBytes counts what came in or went out: fetched, uploaded, served.
func (m *Metrics) MediaBytes(way string, n int64) { m.mediaBytes.WithLabelValues(way).Add(float64(n)) }
