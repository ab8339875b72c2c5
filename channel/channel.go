// Package channel is the contract between Heliograph and the networks it sends
// through. A channel turns messages into provider requests and provider
// requests into facts. It keeps no state of its own, knows no database and
// starts no goroutine; what it needs is handed to Open.
package channel

import (
	"context"
	"crypto/tls"
	"encoding/json"
	"io"
	"log/slog"
	"net"
	"net/http"
	"time"

	"heliograph"
)

// Channel sends through one configured integration. It must be safe for
// concurrent use. What else it can do it says by the optional interfaces of
// this package: Renderer, Receiver, Verifier, Lookuper, Fetcher, Templater,
// Actor, Profiler.
type Channel interface {
	// Send makes exactly one attempt and tells how it ended. It must give up
	// when ctx ends, and it never retries by itself.
	Send(ctx context.Context, out *Outgoing) Result
}

// Outgoing is one attempt to send one message.
type Outgoing struct {
	Delivery heliograph.NotificationID // put it where the provider echoes it
	Attempt  int                       // 1, 2, …; echoed beside Delivery
	Address  string                    // normalised by Type.Normalise
	Content  *heliograph.Content
	Category heliograph.Category // "" is transactional
	Expires  heliograph.Millis   // 0: never; providers that can are told
	About    *About              // nil unless Type.Surrounded
}

// About is what surrounds a message.
type About struct {
	App   string // its name
	AppID heliograph.AppID
	User  heliograph.UserID
	// LastHeard is when the person last wrote through this client; 0: never.
	LastHeard heliograph.Millis
	// Thread is the newest mail of the person in this conversation, to be
	// answered; nil when there is none.
	Thread *heliograph.Mail
	// Subject is that of the first mail that was sent in this conversation.
	Subject string
	// Unsubscribe is where the person can end messages of this kind (RFC 8058);
	// "" when they cannot be ended.
	Unsubscribe string

	// Push is where the device takes pushes; nil when it takes none of this topic.
	// It and what follows is set for SDK platforms only.
	Push         *heliograph.Push
	Topic        heliograph.Topic
	Conversation heliograph.ConversationID
	Message      heliograph.MessageID
	Sequence     int64 // of the message in its conversation
	Unread       int64 // business messages that the person has not read, this one included
}

// Renderer is implemented by channels that can tell beforehand how a message
// will look. It is pure: it is asked by the gates before every attempt and by
// explain.
type Renderer interface {
	// Render returns how content goes out, or an *heliograph.Error of kind
	// Invalid whose Code is a Reason constant when it cannot go out at all.
	Render(content *heliograph.Content) (Rendering, error)
}

// Rendering is how a message goes out on a channel.
type Rendering struct {
	Text     string   `json:"text"`
	Media    []string `json:"media,omitempty"`
	Parts    int      `json:"parts"`              // what the provider will count
	Encoding string   `json:"encoding,omitempty"` // for example GSM-7, UCS-2
	Units    int      `json:"units,omitempty"`    // septets or UTF-16 units used
	Notes    []string `json:"notes,omitempty"`    // what was changed or left out, for a person
}

// Verifier is implemented by channels that can check an integration's
// credentials. It is called at creation and by the doctor.
type Verifier interface {
	// Verify asks the provider. It returns what the provider tells of the
	// sender (for example {"phoneNumber": "+1…"}). A refusal of the credentials
	// is an *heliograph.Error of kind Invalid; being unable to ask is one of
	// kind Unavailable.
	Verify(ctx context.Context) (map[string]string, error)
}

// Lookuper is implemented by channels whose provider can be asked what became
// of an attempt whose outcome is unknown.
type Lookuper interface {
	// Lookup reports what became of out, whose attempt started at started.
	// ClassAccepted: it was sent; ClassRetry: it surely was not; ClassUnknown:
	// the provider cannot say.
	Lookup(ctx context.Context, out *Outgoing, started time.Time) Result
}

// Receiver is implemented by channels whose provider calls us.
type Receiver interface {
	// Receive authenticates req by the provider's own scheme and turns it into
	// facts. It is a pure function of req, the settings and the clock. A request
	// that is not authentic is an *heliograph.Error of kind Forbidden, and
	// nothing of it is kept; one that makes no sense is of kind Invalid.
	Receive(req *Request) (*Received, error)
}

// Fetcher is implemented by channels whose customers' media must be fetched by
// the provider's own rules.
type Fetcher interface {
	// Fetch gets what a customer sent. The caller closes Body and bounds what it
	// reads. What is gone for good is an *heliograph.Error of kind NotFound;
	// anything else may be tried again.
	Fetch(ctx context.Context, m *Media) (*Blob, error)
}

// Blob is a file.
type Blob struct {
	Body io.ReadCloser
	Type string // MIME; "" not known
	Size int64  // -1: not known
	Name string
}

// Actor is implemented by channels that can show what the business does.
type Actor interface {
	// Act shows the person at address that the business types or has read. last
	// is the provider's id of the person's newest message, "" when unknown.
	// Failure harms nothing and is not tried again.
	Act(ctx context.Context, address string, a Activity, last string) error
}

// Activity is what somebody does in a conversation besides writing.
type Activity string

// The activities, in the v1.1 API's words.
const (
	TypingStart Activity = "typing:start"
	TypingStop  Activity = "typing:stop"
	Read        Activity = "conversation:read"
)

// Request is what a provider sent.
type Request struct {
	Method string
	// URL is the public URL that the provider was given, with the path and
	// query exactly as received. Never built from the Host header.
	URL    string
	Path   string // what follows /hooks/{channel}/{integrationId}, for example "/status"
	Query  string // raw
	Header http.Header
	Body   []byte
}

// Received is what a provider's request said.
type Received struct {
	Facts  []Fact
	Answer Answer // what to answer once the facts are stored
}

// Answer is an HTTP answer to a provider.
type Answer struct {
	Status      int // 0 means 200
	ContentType string
	Body        string
}

// Type describes one kind of channel. A build lists its types in internal/app.
type Type struct {
	Name  string // on the wire and in hook paths: lower-case letters and digits
	Title string // for people

	// Family is what kinds of channel can stand in for each other ("sms", "mail");
	// "" means that none can.
	Family string

	// BaseURL is the provider's real base URL. The operator can point it
	// elsewhere with --provider-url.
	BaseURL string

	// MaxBody bounds one request of the provider, in bytes; 0 means 1 MB.
	MaxBody int64

	// Settings is a zero struct whose fields' tags drive validation, the
	// reference page and the removal of secrets: see Fields.
	Settings any

	// Check, which may be nil, refuses settings that each field alone allows. It is
	// given all of them, secrets included, and its errors show none.
	Check func(settings map[string]json.RawMessage) error

	// AddressField is the v1.1 API's name for the address ("phoneNumber", "address").
	AddressField string
	// LinkField is its name in an order to link, when that is another one.
	LinkField string
	// Normalise turns an address that a caller or the provider wrote into its
	// one spelling; ok is false for what cannot be an address.
	Normalise func(address string) (string, bool)

	// Aliases says that the provider may know a person by several addresses (see
	// MessageFact.Aliases), or change them.
	Aliases bool

	Notifiable bool // may be the target of a notification
	// KnownOnly says that nobody can be reached before they came by themselves: a
	// notification to an unknown address is refused, and makes no user.
	KnownOnly bool
	Linkable  []heliograph.Confirmation
	// Receipts says that the provider tells when a message reached the person,
	// so that being taken by the provider is not final.
	Receipts bool
	// ReceiptDeadline is when a missing receipt no longer can come.
	ReceiptDeadline time.Duration

	// Window is for how long after a person's last message anything but a template
	// may be sent; 0: always.
	Window time.Duration
	// Schema is the name of the provider's own messages that Content.Native may
	// hold; "" when it has none.
	Schema string
	// Surrounded says that Send needs Outgoing.About.
	Surrounded bool
	// Repeatable says that a message that is sent again replaces the first at the
	// person's, as a push does: what may have been sent is soon sent again, unless
	// the integration's policy says otherwise.
	Repeatable bool
	// Credentials names types of integrations whose settings are what Open falls
	// back on: see Config.Credentials.
	Credentials []string
	// SenderField is the setting that holds the provider's id of our sender, for
	// providers that tell of several senders at one URL: see Fact.For.
	SenderField string
	// RatePerSecond is how many messages one sender may send; 0: no limit of its own.
	RatePerSecond float64
	// Media bounds the files that it carries.
	Media MediaLimits

	// Timeout bounds one call. It must be shorter than a lane lease.
	Timeout time.Duration

	// Open is nil for a type that this build knows by its settings alone: its
	// integrations are kept, and every use of them says that there is no channel.
	Open func(Config, Deps) (Channel, error)
}

// MediaLimits are the files that a channel carries: how large they may be, in
// bytes, by MIME type or by "image/*". A type that none matches it does not carry.
type MediaLimits map[string]int64

// Config is one integration's configuration.
type Config struct {
	Integration heliograph.IntegrationID
	Settings    []byte            // JSON for Type.Settings, secrets included
	Info        map[string]string // what Verify returned
	// Credentials holds by type, for each type of Type.Credentials, the settings of
	// the app's oldest integration of it, secrets included.
	Credentials map[string]json.RawMessage
}

// Deps is what the host hands every channel.
type Deps struct {
	HTTP http.RoundTripper // keeps connections; no redirects are followed
	// HTTP2 is HTTP that speaks nothing but HTTP/2, over TLS or, to a http URL,
	// without.
	HTTP2 http.RoundTripper
	// Guarded is HTTP for URLs that a tenant wrote: it reaches no private address
	// unless the operator allows that.
	Guarded http.RoundTripper
	// GuardedAs returns a transport that is guarded alike and shows a certificate to
	// who asks for one.
	GuardedAs func(tls.Certificate) http.RoundTripper
	// Plain says that URLs that a tenant or a device wrote need not be https.
	Plain bool
	// Dial connects to a host that a tenant wrote, guarded alike.
	Dial    func(ctx context.Context, network, address string) (net.Conn, error)
	BaseURL string // Type.BaseURL or the operator's, no trailing slash
	// HookURL is this integration's public prefix for the provider's calls:
	// https://host/hooks/{type}/{integrationId}.
	HookURL string
	Clock   heliograph.Clock
	Log     *slog.Logger
	// Auth authenticates text that goes out and comes back: a reply address, a
	// message id.
	Auth Authenticator
	// Media opens a file that we serve ourselves under url; an error of kind
	// NotFound when it is not ours. For providers that cannot reach us.
	Media func(ctx context.Context, url string) (*Blob, error)
}

// Authenticator makes and checks message authentication codes with a key of the
// host's, which outlives restarts and rotations.
type Authenticator interface {
	// MAC returns 32 hex digits that prove text for one purpose.
	MAC(purpose, text string) string
	VerifyMAC(purpose, text, mac string) bool
}
