package outbound

import (
	"sync"
	"time"
)

// pool keeps connections that no call is using. What was used last is used
// next, so that what is not needed grows old and is closed.
type pool struct {
	perHost, inAll int
	timeout        time.Duration

	mu             sync.Mutex
	hosts          map[host]stack // none is empty
	oldest, newest *conn          // of all
	size           int
	timer          *time.Timer // closes what has grown old
	armed          bool
}

// stack has the connections to one host, in the order in which they became idle.
type stack struct {
	top  *conn
	size int
}

func newPool(perHost, inAll int, timeout time.Duration) *pool {
	return &pool{perHost: perHost, inAll: inAll, timeout: timeout, hosts: map[host]stack{}}
}

// put keeps c. What is too much is closed: c when its host has enough, else the
// oldest of all.
func (p *pool) put(c *conn) {
	if out := p.add(c); out != nil {
		_ = out.Close()
	}
}

func (p *pool) add(c *conn) (out *conn) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.hosts[c.to].size >= p.perHost {
		return c
	}
	if p.size >= p.inAll {
		out = p.oldest
		p.remove(out)
	}
	s := p.hosts[c.to]
	if c.below = s.top; s.top != nil {
		s.top.above = c
	}
	p.hosts[c.to] = stack{top: c, size: s.size + 1}
	if c.older = p.newest; p.newest != nil {
		p.newest.newer = c
	} else {
		p.oldest = c
	}
	p.newest = c
	p.size++
	c.since = time.Now()
	if !p.armed {
		p.arm(p.timeout)
	}
	return out
}

// take returns the connection to a host that was used last, if there is one.
func (p *pool) take(to host) *conn {
	p.mu.Lock()
	defer p.mu.Unlock()
	c := p.hosts[to].top
	if c != nil {
		p.remove(c)
	}
	return c
}

func (p *pool) remove(c *conn) {
	s := p.hosts[c.to]
	if s.size--; c.above != nil {
		c.above.below = c.below
	} else {
		s.top = c.below
	}
	if c.below != nil {
		c.below.above = c.above
	}
	if s.size == 0 {
		delete(p.hosts, c.to)
	} else {
		p.hosts[c.to] = s
	}
	if c.older != nil {
		c.older.newer = c.newer
	} else {
		p.oldest = c.newer
	}
	if c.newer != nil {
		c.newer.older = c.older
	} else {
		p.newest = c.older
	}
	c.older, c.newer, c.above, c.below = nil, nil, nil, nil
	p.size--
}

// arm has the timer go off after d. It is not set for each connection: it looks
// at the oldest when it goes off, and then for the next.
func (p *pool) arm(d time.Duration) {
	p.armed = true
	if p.timer == nil {
		p.timer = time.AfterFunc(d, p.expire)
	} else {
		p.timer.Reset(d)
	}
}

// expire closes what has been idle for too long.
func (p *pool) expire() {
	p.mu.Lock()
	var old []*conn
	now := time.Now()
	for p.oldest != nil && now.Sub(p.oldest.since) >= p.timeout {
		old = append(old, p.oldest)
		p.remove(p.oldest)
	}
	p.armed = false
	if p.oldest != nil {
		p.arm(p.oldest.since.Add(p.timeout).Sub(now))
	}
	p.mu.Unlock()
	closeAll(old)
}

// clear closes everything, and stops the timer.
func (p *pool) clear() {
	p.mu.Lock()
	var all []*conn
	for p.oldest != nil {
		all = append(all, p.oldest)
		p.remove(p.oldest)
	}
	if p.timer != nil {
		p.timer.Stop()
	}
	p.armed = false
	p.mu.Unlock()
	closeAll(all)
}

func closeAll(conns []*conn) {
	for _, c := range conns {
		_ = c.Close()
	}
}
