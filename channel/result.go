package channel

import (
	"time"

	"heliograph"
)

// Class is what kind of end an attempt came to. The engine acts on the class
// alone; everything else in a Result is for people.
type Class uint8

// The classes.
const (
	// ClassAccepted: the provider took it; its fate comes by webhook.
	ClassAccepted Class = iota + 1
	// ClassRetry: surely not processed (429, connection refused, 503 with
	// Retry-After); it is queued again, with backoff.
	ClassRetry
	// ClassUnknown: it may have been processed (time-out after the body was
	// sent, reset, any other 5xx). It is never blindly sent again.
	ClassUnknown
	// ClassPause: the sender or account is limited or broken; the lane stops,
	// and this message stays queued.
	ClassPause
	// ClassFinal: it will never work for this recipient or content.
	ClassFinal
)

func (c Class) String() string {
	switch c {
	case ClassAccepted:
		return "accepted"
	case ClassRetry:
		return "retry"
	case ClassUnknown:
		return "unknown"
	case ClassPause:
		return "pause"
	case ClassFinal:
		return "final"
	}
	return "none"
}

// Result is how one attempt ended.
type Result struct {
	Class    Class
	External []string      // the provider's ids, one for each part it made
	Parts    int           // 0: not told
	Price    string        // for example "0.0075 USD"; "" not told
	After    time.Duration // ClassRetry, ClassPause: not before; 0: the engine decides
	Reason   string        // ClassFinal, ClassPause: a Reason constant
	Message  string        // what to tell a person; never a secret
	// HTTPStatus and ProviderCode are the provider's own words.
	HTTPStatus   int
	ProviderCode string
	// Suppress, with ClassFinal, stops later sends to the address.
	Suppress *Suppress
	// OneMoreTry, with ClassFinal, allows one retry first.
	OneMoreTry bool
	// OnlyThis, with ClassRetry, says that this recipient must wait, and that
	// nothing is wrong with the sender.
	OnlyThis bool
	// Aliases, with ClassAccepted, are other addresses, normalised, by which the
	// provider knows the recipient.
	Aliases []string
	// Gone, with ClassFinal, says that the device's push token is dead: it is dropped.
	Gone bool
}

// Suppress says how far an address is to be suppressed, and why.
type Suppress struct {
	Scope  heliograph.ConsentScope
	Source heliograph.ConsentSource
	For    time.Duration // 0: until somebody lifts it
}

// Error returns the result as what is stored of a failure.
func (r *Result) Error() *heliograph.DeliveryError {
	return &heliograph.DeliveryError{Code: r.Reason, Message: r.Message, HTTPStatus: r.HTTPStatus, Provider: r.ProviderCode}
}

// Accepted returns the result of a message that the provider took.
func Accepted(status int, external ...string) Result {
	return Result{Class: ClassAccepted, External: external, HTTPStatus: status}
}

// Final returns the result of a message that will never work.
func Final(reason, message string) Result {
	return Result{Class: ClassFinal, Reason: reason, Message: message}
}
