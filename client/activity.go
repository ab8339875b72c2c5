package client

import (
	"context"
	"net/http"
	"time"
)

// typing is that the person writes.
type typing struct {
	on   bool
	told time.Time // when the server was told last
	stop *time.Timer
}

const (
	typingTold  = 4 * time.Second  // the server is told at most this often
	typingEnds  = 10 * time.Second // after the last call
	activityURL = "/activity"
)

// Typing says that the person writes (call it with every key), or has ceased to.
// It ends by itself.
func (c *Client) Typing(on bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.state.Session == "" || c.ctx.Err() != nil {
		return
	}
	if !on {
		if c.typing.on {
			c.stopTyping()
			c.sendTyping(false)
		}
		return
	}
	if c.typing.stop != nil {
		c.typing.stop.Stop()
	}
	c.typing.stop = time.AfterFunc(typingEnds, func() { c.Typing(false) })
	if c.typing.on && time.Since(c.typing.told) < typingTold {
		return
	}
	c.typing.on, c.typing.told = true, time.Now()
	c.sendTyping(true)
}

// stopTyping forgets that the person writes. The caller holds mu.
func (c *Client) stopTyping() {
	if c.typing.stop != nil {
		c.typing.stop.Stop()
	}
	c.typing = typing{}
}

// sendTyping tells the server, which may miss it. The caller holds mu.
func (c *Client) sendTyping(on bool) {
	if c.socket != nil && c.socket(map[string]any{"t": "typing", "on": on}) {
		return
	}
	kind := "typing:stop"
	if on {
		kind = "typing:start"
	}
	cred := credentials{c.state.Session, c.state.JWT}
	c.work.Go(func() {
		_ = c.json(c.ctx, cred, http.MethodPost, activityURL, map[string]string{"type": kind}, nil)
	})
}

// MarkAllAsRead says that the person has read everything.
func (c *Client) MarkAllAsRead() error {
	err := c.session(func(ctx context.Context, cred credentials) error {
		return c.json(ctx, cred, http.MethodPost, activityURL, map[string]string{"type": "conversation:read"}, nil)
	})
	if err != nil {
		return err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if now := c.state.Conversation; now != nil && now.Unread > 0 {
		read := *now
		read.Unread = 0
		c.state.Conversation = &read
		c.tell(event{conversation: &read})
	}
	return nil
}

// Postback says that a button of type postback was pressed.
func (c *Client) Postback(actionID string) error {
	return c.session(func(ctx context.Context, cred credentials) error {
		return c.json(ctx, cred, http.MethodPost, "/postback", map[string]string{"actionId": actionID}, nil)
	})
}
