package conversation

import (
	"context"

	"heliograph"
)

// PostOnce stores what a user says through the API, with an idempotency key. nil
// is no error: the fast way does not take it, and nothing was stored.
func (s *Service) PostOnce(ctx context.Context, p *Post, once *Once) (*Kept, error) {
	_, kept, err := s.postFast(ctx, p, once)
	return kept, err
}

// postFast tries the fast way; with nil for all nothing was stored.
func (s *Service) postFast(ctx context.Context, p *Post, once *Once) (*Posted, *Kept, error) {
	if businessOnly(p) != nil {
		return nil, nil, nil // to be refused, but not before its user is known
	}
	if p.Content.Type == heliograph.FormResponseMessage {
		return nil, nil, nil // it changes the form too
	}
	if u := p.Content.MediaURL; u != "" && s.Files.Ours(u) {
		return nil, nil, nil // the file is to be noted with it
	}
	what := &Saying{App: p.App.ID, Name: p.Name, At: s.now(), Once: once}
	if p.User != nil {
		what.Name = p.User.ID.String()
	}
	var out *Posted
	what.Write = func(at *Place) bool {
		out = s.place(at, p, what.At)
		return out != nil
	}
	if once != nil {
		what.Answer = func() (string, error) { return once.Answer(out) }
	}
	if err := s.Sayings.Say(ctx, what); err != nil {
		return nil, nil, err
	}
	if !what.Done {
		return nil, what.Kept, nil
	}
	return out, what.Kept, nil
}

// place gives p its place in a conversation that is held; nil when that is full.
func (s *Service) place(at *Place, p *Post, now heliograph.Millis) *Posted {
	conv := at.Conversation
	if full(conv) != nil {
		return nil
	}
	said := takeIn(conv, now)
	m := s.message(conv, p.Role, kept(p.App, p.Content))
	m.Author.ID = at.User.ID.String()
	p.Via.mark(m)
	s.speak(at, m, said, p.Via.event())
	return &Posted{Message: m, Conversation: conv}
}

// full refuses more messages in a conversation that holds all it can.
func full(conv *heliograph.Conversation) error {
	if conv.Messages < heliograph.MaxMessages {
		return nil
	}
	return heliograph.Errorf(heliograph.Locked, heliograph.CodeLocked, "the conversation holds %d messages; delete them to go on", conv.Messages)
}

// businessOnly refuses what no user can say.
func businessOnly(p *Post) error {
	switch t := p.Content.Type; {
	case p.Destination != nil:
		return heliograph.InvalidField("destination", "is for messages of the appMaker only")
	case p.Category != "":
		return heliograph.InvalidField("category", "is for messages of the appMaker only")
	case len(p.Content.Actions) > 0:
		return heliograph.InvalidField("actions", "are for messages of the appMaker only")
	case p.Content.Native != nil:
		return heliograph.InvalidField("messageSchema", "is for messages of the appMaker only")
	case t == heliograph.CarouselMessage || t == heliograph.ListMessage || t == heliograph.FormMessage:
		return heliograph.InvalidField("type", "%s is for messages of the appMaker only", t)
	}
	return nil
}

// postCustomer stores what a user says where the fast way does not.
func (s *Service) postCustomer(ctx context.Context, p *Post) (out *Posted, err error) {
	if err := businessOnly(p); err != nil {
		return nil, err
	}
	err = s.Tx.Atomically(ctx, func(ctx context.Context) error {
		now := s.now()
		user, err := s.started(ctx, p.User, now)
		if err != nil {
			return err
		}
		conv, err := s.Conversations.Lock(ctx, p.App.ID, user.Conversation)
		if err != nil {
			return err
		}
		if err := full(conv); err != nil {
			return err
		}
		c, err := s.formAnswered(ctx, conv, p.Content)
		if err != nil {
			return err
		}
		said := takeIn(conv, now)
		m := s.message(conv, p.Role, kept(p.App, c))
		m.Author.ID = user.ID.String()
		p.Via.mark(m)
		if err := s.use(ctx, m); err != nil {
			return err
		}
		if err := s.customerSaid(ctx, user, conv, m, said, p.Via.event()); err != nil {
			return err
		}
		out = &Posted{Message: m, Conversation: conv}
		return nil
	})
	return out, err
}
