package profile

import (
	"cmp"
	"context"
	"encoding/json"
	"net/url"
	"slices"
	"strings"

	"heliograph"
	"heliograph/channel"
)

// LinkRequest is an offer to link a channel: whoever sends the code to the
// integration, from any address, has that address linked to the user.
type LinkRequest struct {
	Integration heliograph.IntegrationID
	Type        string
	Code        string
	URL         string // opens a message to the integration with the code in it; "" when its address is not known
}

// LinkRequests makes a code for each of some integrations. A code works once,
// for a day.
func (s *Service) LinkRequests(ctx context.Context, app heliograph.AppID, user heliograph.UserID, integrations []string) ([]LinkRequest, error) {
	const field, most = "integrationIds", 20
	if len(integrations) == 0 || len(integrations) > most {
		return nil, heliograph.InvalidField(field, "must name 1 to %d integrations, separated by commas", most)
	}
	var out []LinkRequest
	var codes []*Code
	for _, name := range integrations {
		i, kind, err := s.linkedBy(ctx, app, strings.TrimSpace(name))
		if err != nil {
			return nil, err
		}
		code, err := s.newLinkCode()
		if err != nil {
			return nil, err
		}
		out = append(out, LinkRequest{Integration: i.ID, Type: i.Type, Code: code, URL: deepLink(kind, i, code)})
		codes = append(codes, &Code{Kind: LinkCode, Digest: digest(code), Integration: i.ID, Expires: s.now().Add(linkCodeLife)})
	}
	return out, s.keepCodes(ctx, app, user, codes...)
}

// linkedBy returns an integration that people can write to.
func (s *Service) linkedBy(ctx context.Context, app heliograph.AppID, name string) (*heliograph.Integration, *channel.Type, error) {
	var id heliograph.IntegrationID
	if id.UnmarshalText([]byte(name)) != nil || id.IsZero() {
		return nil, nil, heliograph.Errorf(heliograph.NotFound, heliograph.CodeIntegrationNotFound, "there is no integration %q", name)
	}
	i, err := s.Integrations.Integration(ctx, app, id)
	if err != nil {
		return nil, nil, err
	}
	kind := s.channelType(i.Type)
	if kind == nil || len(kind.Linkable) == 0 {
		return nil, nil, heliograph.InvalidField("integrationIds", "names an integration of type %s, which nobody can be linked to in this build; these types can: %s",
			i.Type, strings.Join(s.linkable(), ", "))
	}
	return i, kind, nil
}

// RedeemLinkCode links the address that a message came from to a user, when the
// message is a code that was made for that integration. It must be called before
// the message's user is looked up, in the same transaction: the address may get a
// new owner by it.
func (s *Service) RedeemLinkCode(ctx context.Context, a Activity) (linked bool, err error) {
	text, ok := heliograph.ParseLinkCode(a.Text)
	if !ok {
		return false, nil
	}
	err = s.Journal.Atomically(ctx, func(ctx context.Context) error {
		linked = false
		c, err := s.Codes.Find(ctx, a.App, LinkCode, digest(text), s.now())
		if err != nil || c.Integration != a.Integration {
			return err
		}
		// Users are held before what is theirs, as everywhere.
		u, err := s.lock(ctx, a.App, c.User)
		if err != nil {
			return err
		}
		if _, err := s.Codes.Take(ctx, a.App, LinkCode, c.Digest, s.now()); err != nil {
			return err
		}
		linked = true
		return s.linkByCode(ctx, u, &a)
	})
	if heliograph.IsKind(err, heliograph.NotFound) {
		return false, nil // an ordinary message, or somebody was faster
	}
	return linked && err == nil, err
}

func (s *Service) linkByCode(ctx context.Context, u *heliograph.User, a *Activity) error {
	i, err := s.Integrations.Integration(ctx, a.App, a.Integration)
	if err != nil {
		return err
	}
	at, err := s.Addresses.At(ctx, a.App, a.Integration, a.Address)
	if err != nil {
		return err
	}
	l := &linking{kind: s.channelType(i.Type), integration: i, address: a.Address}
	if l.kind == nil {
		return nil // another build gave the code
	}
	l.request = heliograph.LinkRequest{
		Confirmation: heliograph.ConfirmUserActivity, Primary: true, Criteria: map[string]string{l.kind.AddressField: a.Address},
	}
	own := slices.IndexFunc(at, func(c heliograph.Client) bool { return c.User == u.ID })
	if own >= 0 && at[own].Status != heliograph.ClientPending {
		return s.relink(ctx, u, &at[own], l)
	}
	if err := s.start(ctx, u); err != nil {
		return err
	}
	if own >= 0 {
		c := at[own]
		if c.Details.Link == nil {
			c.Details.Link = &l.request
		}
		return s.succeed(ctx, u, &c, at)
	}
	c := s.pending(u, l)
	if err := s.Clients.Insert(ctx, &c); err != nil {
		return err
	}
	if err := s.tell(ctx, heliograph.EventClientAdd, u, &c, reasonLinking, nil); err != nil {
		return err
	}
	return s.succeed(ctx, u, &c, at)
}

// deepLink returns what opens a message with a text to an integration, in the
// form that telephones and mail programs know.
func deepLink(kind *channel.Type, i *heliograph.Integration, text string) string {
	var set struct{ PhoneNumber, Originator, IncomingAddress string }
	_ = json.Unmarshal(i.Settings, &set) // what is not there is not known
	number := cmp.Or(i.Info["phoneNumber"], set.PhoneNumber, set.Originator)
	digits := strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' {
			return r
		}
		return -1
	}, number)
	switch {
	case kind.AddressField == "address" && set.IncomingAddress != "":
		return "mailto:" + url.PathEscape(set.IncomingAddress) + "?subject=" + text + "&body=" + text
	case kind.Name == "whatsapp" && digits != "":
		return "https://wa.me/" + digits + "?text=" + text
	case kind.AddressField == "phoneNumber" && len(digits) > 2 && strings.TrimLeft(number, "+0123456789 -()") == "":
		return "sms:+" + digits + "?body=" + text
	}
	return ""
}
