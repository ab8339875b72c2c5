package media

import (
	"context"
	"strings"

	"heliograph"
	"heliograph/channel"
)

// Hold stores a file that a provider's request holds whole, before the message
// is taken in: outside of the transaction, so that a large file does not keep
// others waiting. What no message adopts within the hour goes again. A file that
// is to be fetched is not held.
func (s *Service) Hold(ctx context.Context, in *heliograph.Integration, m *channel.Media) (heliograph.MediaID, error) {
	if len(m.Data) == 0 {
		return heliograph.MediaID{}, nil
	}
	f := s.file(in.App, FromInbound, m.Type, m.Name)
	f.Integration = in.ID
	if err := s.hold(ctx, f, m.Data); err != nil {
		return heliograph.MediaID{}, err
	}
	return f.ID, nil
}

// Adopt makes what a customer attached to msg a file of ours, in the transaction
// of ctx, and has msg name it: by a URL that never changes, whether the file is
// here already or is still to be fetched.
func (s *Service) Adopt(ctx context.Context, in *heliograph.Integration, msg *heliograph.Message, m *channel.Media, held heliograph.MediaID) error {
	f, err := s.adopted(ctx, in, msg, m, held)
	if err != nil {
		return err
	}
	msg.MediaURL, msg.MediaType, msg.MediaSize, msg.AltText = s.URL(f), f.Type, f.Size, altText(m.Name)
	return nil
}

func (s *Service) adopted(ctx context.Context, in *heliograph.Integration, msg *heliograph.Message, m *channel.Media, held heliograph.MediaID) (*File, error) {
	if !held.IsZero() {
		f, err := s.Store.Get(ctx, in.App, held)
		if err != nil {
			return nil, err
		}
		f.User, f.Message = msg.User, msg.ID
		s.Store.AfterCommit(ctx, func() { s.Watch.MediaBytes("fetched", f.Size) })
		return f, s.Store.Publish(ctx, f)
	}
	f := s.file(in.App, FromInbound, m.Type, m.Name)
	f.State, f.Due = Pending, f.Created
	f.Integration, f.User, f.Message = in.ID, msg.User, msg.ID
	f.Size, f.Source = max(0, m.Size), Source{URL: m.URL, ID: m.ID, SHA256: m.SHA256}
	s.Store.AfterCommit(ctx, s.look)
	return f, s.Store.Insert(ctx, f)
}

// altText is a file's name as its message shows it.
func altText(name string) string {
	if r := []rune(strings.TrimSpace(name)); len(r) > heliograph.MaxAltRunes {
		return string(r[:heliograph.MaxAltRunes])
	}
	return strings.TrimSpace(name)
}

// Use notes, in the transaction of ctx, that msg shows a file of ours, if it
// does: msg tells the file's type and size, and an upload that is the user's
// goes when msg goes.
func (s *Service) Use(ctx context.Context, msg *heliograph.Message) error {
	f, err := s.describe(ctx, msg.App, &msg.Content)
	if err != nil || f == nil {
		return err
	}
	return s.Store.Attach(ctx, f, msg)
}

// Describe has what is to be sent tell the type and size of the file of ours that
// it shows, if it does: some channels send files by these.
func (s *Service) Describe(ctx context.Context, app heliograph.AppID, c *heliograph.Content) error {
	_, err := s.describe(ctx, app, c)
	return err
}

// describe returns the file of ours that c shows; nil when it shows none.
func (s *Service) describe(ctx context.Context, app heliograph.AppID, c *heliograph.Content) (*File, error) {
	ref, ok := s.Parse(c.MediaURL)
	if !ok || ref.App != app {
		return nil, nil
	}
	f, err := s.find(ctx, ref)
	if heliograph.IsKind(err, heliograph.NotFound) {
		return nil, nil // a mistake, but the message's own
	}
	if err != nil {
		return nil, err
	}
	if c.MediaType == "" {
		c.MediaType = f.Type
	}
	c.MediaSize = f.Size
	return f, nil
}
