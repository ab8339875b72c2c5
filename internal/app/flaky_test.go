package app

import (
	"fmt"
	"io"
	"math/rand"
	"net"
	"net/http"
	"slices"
	"sync"
	"testing"

	"heliograph/client"
)

// flaky is a network between a device and the server that can be cut.
type flaky struct {
	ln net.Listener
	to string

	mu    sync.Mutex
	conns map[*net.TCPConn]bool
	cuts  int
}

func newFlaky(t *testing.T, to string) *flaky {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	p := &flaky{ln: ln, to: to, conns: map[*net.TCPConn]bool{}}
	var all sync.WaitGroup
	all.Go(func() {
		for {
			conn, err := ln.Accept()
			if err != nil {
				return
			}
			all.Go(func() { p.carry(conn.(*net.TCPConn)) })
		}
	})
	t.Cleanup(func() {
		_ = ln.Close()
		p.cut()
		all.Wait()
	})
	return p
}

func (p *flaky) carry(near *net.TCPConn) {
	defer near.Close()
	far, err := net.Dial("tcp", p.to)
	if err != nil {
		return
	}
	defer far.Close()
	p.mu.Lock()
	p.conns[near] = true
	p.mu.Unlock()
	var both sync.WaitGroup
	for _, way := range [][2]net.Conn{{far, near}, {near, far}} {
		both.Go(func() {
			_, _ = io.Copy(way[0], way[1])
			_, _ = near.Close(), far.Close()
		})
	}
	both.Wait()
	p.mu.Lock()
	delete(p.conns, near)
	p.mu.Unlock()
}

// cut breaks every connection and returns how many it broke: what was on its way
// is lost.
func (p *flaky) cut() (broken int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for c := range p.conns {
		_ = c.SetLinger(0)
		_ = c.Close()
		delete(p.conns, c)
		broken++
	}
	p.cuts += broken
	return broken
}

// TestFlakyDevices: 2,000 messages to and from a device whose network is cut 200
// times (fewer where it polls, because it may not ask often): it is told each once and in order, and what it says arrives once.
func TestFlakyDevices(t *testing.T) {
	t.Parallel()
	for i, way := range []struct {
		transport string
		rounds    int
	}{{client.TransportWebSocket, 200}, {client.TransportEvents, 200}, {client.TransportPolling, 40}} {
		t.Run(way.transport, func(t *testing.T) {
			t.Parallel()
			g := newGuide(t)
			network := newFlaky(t, g.app.Address())
			integration := g.appCredentials(t, "android")
			u := &appUser{}
			s := client.NewSettings("http://"+network.ln.Addr().String(), integration)
			s.Listener, s.Transport = u, way.transport
			c, err := client.New(s)
			must(t, err)
			t.Cleanup(func() { must(t, c.Close()) })
			must(t, c.StartConversation())
			user := c.User().ID
			chance := rand.New(rand.NewSource(int64(i + 1)))
			const each = 10
			for r := range way.rounds {
				when := chance.Intn(each)
				for j := range each {
					if j == when {
						eventually(t, "a connection to cut", func() bool {
							c.Reconnect()
							return network.cut() > 0
						})
					}
					if j == each-1 && r%10 == 0 {
						_, err := c.Send(fmt.Sprintf("mine %d", r))
						must(t, err)
						continue
					}
					body := map[string]string{"role": "appMaker", "type": "text", "text": fmt.Sprintf("%d of round %d", j, r)}
					must(t, g.demo.api().call(t.Context(), http.MethodPost, "/appusers/"+user+"/messages", body, nil))
				}
			}
			eventually(t, "everything told", func() bool {
				c.Reconnect()
				return len(u.told()) >= way.rounds*each
			})
			if network.cuts < way.rounds {
				t.Errorf("only %d connections were cut", network.cuts)
			}
			if got, want := u.told(), g.stored(user); !slices.Equal(got, want) || len(want) != way.rounds*each {
				t.Errorf("told %d, stored %d, or in another order", len(got), len(want))
			}
		})
	}
}

// stored returns the texts of a whole conversation, as the API gives them.
func (g *guide) stored(user string) (texts []string) {
	g.t.Helper()
	path := "/appusers/" + user + "/messages?after=0"
	for path != "" {
		var page struct {
			Messages []struct{ Text string }
			Next     string
		}
		must(g.t, g.demo.api().call(g.t.Context(), http.MethodGet, path, nil, &page))
		for _, m := range page.Messages {
			texts = append(texts, m.Text)
		}
		path = ""
		if page.Next != "" {
			path = page.Next[len(g.demo.api().base):]
		}
	}
	return texts
}
