package client

// event is something that the listener is to be told.
type event struct {
	messages []*Message
	live     bool
	cursor   string // after messages
	session  string // whose messages

	changed      *Message
	removed      *string
	conversation *Conversation
	typing       *Typing

	user bool
	who  *User

	key               string // of a message of ours
	sent              *Message
	code, description string

	state, transport string
}

// maxEvents is how many events may wait before connections are read no further.
const maxEvents = 512

// tell has the listener told of something. The caller holds mu.
func (c *Client) tell(e event) {
	c.events = append(c.events, e)
	poke(c.tellMore)
}

// makeRoom waits while too much waits to be told.
func (c *Client) makeRoom() {
	for {
		c.mu.Lock()
		full := len(c.events) >= maxEvents
		c.mu.Unlock()
		if !full {
			return
		}
		select {
		case <-c.room:
		case <-c.ctx.Done():
			return
		}
	}
}

// tellAll calls the listener until the client ends.
func (c *Client) tellAll() {
	defer close(c.said)
	for {
		select {
		case <-c.ctx.Done():
			return
		case <-c.tellMore:
		}
		c.mu.Lock()
		events := c.events
		c.events = nil
		c.mu.Unlock()
		for i := range events {
			if c.ctx.Err() != nil {
				return // what was not told comes again: Told has not moved
			}
			c.call(&events[i])
		}
		poke(c.room)
	}
}

func (c *Client) call(e *event) {
	l := c.settings.Listener
	switch {
	case len(e.messages) > 0:
		l.OnMessages(&MessageList{all: e.messages}, e.live)
		c.hasTold(e)
	case e.changed != nil:
		l.OnMessageChanged(e.changed)
	case e.removed != nil:
		l.OnMessageRemoved(*e.removed)
	case e.conversation != nil:
		l.OnConversation(e.conversation)
	case e.typing != nil:
		l.OnTyping(e.typing)
	case e.user:
		l.OnUser(e.who)
	case e.sent != nil:
		l.OnSent(e.key, e.sent)
	case e.code != "":
		l.OnSendFailed(e.key, e.code, e.description)
	case e.state != "":
		l.OnConnection(e.state, e.transport)
	}
}

// hasTold notes up to where the listener knows the conversation.
func (c *Client) hasTold(e *event) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if e.session != c.state.Session {
		return
	}
	c.state.Told = e.cursor
	if c.foreground {
		c.seenWanted = e.cursor
	}
	poke(c.chore)
}
