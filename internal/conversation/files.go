package conversation

import (
	"context"

	"heliograph"
	"heliograph/channel"
)

// Files keeps what customers attach, and knows the files that we serve.
type Files interface {
	// Hold stores a file that a provider's request holds whole, before its message
	// is taken in. It returns zero for one that is still to be fetched.
	Hold(ctx context.Context, in *heliograph.Integration, m *channel.Media) (heliograph.MediaID, error)
	// Adopt makes a file of ours of what is attached to msg, in the transaction of
	// ctx, and has msg show it. held is what Hold returned.
	Adopt(ctx context.Context, in *heliograph.Integration, msg *heliograph.Message, m *channel.Media, held heliograph.MediaID) error
	// Use notes, in the transaction of ctx, that msg shows a file of ours, if it
	// does.
	Use(ctx context.Context, msg *heliograph.Message) error
	// Ours reports whether a URL may be one of our files.
	Ours(url string) bool
}

// holding is what was stored of each fact's attachments before its message. The
// nil holding is nothing.
type holding [][]heliograph.MediaID

func (h holding) of(fact, attachment int) (id heliograph.MediaID) {
	if fact < len(h) && attachment < len(h[fact]) {
		id = h[fact][attachment]
	}
	return id
}

// hold stores the attachments that came whole.
func (s *Service) hold(ctx context.Context, in *heliograph.Integration, facts []channel.Fact) (holding, error) {
	var out holding
	for i := range facts {
		for j := range facts[i].Message.Media {
			m := &facts[i].Message.Media[j]
			if len(m.Data) == 0 {
				continue
			}
			if out == nil {
				out = make(holding, len(facts))
			}
			if out[i] == nil {
				out[i] = make([]heliograph.MediaID, len(facts[i].Message.Media))
			}
			var err error
			if out[i][j], err = s.Files.Hold(ctx, in, m); err != nil {
				return nil, err
			}
		}
	}
	return out, nil
}

// adopt has m show the attachment that its place among the contents of f stands
// for, if any.
func (s *Service) adopt(ctx context.Context, in *heliograph.Integration, m *heliograph.Message, f *channel.MessageFact, n int, held func(int) heliograph.MediaID) error {
	if f.Content != nil || n >= len(f.Media) {
		return nil
	}
	return s.Files.Adopt(ctx, in, m, &f.Media[n], held(n))
}

// use notes that m shows a file of ours, if it shows any.
func (s *Service) use(ctx context.Context, m *heliograph.Message) error {
	if m.MediaURL == "" {
		return nil
	}
	return s.Files.Use(ctx, m)
}
