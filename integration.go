package heliograph

import (
	"encoding/json"
	"time"
)

// IntegrationStatus is the health of an integration.
type IntegrationStatus string

// The statuses of an integration.
const (
	IntegrationActive   IntegrationStatus = "active"
	IntegrationInactive IntegrationStatus = "inactive"
	IntegrationError    IntegrationStatus = "error" // the provider rejects the credentials
)

// Integration is one configured channel of an app.
type Integration struct {
	ID          IntegrationID
	App         AppID
	Type        string // the channel's name, for example "twilio"
	DisplayName string
	Status      IntegrationStatus
	Error       string // why Status is IntegrationError

	// Settings is the channel's own document, secret fields removed; Secrets
	// holds just those fields. Both are JSON objects.
	Settings json.RawMessage
	Secrets  Secret
	// Info is what the provider told us at verification, for example the name
	// and number of a sender.
	Info map[string]string

	Delivery DeliverySettings
	Created  Millis
	Updated  Millis

	PausedUntil Millis // 0: not paused; far future: until someone resumes it
	PauseReason string
}

// UnknownPolicy says what becomes of an attempt whose outcome is not known
// after the echo window.
type UnknownPolicy string

// The policies.
const (
	ResendUnknown UnknownPolicy = "resend" // at least once
	FailUnknown   UnknownPolicy = "fail"   // at most once
	HoldUnknown   UnknownPolicy = "hold"   // wait for an echo, a look-up or a person
)

// DeliverySettings bound and steer the lane of one integration. Zero values
// mean the channel's defaults.
type DeliverySettings struct {
	RatePerSecond float64 `json:"ratePerSecond,omitempty"` // messages, over all processes
	Concurrency   int     `json:"concurrency,omitempty"`   // calls in flight, over all processes

	UnknownTransactional UnknownPolicy `json:"unknownTransactional,omitempty"`
	UnknownMarketing     UnknownPolicy `json:"unknownMarketing,omitempty"`
	EchoWindowSeconds    int           `json:"echoWindowSeconds,omitempty"`
	MaxAttempts          int           `json:"maxAttempts,omitempty"`

	// Failover names who takes over what this integration cannot send; nil: nobody.
	Failover *Failover `json:"failover,omitempty"`

	// WebhookURL also gets this integration's delivery events and answers.
	WebhookURL string `json:"webhookUrl,omitempty"`
}

// Failover is the rule by which another integration takes over. Nothing whose
// outcome is unknown is ever sent twice by it.
type Failover struct {
	// Integration is another one of the app whose channel has the same addresses
	// (a second provider of SMS).
	Integration IntegrationID `json:"integrationId"`
	// AfterAttempts is how many attempts of a message may fail first; 0 means 3. A
	// provider that is paused, or refuses the credentials, is not waited for.
	AfterAttempts int `json:"afterAttempts,omitempty"`
}

// Attempts returns how many attempts of a message may fail first.
func (f *Failover) Attempts() int {
	if f.AfterAttempts > 0 {
		return f.AfterAttempts
	}
	return 3
}

// DefaultEchoWindow is how long an unknown outcome waits for the provider's echo.
const DefaultEchoWindow = 2 * time.Minute

// EchoWindow returns how long an unknown outcome waits for the provider's echo.
func (d DeliverySettings) EchoWindow() time.Duration {
	if d.EchoWindowSeconds > 0 {
		return time.Duration(d.EchoWindowSeconds) * time.Second
	}
	return DefaultEchoWindow
}

// Policy returns what to do with an unknown outcome of category c. Unless set
// otherwise transactional messages are sent again and marketing fails.
func (d DeliverySettings) Policy(c Category) UnknownPolicy {
	if c == Marketing {
		if d.UnknownMarketing != "" {
			return d.UnknownMarketing
		}
		return FailUnknown
	}
	if d.UnknownTransactional != "" {
		return d.UnknownTransactional
	}
	return ResendUnknown
}
