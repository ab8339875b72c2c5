package httpx

import (
	"bufio"
	"net"
	"net/http"
)

// recorder notes what was answered.
type recorder struct {
	http.ResponseWriter
	route  string
	path   string // as it is logged
	status int
	bytes  int64
}

// Name tells the figures which route w answers. It has no effect outside Wrap.
func Name(w http.ResponseWriter, route string) {
	if rec, ok := w.(*recorder); ok {
		rec.route = route
	}
}

// LogPath sets the path that the log shows of w's request, for paths that hold a
// secret. It has no effect outside Wrap.
func LogPath(w http.ResponseWriter, path string) {
	if rec, ok := w.(*recorder); ok {
		rec.path = path
	}
}

func (r *recorder) WriteHeader(status int) {
	if r.status == 0 && status >= 200 {
		r.status = status
	}
	r.ResponseWriter.WriteHeader(status)
}

func (r *recorder) Write(b []byte) (int, error) {
	if r.status == 0 {
		r.status = http.StatusOK
	}
	n, err := r.ResponseWriter.Write(b)
	r.bytes += int64(n)
	return n, err
}

// Unwrap lets http.ResponseController reach what is wrapped.
func (r *recorder) Unwrap() http.ResponseWriter { return r.ResponseWriter }

// Hijack gives the connection away, to another protocol.
func (r *recorder) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	conn, buffered, err := http.NewResponseController(r.ResponseWriter).Hijack()
	if err == nil {
		r.status = http.StatusSwitchingProtocols
	}
	return conn, buffered, err
}

// Flush sends what was written so far.
func (r *recorder) Flush() { _ = http.NewResponseController(r.ResponseWriter).Flush() }

func (r *recorder) code() int {
	if r.status == 0 {
		return http.StatusOK
	}
	return r.status
}
