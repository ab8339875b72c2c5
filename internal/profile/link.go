package profile

import (
	"context"
	"slices"
	"strings"
	"time"

	"heliograph"
	"heliograph/channel"
)

// linkExpiry is how long a confirmation message may wait to be sent.
const linkExpiry = 24 * time.Hour

// LinkOrder asks to link a channel to a user.
type LinkOrder struct {
	Type         string
	Integration  string // an id; "" means the first active one of the type
	PhoneNumber  string
	Address      string
	Subject      string // of a mail's confirmation message; "" means the channel's default
	Primary      bool
	Confirmation heliograph.Confirmation
	Message      *heliograph.Content // the confirmation message, if any
}

// linking is an order that was found to make sense.
type linking struct {
	kind        *channel.Type
	integration *heliograph.Integration
	address     string
	request     heliograph.LinkRequest
	message     *heliograph.Content
}

// Link asks to link an address to a user and returns the user with its clients.
// It succeeds as soon as the request is stored; what becomes of it is told by
// events. An address that the user has already is linked again without effect.
func (s *Service) Link(ctx context.Context, app heliograph.AppID, user heliograph.UserID, o LinkOrder) (*heliograph.User, error) {
	l, err := s.plan(ctx, app, &o)
	if err != nil {
		return nil, err
	}
	// An address that somebody else takes at the same moment is looked at again.
	const tries = 3
	var u *heliograph.User
	for range tries {
		err = s.Journal.Atomically(ctx, func(ctx context.Context) (err error) {
			u, err = s.link(ctx, app, user, l)
			return err
		})
		if !heliograph.IsKind(err, heliograph.Conflict) {
			break
		}
	}
	if err != nil {
		return nil, err
	}
	return u, nil
}

// plan checks an order without looking at the user.
func (s *Service) plan(ctx context.Context, app heliograph.AppID, o *LinkOrder) (*linking, error) {
	l := &linking{kind: s.channelType(o.Type)}
	switch {
	case o.Type == "":
		return nil, heliograph.InvalidField("type", "is required")
	case l.kind != nil && l.kind.Open == nil && len(l.kind.Linkable) == 0:
		return nil, heliograph.InvalidField("type", "%s has no channel in this build; it must be one of %s", o.Type, strings.Join(s.linkable(), ", "))
	case l.kind == nil || len(l.kind.Linkable) == 0:
		return nil, heliograph.InvalidField("type", "must be one of %s", strings.Join(s.linkable(), ", "))
	}
	var err error
	if l.integration, err = s.linkIntegration(ctx, app, o); err != nil {
		return nil, err
	}
	field, written := "address", o.Address
	if l.kind.AddressField == "phoneNumber" || l.kind.LinkField == "phoneNumber" {
		field, written = "phoneNumber", o.PhoneNumber
		if written != "" && !strings.HasPrefix(strings.TrimSpace(written), "+") {
			return nil, heliograph.InvalidField(field, "must start with + and the country code")
		}
	}
	if written == "" {
		return nil, heliograph.InvalidField(field, "is required")
	}
	var ok bool
	if l.address, ok = l.kind.Normalise(written); !ok || !storable(l.address) {
		return nil, heliograph.InvalidField(field, "cannot be an address of %s", l.kind.Title)
	}
	if l.address, _, err = s.Known(ctx, app, l.kind.Name, []string{l.address}); err != nil {
		return nil, err
	}
	l.request = heliograph.LinkRequest{
		Confirmation: o.Confirmation, Primary: o.Primary,
		Criteria: map[string]string{field: l.address},
	}
	if l.message, err = s.confirmation(l.kind, o); err != nil {
		return nil, err
	}
	return l, l.entitle(o.Subject)
}

// maxSubject is a limit of our own: mail programs show far less.
const maxSubject = 255

// entitle gives the confirmation message a subject.
func (l *linking) entitle(subject string) error {
	switch {
	case subject == "":
		return nil
	case l.kind.AddressField != "address":
		return heliograph.InvalidField("subject", "is for e-mail only")
	case len(subject) > maxSubject || strings.ContainsAny(subject, "\r\n\x00"):
		return heliograph.InvalidField("subject", "must be one line of at most %d bytes", maxSubject)
	case l.message != nil:
		m := *l.message
		m.Mail = &heliograph.Mail{Subject: subject}
		l.message = &m
	}
	return nil
}

func (s *Service) linkable() []string {
	var out []string
	for _, t := range s.Types {
		if len(t.Linkable) > 0 {
			out = append(out, t.Name)
		}
	}
	return out
}

func (s *Service) linkIntegration(ctx context.Context, app heliograph.AppID, o *LinkOrder) (*heliograph.Integration, error) {
	if o.Integration != "" {
		var id heliograph.IntegrationID
		if id.UnmarshalText([]byte(o.Integration)) != nil {
			return nil, heliograph.Errorf(heliograph.NotFound, heliograph.CodeIntegrationNotFound, "there is no such integration")
		}
		i, err := s.Integrations.Integration(ctx, app, id)
		if err == nil && i.Type != o.Type {
			return nil, heliograph.InvalidField("integrationId", "names an integration of type %s, not %s", i.Type, o.Type)
		}
		return i, err
	}
	all, err := s.Integrations.IntegrationsByType(ctx, app, o.Type)
	if err != nil {
		return nil, err
	}
	at := slices.IndexFunc(all, func(i *heliograph.Integration) bool { return i.Status == heliograph.IntegrationActive })
	if at < 0 {
		return nil, heliograph.InvalidField("type", "%s has no active integration in this app", o.Type)
	}
	return all[at], nil
}

// confirmation returns the message to send first; nil when there is none.
func (s *Service) confirmation(kind *channel.Type, o *LinkOrder) (*heliograph.Content, error) {
	switch {
	case o.Confirmation == "":
		return nil, heliograph.InvalidField("confirmation.type", "is required")
	case !slices.Contains(kind.Linkable, o.Confirmation):
		var words []string
		for _, c := range kind.Linkable {
			words = append(words, string(c))
		}
		return nil, heliograph.InvalidField("confirmation.type", "must be one of %s for %s", strings.Join(words, ", "), kind.Name)
	case o.Confirmation == heliograph.ConfirmPrompt && o.Message != nil:
		return nil, heliograph.InvalidField("confirmation.message", "cannot be chosen for a prompt")
	case o.Confirmation == heliograph.ConfirmPrompt:
		return &heliograph.Content{Type: heliograph.TextMessage, Text: s.words.prompt}, nil
	case o.Confirmation == heliograph.ConfirmUserActivity && o.Message == nil:
		return nil, heliograph.InvalidField("confirmation.message", "is required for userActivity")
	case o.Message == nil:
		return nil, nil
	}
	for _, a := range o.Message.Actions {
		if a.Type != "link" {
			return nil, heliograph.InvalidField("confirmation.message.actions", "may only be of type link")
		}
	}
	return o.Message, nil
}

func (s *Service) link(ctx context.Context, app heliograph.AppID, user heliograph.UserID, l *linking) (*heliograph.User, error) {
	u, err := s.lock(ctx, app, user)
	if err != nil {
		return nil, err
	}
	at, err := s.Addresses.At(ctx, app, l.integration.ID, l.address)
	if err != nil {
		return nil, err
	}
	own := slices.IndexFunc(at, func(c heliograph.Client) bool { return c.User == u.ID })
	switch {
	case own >= 0 && at[own].Status != heliograph.ClientPending:
		err = s.relink(ctx, u, &at[own], l)
	case own >= 0:
		c := at[own]
		if err = s.cancelConfirmation(ctx, &c); err == nil {
			request := l.request
			c.Details.Link = &request
			err = s.begin(ctx, u, &c, at, l)
		}
	default:
		c := s.pending(u, l)
		if err = s.Clients.Insert(ctx, &c); err == nil {
			err = s.tell(ctx, heliograph.EventClientAdd, u, &c, reasonLinking, nil)
		}
		if err == nil {
			err = s.begin(ctx, u, &c, at, l)
		}
	}
	if err != nil {
		return nil, err
	}
	return u, s.Fill(ctx, u)
}

// pending returns a client for a linking that begins.
func (s *Service) pending(u *heliograph.User, l *linking) heliograph.Client {
	request := l.request
	return heliograph.Client{
		ID: s.IDs.Client(), App: u.App, User: u.ID, Integration: l.integration.ID, Platform: l.kind.Name,
		Address: l.address, Status: heliograph.ClientPending, Conversation: u.Conversation,
		Details: heliograph.ClientDetails{DisplayName: l.address, Link: &request},
	}
}

// relink makes a client that the user has already the preferred one, if asked.
func (s *Service) relink(ctx context.Context, u *heliograph.User, c *heliograph.Client, l *linking) error {
	if !l.request.Primary || c.Primary {
		return nil
	}
	return s.prefer(ctx, u, c)
}

// begin sends the confirmation message, or links at once when there is none. c
// is stored and pending.
func (s *Service) begin(ctx context.Context, u *heliograph.User, c *heliograph.Client, at []heliograph.Client, l *linking) error {
	if l.message == nil {
		return s.succeed(ctx, u, c, at)
	}
	now := s.now()
	m := &heliograph.Message{
		ID: s.IDs.Message(), App: u.App, User: u.ID, Received: now, Role: heliograph.Business,
		Source: heliograph.Source{Type: heliograph.SourceLink}, Content: *l.message,
	}
	d := &heliograph.Delivery{
		ID: s.IDs.Notification(), App: u.App, Kind: heliograph.LinkDelivery, Integration: c.Integration, Channel: c.Platform,
		Message: m.ID, User: u.ID, Client: c.ID, Address: c.Address, Category: heliograph.Transactional,
		Class: heliograph.ClassTransactional, Status: heliograph.Queued, Created: now, Due: now, Expires: now.Add(linkExpiry),
	}
	c.Details.Link.Delivery = d.ID
	if err := s.Clients.Save(ctx, c); err != nil {
		return err
	}
	return s.Outbox.Enqueue(ctx, d, m)
}
