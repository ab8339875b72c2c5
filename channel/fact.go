package channel

import "heliograph"

// Fact is one thing that a provider told us. Exactly one of Status, Message,
// Consent, Template and Moved is set.
type Fact struct {
	// Key tells repetitions of the fact apart from new ones. It is unique within
	// the integration.
	Key string
	At  heliograph.Millis // when the provider says it happened; 0: not told
	// For is the provider's id of the sender that it concerns, when that may be
	// another than this integration's (see Type.SenderField); "" means this one.
	For string

	Status   *StatusFact
	Message  *MessageFact
	Consent  *ConsentFact
	Template *TemplateFact
	Moved    *MovedFact
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
	Price  string // for example "0.0075 USD"; "" not told
	Result Result // with Failed: why
}

// MessageFact is a message of a customer.
type MessageFact struct {
	From string // normalised
	// Aliases are other addresses of the same person, normalised, as far as the
	// provider tells them along (a phone number beside a business-scoped id).
	Aliases  []string
	To       string
	External string
	Text     string
	Media    []Media
	// Content is a message that is neither text nor media (a location); then Text
	// and Media are empty.
	Content *heliograph.Content
	// Payload is that of the button or reply that the person chose; Text is its title.
	Payload string
	// Reaction says that it is no answer but a mark on a message, whose emoji is Text.
	Reaction bool
	// Resubscribes says that writing lifts what the person's unsubscription from
	// this sender stopped, as with mail.
	Resubscribes bool
	// Automatic says that a machine answered for the person (an out-of-office note).
	Automatic bool
	Mail      *heliograph.Mail // of an e-mail
	Name      string           // a display name, when the provider knows one
	Info      map[string]string
	// Keyword is set when the provider itself took the message for an opt-out
	// ("stop"), an opt-in ("start") or a call for help ("help").
	Keyword string
	// ProviderAnswers says that the provider or carrier answers opt-out keywords
	// itself, so that we must stay silent.
	ProviderAnswers bool
	// Answers is the delivery that the message quotes, when the provider says so.
	Answers heliograph.NotificationID
	// Proven says that Answers was authenticated (a reply address with a MAC), so
	// that the message belongs to that delivery's conversation whatever From is.
	Proven bool
	// AnswersExternal is the provider's id of the quoted message.
	AnswersExternal string
}

// Media is an attachment of a customer's message. Either URL or ID says where
// it is to be fetched, by Fetcher; or Data is all of it.
type Media struct {
	URL    string
	ID     string // the provider's
	Type   string // MIME
	Name   string
	Size   int64  // bytes; 0 not told
	SHA256 string // hex; "" not told
	Data   []byte
}

// ConsentFact is a change of what a person allows that the provider tells of
// without a message: an unsubscription, a complaint, a resumption.
type ConsentFact struct {
	Address  string // normalised; "" not told, or taken out: then Delivery says
	Action   heliograph.ConsentAction
	Scope    heliograph.ConsentScope
	Source   heliograph.ConsentSource
	Delivery heliograph.NotificationID // what led to it, when that is proven: its address counts
	Word     string                    // the provider's own
}

// TemplateFact says that one of the provider's templates changed.
type TemplateFact struct {
	Name     string
	Language string
	Status   string
}

// MovedFact says that a person has a new address at the provider.
type MovedFact struct {
	From    string   // normalised
	To      string   // normalised
	Aliases []string // other addresses of the person from now on
}
