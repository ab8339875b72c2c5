package sdk

import (
	"encoding/binary"
	"log/slog"
	"strconv"

	"heliograph"
	"heliograph/internal/api/sunco"
	"heliograph/internal/realtime"
)

// Frames encodes what live connections are told.
type Frames struct {
	Log *slog.Logger
	Now heliograph.Clock
}

// heartbeat is how often the server pings, in seconds.
const heartbeat = 25

// headRoom is what the longest head of a WebSocket frame takes.
const headRoom = 10

// frameWriter begins a frame: the head's room, and the name of its kind.
func frameWriter(kind string, size int) *sunco.Writer {
	o := &sunco.Writer{B: make([]byte, headRoom, headRoom+size)}
	o.B = append(o.B, `{"t":"`...)
	o.B = append(o.B, kind...)
	o.B = append(o.B, '"')
	return o
}

// finish ends a frame. One whose values cannot be written is logged, and says that
// there is something to fetch.
func (f Frames) finish(o *sunco.Writer, cursor heliograph.Millis) *realtime.Frame {
	if o.Err != nil {
		f.Log.Error("a live frame could not be written", "err", o.Err)
		o = frameWriter("user", 0)
	}
	o.Close('}')
	return &realtime.Frame{Text: o.B[headRoom:], Wire: textFrame(o.B), Cursor: cursor}
}

// textFrame puts the head of a WebSocket's text frame before its payload, which
// begins at headRoom, and returns both.
func textFrame(b []byte) []byte {
	const text = 0x80 | 1 // the only and last piece
	switch n := len(b) - headRoom; {
	case n < 126:
		b[headRoom-2], b[headRoom-1] = text, byte(n)
		return b[headRoom-2:]
	case n < 1<<16:
		b[headRoom-4], b[headRoom-3] = text, 126
		binary.BigEndian.PutUint16(b[headRoom-2:], uint16(n))
		return b[headRoom-4:]
	default:
		b[0], b[1] = text, 127
		binary.BigEndian.PutUint64(b[2:], uint64(n))
		return b
	}
}

// Messages implements realtime.Frames.
func (f Frames) Messages(c *heliograph.Conversation, list []*heliograph.Message, live bool) *realtime.Frame {
	o := frameWriter("messages", 256+512*len(list))
	o.Open("messages", '[')
	var last heliograph.Millis
	for _, m := range list {
		last = m.Received
		if ahead(m, f.Now) {
			continue
		}
		before := len(o.B)
		writeMessage(o, "", m)
		if o.Err != nil { // the others must not wait for it
			f.Log.Error("a message could not be written for live connections", "message", m.ID.String(), "err", o.Err)
			o.B, o.Err = o.B[:before], nil
		}
	}
	o.Close(']')
	o.Text("cursor", cursorText(last))
	writeConversation(o, c)
	o.Flag("live", live)
	return f.finish(o, last)
}

// Conversation implements realtime.Frames.
func (f Frames) Conversation(c *heliograph.Conversation) *realtime.Frame {
	o := frameWriter("conversation", 192)
	writeConversation(o, c)
	return f.finish(o, 0)
}

// Typing implements realtime.Frames.
func (f Frames) Typing(t *heliograph.Typing) *realtime.Frame {
	o := frameWriter("typing", 192)
	o.Text("role", string(t.Role))
	o.Flag("on", t.On)
	o.TextIf("name", t.Name)
	o.TextIf("avatarUrl", t.AvatarURL)
	return f.finish(o, 0)
}

// Changed implements realtime.Frames.
func (f Frames) Changed(m *heliograph.Message) *realtime.Frame {
	o := frameWriter("changed", 512)
	writeMessage(o, "message", m)
	return f.finish(o, 0)
}

// Removed implements realtime.Frames.
func (f Frames) Removed(id heliograph.MessageID) *realtime.Frame {
	o := frameWriter("removed", 64)
	sunco.WriteIDIf(o, "messageId", id)
	return f.finish(o, 0)
}

// User implements realtime.Frames.
func (f Frames) User() *realtime.Frame { return f.finish(frameWriter("user", 8), 0) }

func (f Frames) pong() *realtime.Frame { return f.finish(frameWriter("pong", 8), 0) }

// ready tells that a hello was accepted; user is already written.
func (f Frames) ready(user []byte, c *heliograph.Conversation, cursor heliograph.Millis) *realtime.Frame {
	o := frameWriter("ready", 256+len(user))
	o.Key("user")
	o.B = append(o.B, user...)
	writeConversation(o, c)
	if c != nil {
		o.Text("cursor", cursorText(cursor))
	}
	o.Int("heartbeat", heartbeat)
	return f.finish(o, cursor)
}

// failure tells why the connection ends.
func (f Frames) failure(err error) *realtime.Frame {
	e := heliograph.AsError(err)
	o := frameWriter("error", 192)
	o.Text("code", e.Code)
	o.Text("description", e.Message)
	return f.finish(o, 0)
}

// writeMessage writes a message of the v1.1 API with its cursor.
func writeMessage(o *sunco.Writer, name string, m *heliograph.Message) {
	w := sunco.MessageOf(m)
	w.Write(o, name)
	o.B = o.B[:len(o.B)-1]
	o.Text("cursor", cursorText(m.Received))
	o.Close('}')
}

// writeConversation writes a conversation; null when there is none.
func writeConversation(o *sunco.Writer, c *heliograph.Conversation) {
	if c == nil {
		o.Key("conversation")
		o.B = append(o.B, "null"...)
		return
	}
	w := sunco.ConversationOf(c)
	w.Write(o, "conversation")
}

// liveUser is a user as its own devices see it.
func liveUser(u *heliograph.User) []byte {
	o := &sunco.Writer{B: make([]byte, 0, 192)}
	o.B = append(o.B, '{')
	sunco.WriteID(o, "_id", u.ID)
	o.TextIf("userId", u.ExternalID)
	o.TextIf("givenName", u.Profile.GivenName)
	o.TextIf("surname", u.Profile.Surname)
	o.TextIf("email", u.Profile.Email)
	o.DocumentIf("properties", u.Profile.Properties)
	o.Flag("conversationStarted", u.ConversationStarted())
	o.Close('}')
	return o.B
}

// cursorText is a cursor on the wire.
func cursorText(at heliograph.Millis) string { return strconv.FormatInt(int64(at), 10) }

// parseCursor reads a cursor; "" is none.
func parseCursor(text string) (at heliograph.Millis, fresh bool, err error) {
	if text == "" {
		return 0, true, nil
	}
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil || n < 0 {
		return 0, false, heliograph.InvalidField("cursor", "is none that the server gave out")
	}
	return heliograph.Millis(n), false, nil
}
