// Package media keeps files: what customers send, fetched from the providers,
// and what the business uploads. It gives each a URL of ours that nobody can
// guess, and opens it again. It speaks no API, and knows no SQL.
package media

import (
	"heliograph"
)

// ChunkBytes is the size of the pieces that a file is kept in: all but the last
// one have it. It bounds the memory that a file takes on its way, and the time
// that storing a piece holds up other writers.
const ChunkBytes = 256 << 10

// State says what there is of a file.
type State string

// The states.
const (
	Uploading State = "uploading" // on its way in; nobody may have it yet
	Pending   State = "pending"   // to be fetched from the provider
	Fetching  State = "fetching"  // being fetched
	Stored    State = "stored"
	Lost      State = "lost" // the provider did not give it
	Gone      State = "gone" // removed; what is left of it goes in the background
)

// Origin says how a file came.
type Origin string

// The origins.
const (
	FromUpload  Origin = "upload"
	FromInbound Origin = "inbound"
)

// Access says who may read a file.
type Access string

// The accesses.
const (
	Public  Access = "public"  // whoever has its URL
	Private Access = "private" // whoever has its URL and a credential of its app
)

// Secret is the part of a file's URL that cannot be guessed.
type Secret [16]byte

// File is one file.
type File struct {
	App    heliograph.AppID
	ID     heliograph.MediaID
	Secret Secret
	State  State
	Origin Origin
	Access Access

	Type   string // MIME, without parameters; of what is not stored yet, as the sender says
	Name   string // safe as a file's name
	Size   int64
	SHA256 []byte

	User        heliograph.UserID    // whose it is; zero: the business's own
	Message     heliograph.MessageID // that it goes with, and is removed with
	Integration heliograph.IntegrationID
	Source      Source

	Attempts int
	Tried    heliograph.Millis // when the newest attempt began
	Due      heliograph.Millis // when somebody has to see to it; 0: never
	Reason   string            // of the newest failure: a Reason constant
	Created  heliograph.Millis
}

// Source is where a provider has a file.
type Source struct {
	URL    string `json:"url,omitempty"`
	ID     string `json:"id,omitempty"`
	SHA256 string `json:"sha256,omitempty"` // hex, as the provider says
}

// Reasons why a file could not be had.
const (
	ReasonGone        = "gone"        // the provider does not have it any more
	ReasonTooLarge    = "too_large"   // larger than --max-media-mb
	ReasonRefused     = "refused"     // its URL leads where this server does not go
	ReasonChecksum    = "checksum"    // it is not what the provider announced
	ReasonUnreachable = "unreachable" // the provider did not answer, or not in time
	ReasonNoChannel   = "no_channel"  // its integration is gone
)

func errNoFile() error {
	return heliograph.Errorf(heliograph.NotFound, heliograph.CodeNotFound, "there is no such file")
}
