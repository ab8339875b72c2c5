package client

import (
	"context"
	"net/http"
	"net/url"
	"time"
)

// poll asks for messages now and then, until asking fails, or something better is
// to be tried again.
func (l *link) poll(ctx context.Context) error {
	every, began, caughtUp := l.c.tuning.poll, time.Now(), false
	for ctx.Err() == nil {
		came, more, err := l.ask(ctx, caughtUp)
		switch {
		case err != nil:
			return err
		case more:
			continue
		case came > 0:
			every = l.c.tuning.poll
		default:
			every = min(every*3/2, l.c.tuning.pollMax)
		}
		caughtUp = true
		if l.c.settings.Transport == TransportAuto && time.Since(began) > l.c.tuning.upgrade {
			return nil
		}
		if !l.c.rest(ctx, every) {
			every = l.c.tuning.poll // somebody is curious
		}
	}
	return ctx.Err()
}

// rest waits. It is false when it was cut short because there may be news.
func (c *Client) rest(ctx context.Context, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-c.liveWake:
	case <-ctx.Done():
	}
	return false
}

// ask gets one page of what is newer than the device has.
func (l *link) ask(ctx context.Context, live bool) (came int, more bool, err error) {
	l.c.mu.Lock()
	cred, cursor := credentials{l.c.state.Session, l.c.state.JWT}, l.c.state.Cursor
	l.c.mu.Unlock()
	if cred.session != l.cred.session {
		return 0, false, context.Canceled
	}
	var out page
	query := url.Values{"after": {cursor}, "limit": {"100"}}
	if err := l.c.json(ctx, cred, http.MethodGet, "/messages?"+query.Encode(), nil, &out); err != nil {
		return 0, false, err
	}
	l.up()
	if n := len(out.Messages); n > 0 {
		cursor = out.Messages[n-1].Cursor
	}
	l.messages(&frame{Messages: out.Messages, Cursor: cursor, Live: live, Conversation: out.Conversation})
	return len(out.Messages), out.HasMore && len(out.Messages) > 0, nil
}
