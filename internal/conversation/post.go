package conversation

import (
	"context"

	"heliograph"
	"heliograph/internal/content"
)

// Post is a message that an API caller writes into a user's conversation.
type Post struct {
	App         *heliograph.App
	User        *heliograph.User // nil: Name is looked up
	Name        string           // the user's id, or the caller's own id for it; an id wins
	Role        heliograph.Role
	Via         *Via                  // customer only; nil: the API
	Content     *heliograph.Content   // checked by package content
	Extra       []*heliograph.Content // business only: messages that follow it
	Destination *Destination          // business only; nil: the client the user prefers
	Category    heliograph.Category   // business only; "": transactional
}

// Posted is a stored message and its conversation right after it.
type Posted struct {
	Message      *heliograph.Message
	Extra        []*heliograph.Message
	Conversation *heliograph.Conversation
}

// Post stores a message, tells of it, and sends a business's message to the
// user's client. The conversation starts when it has not yet. A user who cannot
// be reached still gets the message in the conversation.
func (s *Service) Post(ctx context.Context, p *Post) (*Posted, error) {
	if p.Role == heliograph.Customer {
		if out, _, err := s.postFast(ctx, p, nil); out != nil || err != nil {
			return out, err
		}
	}
	p, err := s.named(ctx, p)
	if err != nil {
		return nil, err
	}
	if p.Role == heliograph.Customer {
		return s.postCustomer(ctx, p)
	}
	if err := p.checkCategory(); err != nil {
		return nil, err
	}
	if p.Content.Type == heliograph.FormResponseMessage {
		return nil, heliograph.InvalidField("type", "formResponse is for messages of the appUser only")
	}
	return s.postBusiness(ctx, p)
}

func (p *Post) checkCategory() error {
	switch p.Category {
	case "", heliograph.Transactional, heliograph.Marketing:
		return nil
	}
	return heliograph.InvalidField("category", "must be transactional or marketing")
}

// named returns p with its user.
func (s *Service) named(ctx context.Context, p *Post) (*Post, error) {
	if p.User != nil {
		return p, nil
	}
	with := *p
	var err error
	with.User, err = s.Users.Resolve(ctx, p.App.ID, p.Name)
	return &with, err
}

func (s *Service) postBusiness(ctx context.Context, p *Post) (out *Posted, err error) {
	err = s.Tx.Atomically(ctx, func(ctx context.Context) error {
		clients, err := s.Clients.OfUser(ctx, p.App.ID, p.User.ID)
		if err != nil {
			return err
		}
		now := s.now()
		user, err := s.started(ctx, p.User, now)
		if err != nil {
			return err
		}
		out = &Posted{}
		for i, c := range append([]*heliograph.Content{p.Content}, p.Extra...) {
			var m *heliograph.Message
			if m, out.Conversation, err = s.say(ctx, p, user, clients, c, now); err != nil {
				return err
			}
			if i == 0 {
				out.Message = m
			} else {
				out.Extra = append(out.Extra, m)
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return out, nil
}

// say stores one message of a business, tells of it, and sends it to the client
// that it is for, if there is one.
func (s *Service) say(ctx context.Context, p *Post, user *heliograph.User, clients []heliograph.Client, c *heliograph.Content, now heliograph.Millis) (*heliograph.Message, *heliograph.Conversation, error) {
	target, choices, err := s.target(ctx, p, c, clients)
	if err != nil {
		return nil, nil, err
	}
	conv, err := s.Conversations.Advance(ctx, p.App.ID, user.Conversation, now, heliograph.MaxMessages)
	if err != nil {
		return nil, nil, err
	}
	m := s.message(conv, p.Role, s.shown(ctx, target, c))
	if m.Author.Name == "" {
		m.Author.Name = p.App.Name
	}
	if err := s.use(ctx, m); err != nil {
		return nil, nil, err
	}
	if err := s.Messages.Insert(ctx, m); err != nil {
		return nil, nil, err
	}
	ev := s.event(heliograph.EventMessageBusiness, user, m)
	if target != nil {
		ev.Data.Client = target.ID
	}
	if err := s.Events.AppendEventsWith(ctx, &heliograph.EventContext{User: user, Message: m}, ev); err != nil || target == nil {
		return m, conv, err
	}
	err = s.send(ctx, &way{
		app: p.App, message: m, category: p.purpose(), clients: clients, to: target, chosen: p.Destination != nil, choices: choices, now: now,
	})
	if heliograph.IsKind(err, heliograph.NotFound) {
		err = unreachable(p.Destination)
	}
	return m, conv, err
}

// shown is c as the person will see it at target.
func (s *Service) shown(ctx context.Context, target *heliograph.Client, c *heliograph.Content) *heliograph.Content {
	if c.Native == nil || target == nil || s.Templates == nil {
		return c
	}
	return s.Templates.Shown(ctx, target.Integration, c)
}

// target returns the client that a business's message m goes to, and how it came
// to that if nobody chose it.
func (s *Service) target(ctx context.Context, p *Post, m *heliograph.Content, clients []heliograph.Client) (*heliograph.Client, []heliograph.Choice, error) {
	if p.Destination != nil {
		c, err := named(clients, p.Destination)
		return c, nil, err
	}
	return s.preferred(ctx, p.App, clients, m, p.purpose(), nil)
}

// purpose is the category of a business's message.
func (p *Post) purpose() heliograph.Category {
	if p.Category == "" {
		return heliograph.Transactional
	}
	return p.Category
}

// unreachable is what comes of a client whose integration is gone: an error for
// who asked for it, and otherwise nothing, as for a user without clients.
func unreachable(to *Destination) error {
	if to == nil {
		return nil
	}
	return heliograph.InvalidField("destination", "names an integration that does not exist any more")
}

// started returns the user with its conversation, which is made when there is none.
func (s *Service) started(ctx context.Context, u *heliograph.User, now heliograph.Millis) (*heliograph.User, error) {
	if u.ConversationStarted() {
		return u, nil
	}
	id, err := s.Conversations.Start(ctx, &heliograph.Conversation{ID: s.IDs.Conversation(), App: u.App, User: u.ID, Created: now})
	if err != nil {
		return nil, err
	}
	with := *u
	with.Conversation = id
	return &with, nil
}

// message is the message at the place that the conversation's row was moved to.
func (s *Service) message(conv *heliograph.Conversation, role heliograph.Role, c *heliograph.Content) *heliograph.Message {
	m := &heliograph.Message{
		ID: s.IDs.Message(), App: conv.App, Conversation: conv.ID, User: conv.User,
		Seq: conv.Seq, Received: conv.LastReceived, Role: role,
		Source: heliograph.Source{Type: heliograph.SourceAPI}, Content: *c,
	}
	content.Stamp(&m.Content, s.IDs.Hex)
	return m
}

func (s *Service) event(t heliograph.EventType, u *heliograph.User, m *heliograph.Message) *heliograph.Event {
	return &heliograph.Event{
		ID: s.IDs.Event(), App: m.App, Type: t, At: m.Received, User: m.User, Conversation: m.Conversation, Message: m.ID,
		Data: heliograph.EventData{ExtID: u.ExternalID},
	}
}
