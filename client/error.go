package client

import (
	"errors"
	"fmt"
	"net/http"
)

// Codes of errors that are this library's own. The server's are in its API's documentation.
const (
	CodeInvalidAuth    = "invalid_auth"    // the server: a JWT is missing or no longer good
	CodeInvalidSession = "invalid_session" // the server: the device is logged out
	CodeClosed         = "closed"          // the client was closed
	CodeOutboxFull     = "outbox_full"     // too much waits to be sent
	CodeInvalid        = "invalid"         // what was asked makes no sense
	CodeUncertain      = "uncertain"       // it may have been sent, too long ago for the server to tell
)

// Error is an answer of the server that was no success, or a refusal of this library.
type Error struct {
	Status      int // of HTTP; 0: this library's own
	Code        string
	Description string
	Field       string // the one that is wrong
	RetryAfter  int    // seconds; 0: the server did not say
}

func (e *Error) Error() string {
	if e.Field != "" {
		return fmt.Sprintf("%s: %s (%s)", e.Code, e.Description, e.Field)
	}
	return e.Code + ": " + e.Description
}

func refuse(code, description string) error { return &Error{Code: code, Description: description} }

// codeOf returns an error's code; "" when it is not an Error: the network's, say.
func codeOf(err error) string {
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Code
	}
	return ""
}

// passing reports whether an error may be gone when the same is tried again.
func passing(err error) bool {
	e, ok := errors.AsType[*Error](err)
	if !ok {
		return err != nil
	}
	return e.Status == http.StatusTooManyRequests || e.Status == http.StatusRequestTimeout || e.Status >= 500
}
