package client

import (
	"context"
	"errors"
	"math/rand/v2"
	"time"
)

// hangup is how a connection ended.
type hangup struct {
	ready bool // it was one: the server accepted the device
	err   error
	going bool // the server said that it goes away
}

// live keeps the device connected as long as there is somebody to be connected for.
func (c *Client) live() {
	var pick picker
	failures := 0
	for {
		cred, ok := c.somebody()
		if !ok {
			return
		}
		kind := pick.next(c.settings.Transport)
		c.connecting()
		h := c.connect(kind, cred)
		if c.ctx.Err() != nil {
			return
		}
		pick.ended(kind, h)
		if h.ready {
			failures = 0
		}
		c.mend(cred, h.err)
		if !c.hold(c.delay(failures, h), h.err) {
			return
		}
		failures++
	}
}

// somebody waits for a session.
func (c *Client) somebody() (credentials, bool) {
	for first := true; ; first = false {
		c.mu.Lock()
		cred := credentials{c.state.Session, c.state.JWT}
		if cred.session == "" && first {
			c.tell(event{state: StateIdle})
		}
		c.mu.Unlock()
		if cred.session != "" {
			return cred, true
		}
		select {
		case <-c.liveWake:
		case <-c.ctx.Done():
			return cred, false
		}
	}
}

// connect makes one connection and stays until it ends.
func (c *Client) connect(kind string, cred credentials) hangup {
	ctx, hangUp := context.WithCancel(c.ctx)
	defer hangUp()
	c.mu.Lock()
	c.hangUp, c.retryNow = hangUp, false
	if c.state.Session != cred.session { // it has changed since
		hangUp()
	}
	l := &link{c: c, kind: kind, cred: cred, cursor: c.state.Cursor, foreground: c.foreground}
	c.mu.Unlock()
	var err error
	switch kind {
	case TransportWebSocket:
		err = l.webSocket(ctx)
	case TransportEvents:
		err = l.serverSent(ctx)
	default:
		err = l.poll(ctx)
	}
	c.mu.Lock()
	c.hangUp, c.socket, c.transport = nil, nil, ""
	c.mu.Unlock()
	return hangup{ready: l.isReady, err: err, going: l.going}
}

func (c *Client) connecting() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.tell(event{state: StateConnecting})
}

// mend does what a refusal asks for before the next attempt.
func (c *Client) mend(cred credentials, err error) {
	switch codeOf(err) {
	case CodeInvalidAuth:
		_ = c.renew(cred.jwt)
	case CodeInvalidSession:
		_ = c.regain(cred.session)
	}
}

// delay is how long to wait before the next attempt.
func (c *Client) delay(failures int, h hangup) time.Duration {
	switch e, refused := errors.AsType[*Error](h.err); {
	case h.going:
		return time.Duration(rand.Float64() * float64(c.tuning.goingAway))
	case refused && e.RetryAfter > 0:
		return time.Duration(e.RetryAfter) * time.Second
	}
	return backoff(c.tuning, failures, rand.Float64())
}

// backoff is the wait after a number of failures in a row: it doubles, up to the
// most, and chance (0 to 1) takes away up to a half.
func backoff(t tuning, failures int, chance float64) time.Duration {
	d := t.backoffMax
	if failures < 20 {
		d = min(d, t.backoff<<failures)
	}
	return d - time.Duration(chance*float64(d)/2)
}

// hold waits before the next attempt, unless something asks for one at once, and
// the server did not ask to wait.
func (c *Client) hold(d time.Duration, err error) bool {
	until := time.Now().Add(d)
	e, refused := errors.AsType[*Error](err)
	for {
		c.mu.Lock()
		now := c.retryNow && !(refused && e.RetryAfter > 0) || c.state.Session == ""
		c.retryNow = false
		c.mu.Unlock()
		if now {
			return c.ctx.Err() == nil
		}
		left := time.Until(until)
		if left <= 0 {
			return c.ctx.Err() == nil
		}
		if !c.pause(left, c.liveWake) {
			return false
		}
	}
}

// Reconnect tries again at once what waits for a connection. Call it when the
// system says that there is a network again.
func (c *Client) Reconnect() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.retryNow = true
	poke(c.liveWake, c.sendWake, c.chore)
}

// SetForeground says whether a person looks at the conversation. While one does,
// messages need no push.
func (c *Client) SetForeground(on bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.foreground == on {
		return
	}
	c.foreground = on
	if c.socket != nil {
		c.socket(map[string]any{"t": "foreground", "on": on})
	} else if c.transport == TransportEvents && c.hangUp != nil {
		c.hangUp() // its address says whether somebody looks
		c.retryNow = true
	}
	if on {
		c.retryNow = true
		if c.state.Told != "" && c.state.Told != beginning {
			c.seenWanted = c.state.Told
		}
	}
	poke(c.liveWake, c.chore)
}

// picker chooses the transport of the next attempt: the best that works.
type picker struct {
	failed map[string]int // in a row
}

const tolerated = 2

func (p *picker) next(only string) string {
	switch {
	case only != TransportAuto:
		return only
	case p.failed[TransportWebSocket] < tolerated:
		return TransportWebSocket
	case p.failed[TransportEvents] < tolerated:
		return TransportEvents
	}
	return TransportPolling
}

// ended learns of how a connection ended. What was never ready is at fault; when
// nothing works it is the network.
func (p *picker) ended(kind string, h hangup) {
	if p.failed == nil {
		p.failed = map[string]int{}
	}
	switch {
	case kind == TransportPolling: // everything gets another chance
		clear(p.failed)
	case h.ready:
		p.failed[kind] = 0
		if kind == TransportEvents {
			p.failed[TransportWebSocket] = tolerated - 1
		}
	case errors.Is(h.err, context.Canceled), codeOf(h.err) == CodeInvalidAuth, codeOf(h.err) == CodeInvalidSession:
	default:
		p.failed[kind]++
	}
}
