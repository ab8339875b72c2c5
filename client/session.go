package client

import (
	"cmp"
	"context"
	"encoding/json"
	"net/http"
)

// Which pushes a logout ends.
const (
	LogoutAll   = "all"   // the device no longer belongs to the user
	LogoutAgent = "agent" // those of conversations
	LogoutNone  = "none"
)

// answer is what init, start and login answer.
type answer struct {
	Config  json.RawMessage
	Session *struct {
		Token    string
		Verified bool
	}
	User         *User
	Conversation *Conversation
	Messages     []*Message
	Cursor       string
	HasMore      bool
	Proactive    *bool
}

func (c *Client) device() map[string]any {
	return map[string]any{"id": c.disk.device, "appVersion": c.settings.AppVersion, "info": c.settings.info()}
}

// Init tells the server of the device, and finds out who its user is: whom it
// belonged to, or whom Settings.UserID names. Nobody is created. When the network
// fails, a device that has a user is connected as soon as there is one again.
func (c *Client) Init() error {
	c.turn.Lock()
	defer c.turn.Unlock()
	return c.init()
}

// adopt makes the user that the settings name the device's.
func (c *Client) adopt() {
	if c.settings.UserID == "" {
		return
	}
	if c.state.UserID != "" && c.state.UserID != c.settings.UserID {
		c.state.Session, c.state.Unsent = "", nil
	}
	c.state.UserID = c.settings.UserID
	if c.settings.JWT != "" {
		c.state.JWT = c.settings.JWT
	}
}

// init is called with turn held.
func (c *Client) init() error {
	ask := func() (*answer, error) {
		c.mu.Lock()
		cred := credentials{c.state.Session, c.state.JWT}
		in := map[string]any{"device": c.device()}
		if c.state.UserID != "" {
			in["userId"] = c.state.UserID
		}
		c.mu.Unlock()
		if c.settings.AuthCode != "" && cred.session == "" {
			in["authCode"] = c.settings.AuthCode
		}
		out := &answer{}
		return out, c.json(c.ctx, cred, http.MethodPost, "/init", in, out)
	}
	out, err := ask()
	switch codeOf(err) {
	case CodeInvalidAuth:
		if c.renew(c.who().jwt) == nil {
			out, err = ask()
		}
	case CodeInvalidSession:
		c.mu.Lock()
		c.state.Session = ""
		c.mu.Unlock()
		out, err = ask()
	}
	if err != nil {
		return err
	}
	c.settings.AuthCode = "" // it is good for once
	c.apply(out)
	return nil
}

// regain finds out who the user is after the server refused a session.
func (c *Client) regain(refused string) error {
	c.turn.Lock()
	defer c.turn.Unlock()
	if c.who().session != refused {
		return nil
	}
	c.mu.Lock()
	c.state.Session = ""
	c.mu.Unlock()
	return c.init()
}

// StartConversation brings the user and the conversation into being, if they have
// not yet; the business is told. It does nothing when the conversation exists.
func (c *Client) StartConversation() error { return c.start("conversation:start") }

func (c *Client) start(intent string) error {
	c.turn.Lock()
	defer c.turn.Unlock()
	c.mu.Lock()
	exists := c.state.Session != "" && c.state.Talk != ""
	c.mu.Unlock()
	if exists {
		return nil
	}
	out := &answer{}
	ask := func() error {
		c.mu.Lock()
		cred := credentials{c.state.Session, c.state.JWT}
		in := map[string]any{"device": c.device(), "intent": intent}
		if c.state.UserID != "" {
			in["userId"] = c.state.UserID
		}
		c.mu.Unlock()
		return c.json(c.ctx, cred, http.MethodPost, "/start", in, out)
	}
	err := ask()
	switch codeOf(err) {
	case CodeInvalidAuth:
		if c.renew(c.who().jwt) == nil {
			err = ask()
		}
	case CodeInvalidSession:
		c.mu.Lock()
		c.state.Session = ""
		c.mu.Unlock()
		err = ask()
	}
	if err == nil {
		c.apply(out)
	}
	return err
}

// Login goes on as a user of the business, whom jwt proves. An anonymous user of
// the device becomes that user. When nobody has that name yet, the user is created
// by StartConversation or Send.
func (c *Client) Login(userID, jwt string) error {
	if userID == "" {
		return refuse(CodeInvalid, "a userID is needed")
	}
	c.turn.Lock()
	defer c.turn.Unlock()
	in := map[string]any{"device": c.device(), "userId": userID}
	ask := func(session string) (*answer, error) {
		out := &answer{}
		return out, c.json(c.ctx, credentials{session, jwt}, http.MethodPost, "/login", in, out)
	}
	out, err := ask(c.who().session)
	if codeOf(err) == CodeInvalidSession {
		out, err = ask("")
	}
	if codeOf(err) == CodeInvalidAuth && c.settings.Delegate != nil {
		if fresh, no := c.settings.Delegate.OnInvalidAuth(userID); no == nil && fresh != "" && fresh != jwt {
			jwt = fresh
			out, err = ask(c.who().session)
		}
	}
	if err != nil {
		return err
	}
	c.mu.Lock()
	if c.state.UserID != "" && c.state.UserID != userID {
		c.dropUnsent("the user has changed")
	}
	c.state.UserID, c.state.JWT = userID, jwt
	c.mu.Unlock()
	c.apply(out)
	return nil
}

// apply makes the answer's user the device's. turn is held.
func (c *Client) apply(a *answer) {
	c.mu.Lock()
	defer c.mu.Unlock()
	session := ""
	if a.Session != nil {
		if session = a.Session.Token; session == "" {
			session = c.state.Session // it goes on as it was
		}
	}
	before, talk := c.state.User, ""
	if a.Conversation != nil {
		talk = a.Conversation.ID
	}
	other := before != nil && (a.User == nil || a.User.ID != before.ID) || c.state.Talk != "" && c.state.Talk != talk
	if other || session == "" {
		c.state.Cursor, c.state.Told, c.seenWanted = "", "", ""
		c.history = history{}
	}
	changed := session != c.state.Session
	c.state.Session, c.state.User, c.state.Conversation, c.state.Talk = session, a.User, a.Conversation, talk
	if c.state.Cursor == "" && session != "" {
		c.state.Cursor = cmp.Or(a.Cursor, beginning)
		c.state.Told = c.state.Cursor
	}
	c.history.merge(a.Messages, a.HasMore)
	if a.Proactive != nil {
		c.proactive = *a.Proactive
	}
	c.keep()
	if a.User != nil || before != nil {
		c.tell(event{user: true, who: a.User})
	}
	if a.Conversation != nil {
		c.tell(event{conversation: a.Conversation})
	}
	if (changed || other) && c.hangUp != nil {
		c.hangUp()
	}
	c.retryNow = true
	poke(c.liveWake, c.sendWake, c.chore)
}

// beginning is the cursor before the first message.
const beginning = "0"

// logout is one that the server was not told yet.
type logout struct {
	Session string `json:"session"`
	JWT     string `json:"jwt,omitempty"`
	Push    string `json:"push"`
}

// Logout ends the session: at once on the device, and at the server when it can be
// reached. push says which pushes end: LogoutAll, LogoutAgent or LogoutNone.
// Unsent messages are dropped.
func (c *Client) Logout(push string) error {
	switch push {
	case "":
		push = LogoutAll
	case LogoutAll, LogoutAgent, LogoutNone:
	default:
		return refuse(CodeInvalid, "push must be all, agent or none")
	}
	c.turn.Lock()
	defer c.turn.Unlock()
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.state.Session != "" {
		c.state.Logouts = append(c.state.Logouts, logout{c.state.Session, c.state.JWT, push})
		c.state.Logouts = c.state.Logouts[max(0, len(c.state.Logouts)-10):]
	}
	c.dropUnsent("the user logged out")
	c.stopTyping()
	s := &c.state
	s.Session, s.UserID, s.JWT, s.User, s.Conversation, s.Talk, s.Cursor, s.Told, s.PushOf = "", "", "", nil, nil, "", "", "", ""
	c.history, c.seenWanted, c.proactive = history{}, "", true
	if err := c.disk.write(s); err != nil {
		return err
	}
	c.tell(event{user: true})
	if c.hangUp != nil {
		c.hangUp()
	}
	poke(c.liveWake, c.chore)
	return nil
}

// tellLogout tells the server of a logout.
func (c *Client) tellLogout(ctx context.Context, l logout) error {
	return c.json(ctx, credentials{l.Session, l.JWT}, http.MethodPost, "/logout", map[string]string{"push": l.Push}, nil)
}
