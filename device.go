package heliograph

import "time"

// The platforms whose clients run our SDK. They are also names of channels.
const (
	PlatformWeb     = "web"
	PlatformIOS     = "ios"
	PlatformAndroid = "android"
)

// SDKPlatform reports whether clients of a platform run our SDK: they show the
// conversation themselves, and a message reaches them without a provider.
func SDKPlatform(platform string) bool {
	return platform == PlatformWeb || platform == PlatformIOS || platform == PlatformAndroid
}

// Topic is a kind of push that a device can subscribe to.
type Topic string

// The topics.
const (
	TopicAgent     Topic = "agent"     // messages of a conversation
	TopicProactive Topic = "proactive" // what the business sends of its own accord: notifications, marketing
)

// TopicOf returns the topic of a delivery.
func TopicOf(d *Delivery) Topic {
	if d.Kind == NotificationDelivery || d.Category == Marketing {
		return TopicProactive
	}
	return TopicAgent
}

// PushService is who takes pushes for a device.
type PushService string

// The push services. Whether a push goes there or to the brand's push proxy is
// the integration's setting.
const (
	PushAPNs PushService = "apn"
	PushFCM  PushService = "fcm"
	PushWeb  PushService = "web" // RFC 8030
)

// Device is what is known of a client that runs our SDK.
type Device struct {
	AppVersion string `json:"appVersion,omitempty"`
	// Session is the SHA-256 of the secret that the device proves itself with, or of
	// several, 32 bytes each, the newest first; nil when nobody is logged in on it.
	Session []byte `json:"session,omitempty"`
	Opened  Millis `json:"opened,omitempty"` // when the newest session was
	// Verified says that the session was opened with a user's token, and needs one
	// with every request.
	Verified bool `json:"verified,omitempty"`
	// Coded says that the session was opened with a one-time code, which proves who
	// it is as a token would.
	Coded bool  `json:"coded,omitempty"`
	Push  *Push `json:"push,omitempty"`
	// Seen is up to where the device has shown the conversation to a person.
	Seen Millis `json:"seen,omitempty"`
}

// Push is where a device takes pushes.
type Push struct {
	Service PushService `json:"service"`
	Token   string      `json:"token"`             // PushWeb: the subscription, as JSON
	App     string      `json:"app,omitempty"`     // bundle id or package name
	Sandbox bool        `json:"sandbox,omitempty"` // PushAPNs: the token of a development build
	Topics  []Topic     `json:"topics"`
	At      Millis      `json:"at"` // when the device registered it
}

// Wants reports whether pushes of a topic go to p.
func (p *Push) Wants(t Topic) bool {
	if p == nil || p.Token == "" {
		return false
	}
	for _, have := range p.Topics {
		if have == t {
			return true
		}
	}
	return false
}

// PushHold is for how long a push is held back while a device of its user is
// connected: who sees the message meanwhile gets none.
const PushHold = 5 * time.Second

// PresentDevice is a device with a live connection.
type PresentDevice struct {
	Client     ClientID
	Foreground bool // somebody looks at it
}
