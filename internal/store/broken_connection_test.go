package store_test

import (
	"bufio"
	"bytes"
	"encoding/binary"
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
	lost := func() {
		if w.lose.Load() {
			t.Error("no commit was lost")
		}
	}
	storetest.BrokenConnection(t, func(t *testing.T) *store.Store {
		o := options(t)
		o.URL, o.Writers, o.Patience = w.url, 2, -1
		return open(t, o)
	}, func() { lost(); w.lose.Store(true) })
	lost()
}

// wire stands between a store and PostgreSQL. When told to, it lets one commit
// through, loses the answer, and breaks the connection; or takes no more
// connections, and counts who comes.
type wire struct {
	url     string
	network string
	address string
	lose    atomic.Bool
	away    atomic.Bool
	tried   atomic.Int32 // connections while it was away
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
			if w.away.Load() {
				w.tried.Add(1)
				_ = c.Close()
				continue
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
	w.forward(bufio.NewReader(client), bufio.NewWriter(server), &losing)
}

// forward carries a client's messages to the server. The answers to those that
// go together with a commit are lost.
func (w *wire) forward(from *bufio.Reader, to *bufio.Writer, losing *atomic.Bool) {
	var commit []byte             // the name of the prepared statement that commits
	for typed := 0; ; typed = 1 { // all but the first message begin with their type
		head := make([]byte, typed+4)
		if _, err := io.ReadFull(from, head); err != nil {
			return
		}
		body := make([]byte, binary.BigEndian.Uint32(head[typed:])-4)
		if _, err := io.ReadFull(from, body); err != nil {
			return
		}
		words := bytes.SplitN(body, []byte{0}, 3)
		commits := false
		switch head[0] {
		case 'P': // name, query
			if string(words[1]) == "commit" {
				commit = words[0]
			}
		case 'B': // portal, name
			commits = commit != nil && bytes.Equal(words[1], commit)
		case 'Q': // query
			commits = string(words[0]) == "commit"
		}
		if commits && w.lose.CompareAndSwap(true, false) {
			losing.Store(true)
		}
		_, _ = to.Write(head)
		_, _ = to.Write(body)
		if from.Buffered() > 0 {
			continue
		}
		if to.Flush() != nil {
			return
		}
	}
}
