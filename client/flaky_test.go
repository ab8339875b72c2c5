package client

import (
	"fmt"
	"io"
	"math/rand"
	"net"
	"slices"
	"sync"
	"testing"
)

// flaky is a network that can be cut.
type flaky struct {
	ln net.Listener
	to string

	mu      sync.Mutex
	chance  *rand.Rand
	conns   map[net.Conn]bool
	cuts    int
	bounded bool // connections end by themselves after some bytes
	down    bool
}

func newFlaky(t *testing.T, to string, seed int64) *flaky {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	p := &flaky{ln: ln, to: to, chance: rand.New(rand.NewSource(seed)), conns: map[net.Conn]bool{}}
	var all sync.WaitGroup
	all.Go(func() {
		for {
			conn, err := ln.Accept()
			if err != nil {
				return
			}
			all.Go(func() { p.carry(conn) })
		}
	})
	t.Cleanup(func() {
		_ = ln.Close()
		p.cut()
		all.Wait()
	})
	return p
}

// carry forwards one connection until one side ends, or it is cut.
func (p *flaky) carry(near net.Conn) {
	defer near.Close()
	far, err := net.Dial("tcp", p.to)
	if err != nil {
		return
	}
	defer far.Close()
	p.mu.Lock()
	budget := int64(1 << 40)
	if p.bounded && p.chance.Intn(4) == 0 {
		budget = int64(200 + p.chance.Intn(6000))
	}
	if p.down {
		p.mu.Unlock()
		return
	}
	p.conns[near] = true
	p.mu.Unlock()
	defer func() {
		p.mu.Lock()
		delete(p.conns, near)
		p.mu.Unlock()
	}()
	done := make(chan struct{}, 2)
	go func() { _, _ = io.Copy(far, near); done <- struct{}{} }()
	go func() {
		if n, _ := io.CopyN(near, far, budget); n == budget {
			p.mu.Lock()
			p.cuts++
			p.mu.Unlock()
		}
		done <- struct{}{}
	}()
	<-done
	_ = near.Close()
	_ = far.Close()
	<-done
}

// cut breaks every connection, and returns how many there were.
func (p *flaky) cut() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	n := len(p.conns)
	for c := range p.conns {
		if tcp, ok := c.(*net.TCPConn); ok {
			_ = tcp.SetLinger(0) // as a network that is gone: nothing more arrives
		}
		_ = c.Close()
		delete(p.conns, c)
	}
	p.cuts += n
	return n
}

// off takes the network away, or brings it back.
func (p *flaky) off(down bool) {
	p.mu.Lock()
	p.down = down
	p.mu.Unlock()
	if down {
		p.cut()
	}
}

func (p *flaky) open() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return len(p.conns)
}

func (p *flaky) cutsMade() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.cuts
}

func (p *flaky) url() string { return "http://" + p.ln.Addr().String() }

// TestFlakyNetwork: whatever happens to connections, each message is told once and
// in order, and each that was sent is there once.
func TestFlakyNetwork(t *testing.T) {
	t.Parallel()
	for i, kind := range []string{TransportWebSocket, TransportEvents, TransportPolling, TransportAuto} {
		t.Run("by "+kind, func(t *testing.T) {
			t.Parallel()
			f := newFake(t)
			network := newFlaky(t, f.srv.Listener.Addr().String(), int64(i+1))
			c, n := device(t, network.url(), func(s *Settings) { s.Transport = kind })
			must(t, c.StartConversation())
			user := c.User().ID
			network.mu.Lock()
			network.bounded = true
			network.mu.Unlock()
			chance := rand.New(rand.NewSource(int64(i)))
			const rounds, each = 200, 10
			for r := range rounds {
				eventually(t, "a connection to cut", func() bool { return network.open() > 0 })
				when := chance.Intn(each)
				for j := range each {
					if j == when {
						network.cut()
					}
					if j == each-1 {
						_, err := c.Send(fmt.Sprintf("mine %d", r))
						if codeOf(err) == CodeOutboxFull {
							eventually(t, "room", func() bool { return c.Unsent().Len() == 0 })
							_, err = c.Send(fmt.Sprintf("mine %d", r))
						}
						must(t, err)
						continue
					}
					f.say(user, fmt.Sprintf("%d of round %d", j, r))
				}
			}
			eventually(t, "everything told", func() bool { return len(n.heard()) >= rounds*each })
			if cuts := network.cutsMade(); cuts < rounds {
				t.Errorf("only %d connections were cut", cuts)
			}
			f.mu.Lock()
			defer f.mu.Unlock()
			var stored, mine []string
			for _, m := range f.users[user].messages {
				stored = append(stored, m["text"].(string))
				if m["role"] == RoleUser {
					mine = append(mine, m["text"].(string))
				}
			}
			if got := n.heard(); !slices.Equal(got, stored) {
				t.Errorf("told %d, stored %d, or in another order", len(got), len(stored))
			}
			for r := range rounds {
				if len(mine) != rounds || mine[r] != fmt.Sprintf("mine %d", r) {
					t.Fatalf("%d of ours: %v", len(mine), mine)
				}
			}
		})
	}
}
