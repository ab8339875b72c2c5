package media

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"strings"

	"heliograph"
)

var (
	errTooLarge = errors.New("the file is too large")
	errChecksum = errors.New("the file is not what was announced")
)

// readError is a failure of where a file comes from, not of where it goes.
type readError struct{ error }

func (e readError) Unwrap() error { return e.error }

// write stores what from gives as the content of f, a piece at a time, and fills
// in what is known then. f is not published yet. More than limit bytes are
// errTooLarge.
func (s *Service) write(ctx context.Context, f *File, from io.Reader, limit int64) error {
	sum := sha256.New()
	piece := make([]byte, ChunkBytes)
	var size int64
	for n := 0; ; n++ {
		got, err := io.ReadFull(from, piece)
		end := err == io.EOF || err == io.ErrUnexpectedEOF
		if err != nil && !end {
			return readError{err}
		}
		if size += int64(got); size > limit {
			return errTooLarge
		}
		if n == 0 {
			f.Type = kindOf(f.Type, piece[:got])
		}
		if got > 0 {
			sum.Write(piece[:got])
			if err := s.Store.Append(ctx, f, n, piece[:got]); err != nil {
				return err
			}
		}
		if end {
			break
		}
	}
	f.Size, f.SHA256 = size, sum.Sum(nil)
	if want := f.Source.SHA256; want != "" && !strings.EqualFold(want, hex.EncodeToString(f.SHA256)) {
		return errChecksum
	}
	return nil
}

// abandonedAfter is when an upload that was not finished is taken for abandoned.
const abandonedAfter = 3_600_000 // milliseconds

// Draft says what is to be uploaded.
type Draft struct {
	App    heliograph.AppID
	User   heliograph.UserID // whose it is; zero: the business's own
	Access Access
	Type   string // as its sender says; "" unknown
	Name   string // likewise
}

// Upload stores a file that somebody hands over.
func (s *Service) Upload(ctx context.Context, n Draft, from io.Reader) (*File, error) {
	f := s.file(n.App, FromUpload, n.Type, n.Name)
	f.User, f.Access = n.User, n.Access
	if err := s.take(ctx, f, from, s.Limits.Upload); err != nil {
		return nil, err
	}
	s.Watch.MediaBytes("uploaded", f.Size)
	return f, s.publish(ctx, f)
}

// publish makes an upload a file, or takes away what there is of it.
func (s *Service) publish(ctx context.Context, f *File) error {
	err := s.Store.Publish(ctx, f)
	if err != nil {
		s.discard(ctx, f)
		return err
	}
	f.State, f.Due = Stored, 0
	return nil
}

// file makes a file that is on its way in.
func (s *Service) file(app heliograph.AppID, o Origin, typ, name string) *File {
	typ = plainType(typ)
	now := s.now()
	return &File{
		App: app, ID: s.IDs.Media(), Secret: s.secret(), State: Uploading, Origin: o, Access: Public,
		Type: typ, Name: fileName(name, typ), Created: now, Due: now + abandonedAfter,
	}
}

// take stores f with its content, unpublished.
func (s *Service) take(ctx context.Context, f *File, from io.Reader, limit int64) error {
	if err := s.Store.Insert(ctx, f); err != nil {
		return err
	}
	err := s.write(ctx, f, from, limit)
	if err == nil && f.Size == 0 {
		err = heliograph.Errorf(heliograph.Invalid, heliograph.CodeBadRequest, "the file is empty")
	}
	if err == nil {
		return nil
	}
	s.discard(ctx, f)
	var read readError
	switch {
	case errors.Is(err, errTooLarge):
		return heliograph.Errorf(heliograph.TooLarge, heliograph.CodePayloadTooLarge, "the file is larger than %d MB", limit>>20)
	case errors.As(err, &read):
		if e, ok := errors.AsType[*heliograph.Error](err); ok {
			return e
		}
		return heliograph.Errorf(heliograph.Invalid, heliograph.CodeBadRequest, "the file ended early")
	}
	return err
}

// discard takes away what was stored of an upload that failed. If that fails as
// well, it goes once it is taken for abandoned.
func (s *Service) discard(ctx context.Context, f *File) {
	_, _ = s.Store.Remove(context.WithoutCancel(ctx), f.App, f.ID)
}

// Remove takes away a file of app by its URL. An error of kind Invalid: the URL
// is not one of ours; NotFound: there is no such file.
func (s *Service) Remove(ctx context.Context, app heliograph.AppID, url string) error {
	ref, ok := s.Parse(url)
	if !ok {
		if s.Ours(url) {
			return errNoFile()
		}
		return heliograph.InvalidField("mediaUrl", "is not a file of this server: those begin with %s", s.BaseURL+Prefix)
	}
	f, err := s.find(ctx, ref)
	if err != nil {
		return err
	}
	if f.App != app {
		return errNoFile()
	}
	ok, err = s.Store.Remove(ctx, app, f.ID)
	if err == nil && !ok {
		return errNoFile()
	}
	return err
}

// hold stores what came whole, unpublished.
func (s *Service) hold(ctx context.Context, f *File, data []byte) error {
	if err := s.take(ctx, f, bytes.NewReader(data), int64(len(data))); err != nil {
		return err
	}
	return s.Store.Measure(ctx, f)
}
