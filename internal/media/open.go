package media

import (
	"context"
	"crypto/subtle"
	"io"
	"time"

	"heliograph"
	"heliograph/channel"
)

// find returns the file that a URL names. A wrong secret is no such file.
func (s *Service) find(ctx context.Context, ref Ref) (*File, error) {
	f, err := s.Store.Get(ctx, ref.App, ref.ID)
	if err != nil {
		return nil, err
	}
	if subtle.ConstantTimeCompare(f.Secret[:], ref.Secret[:]) != 1 || f.State == Uploading || f.State == Gone {
		return nil, errNoFile()
	}
	return f, nil
}

// lookAgain is how often a reader looks whether a file has come.
const lookAgain = 100 * time.Millisecond

// eager is how long after an attempt a reader may bring about another one.
const eager = 10 * time.Second

// Find returns a file that can be read. One that is still with the provider is
// waited for a short while, and is then an error of kind Unavailable. One that
// is lost is an error of kind NotFound with a code of its own.
func (s *Service) Find(ctx context.Context, ref Ref) (*File, error) {
	f, err := s.find(ctx, ref)
	if err == nil && f.State != Stored && f.State != Lost {
		f, err = s.await(ctx, ref, f)
	}
	switch {
	case err != nil:
		return nil, err
	case f.State == Stored:
		return f, nil
	case f.State == Lost:
		return nil, heliograph.Errorf(heliograph.NotFound, heliograph.CodeMediaLost, "the provider did not give us this file (%s)", f.Reason)
	}
	after := min(max(f.Due.Sub(s.now()), 5*time.Second), time.Minute)
	return nil, &heliograph.Error{
		Kind: heliograph.Unavailable, Code: heliograph.CodeMediaPending, RetryAfter: after,
		Message: "this file is still on its way from the provider; try again shortly",
	}
}

// await has a file fetched now, and waits for it.
func (s *Service) await(ctx context.Context, ref Ref, f *File) (*File, error) {
	if f.State == Pending {
		now := s.now()
		if err := s.Store.Hurry(ctx, ref.App, ref.ID, now, now.Add(-eager)); err != nil {
			return nil, err
		}
		s.look()
	}
	ctx, cancel := context.WithTimeout(ctx, s.Limits.Wait)
	defer cancel()
	tick := time.NewTicker(lookAgain)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return f, nil
		case <-tick.C:
		}
		again, err := s.find(ctx, ref)
		switch {
		case ctx.Err() != nil:
			return f, nil
		case err != nil || again.State == Stored || again.State == Lost:
			return again, err
		}
		f = again
	}
}

// Read returns the content of a stored file. It is read a piece at a time, while
// ctx lasts.
func (s *Service) Read(ctx context.Context, f *File) *Content {
	return &Content{ctx: ctx, store: s.Store, file: f, watch: s.Watch, at: -1}
}

// Blob opens a file by its URL, for channels whose provider cannot reach us; an
// error of kind NotFound when the URL is none of ours.
func (s *Service) Blob(ctx context.Context, url string) (*channel.Blob, error) {
	ref, ok := s.Parse(url)
	if !ok {
		return nil, errNoFile()
	}
	f, err := s.Find(ctx, ref)
	if err != nil {
		return nil, err
	}
	return &channel.Blob{Body: s.Read(ctx, f), Type: f.Type, Size: f.Size, Name: f.Name}, nil
}

// Content reads a file. It is for one goroutine.
type Content struct {
	ctx   context.Context
	store Store
	watch Watch
	file  *File
	off   int64
	at    int // which piece is in memory; -1: none
	piece []byte
}

// Read implements io.Reader.
func (c *Content) Read(p []byte) (int, error) {
	if c.off >= c.file.Size {
		return 0, io.EOF
	}
	if len(p) == 0 {
		return 0, nil
	}
	if n := int(c.off / ChunkBytes); n != c.at {
		piece, err := c.store.Chunk(c.ctx, c.file.App, c.file.ID, n)
		if err != nil {
			return 0, err
		}
		c.at, c.piece = n, piece
	}
	from := int(c.off % ChunkBytes)
	if from >= len(c.piece) {
		return 0, io.ErrUnexpectedEOF
	}
	n := copy(p, c.piece[from:])
	c.off += int64(n)
	c.watch.MediaBytes("served", int64(n))
	return n, nil
}

// Seek implements io.Seeker.
func (c *Content) Seek(offset int64, whence int) (int64, error) {
	switch whence {
	case io.SeekCurrent:
		offset += c.off
	case io.SeekEnd:
		offset += c.file.Size
	}
	if offset < 0 {
		return 0, io.ErrNoProgress
	}
	c.off = offset
	return offset, nil
}

// Close implements io.Closer.
func (c *Content) Close() error { return nil }
