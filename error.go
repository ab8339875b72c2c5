package heliograph

import (
	"errors"
	"fmt"
	"time"
)

// Kind says what went wrong in terms every layer understands. Only the HTTP
// layer knows which status a kind becomes.
type Kind uint8

// The kinds.
const (
	Internal        Kind = iota // our fault; the details are for the log only
	Invalid                     // the caller's input is wrong
	Unauthenticated             // no credential, or one that proves nothing
	Forbidden                   // a valid credential that may not do this
	NotFound
	Conflict
	TooLarge
	Locked      // the conversation is full
	RateLimited // try again after Error.RetryAfter
	Unavailable // a part we need is away for now
)

// Error is what every package returns for a failure that a caller can act on.
type Error struct {
	Kind       Kind
	Code       string        // one of the codes of this package: stable and documented
	Field      string        // the input's field, in the caller's own terms, when Kind is Invalid
	Message    string        // safe to show to the caller
	RetryAfter time.Duration // for RateLimited and Unavailable
	Err        error         // the cause, for the operator's log only
}

func (e *Error) Error() string {
	if e.Err != nil {
		return fmt.Sprintf("%s: %s: %v", e.Code, e.Message, e.Err)
	}
	return e.Code + ": " + e.Message
}

func (e *Error) Unwrap() error { return e.Err }

// Errorf builds an Error with a message that is safe to show.
func Errorf(kind Kind, code, format string, args ...any) *Error {
	return &Error{Kind: kind, Code: code, Message: fmt.Sprintf(format, args...)}
}

// InvalidField says that field (as the caller spelled its path, for example
// "destination.integrationId") does not hold. The message starts with the field.
func InvalidField(field, format string, args ...any) *Error {
	return &Error{Kind: Invalid, Code: CodeBadRequest, Field: field, Message: field + " " + fmt.Sprintf(format, args...)}
}

// AsError returns err as an *Error, hiding the details of anything that is not.
func AsError(err error) *Error {
	if e, ok := errors.AsType[*Error](err); ok {
		return e
	}
	return &Error{Kind: Internal, Code: CodeInternal, Message: "something went wrong on our side", Err: err}
}

// IsKind reports whether err is an *Error of kind k.
func IsKind(err error, k Kind) bool {
	e, ok := errors.AsType[*Error](err)
	return ok && e.Kind == k
}
