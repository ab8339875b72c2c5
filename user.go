package heliograph

// User ("appUser" on the wire) is one customer record for all surfaces.
type User struct {
	ID         UserID
	App        AppID
	ExternalID string // the caller's own id ("userId" on the wire), may be empty
	Profile    Profile

	CredentialRequired bool
	Conversation       ConversationID // the default conversation; zero until it started
	Created            Millis

	Clients []Client // filled when a reader asks for them
}

// ConversationStarted reports whether the user's conversation exists.
func (u *User) ConversationStarted() bool { return !u.Conversation.IsZero() }

// Profile is what is known about a user.
type Profile struct {
	GivenName  string         `json:"givenName,omitempty"`
	Surname    string         `json:"surname,omitempty"`
	Email      string         `json:"email,omitempty"`
	SignedUpAt Millis         `json:"signedUpAt,omitempty"`
	Properties map[string]any `json:"properties,omitempty"` // flat; see MaxMetadataBytes
}

// ClientStatus is the state of a client.
type ClientStatus string

// The states of a client.
const (
	ClientActive   ClientStatus = "active"
	ClientPending  ClientStatus = "pending" // linking is under way
	ClientInactive ClientStatus = "inactive"
	ClientBlocked  ClientStatus = "blocked" // the person opted out on it
)

// Client is a user's presence on one channel: a phone number, a browser, a device.
type Client struct {
	ID           ClientID
	App          AppID
	User         UserID
	Integration  IntegrationID
	Platform     string // the channel's name
	Address      string // "externalId" on the wire: the channel's address of the person
	Status       ClientStatus
	Primary      bool
	Conversation ConversationID // where messages through this client belong
	Details      ClientDetails
	LinkedAt     Millis
	LastSeen     Millis // when the person last wrote from it
	// WindowEnds is until when anything but a template may be sent to it; 0 when
	// its channel has no window, or the window is closed. It is not stored: readers
	// of users fill it in.
	WindowEnds Millis
}

// ClientDetails is what is known about a client and never searched for.
type ClientDetails struct {
	DisplayName string            `json:"displayName,omitempty"`
	AvatarURL   string            `json:"avatarUrl,omitempty"`
	Info        map[string]string `json:"info,omitempty"`   // in the v1.1 API's words, for example city, os, currentUrl
	Link        *LinkRequest      `json:"link,omitempty"`   // while pending
	Device      *Device           `json:"device,omitempty"` // of a client that runs our SDK
}

// Confirmation is how the linking of a channel is confirmed.
type Confirmation string

// The confirmations.
const (
	ConfirmImmediate    Confirmation = "immediate"
	ConfirmUserActivity Confirmation = "userActivity"
	ConfirmPrompt       Confirmation = "prompt"
)

// LinkRequest is a linking under way.
type LinkRequest struct {
	Confirmation Confirmation      `json:"confirmation"`
	Criteria     map[string]string `json:"criteria"` // for example {"phoneNumber": "+1…"}
	Matched      bool              `json:"matched,omitempty"`
	Primary      bool              `json:"primary,omitempty"`
	Delivery     NotificationID    `json:"delivery,omitzero"` // of the confirmation message
}
