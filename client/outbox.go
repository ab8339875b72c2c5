package client

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"math/big"
	mathrand "math/rand/v2"
	"mime/multipart"
	"net/http"
	"net/textproto"
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

// Bounds of what is sent.
const (
	maxText   = 4096     // characters
	maxFile   = 50 << 20 // bytes; the server may take less
	maxUnsent = 100
	// certain is for how long the server surely remembers an Idempotency-Key.
	certain = 20 * time.Hour
)

// unsent is a message that is to be sent.
type unsent struct {
	Key    string          `json:"key"` // what the app knows it by
	Body   json.RawMessage `json:"body,omitempty"`
	File   *unsentFile     `json:"file,omitempty"`
	At     int64           `json:"at"`              // when it was written, in milliseconds of Unix time
	Tried  int64           `json:"tried,omitempty"` // when it was first sent; 0: never
	Failed string          `json:"failed,omitempty"`
	// Again counts how often the person had it sent anew after a refusal, which the
	// server may remember by the key.
	Again int `json:"again,omitempty"`
}

// nonce is the Idempotency-Key that it is sent with.
func (u *unsent) nonce() string {
	if u.Again == 0 {
		return u.Key
	}
	return fmt.Sprintf("%s-%d", u.Key, u.Again)
}

// unsentFile is a file beside its bytes, which have a place of their own.
type unsentFile struct{ Name, Type, Text string }

// Send says something. It returns at once with a key, by which OnSent or
// OnSendFailed tells what became of it: messages are sent in order, now or when
// there is a connection again, by this program or by its next start.
func (c *Client) Send(text string) (string, error) {
	return c.SendReply(text, "")
}

// SendReply says what a reply button says, with its payload.
func (c *Client) SendReply(text, payload string) (string, error) {
	if strings.TrimSpace(text) == "" || utf8.RuneCountInString(text) > maxText {
		return "", &Error{Code: CodeInvalid, Description: fmt.Sprintf("must have 1 to %d characters", maxText), Field: "text"}
	}
	m := map[string]string{"type": "text", "text": text}
	if payload != "" {
		m["payload"] = payload
	}
	body, err := json.Marshal(m)
	if err != nil {
		return "", err
	}
	return c.SendMessage(string(body))
}

// SendLocation says where the person is.
func (c *Client) SendLocation(latitude, longitude float64) (string, error) {
	body, err := json.Marshal(map[string]any{"type": "location", "coordinates": map[string]float64{"lat": latitude, "long": longitude}})
	if err != nil {
		return "", err
	}
	return c.SendMessage(string(body))
}

// SendMessage sends a message of any type, as JSON: an answer to a form, say.
func (c *Client) SendMessage(body string) (string, error) {
	var object map[string]json.RawMessage
	if err := json.Unmarshal([]byte(body), &object); err != nil {
		return "", &Error{Code: CodeInvalid, Description: "must be a JSON object", Field: "body"}
	}
	return c.put(&unsent{Body: json.RawMessage(body)}, nil)
}

// SendFile sends a file. kind is its MIME type; text may be empty.
func (c *Client) SendFile(name, kind string, data []byte, text string) (string, error) {
	switch {
	case len(data) == 0 || len(data) > maxFile:
		return "", &Error{Code: CodeInvalid, Description: fmt.Sprintf("must have 1 to %d bytes", maxFile), Field: "data"}
	case name == "" || strings.ContainsAny(name+kind, "\r\n\x00"):
		return "", &Error{Code: CodeInvalid, Description: "must be a name and a MIME type", Field: "name"}
	case utf8.RuneCountInString(text) > maxText:
		return "", &Error{Code: CodeInvalid, Description: fmt.Sprintf("must have at most %d characters", maxText), Field: "text"}
	}
	return c.put(&unsent{File: &unsentFile{Name: name, Type: kind, Text: text}}, data)
}

// put keeps a message until it is sent.
func (c *Client) put(u *unsent, data []byte) (string, error) {
	n, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 120))
	if err != nil {
		return "", err
	}
	u.Key, u.At = fmt.Sprintf("%030x", n), time.Now().UnixMilli()
	if c.ctx.Err() != nil {
		return "", refuse(CodeClosed, "the client was closed")
	}
	if data != nil {
		if err := c.disk.keepFile(u.Key, data); err != nil {
			return "", err
		}
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	err = refuse(CodeOutboxFull, "too many messages wait to be sent")
	if len(c.state.Unsent) < maxUnsent {
		c.state.Unsent = append(c.state.Unsent, u)
		if err = c.disk.write(&c.state); err == nil {
			poke(c.sendWake)
			return u.Key, nil
		}
		c.state.Unsent = slices.DeleteFunc(c.state.Unsent, func(o *unsent) bool { return o == u })
	}
	if data != nil {
		_ = c.disk.keepFile(u.Key, nil)
	}
	return "", err
}

// Unsent are the messages that are not sent yet, the oldest first. Their Key is
// what Send returned; they have no ID.
func (c *Client) Unsent() *MessageList {
	c.mu.Lock()
	defer c.mu.Unlock()
	list := &MessageList{}
	for _, u := range c.state.Unsent {
		m := &Message{}
		if u.File != nil {
			m.Type, m.Text, m.AltText, m.MediaType = "file", u.File.Text, u.File.Name, u.File.Type
		} else {
			_ = json.Unmarshal(u.Body, m)
		}
		m.Key, m.Role, m.received = u.Key, RoleUser, 0
		list.all = append(list.all, m)
	}
	return list
}

// Retry sends again what failed. What is only late needs no help.
func (c *Client) Retry(key string) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, u := range c.state.Unsent {
		if u.Key == key {
			if u.Failed != "" {
				u.Failed, u.Tried, u.Again = "", 0, u.Again+1
			}
			c.keep()
			poke(c.sendWake)
			return nil
		}
	}
	return refuse(CodeInvalid, "nothing unsent has this key")
}

// Discard gives up what is not sent yet.
func (c *Client) Discard(key string) error {
	c.sending.Lock() // what is on its way cannot be called back
	defer c.sending.Unlock()
	c.mu.Lock()
	defer c.mu.Unlock()
	if !slices.ContainsFunc(c.state.Unsent, func(u *unsent) bool { return u.Key == key }) {
		return refuse(CodeInvalid, "nothing unsent has this key")
	}
	c.drop(key)
	return nil
}

// drop forgets a message that is sent, or never will be. The caller holds mu.
func (c *Client) drop(key string) {
	c.state.Unsent = slices.DeleteFunc(c.state.Unsent, func(u *unsent) bool {
		if u.Key == key && u.File != nil {
			_ = c.disk.keepFile(key, nil)
		}
		return u.Key == key
	})
	c.keep()
}

// dropUnsent gives up everything. The caller holds mu.
func (c *Client) dropUnsent(why string) {
	for _, u := range slices.Clone(c.state.Unsent) {
		c.drop(u.Key)
		c.tell(event{key: u.Key, code: CodeInvalidSession, description: why})
	}
}

// sendAll sends what is unsent, in order, until the client ends.
func (c *Client) sendAll() {
	for failures := 0; ; {
		u := c.nextUnsent()
		if u == nil {
			select {
			case <-c.sendWake:
				continue
			case <-c.ctx.Done():
				return
			}
		}
		err := c.sendOne(u)
		if c.ctx.Err() != nil {
			return
		}
		if err == nil {
			failures = 0
			continue
		}
		wait := backoff(c.tuning, failures, mathrand.Float64())
		if e, ok := errors.AsType[*Error](err); ok && e.RetryAfter > 0 {
			wait = time.Duration(e.RetryAfter) * time.Second
		}
		failures++
		if !c.pause(wait, c.sendWake) {
			return
		}
	}
}

func (c *Client) nextUnsent() *unsent {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, u := range c.state.Unsent {
		if u.Failed == "" {
			copied := *u
			return &copied
		}
	}
	return nil
}

// sendOne sends one message. An error means that it is to be tried again.
func (c *Client) sendOne(u *unsent) error {
	c.sending.Lock()
	defer c.sending.Unlock()
	if u.Tried != 0 && u.Tried < time.Now().Add(-certain).UnixMilli() {
		c.fail(u.Key, &Error{Code: CodeUncertain, Description: "it may have been sent, and too long ago to find out"})
		return nil
	}
	if !c.attempted(u) {
		return nil // discarded meanwhile
	}
	if err := c.start("message"); err != nil {
		return c.failed(u.Key, err)
	}
	r, err := c.request(u)
	if err != nil {
		return c.failed(u.Key, err)
	}
	var out struct {
		Message      *Message
		Conversation *Conversation
	}
	err = c.authed(
		func() (credentials, error) { return c.user(func() error { return c.waits(u.Key) }) },
		func(ctx context.Context, cred credentials) error { return c.do(ctx, cred, r, &out) },
	)
	if codeOf(err) == codeDropped {
		return nil
	}
	if err != nil {
		return c.failed(u.Key, err)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.drop(u.Key)
	if out.Message != nil {
		out.Message.Key = u.Key
		c.tell(event{key: u.Key, sent: out.Message})
	}
	poke(c.liveWake) // who polls, asks now
	return nil
}

// codeDropped is that of a message that was dropped before it was sent.
const codeDropped = "dropped"

// waits fails when a message is to be sent no longer: its user logged out, say.
// The caller holds mu.
func (c *Client) waits(key string) error {
	if !slices.ContainsFunc(c.state.Unsent, func(u *unsent) bool { return u.Key == key }) {
		return refuse(codeDropped, "it was dropped")
	}
	return nil
}

// attempted notes that a message may have been sent from now on.
func (c *Client) attempted(u *unsent) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	i := slices.IndexFunc(c.state.Unsent, func(o *unsent) bool { return o.Key == u.Key })
	if i < 0 {
		return false
	}
	if c.state.Unsent[i].Tried == 0 {
		c.state.Unsent[i].Tried = time.Now().UnixMilli()
		c.keep()
	}
	return true
}

// failed tells an error that may pass from one that will not.
func (c *Client) failed(key string, err error) error {
	if code := codeOf(err); passing(err) || code == CodeInvalidAuth || code == CodeInvalidSession || code == CodeClosed {
		return err
	}
	c.fail(key, err)
	return nil
}

func (c *Client) fail(key string, err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, u := range c.state.Unsent {
		if u.Key == key {
			u.Failed = codeOf(err)
			if u.Failed == "" {
				u.Failed = CodeInvalid
			}
			description := err.Error()
			if e, ok := errors.AsType[*Error](err); ok {
				description = e.Description
			}
			c.keep()
			c.tell(event{key: key, code: u.Failed, description: description})
		}
	}
}

// request is the call that sends a message.
func (c *Client) request(u *unsent) (*call, error) {
	if u.File == nil {
		return &call{method: http.MethodPost, path: "/messages", body: u.Body, kind: "application/json", key: u.nonce()}, nil
	}
	data, err := c.disk.file(u.Key)
	if err == nil && len(data) == 0 {
		err = errors.New("it is no longer there")
	}
	if err != nil {
		return nil, &Error{Code: CodeInvalid, Description: "the file cannot be read: " + err.Error()}
	}
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	head := textproto.MIMEHeader{}
	head.Set("Content-Disposition", multipart.FileContentDisposition("source", u.File.Name))
	if u.File.Type != "" {
		head.Set("Content-Type", u.File.Type)
	}
	part, err := form.CreatePart(head)
	if err == nil {
		_, err = part.Write(data)
	}
	if err == nil && u.File.Text != "" {
		err = form.WriteField("text", u.File.Text)
	}
	if err == nil {
		err = form.Close()
	}
	return &call{method: http.MethodPost, path: "/files", body: body.Bytes(), kind: form.FormDataContentType(), key: u.nonce()}, err
}
