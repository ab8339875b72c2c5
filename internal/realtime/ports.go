package realtime

import (
	"context"
	"time"

	"heliograph"
)

// Source is the truth: what is in the database.
type Source interface {
	// Conversation returns one conversation, or an error of kind NotFound.
	Conversation(ctx context.Context, app heliograph.AppID, id heliograph.ConversationID) (*heliograph.Conversation, error)
	// Conversations returns those of an app's conversations that exist, in any order.
	Conversations(ctx context.Context, app heliograph.AppID, ids []heliograph.ConversationID) ([]*heliograph.Conversation, error)
	// News returns a conversation and the oldest messages received after the moment,
	// oldest first, as they were at one time; or an error of kind NotFound.
	News(ctx context.Context, app heliograph.AppID, id heliograph.ConversationID, moment heliograph.Millis, limit int) (*heliograph.Conversation, []*heliograph.Message, error)
	// After returns the oldest messages received after the moment, oldest first.
	After(ctx context.Context, app heliograph.AppID, c heliograph.ConversationID, moment heliograph.Millis, limit int) ([]*heliograph.Message, error)
	// Message returns one message, or an error of kind NotFound.
	Message(ctx context.Context, app heliograph.AppID, id heliograph.MessageID) (*heliograph.Message, error)
	// ConversationOf returns a user's conversation; the zero id when it has not
	// started, or there is no such user.
	ConversationOf(ctx context.Context, app heliograph.AppID, user heliograph.UserID) (heliograph.ConversationID, error)
}

// Frame is what goes to a device: encoded once, and shared by all whom it goes
// to. Nobody changes it.
type Frame struct {
	// Text is the frame as JSON.
	Text []byte
	// Wire is the frame as the surface writes it to most of its connections. It is
	// the surface's own affair.
	Wire []byte
	// Cursor is up to where a device has everything once it has this; 0: the frame
	// does not move it.
	Cursor heliograph.Millis
}

// Frames encodes what devices are told.
type Frames interface {
	// Messages tells messages in the order in which they were received; live is
	// false for what is caught up.
	Messages(c *heliograph.Conversation, list []*heliograph.Message, live bool) *Frame
	Conversation(c *heliograph.Conversation) *Frame
	Typing(t *heliograph.Typing) *Frame
	Changed(m *heliograph.Message) *Frame
	// Removed tells that a message, or with the zero id all of them, is gone.
	Removed(id heliograph.MessageID) *Frame
	// User tells that more changed than frames can say.
	User() *Frame
}

// Sink is the connection of a seat. Its methods are called by one goroutine at a
// time, neither wait nor call the hub's Leave, and report false once the connection
// is lost: the seat gets nothing more then.
type Sink interface {
	// Ready tells the device that it is where cursor says, in conversation c; nil:
	// there is none yet. It is called again when there is.
	Ready(c *heliograph.Conversation, cursor heliograph.Millis) bool
	// Put queues a frame. A connection whose queue is full is one that is lost.
	Put(f *Frame) bool
	// More says that the hub has more for this seat than it wants to queue: the
	// connection calls Hub.Next once what is queued has been written.
	More()

	// Recheck looks at the session again, whose user or device changed, and ends the
	// connection when the session is no longer good. It may wait, until ctx ends, and
	// it may call the hub.
	Recheck(ctx context.Context)
	// Stop ends the connection because the server goes.
	Stop()
}

// Presence is what changed about a device of this process.
type Presence struct {
	App    heliograph.AppID
	User   heliograph.UserID
	Client heliograph.ClientID
	// Online is false when the last connection of the device ended.
	Online     bool
	Foreground bool
}

// Watch keeps who is here where other processes find it.
type Watch interface {
	// Present stores what changed, the last word about each device. What it fails
	// to store it is given again.
	Present(ctx context.Context, changes []Presence) error
}

// Figures counts.
type Figures interface {
	// LiveFrames counts frames that were queued for devices.
	LiveFrames(n int)
	// LiveReads counts reads of messages: for all seats of a conversation ("feed"),
	// or to catch up one ("seat"); and retries after errors ("retry").
	LiveReads(why string)
}

// The bounds and the times.
const (
	pageSize      = 50 // messages in one frame
	pagesPerTurn  = 20 // before others have a turn
	maxExtras     = 256
	maxSeats      = 64 // of one device
	maxPresence   = 500
	sweepBatch    = 500
	readTimeout   = 10 * time.Second
	retryFirst    = 100 * time.Millisecond
	retryMost     = 10 * time.Second
	presenceDelay = 20 * time.Millisecond
	presenceRetry = 2 * time.Second
	sweepShared   = 25 * time.Second
	sweepAlone    = 2 * time.Minute
)
