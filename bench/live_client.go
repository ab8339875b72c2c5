package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"runtime"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"time"
)

func runtimeProcs() int { return runtime.GOMAXPROCS(0) }

// crowd is many WebSockets to one server.
type crowd struct {
	prog  *program
	path  string
	conns []net.Conn
	got   atomic.Int64 // messages that came
	ready atomic.Int64
	// timed has the time in a message's text compared with now.
	timed atomic.Bool

	mu      sync.Mutex
	delays  []time.Duration
	trouble error
}

// dial opens n connections; hello returns what the n-th says first.
func (c *crowd) dial(ctx context.Context, n int, hello func(n int) string) error {
	const atOnce = 64
	var wg sync.WaitGroup
	sem := make(chan struct{}, atOnce)
	first := len(c.conns)
	conns := make([]net.Conn, n)
	for i := range n {
		sem <- struct{}{}
		wg.Go(func() {
			defer func() { <-sem }()
			conn, err := c.open(hello(first + i))
			if err != nil {
				c.fail(err)
				return
			}
			conns[i] = conn
		})
	}
	wg.Wait()
	c.conns = append(c.conns, conns...)
	if c.trouble != nil {
		return c.trouble
	}
	return drain(ctx, time.Minute, c.ready.Load, int64(len(c.conns)))
}

func (c *crowd) fail(err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.trouble == nil {
		c.trouble = err
	}
}

func (c *crowd) open(hello string) (net.Conn, error) {
	conn, err := net.Dial("tcp", c.prog.addr)
	if err != nil {
		return nil, err
	}
	fmt.Fprintf(conn, "GET %s HTTP/1.1\r\nHost: bench\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n", c.path)
	in := bufio.NewReaderSize(conn, 2048)
	status, err := in.ReadString('\n')
	if err != nil || !bytes.Contains([]byte(status), []byte(" 101 ")) {
		conn.Close()
		return nil, fmt.Errorf("no WebSocket: %q, %w", status, err)
	}
	for line := status; line != "\r\n"; {
		if line, err = in.ReadString('\n'); err != nil {
			conn.Close()
			return nil, err
		}
	}
	if _, err := conn.Write(clientText(hello)); err != nil {
		conn.Close()
		return nil, err
	}
	go c.read(conn, in)
	return conn, nil
}

// clientText is a client's text frame, masked with zeros.
func clientText(text string) []byte {
	b := []byte{0x81}
	if n := len(text); n < 126 {
		b = append(b, 0x80|byte(n))
	} else {
		b = append(b, 0x80|126, byte(n>>8), byte(n))
	}
	return append(append(b, 0, 0, 0, 0), text...)
}

var (
	readyMark   = []byte(`{"t":"ready"`)
	messageMark = []byte(`"text":"`)
	timeMark    = []byte(`at=`)
)

// read counts what comes.
func (c *crowd) read(conn net.Conn, in *bufio.Reader) {
	var payload []byte
	for {
		head, err := in.Peek(2)
		if err != nil {
			return
		}
		size, n := 2, int(head[1]&0x7f)
		switch n {
		case 126:
			size = 4
		case 127:
			size = 10
		}
		if head, err = in.Peek(size); err != nil {
			return
		}
		kind := head[0] & 0xf
		switch size {
		case 4:
			n = int(binary.BigEndian.Uint16(head[2:]))
		case 10:
			n = int(binary.BigEndian.Uint64(head[2:]))
		}
		_, _ = in.Discard(size)
		if cap(payload) < n {
			payload = make([]byte, n)
		}
		payload = payload[:n]
		if _, err := io.ReadFull(in, payload); err != nil {
			return
		}
		switch kind {
		case 1:
			c.take(payload)
		case 8:
			c.fail(fmt.Errorf("the server closed a connection: %x", payload))
			return
		case 9:
			_, _ = conn.Write([]byte{0x8a, 0x80, 0, 0, 0, 0})
		}
	}
}

func (c *crowd) take(payload []byte) {
	if bytes.HasPrefix(payload, readyMark) {
		c.ready.Add(1)
		return
	}
	n := bytes.Count(payload, messageMark)
	if n > 0 && c.timed.Load() {
		now := time.Now().UnixNano()
		var list []time.Duration
		for rest := payload; ; {
			i := bytes.Index(rest, timeMark)
			if i < 0 || i+22 > len(rest) {
				break
			}
			at, err := strconv.ParseInt(string(rest[i+3:i+22]), 10, 64)
			if err == nil {
				list = append(list, time.Duration(now-at))
			}
			rest = rest[i+22:]
		}
		c.mu.Lock()
		c.delays = append(c.delays, list...)
		c.mu.Unlock()
	}
	c.got.Add(int64(n))
}

// taken returns the delays so far, in order, and forgets them.
func (c *crowd) taken() []time.Duration {
	c.mu.Lock()
	defer c.mu.Unlock()
	list := c.delays
	c.delays = nil
	slices.Sort(list)
	return list
}

// publish has the server send a text to each of n conversations.
func (c *crowd) publish(ctx context.Context, first, n int) error {
	text := "at=" + strconv.FormatInt(time.Now().UnixNano(), 10) + " Your parcel is on its way and arrives today between 2 and 4 pm."
	return c.post(ctx, fmt.Sprintf("/publish?first=%d&n=%d&text=%s", first, n, url.QueryEscape(text)))
}

func (c *crowd) post(ctx context.Context, path string) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://"+c.prog.addr+path, nil)
	if err != nil {
		return err
	}
	_, err = answer(req)
	return err
}

func (c *crowd) close() {
	c.closeConns()
	c.prog.kill()
}

func (c *crowd) closeConns() {
	for _, conn := range c.conns {
		if conn != nil {
			_ = conn.Close()
		}
	}
}
