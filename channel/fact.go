package channel

import "heliograph"

// Fact is one thing that a provider told us: the fate of a message that we
// sent, or a message of a customer. Exactly one of Status and Message is set.
type Fact struct {
	// Key tells repetitions of the fact apart from new ones. It is unique within
	// the integration.
	Key     string
	At      heliograph.Millis // when the provider says it happened; 0: not told
	Status  *StatusFact
	Message *MessageFact
}

// StatusFact is the fate of a message that we sent.
type StatusFact struct {
	// Delivery and Attempt are what Outgoing carried, echoed. Delivery is zero
	// when the provider did not echo it; then External finds it.
	Delivery heliograph.NotificationID
	Attempt  int
	External string
	Address  string
	// Status is AtChannel, AtUser or Failed; "" for a word that changes nothing.
	Status heliograph.Status
	Read   bool   // with AtUser: it was read
	Word   string // the provider's own status word
	Result Result // with Failed: why
}

// MessageFact is a message of a customer.
type MessageFact struct {
	From     string // normalised
	To       string
	External string
	Text     string
	Media    []Media
	Name     string // a display name, when the provider knows one
	Info     map[string]string
	// Keyword is set when the provider itself took the message for an opt-out
	// ("stop"), an opt-in ("start") or a call for help ("help").
	Keyword string
	// ProviderAnswers says that the provider or carrier answers opt-out keywords
	// itself, so that we must stay silent.
	ProviderAnswers bool
	// Answers is the delivery that the message quotes, when the provider says so.
	Answers heliograph.NotificationID
	// AnswersExternal is the provider's id of the quoted message.
	AnswersExternal string
}

// Media is an attachment of a customer's message.
type Media struct {
	URL  string
	Type string // MIME
}
