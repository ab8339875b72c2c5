package app

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"time"
)

// server is one address that is served.
type server struct {
	http *http.Server
	ln   net.Listener
	log  *slog.Logger
	done chan struct{}
}

// listen takes an address. Its handler is set before serve.
func listen(address string, secure *tls.Config, log *slog.Logger) (*server, error) {
	ln, err := net.Listen("tcp", address)
	if err != nil {
		return nil, fmt.Errorf("cannot listen on %s: %w", address, err)
	}
	s := &server{ln: ln, log: log, done: make(chan struct{}), http: &http.Server{
		TLSConfig: secure,
		// A caller that dribbles must not hold a connection for long; a bulk
		// upload of 10 MB over a slow line must get through.
		ReadHeaderTimeout: 10 * time.Second,
		ReadTimeout:       2 * time.Minute,
		WriteTimeout:      3 * time.Minute,
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    64 << 10,
		ErrorLog:          slog.NewLogLogger(log.Handler(), slog.LevelDebug),
	}}
	return s, nil
}

// serve answers in the background until stop. fail is told when it ends by itself.
func (s *server) serve(fail func(error)) {
	go func() {
		defer close(s.done)
		var err error
		if s.http.TLSConfig != nil {
			err = s.http.ServeTLS(s.ln, "", "")
		} else {
			err = s.http.Serve(s.ln)
		}
		if !errors.Is(err, http.ErrServerClosed) {
			fail(fmt.Errorf("serving %s ended: %w", s.ln.Addr(), err))
		}
	}()
}

// stop takes no more requests and waits for those under way until ctx ends;
// then it cuts them off.
func (s *server) stop(ctx context.Context) {
	if s == nil {
		return
	}
	if err := s.http.Shutdown(ctx); err != nil {
		s.log.Warn("requests were cut off", "address", s.ln.Addr().String(), "err", err)
		_ = s.http.Close()
	}
	_ = s.ln.Close()
}
