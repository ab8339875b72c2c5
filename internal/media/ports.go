package media

import (
	"context"

	"heliograph"
	"heliograph/channel"
)

// Store keeps files. What is written on behalf of an attempt or an upload is
// refused with an error of kind Conflict once that is not the newest any more.
type Store interface {
	Insert(ctx context.Context, f *File) error
	// Get returns a file of an app that exists, or an error of kind NotFound.
	Get(ctx context.Context, app heliograph.AppID, id heliograph.MediaID) (*File, error)
	// Append stores piece n of a file.
	Append(ctx context.Context, f *File, n int, data []byte) error
	// Chunk returns piece n, or an error of kind NotFound.
	Chunk(ctx context.Context, app heliograph.AppID, id heliograph.MediaID, n int) ([]byte, error)
	// Trim removes up to limit pieces of a file and reports whether there may be more.
	Trim(ctx context.Context, f *File, limit int) (more bool, err error)
	// Publish makes f, whose pieces are all there, a stored file, and has the
	// message that it goes with say its type and size.
	Publish(ctx context.Context, f *File) error
	// Measure notes the type, size and sum of an upload that is not published yet.
	Measure(ctx context.Context, f *File) error
	// Claim starts attempts to fetch up to limit files that are due, until is the
	// end of their lease. Files of the integrations in except are left out.
	Claim(ctx context.Context, now, until heliograph.Millis, limit int, except []heliograph.IntegrationID) ([]*File, error)
	// Release ends the leases of all attempts, for when nobody else can be at work.
	Release(ctx context.Context, now heliograph.Millis) error
	// Hurry makes a pending file due that was not tried since a moment.
	Hurry(ctx context.Context, app heliograph.AppID, id heliograph.MediaID, now, triedBefore heliograph.Millis) error
	// Retry ends an attempt: it is to be tried again at f.Due.
	Retry(ctx context.Context, f *File) error
	// Lose ends the last attempt.
	Lose(ctx context.Context, f *File) error
	// Attach gives a file to a message. An upload without a message, of the
	// message's user, only; for all others nothing happens.
	Attach(ctx context.Context, f *File, m *heliograph.Message) error
	// Remove takes a file away and reports whether there was one.
	Remove(ctx context.Context, app heliograph.AppID, id heliograph.MediaID) (bool, error)
	// Sweep removes up to limit pieces of files that are gone or were abandoned
	// while they were uploaded, and reports whether there is more to do.
	Sweep(ctx context.Context, now heliograph.Millis, limit int) (more bool, err error)
	// AfterCommit runs f once the transaction of ctx has committed.
	AfterCommit(ctx context.Context, f func())
}

// Channels opens the channel of an integration.
type Channels interface {
	Lookup(ctx context.Context, id heliograph.IntegrationID) (*heliograph.Integration, channel.Channel, *channel.Type, error)
}

// Watch is told how files fare.
type Watch interface {
	// MediaFetched tells how an attempt ended: stored, retry or lost.
	MediaFetched(outcome string)
	// MediaBytes counts what went in (fetched, uploaded) or out (served).
	MediaBytes(way string, n int64)
}
