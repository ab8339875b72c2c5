package metrics

import "github.com/prometheus/client_golang/prometheus"

func (m *Metrics) liveFigures() {
	m.liveOpen = prometheus.NewGaugeVec(prometheus.GaugeOpts{Name: "heliograph_live_connections", Help: "Open live connections of devices, by transport: websocket, events."}, []string{"transport"})
	m.registry.MustRegister(m.liveOpen)
	m.liveFrames = m.counter("live_frames_total", "Frames that were queued for live connections.").WithLabelValues()
	m.liveDropped = m.counter("live_dropped_total", "Live connections that were ended, by reason: slow (took too little), flood (sent too much), silent (heard nothing of), session (not good any more).", "reason")
	reads := m.counter("live_reads_total", "Reads of messages for live connections, by what for: feed (all devices of a conversation), seat (one that came back), retry (the database failed).", "for")
	m.liveFeed, m.liveSeat, m.liveRetry = reads.WithLabelValues("feed"), reads.WithLabelValues("seat"), reads.WithLabelValues("retry")
}

// LiveOpened counts a live connection: websocket, events.
func (m *Metrics) LiveOpened(transport string) { m.liveOpen.WithLabelValues(transport).Inc() }

// LiveClosed is the end of one.
func (m *Metrics) LiveClosed(transport string) { m.liveOpen.WithLabelValues(transport).Dec() }

// LiveDropped counts live connections that were ended: slow, flood, silent, session.
func (m *Metrics) LiveDropped(reason string) { m.liveDropped.WithLabelValues(reason).Inc() }

// LiveFrames counts frames for live connections.
func (m *Metrics) LiveFrames(n int) { m.liveFrames.Add(float64(n)) }

// LiveReads counts reads for live connections: feed, seat, retry.
func (m *Metrics) LiveReads(what string) {
	switch what {
	case "feed":
		m.liveFeed.Inc()
	case "seat":
		m.liveSeat.Inc()
	default:
		m.liveRetry.Inc()
	}
}
