package heliograph

import (
	"strings"
	"time"
)

// Org is an organization: it owns apps, and its account keys reach all of them.
type Org struct {
	ID      OrgID
	Name    string
	Created Millis
}

// App is the tenant: every row belongs to one.
type App struct {
	ID       AppID
	Org      OrgID
	Name     string
	Settings AppSettings
	Metadata map[string]any // flat; see MaxMetadataBytes
	Created  Millis
}

// AppSettings are the switches of one app.
type AppSettings struct {
	MaskCreditCardNumbers        bool `json:"maskCreditCardNumbers"`
	UseAnimalNames               bool `json:"useAnimalNames"`
	ConversationRetentionSeconds int  `json:"conversationRetentionSeconds"`
	EchoPostback                 bool `json:"echoPostback"`
	IgnoreAutoConversationStart  bool `json:"ignoreAutoConversationStart"`

	// IgnoreShorthand takes what looks like shorthand in a text as it is. Ours.
	IgnoreShorthand bool `json:"ignoreShorthand"`
	// HideKeySecrets shows a key's secret once, at creation. Ours.
	HideKeySecrets bool `json:"hideKeySecrets"`
	// PreferredChannels is the order in which channels are tried for a message to a
	// user; those that it leaves out come after, as the user last turned to them. Ours.
	PreferredChannels []string `json:"preferredChannels,omitempty"`
	// UnreadFallbackSeconds is how long a message may stay unread in a messenger
	// that takes no pushes before the user's next channel gets it; 0: it stays there.
	// Absent: 300. Ours.
	UnreadFallbackSeconds *int `json:"unreadFallbackSeconds,omitempty"`
	// Keywords replaces the built-in opt-out keyword lists. Ours.
	Keywords *Keywords `json:"keywords,omitempty"`
}

// defaultUnreadFallback is how long a message may stay unread when an app says
// nothing else.
const defaultUnreadFallback = 5 * time.Minute

// UnreadFallback is UnreadFallbackSeconds with its default.
func (s *AppSettings) UnreadFallback() time.Duration {
	if s.UnreadFallbackSeconds == nil {
		return defaultUnreadFallback
	}
	return time.Duration(*s.UnreadFallbackSeconds) * time.Second
}

// Keywords are the whole-message words that change a person's consent, as data.
// They are compared after normalisation (Unicode compatibility form, trimmed of
// space, quotes and trailing punctuation, case-folded).
type Keywords struct {
	Stop  []string `json:"stop,omitempty"`
	Start []string `json:"start,omitempty"`
	// StartIfStopped count as Start only while the person is opted out ("YES").
	StartIfStopped []string `json:"startIfStopped,omitempty"`
	Help           []string `json:"help,omitempty"`
	HelpReply      string   `json:"helpReply,omitempty"`
}

// ServiceAccount is an account's deputy: its keys reach the apps that it made or
// was granted, and no other.
type ServiceAccount struct {
	ID      ServiceID
	Org     OrgID
	Name    string
	Created Millis
}

// KeyScope says what a key may reach.
type KeyScope string

// The scopes of keys.
const (
	ScopeAccount KeyScope = "account" // every app of the organization
	ScopeApp     KeyScope = "app"     // one app
	ScopeAppUser KeyScope = "appUser" // one user of one app; only ever in a token
)

// Key is a credential of an organization or of an app.
type Key struct {
	ID      KeyID
	Org     OrgID
	App     AppID     // zero for account keys
	Service ServiceID // of a service account's key, whose scope is account
	Scope   KeyScope
	Name    string
	Secret  Secret
	Created Millis
}

// keyPrefixes begin a key's handle, so that people see what a key is for.
const (
	accountKeyPrefix = "act_"
	appKeyPrefix     = "app_"
	serviceKeyPrefix = "svc_"
)

// Handle returns the key's id as its users write it: "app_", "act_" or "svc_" and
// 24 hex digits.
func (k *Key) Handle() string {
	switch {
	case !k.Service.IsZero():
		return serviceKeyPrefix + k.ID.String()
	case k.Scope == ScopeAccount:
		return accountKeyPrefix + k.ID.String()
	}
	return appKeyPrefix + k.ID.String()
}

// ParseKeyHandle reads a key's handle. Service accounts' keys have the scope
// account; whoever must tell the two apart compares Key.Handle.
func ParseKeyHandle(s string) (KeyID, KeyScope, bool) {
	hex, scope := "", ScopeAccount
	switch {
	case strings.HasPrefix(s, appKeyPrefix):
		hex, scope = s[len(appKeyPrefix):], ScopeApp
	case strings.HasPrefix(s, accountKeyPrefix):
		hex = s[len(accountKeyPrefix):]
	case strings.HasPrefix(s, serviceKeyPrefix):
		hex = s[len(serviceKeyPrefix):]
	default:
		return KeyID{}, "", false
	}
	id, ok := ParseID[keyKind](hex)
	return id, scope, ok
}

// Secret is text that must not be shown. It prints, logs and marshals as
// "[secret]"; Reveal is the only way to its text.
type Secret string

func (s Secret) String() string               { return "[secret]" }
func (s Secret) GoString() string             { return "[secret]" }
func (s Secret) MarshalText() ([]byte, error) { return []byte("[secret]"), nil }

// Reveal returns the text. Every call of it is a place to look at in a review.
func (s Secret) Reveal() string { return string(s) }
