package client

import (
	"encoding/json"
	"errors"
	"slices"
	"time"
)

// link is one connection, of whatever kind.
type link struct {
	c          *Client
	kind       string
	cred       credentials
	cursor     string // where it begins
	foreground bool

	isReady   bool
	going     bool
	heartbeat time.Duration
	err       error // what an error frame said
}

// frame is what the server sends on a live connection.
type frame struct {
	T            string        `json:"t"`
	Messages     []*Message    `json:"messages"`
	Message      *Message      `json:"message"`
	MessageID    string        `json:"messageId"`
	Conversation *Conversation `json:"conversation"`
	User         *User         `json:"user"`
	Cursor       string        `json:"cursor"`
	Live         bool          `json:"live"`
	Heartbeat    float64       `json:"heartbeat"`
	Code         string        `json:"code"`
	Description  string        `json:"description"`

	Role      string `json:"role"`
	On        bool   `json:"on"`
	Name      string `json:"name"`
	AvatarURL string `json:"avatarUrl"`
}

// take does what a frame says. An error ends the connection.
func (l *link) take(text []byte) error {
	f := &frame{}
	if err := json.Unmarshal(text, f); err != nil {
		return err
	}
	switch f.T {
	case "ready":
		l.ready(f)
	case "messages":
		l.messages(f)
	case "error":
		l.err = &Error{Status: 401, Code: f.Code, Description: f.Description}
		return l.err
	case "user":
		// Who the user is now, init tells. It must not wait for this connection.
		l.c.work.Go(l.c.again)
	case "typing":
		l.event(event{typing: &Typing{Role: f.Role, On: f.On, Name: f.Name, AvatarURL: f.AvatarURL}})
	case "conversation", "changed", "removed":
		l.state(f)
	}
	return nil
}

// again calls init because the server said that the user changed.
func (c *Client) again() {
	c.turn.Lock()
	defer c.turn.Unlock()
	if err := c.init(); err != nil && c.ctx.Err() == nil {
		c.Reconnect() // a new connection finds out whether the session is good
	}
}

// up says that the device is connected.
func (l *link) up() {
	c := l.c
	if l.isReady {
		return
	}
	l.isReady = true
	c.mu.Lock()
	defer c.mu.Unlock()
	c.transport, c.retryNow = l.kind, false
	c.tell(event{state: StateConnected, transport: l.kind})
	poke(c.sendWake, c.chore)
}

func (l *link) ready(f *frame) {
	if f.Heartbeat > 0 {
		l.heartbeat = time.Duration(f.Heartbeat * float64(time.Second))
	}
	l.up()
	if f.Conversation != nil {
		l.state(f)
	}
}

// messages takes what came in order. What the device has already is not told
// again.
func (l *link) messages(f *frame) {
	c := l.c
	c.makeRoom()
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.state.Session != l.cred.session {
		return
	}
	fresh := slices.DeleteFunc(f.Messages, func(m *Message) bool { return m == nil || !c.told.add(m.ID) })
	if len(c.history.all) == 0 {
		c.history.older = c.state.Cursor != beginning
	}
	for _, m := range fresh {
		c.history.add(m)
	}
	c.state.Cursor = f.Cursor
	if f.Conversation != nil {
		l.conversation(f.Conversation)
	}
	if len(fresh) > 0 {
		c.tell(event{messages: fresh, live: f.Live, cursor: f.Cursor, session: l.cred.session})
	}
}

// state takes what is not a new message.
func (l *link) state(f *frame) {
	c := l.c
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.state.Session != l.cred.session {
		return
	}
	switch f.T {
	case "conversation", "ready":
		if f.Conversation != nil {
			l.conversation(f.Conversation)
		}
	case "changed":
		if f.Message != nil {
			c.history.change(f.Message)
			c.tell(event{changed: f.Message})
		}
	case "removed":
		c.history.remove(f.MessageID)
		c.tell(event{removed: &f.MessageID})
	}
}

// conversation takes its state. The caller holds mu.
func (l *link) conversation(now *Conversation) {
	c := l.c
	was := c.state.Conversation
	c.state.Conversation = now
	if c.state.Talk == "" {
		c.state.Talk = now.ID
	}
	if was == nil || *was != *now {
		c.tell(event{conversation: now})
	}
}

func (l *link) event(e event) {
	l.c.mu.Lock()
	defer l.c.mu.Unlock()
	if l.c.state.Session == l.cred.session {
		l.c.tell(e)
	}
}

// silence is for how long a connection may be silent.
func (l *link) silence() time.Duration {
	if l.heartbeat <= 0 {
		return time.Minute
	}
	return 2 * l.heartbeat
}

var errSilent = errors.New("nothing was heard for two heartbeats")
