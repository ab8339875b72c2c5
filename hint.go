package heliograph

// HintKind is what changed in a conversation.
type HintKind uint8

// The kinds of hints.
const (
	HintMessages HintKind = iota + 1 // there are new messages
	HintState                        // unread, or up to where somebody has read
	HintChanged                      // a message says something else now, see Message; with none: more than one, of any age
	HintRemoved                      // a message, or with none all of them, was removed
	HintTyping                       // see Typing
	HintUser                         // the user was merged, deleted or changed, or one of its devices was: sessions are to be looked at again
)

// Hint says that there is something new to read in the database. It is sent
// after the commit and may be lost, repeated or late: whoever gets it reads, and
// whoever waits looks by itself now and then.
type Hint struct {
	Kind         HintKind       `json:"k"`
	App          AppID          `json:"a"`
	User         UserID         `json:"u,omitzero"`
	Conversation ConversationID `json:"c,omitzero"`
	Message      MessageID      `json:"m,omitzero"`
	Client       ClientID       `json:"cl,omitzero"` // HintUser: only this device's sessions
	Typing       *Typing        `json:"t,omitempty"`
}

// Typing is that somebody began or ceased to write.
type Typing struct {
	Role      Role   `json:"r"`
	On        bool   `json:"on"`
	Name      string `json:"n,omitempty"`
	AvatarURL string `json:"av,omitempty"`
}
