package client

import (
	"context"
	"encoding/json"
	"net/http"
)

// The services that take pushes.
const (
	PushAPNs = "apn"
	PushFCM  = "fcm"
)

// pushToken is where the device takes pushes.
type pushToken struct {
	Service string   `json:"service"`
	Token   string   `json:"token"`
	App     string   `json:"app,omitempty"`
	Sandbox bool     `json:"sandbox,omitempty"`
	Topics  []string `json:"topics,omitempty"`
}

// SetPushToken says where the device takes pushes: service is PushAPNs or
// PushFCM, token what the service gave the app (APNs: in hexadecimal), app the
// bundle id or package name, sandbox whether it is APNs' for development. The
// server is told as soon as there is a user. An empty token ends pushes.
func (c *Client) SetPushToken(service, token, app string, sandbox bool) error {
	if service != PushAPNs && service != PushFCM {
		return refuse(CodeInvalid, "service must be apn or fcm")
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	now := &pushToken{Service: service, Token: token, App: app, Sandbox: sandbox}
	if was := c.state.Push; was != nil && was.Service == service && was.Token == token && was.App == app && was.Sandbox == sandbox {
		return nil
	}
	c.state.Push, c.state.PushOf = now, ""
	poke(c.chore)
	return c.disk.write(&c.state)
}

// registerPush tells the server where the device takes pushes.
func (c *Client) registerPush(ctx context.Context, cred credentials, p *pushToken) error {
	if p.Token == "" {
		return c.json(ctx, cred, http.MethodDelete, "/push", nil, nil)
	}
	return c.json(ctx, cred, http.MethodPut, "/push", p, nil)
}

// PushMessage is a push of this server's.
type PushMessage struct {
	Delivery     string // the secret by which the server knows it
	Message      string // the message's id
	Conversation string
	Topic        string // agent: of a conversation; proactive: of the business's own accord
	Sequence     int64

	client *Client
}

// HandlePush reads a push that the app got: its data as JSON (iOS: userInfo;
// Android: the data of the message). It is nil when the push is not ours. The
// server is told that it was received, from the background too.
func (c *Client) HandlePush(payload []byte) *PushMessage {
	var in struct{ Heliograph json.RawMessage }
	if json.Unmarshal(payload, &in) != nil || len(in.Heliograph) == 0 {
		return nil
	}
	var text string
	if json.Unmarshal(in.Heliograph, &text) == nil {
		in.Heliograph = json.RawMessage(text)
	}
	p := &PushMessage{client: c}
	if json.Unmarshal(in.Heliograph, p) != nil || p.Delivery == "" {
		return nil
	}
	p.tell("received")
	return p
}

// Displayed tells the server that the person was shown the push.
func (p *PushMessage) Displayed() { p.tell("displayed") }

// Tapped tells the server that the person opened the push. What the device does
// not have yet is fetched at once.
func (p *PushMessage) Tapped() { p.tell("tapped") }

// Dismissed tells the server that the person put the push away.
func (p *PushMessage) Dismissed() { p.tell("dismissed") }

// pushFate is what became of a push, which the server is to be told.
type pushFate struct {
	Device   string `json:"device"`
	Delivery string `json:"delivery"`
	Event    string `json:"event"`
}

// maxFates is how many of them are kept while the server cannot be reached.
const maxFates = 100

func (p *PushMessage) tell(what string) {
	c := p.client
	c.mu.Lock()
	defer c.mu.Unlock()
	c.state.PushEvents = append(c.state.PushEvents, pushFate{c.disk.device, p.Delivery, what})
	c.state.PushEvents = c.state.PushEvents[max(0, len(c.state.PushEvents)-maxFates):]
	c.keep()
	c.retryNow = true
	poke(c.chore, c.liveWake)
}
