package heliograph

// Role is who speaks.
type Role string

// The roles, in the v1.1 API's words.
const (
	Business Role = "appMaker"
	Customer Role = "appUser"
)

// SourceKind is the way a message came in, other than a channel's name.
const (
	SourceAPI          = "api"
	SourceNotification = "notification"
	SourceLink         = "link"   // a link's confirmation: sent, but not part of the conversation
	SourceSystem       = "system" // our own answer, such as to HELP: likewise
)

// Limits of messages, from the v1.1 API.
const (
	MaxTextRunes     = 4096
	MaxMetadataBytes = 4096 // every metadata and properties map, as JSON
	MaxNameRunes     = 128
	MaxURLBytes      = 2048
	MaxMessages      = 30000 // of one conversation; then it is locked
	MaxUserIDRunes   = 1024
	MaxAltRunes      = 128
	MaxItems         = 10 // of a carousel or list
	MaxItemActions   = 3
	MaxFormFields    = 20
	MaxFormOptions   = 20
	MaxFieldSize     = 256 // of a form's text answer
)

// Message is one piece of content in a conversation.
type Message struct {
	ID           MessageID
	App          AppID
	Conversation ConversationID // zero for SourceLink
	User         UserID
	Notification NotificationID // set when Source.Type is SourceNotification
	Seq          int64          // 1, 2, … within the conversation
	Received     Millis         // strictly increasing within the conversation
	Role         Role
	Source       Source
	Content
}

// Source tells where a message came from.
type Source struct {
	Type        string        // a channel's name, SourceAPI, SourceNotification or SourceLink
	Integration IntegrationID // for a channel
	ExternalID  string        // the provider's id of it
	At          Millis        // when the provider says it was written; 0 unknown
}

// Conversation is the thread of one user. Its row is where sequences are given
// out, so whoever writes a message holds its lock.
type Conversation struct {
	ID           ConversationID
	App          AppID
	User         UserID
	Seq          int64  // of the newest message
	LastReceived Millis // of the newest message
	Messages     int64  // held now; see MaxMessages
	Unread       int64  // business messages unread by the user
	BusinessRead Millis // appMakerLastRead
	UserRead     Millis // appUserLastRead
	LastUserAt   Millis // received of the newest customer message
	ContextFrom  Millis // notifications received after this go with the next answer
	Created      Millis
}
