package sdk

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strconv"

	"heliograph"
	"heliograph/internal/api/sunco"
	"heliograph/internal/conversation"
)

// writer is an answer that writes its members itself.
type writer interface{ write(o *sunco.Writer) }

// encode turns an answer into JSON; nil is {}.
func encode(out any) ([]byte, error) {
	if out == nil {
		return []byte("{}"), nil
	}
	if w, ok := out.(writer); ok {
		o := &sunco.Writer{B: append(make([]byte, 0, 1024), '{')}
		w.write(o)
		o.Close('}')
		return o.B, o.Err
	}
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(out); err != nil {
		return nil, fmt.Errorf("encode the answer: %w", err)
	}
	return bytes.TrimRight(b.Bytes(), "\n"), nil
}

func null(o *sunco.Writer, name string) {
	o.Key(name)
	o.B = append(o.B, "null"...)
}

// writePage writes a page of messages; nil is that of a conversation that has not
// started. What came since a moment has its cursor at least there.
func writePage(o *sunco.Writer, p *conversation.Page, since heliograph.Millis) {
	if p == nil {
		null(o, "conversation")
		o.Open("messages", '[')
		o.Close(']')
		o.Text("cursor", cursorText(since))
		o.Flag("hasMore", false)
		return
	}
	writeConversation(o, p.Conversation)
	o.Open("messages", '[')
	for _, m := range p.Messages {
		writeMessage(o, "", m)
		since = max(since, m.Received)
	}
	o.Close(']')
	o.Text("cursor", cursorText(since))
	o.Flag("hasMore", p.Older || p.Newer)
}

// ahead reports whether a message is scheduled for later: it is in the
// conversation, but the person must not see it yet.
func ahead(m *heliograph.Message, now heliograph.Clock) bool {
	return m.Source.Type == heliograph.SourceNotification && m.Source.At > heliograph.At(now())
}

// withoutAhead leaves out of a page what is scheduled for later.
func withoutAhead(p *conversation.Page, now heliograph.Clock) {
	if p != nil {
		p.Messages = slices.DeleteFunc(p.Messages, func(m *heliograph.Message) bool { return ahead(m, now) })
	}
}

// pageJSON is a page of messages as an answer.
type pageJSON struct {
	page  *conversation.Page
	since heliograph.Millis
}

func (p *pageJSON) write(o *sunco.Writer) { writePage(o, p.page, p.since) }

func (a *API) getMessages(ctx context.Context, c *call) (any, error) {
	q, err := c.query()
	if err != nil {
		return nil, err
	}
	before, after, limit := q.Get("before"), q.Get("after"), firstPage
	if before != "" && after != "" {
		return nil, sunco.Malformed("before and after exclude each other")
	}
	if text := q.Get("limit"); text != "" {
		if limit, err = strconv.Atoi(text); err != nil || limit < 1 || limit > conversation.PageSize {
			return nil, heliograph.InvalidField("limit", "must be a whole number from 1 to %d", conversation.PageSize)
		}
	}
	name, text := "before", before
	if after != "" {
		name, text = "after", after
	}
	moment, newest, err := parseCursor(text)
	if err != nil {
		return nil, heliograph.InvalidField(name, "is no cursor that the server gave out")
	}
	out := &pageJSON{}
	if after != "" {
		out.since = moment
	}
	u := c.session.User
	if !u.ConversationStarted() {
		return out, nil
	}
	switch {
	case after != "":
		out.page, err = a.Conversations.Since(ctx, u, moment, limit)
	case newest:
		out.page, err = a.Conversations.Older(ctx, u, math.MaxInt64, limit)
	default:
		out.page, err = a.Conversations.Older(ctx, u, moment, limit)
	}
	withoutAhead(out.page, a.Now)
	if err == nil && newest {
		out.since = out.page.Conversation.LastReceived
	}
	return out, stale(err)
}

// stale turns what is no longer there of the session's user into a reason to look
// again who that is.
func stale(err error) error {
	if heliograph.IsKind(err, heliograph.NotFound) {
		switch heliograph.AsError(err).Code {
		case heliograph.CodeUserNotFound, heliograph.CodeConversationNotFound:
			return errStale
		}
	}
	return err
}

// conversationJSON is the answer of getConversation.
type conversationJSON struct {
	user         *heliograph.User
	conversation *heliograph.Conversation
}

func (j *conversationJSON) write(o *sunco.Writer) {
	if j.user != nil {
		o.Key("user")
		o.B = append(o.B, liveUser(j.user)...)
	}
	writeConversation(o, j.conversation)
}

func (a *API) getConversation(ctx context.Context, c *call) (any, error) {
	u := c.session.User
	out := &conversationJSON{user: u}
	if !u.ConversationStarted() {
		return out, nil
	}
	var err error
	out.conversation, err = a.Conversations.Conversation(ctx, u)
	return out, stale(err)
}
