package client

import (
	"context"
	"math/rand/v2"
	"net/http"
	"slices"
	"time"
)

// chores does what is to be done in the background, until the client ends: it
// tells the server of logouts, push tokens, pushes, and of what was seen, and
// keeps up to where the listener was told.
func (c *Client) chores() {
	saved, failures := time.Time{}, 0
	c.mu.Lock()
	kept := c.state.Told
	c.mu.Unlock()
	for {
		err := c.doChores()
		c.mu.Lock()
		dirty := c.state.Told != kept
		if dirty && time.Since(saved) >= c.tuning.save {
			c.keep()
			kept, saved, dirty = c.state.Told, time.Now(), false
		}
		c.mu.Unlock()
		wait := time.Hour
		if err != nil {
			wait = backoff(c.tuning, failures, rand.Float64())
			failures++
		} else {
			failures = 0
		}
		if dirty {
			wait = min(wait, c.tuning.save)
		}
		if !c.pause(wait, c.chore) {
			return
		}
	}
}

// doChores does what there is. An error means that something is to be tried again.
func (c *Client) doChores() error {
	if err := c.tellLogouts(); err != nil {
		return err
	}
	if err := c.tellFates(); err != nil {
		return err
	}
	if err := c.tellPush(); err != nil {
		return err
	}
	return c.tellSeen()
}

func (c *Client) tellLogouts() error {
	for {
		c.mu.Lock()
		todo := slices.Clone(c.state.Logouts)
		c.mu.Unlock()
		if len(todo) == 0 {
			return nil
		}
		if err := c.tellLogout(c.ctx, todo[0]); passing(err) || codeOf(err) == CodeClosed {
			return err
		}
		c.mu.Lock()
		c.state.Logouts = slices.DeleteFunc(c.state.Logouts, func(l logout) bool { return l == todo[0] })
		c.keep()
		c.mu.Unlock()
	}
}

func (c *Client) tellFates() error {
	for {
		c.mu.Lock()
		todo := slices.Clone(c.state.PushEvents)
		c.mu.Unlock()
		if len(todo) == 0 {
			return nil
		}
		if err := c.json(c.ctx, credentials{}, http.MethodPost, "/push-events", todo[0], nil); passing(err) || codeOf(err) == CodeClosed {
			return err
		}
		c.mu.Lock()
		if i := slices.Index(c.state.PushEvents, todo[0]); i >= 0 {
			c.state.PushEvents = slices.Delete(c.state.PushEvents, i, i+1)
		}
		c.keep()
		c.mu.Unlock()
	}
}

func (c *Client) tellPush() error {
	c.mu.Lock()
	session, push, of := c.state.Session, c.state.Push, c.state.PushOf
	c.mu.Unlock()
	if push == nil || session == "" || of == session {
		return nil
	}
	err := c.session(func(ctx context.Context, cred credentials) error { return c.registerPush(ctx, cred, push) })
	if passing(err) || codeOf(err) == CodeClosed {
		return err
	}
	// A refusal is for this user and token: another one is tried again.
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.state.Push == push && codeOf(err) != CodeInvalidAuth && codeOf(err) != CodeInvalidSession {
		c.state.PushOf = session
		c.keep()
	}
	return nil
}

// tellSeen tells up to where a person has the conversation on the screen.
func (c *Client) tellSeen() error {
	c.mu.Lock()
	seen := c.seenWanted
	sent := seen == "" || c.socket != nil && c.socket(map[string]string{"t": "seen", "cursor": seen})
	if sent {
		c.seenWanted = ""
	}
	session := c.state.Session
	c.mu.Unlock()
	if sent || session == "" {
		return nil
	}
	err := c.session(func(ctx context.Context, cred credentials) error {
		return c.json(ctx, cred, http.MethodPost, "/seen", map[string]string{"cursor": seen}, nil)
	})
	if passing(err) {
		return err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.seenWanted == seen {
		c.seenWanted = ""
	}
	return nil
}
