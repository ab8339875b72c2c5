package conversation

import (
	"context"

	"heliograph"
)

// Sayings is the fast way in: it stores what many users say at once by one
// write. It takes the usual case only, somebody known who has a conversation.
// For all else there is the way through the other ports.
type Sayings interface {
	// Say stores what a user says and returns when it is committed. Done and
	// Kept tell whether it did; with neither, nothing was stored. When it fails,
	// what is said may still be looked at.
	Say(ctx context.Context, what *Saying) error
}

// Saying is what one user says at a time, and the store's answer.
type Saying struct {
	App heliograph.AppID
	At  heliograph.Millis

	// Either Name or From tells who says it.
	Name string // the user's id, or the caller's own id for it; an id wins
	From *From

	// Write is asked, with the conversation held, what is to be stored; false:
	// nothing. It does nothing else, because it may be asked again.
	Write func(*Place) bool

	Once   *Once                  // nil: it has no idempotency key
	Answer func() (string, error) // for Once; asked after Write

	Done bool  // the answer: it is stored, now or before
	Kept *Kept // the answer: what Once's key stands for
}

// From is who wrote to an integration, and the request that brought it.
type From struct {
	Integration *heliograph.Integration
	Address     string
	Record      heliograph.RecordID // of the request
	Key         string              // of the fact, which is taken in once
	Raw         []byte
	Since       heliograph.Millis // what was sent after it may be what is answered
}

// Once is an idempotency key and what it is to stand for, for a day.
type Once struct {
	Route, Key string
	Digest     []byte // of the request
	Status     int    // of the answer
	Answer     func(*Posted) (string, error)
}

// Kept is what an idempotency key stands for.
type Kept struct {
	Status int
	Answer string
	Same   bool // the key came with this request, not with another
	Again  bool // it was used before
}

// Place is where something said is stored.
type Place struct {
	User         *heliograph.User
	Client       *heliograph.Client       // of From; else nil
	Conversation *heliograph.Conversation // to be moved on
	Sent         []Sent                   // of From: what was sent lately, newest first
	Spoken       []Spoken                 // the answer, in order
}

// Spoken is one message, and the event that tells of it.
type Spoken struct {
	Message *heliograph.Message
	Event   *heliograph.Event
	// After is the moment after which notifications go with it. The store gives
	// the event those up to the message, the newest MaxContext, oldest first.
	After heliograph.Millis
}
