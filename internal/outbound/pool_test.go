package outbound

import (
	"crypto/tls"
	"net"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"
)

// closing is a connection that says when it is closed.
type closing struct {
	net.Conn
	name   string
	closed chan<- string
}

func (c closing) Close() error { c.closed <- c.name; return nil }

func conns(to, names string, closed chan<- string) []*conn {
	var all []*conn
	for _, n := range names {
		all = append(all, &conn{to: host{name: to}, Conn: closing{name: string(n), closed: closed}})
	}
	return all
}

func named(c *conn) string {
	if c == nil {
		return ""
	}
	return c.Conn.(closing).name
}

func TestPool(t *testing.T) {
	t.Parallel()
	closed := make(chan string, 10)
	p := newPool(3, 5, time.Hour)
	put := func(to, names, want string) {
		t.Helper()
		for _, c := range conns(to, names, closed) {
			p.put(c)
		}
		got := ""
		for len(closed) > 0 {
			got += <-closed
		}
		if got != want {
			t.Errorf("after %s: closed %q, want %q", names, got, want)
		}
	}
	take := func(to, want string) {
		t.Helper()
		if got := named(p.take(host{name: to})); got != want {
			t.Errorf("%s has %q, want %q", to, got, want)
		}
	}
	put("x", "abcd", "d") // three for a host
	take("x", "c")
	take("y", "")
	put("y", "efg", "")
	put("z", "h", "a") // five in all: the oldest goes
	take("x", "b")
	take("x", "")
	take("y", "g")
	put("x", "i", "")
	put("y", "j", "")
	take("y", "j")
	take("y", "f")
	take("y", "e")
	take("y", "")
	p.clear()
	if a, b := <-closed, <-closed; a+b != "hi" || p.size != 0 || len(p.hosts) != 0 || p.oldest != nil || p.newest != nil {
		t.Errorf("closed %s %s; %+v", a, b, p)
	}
	put("x", "k", "")
	take("x", "k")
}

// TestExpiry: what grows old is closed, oldest first, without a call.
func TestExpiry(t *testing.T) {
	t.Parallel()
	closed := make(chan string)
	p := newPool(10, 10, 20*time.Millisecond)
	for _, to := range []string{"x", "y", "z"} {
		for _, c := range conns(to, to, closed) {
			p.put(c)
		}
	}
	for _, want := range []string{"x", "y", "z"} {
		if got := <-closed; got != want {
			t.Errorf("%s was closed, want %s", got, want)
		}
	}
	for _, c := range conns("x", "a", closed) {
		p.put(c) // the timer runs again
	}
	if got := <-closed; got != "a" {
		t.Error(got)
	}
	for _, c := range conns("x", "b", closed) {
		p.put(c)
	}
	go p.clear()
	if got := <-closed; got != "b" {
		t.Error(got)
	}
}

// TestTicketIsNoAnswer: a TLS 1.3 server sends session tickets when the handshake is
// done. Unread, they must not make a connection look used.
func TestTicketIsNoAnswer(t *testing.T) {
	t.Parallel()
	s := httptest.NewUnstartedServer(http.NotFoundHandler())
	s.StartTLS()
	defer s.Close()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = ln.Close() }()
	config := s.TLS.Clone()
	config.ClientAuth = tls.RequestClientCert // so that the ticket comes after the handshake
	next := make(chan struct{})
	go func() {
		defer close(next)
		raw, err := ln.Accept()
		if err != nil {
			return
		}
		c := tls.Server(raw, config)
		if c.Handshake() != nil {
			return
		}
		next <- struct{}{} // the ticket was sent
		next <- struct{}{}
		_, _ = c.Write([]byte("unasked"))
		next <- struct{}{}
		_ = c.Close()
	}()
	tr := New(Options{Dial: new(net.Dialer).DialContext})
	tr.tls.InsecureSkipVerify = true
	tr.tls.ClientSessionCache = tls.NewLRUClientSessionCache(1) // asks for tickets
	c, err := tr.open(t.Context(), host{secure: true, name: ln.Addr().String()})
	if err != nil {
		t.Fatal(err)
	}
	defer c.abort()
	<-next
	for range 3 {
		if !c.fresh() {
			t.Fatal("a ticket was taken for an answer")
		}
	}
	<-next
	<-next
	if c.fresh() {
		t.Error("what nobody asked for was not seen")
	}
	<-next
	if c.fresh() {
		t.Error("the end was not seen")
	}
}
