package client

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
)

// maxAnswer bounds what is read of an answer.
const maxAnswer = 8 << 20

// credentials say who asks.
type credentials struct{ session, jwt string }

func (cr credentials) header(h http.Header) {
	if cr.session != "" {
		h.Set("X-Heliograph-Session", cr.session)
	}
	if cr.jwt != "" {
		h.Set("Authorization", "Bearer "+cr.jwt)
	}
}

// call is a request to the server.
type call struct {
	method, path string
	body         []byte
	kind         string // of the body
	key          string // Idempotency-Key
}

// json makes one call whose body and answer are JSON.
func (c *Client) json(ctx context.Context, cred credentials, method, path string, in, out any) error {
	r := &call{method: method, path: path}
	if in != nil {
		var err error
		if r.body, err = json.Marshal(in); err != nil {
			return err
		}
		r.kind = "application/json"
	}
	return c.do(ctx, cred, r, out)
}

// do makes one call. An answer that is no success is an *Error.
func (c *Client) do(ctx context.Context, cred credentials, r *call, out any) error {
	ctx, cancel := context.WithTimeout(ctx, c.tuning.call)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, r.method, c.base+r.path, bytes.NewReader(r.body))
	if err != nil {
		return err
	}
	cred.header(req.Header)
	if r.kind != "" {
		req.Header.Set("Content-Type", r.kind)
	}
	if r.key != "" {
		req.Header.Set("Idempotency-Key", r.key)
	}
	res, err := c.http.Do(req)
	if err != nil {
		return c.ended(err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(io.LimitReader(res.Body, maxAnswer+1))
	switch {
	case err != nil:
		return c.ended(err)
	case len(body) > maxAnswer:
		return fmt.Errorf("%s %s: the answer is too long", r.method, r.path)
	case res.StatusCode >= 300:
		return refusal(res, body)
	case out == nil || len(body) == 0:
		return nil
	}
	if err := json.Unmarshal(body, out); err != nil {
		return fmt.Errorf("%s %s: %w", r.method, r.path, err)
	}
	return nil
}

// ended says of an error of the network that it is one of a client that was closed.
func (c *Client) ended(err error) error {
	if c.ctx.Err() != nil {
		return refuse(CodeClosed, "the client was closed")
	}
	return err
}

// refusal reads an answer that is no success.
func refusal(res *http.Response, body []byte) error {
	var in struct {
		Error struct{ Code, Description, Field string }
	}
	if err := json.Unmarshal(body, &in); err != nil || in.Error.Code == "" {
		in.Error.Code, in.Error.Description = "http_"+strconv.Itoa(res.StatusCode), "the answer was "+res.Status
	}
	e := &Error{Status: res.StatusCode, Code: in.Error.Code, Description: in.Error.Description, Field: in.Error.Field}
	if n, err := strconv.Atoi(res.Header.Get("Retry-After")); err == nil && n > 0 {
		e.RetryAfter = min(n, 3600)
	}
	return e
}

// who returns the credentials as they are now.
func (c *Client) who() credentials {
	c.mu.Lock()
	defer c.mu.Unlock()
	return credentials{session: c.state.Session, jwt: c.state.JWT}
}

// authed makes a call, and once more after the app gave a new JWT, or after the
// device found out who it is, when that was what was wrong.
func (c *Client) authed(who func() (credentials, error), ask func(context.Context, credentials) error) error {
	cred, err := who()
	if err != nil {
		return err
	}
	err = ask(c.ctx, cred)
	switch codeOf(err) {
	case CodeInvalidAuth:
		if again := c.renew(cred.jwt); again != nil {
			return err
		}
	case CodeInvalidSession:
		if again := c.regain(cred.session); again != nil {
			return err
		}
	default:
		return err
	}
	if cred, err = who(); err != nil {
		return err
	}
	return ask(c.ctx, cred)
}

// session is authed for calls that need a session.
func (c *Client) session(ask func(context.Context, credentials) error) error {
	return c.authed(func() (credentials, error) { return c.user(nil) }, ask)
}

// user returns the credentials of the user, if there is one, and if still says so.
func (c *Client) user(still func() error) (credentials, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.state.Session == "" {
		return credentials{}, refuse(CodeInvalidSession, "there is no user yet: call Login, StartConversation or Send")
	}
	if still != nil {
		if err := still(); err != nil {
			return credentials{}, err
		}
	}
	return credentials{c.state.Session, c.state.JWT}, nil
}

// renew asks the app for a new JWT, unless used is the last one no longer.
func (c *Client) renew(used string) error {
	c.renewing.Lock()
	defer c.renewing.Unlock()
	c.mu.Lock()
	user, now := c.state.UserID, c.state.JWT
	c.mu.Unlock()
	if now != used {
		return nil
	}
	if c.settings.Delegate == nil {
		return errors.New("there is no Delegate to ask for a JWT")
	}
	fresh, err := c.settings.Delegate.OnInvalidAuth(user)
	switch {
	case err != nil:
		return err
	case fresh == "" || fresh == used:
		return errors.New("the Delegate has no new JWT")
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.state.UserID == user {
		c.state.JWT = fresh
		c.keep()
	}
	return nil
}

// SetJWT hands over a fresh JWT of the same user, before the old one ends.
func (c *Client) SetJWT(jwt string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.state.JWT = jwt
	c.keep()
	if c.socket != nil {
		c.socket(map[string]string{"t": "jwt", "jwt": jwt})
	}
	c.retryNow = true
	poke(c.liveWake, c.sendWake, c.chore)
}
