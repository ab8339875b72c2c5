package store_test

import (
	"bytes"
	"io"
	"net"
	"net/url"
	"os"
	"strings"
	"sync/atomic"
	"testing"

	"heliograph/internal/store"
	"heliograph/internal/store/storetest"
	"heliograph/internal/testkit/pgtest"
)

func TestPostgresBreaksAtCommit(t *testing.T) {
	t.Parallel()
	w := newWire(t, pgtest.URL(t))
	storetest.BrokenConnection(t, func(t *testing.T) *store.Store {
		o := options(t)
		o.URL, o.Writers = w.url, 2
		return open(t, o)
	}, func() { w.lose.Store(true) })
}

// wire stands between a store and PostgreSQL. When told to, it lets one commit
// through, loses the answer, and breaks the connection.
type wire struct {
	url     string
	network string
	address string
	lose    atomic.Bool
}

func newWire(t *testing.T, to string) *wire {
	u, err := url.Parse(to)
	if err != nil {
		t.Fatal(err)
	}
	w := &wire{network: "tcp", address: u.Host}
	query := u.Query()
	if dir := query.Get("host"); strings.HasPrefix(dir, "/") {
		port := query.Get("port")
		if port == "" {
			port = "5432"
		}
		w.network, w.address = "unix", dir+string(os.PathSeparator)+".s.PGSQL."+port
	}
	query.Del("host")
	query.Del("port")
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	query.Set("sslmode", "disable")
	u.Host, u.RawQuery = l.Addr().String(), query.Encode()
	w.url = u.String()
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go w.carry(c)
		}
	}()
	return w
}

func (w *wire) carry(client net.Conn) {
	defer client.Close()
	server, err := net.Dial(w.network, w.address)
	if err != nil {
		return
	}
	defer server.Close()
	var losing atomic.Bool
	go func() {
		defer client.Close()
		b := make([]byte, 1<<16)
		for {
			n, err := server.Read(b)
			if err != nil || losing.Load() {
				return
			}
			if _, err := client.Write(b[:n]); err != nil {
				return
			}
		}
	}()
	b := make([]byte, 1<<16)
	for {
		n, err := client.Read(b)
		if err != nil {
			return
		}
		if bytes.HasPrefix(b[:n], []byte("Q\x00\x00\x00\x0bcommit\x00")) && w.lose.CompareAndSwap(true, false) {
			losing.Store(true)
			_, _ = server.Write(b[:n])
			_, _ = io.Copy(io.Discard, client)
			return
		}
		if _, err := server.Write(b[:n]); err != nil {
			return
		}
	}
}
