package client

// Listener is told what happens. One goroutine calls it, one method after
// another, and holds no lock: a method may call the Client's. A Go program embeds
// BaseListener and writes the methods that it needs.
type Listener interface {
	// OnMessages tells new messages of the conversation, those of this person
	// included: each once, in order. live is false for what came while the device
	// was not connected.
	OnMessages(messages *MessageList, live bool)
	// OnMessageChanged tells that a message says something else now.
	OnMessageChanged(message *Message)
	// OnMessageRemoved tells that a message is gone; "": all of them.
	OnMessageRemoved(id string)
	// OnConversation tells how much is unread, or up to where somebody has read.
	OnConversation(conversation *Conversation)
	// OnTyping tells that the business begins or ceases to write.
	OnTyping(typing *Typing)
	// OnUser tells who the user is now; nil: nobody. Messages() has changed, too,
	// when it is another one than before.
	OnUser(user *User)
	// OnSent tells that what Send returned key for has become a message.
	OnSent(key string, message *Message)
	// OnSendFailed tells that it never will: see Retry and Discard.
	OnSendFailed(key string, code string, description string)
	// OnConnection tells how the device is connected: one of the State constants,
	// and by which transport.
	OnConnection(state string, transport string)
}

// The states of the connection.
const (
	StateConnected  = "connected"
	StateConnecting = "connecting" // there is none, or it was lost; the client tries on
	StateIdle       = "idle"       // there is no user to be connected for
)

// Delegate decides what the library cannot.
type Delegate interface {
	// OnInvalidAuth returns a new JWT for the user, when the server refused the
	// last one. It may take its time.
	OnInvalidAuth(userID string) (string, error)
}

// BaseListener is a Listener that does nothing.
type BaseListener struct{}

// OnMessages implements Listener.
func (BaseListener) OnMessages(*MessageList, bool) {}

// OnMessageChanged implements Listener.
func (BaseListener) OnMessageChanged(*Message) {}

// OnMessageRemoved implements Listener.
func (BaseListener) OnMessageRemoved(string) {}

// OnConversation implements Listener.
func (BaseListener) OnConversation(*Conversation) {}

// OnTyping implements Listener.
func (BaseListener) OnTyping(*Typing) {}

// OnUser implements Listener.
func (BaseListener) OnUser(*User) {}

// OnSent implements Listener.
func (BaseListener) OnSent(string, *Message) {}

// OnSendFailed implements Listener.
func (BaseListener) OnSendFailed(string, string, string) {}

// OnConnection implements Listener.
func (BaseListener) OnConnection(string, string) {}
