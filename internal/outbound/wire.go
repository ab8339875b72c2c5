package outbound

import (
	"net"
	"syscall"
)

// wire is the connection that bytes really go over.
type wire struct {
	net.Conn
	wrote   int64 // bytes; none since a moment proves that nothing was sent since
	polling bool  // reads do not wait

	raw  syscall.RawConn // nil: it cannot be polled
	into []byte
	n    int
	err  error
	try  func(fd uintptr) bool
}

func newWire(c net.Conn) *wire {
	w := &wire{Conn: c}
	if s, ok := c.(syscall.Conn); ok && canPoll {
		if raw, err := s.SyscallConn(); err == nil {
			w.raw, w.try = raw, w.tryRead
		}
	}
	return w
}

func (w *wire) Write(p []byte) (int, error) {
	n, err := w.Conn.Write(p)
	w.wrote += int64(n)
	return n, err
}

func (w *wire) Read(p []byte) (int, error) {
	if w.polling {
		return w.poll(p)
	}
	return w.Conn.Read(p)
}

// poll reads what is there, and returns quiet when nothing is. A connection
// that cannot be polled seems quiet.
func (w *wire) poll(p []byte) (int, error) {
	if w.raw == nil {
		return 0, quiet{}
	}
	w.into = p
	err := w.raw.Read(w.try)
	w.into = nil
	if err != nil {
		return 0, err
	}
	return w.n, w.err
}

// quiet means that there is nothing to read. It passes for temporary, so that
// TLS goes on afterwards.
type quiet struct{}

func (quiet) Error() string   { return "there is nothing to read" }
func (quiet) Timeout() bool   { return true }
func (quiet) Temporary() bool { return true }
