package profile

import (
	"context"
	"slices"

	"heliograph"
)

// Suppress notes that a person opted out, with the evidence, and stops what the
// scope says: a sender, marketing, or everything. It reports whether that is
// new. A marketing or general opt-out holds for every address of the person.
func (s *Service) Suppress(ctx context.Context, c *heliograph.Consent) (changed bool, err error) {
	c.Action = heliograph.OptOut
	if err := checkConsent(c); err != nil {
		return false, err
	}
	err = s.Journal.Atomically(ctx, func(ctx context.Context) error {
		owners, err := s.log(ctx, c)
		if err != nil {
			return err
		}
		addresses, err := s.addresses(ctx, c, owners)
		if err != nil {
			return err
		}
		changed = false
		for _, address := range addresses {
			fresh, err := s.Consents.Suppress(ctx, suppression(c, address))
			if err != nil {
				return err
			}
			if fresh {
				changed = true
				if err := s.refresh(ctx, c.App, address); err != nil {
					return err
				}
			}
		}
		if !changed {
			return nil
		}
		return s.tellConsent(ctx, c, owners)
	})
	return changed, err
}

// Unsuppress notes that a person opted in again and lifts the suppressions of
// the scope; ScopeAll lifts all of the address. It reports whether there were any.
func (s *Service) Unsuppress(ctx context.Context, c *heliograph.Consent) (changed bool, err error) {
	c.Action = heliograph.OptIn
	if err := checkConsent(c); err != nil {
		return false, err
	}
	err = s.Journal.Atomically(ctx, func(ctx context.Context) error {
		owners, err := s.log(ctx, c)
		if err != nil {
			return err
		}
		addresses, err := s.addresses(ctx, c, owners)
		if err != nil {
			return err
		}
		all, err := s.Consents.Suppressions(ctx, c.App, addresses...)
		if err != nil {
			return err
		}
		changed = false
		for _, p := range all {
			if !lifts(c, &p) {
				continue
			}
			if _, err := s.Consents.Unsuppress(ctx, &p); err != nil {
				return err
			}
			changed = true
			if err := s.refresh(ctx, c.App, p.Address); err != nil {
				return err
			}
		}
		if !changed {
			return nil
		}
		return s.tellConsent(ctx, c, owners)
	})
	return changed, err
}

// Resubscribe is Unsuppress for somebody who wrote to a sender that they had
// unsubscribed from. It lifts that alone, and is in the log only when it does:
// who complained of a sender, or whom an operator stopped, has to say so to get
// more.
func (s *Service) Resubscribe(ctx context.Context, c *heliograph.Consent) (changed bool, err error) {
	if err := checkConsent(c); err != nil {
		return false, err
	}
	all, err := s.Consents.Suppressions(ctx, c.App, c.Address)
	if err != nil {
		return false, err
	}
	for i := range all {
		if p := &all[i]; lifts(c, p) && (p.Source == heliograph.ConsentListUnsubscribe || p.Source == heliograph.ConsentKeyword) {
			return s.Unsuppress(ctx, c)
		}
	}
	return false, nil
}

// Consent is what an address allows, and how it came to that.
type Consent struct {
	Suppressions []heliograph.Suppression
	History      []heliograph.Consent // newest first
}

// ConsentOf returns what an address allows.
func (s *Service) ConsentOf(ctx context.Context, app heliograph.AppID, address string) (*Consent, error) {
	const newest = 100
	p, err := s.Consents.Suppressions(ctx, app, address)
	if err != nil {
		return nil, err
	}
	now := s.now()
	p = slices.DeleteFunc(p, func(p heliograph.Suppression) bool { return p.Until != 0 && p.Until <= now })
	h, err := s.Consents.History(ctx, app, address, newest)
	return &Consent{Suppressions: p, History: h}, err
}

// Address returns the one spelling of an address that a caller wrote, by the
// channel of that name, or by the first channel that can have such an address.
func (s *Service) Address(kind, written string) (string, error) {
	for _, t := range s.Types {
		if t.Normalise == nil || kind != "" && t.Name != kind {
			continue
		}
		if a, ok := t.Normalise(written); ok && storable(a) {
			return a, nil
		}
	}
	return "", heliograph.InvalidField("address", "cannot be an address of any channel")
}

func checkConsent(c *heliograph.Consent) error {
	switch {
	case c.Address == "" || !storable(c.Address):
		return heliograph.InvalidField("address", "is required")
	case c.Scope == heliograph.ScopeSender && c.Integration.IsZero():
		return heliograph.InvalidField("integrationId", "is required for the scope sender")
	}
	switch c.Scope {
	case heliograph.ScopeSender, heliograph.ScopeMarketing, heliograph.ScopeAll:
		return nil
	}
	return heliograph.InvalidField("scope", "must be one of sender, marketing, all")
}

// log appends c to the log and returns the clients that own its address.
func (s *Service) log(ctx context.Context, c *heliograph.Consent) ([]heliograph.Client, error) {
	owners, err := s.Addresses.OfAddress(ctx, c.App, c.Address)
	if err != nil {
		return nil, err
	}
	for _, o := range owners {
		if c.User.IsZero() && (c.Integration.IsZero() || o.Integration == c.Integration) {
			c.User = o.User
		}
	}
	c.ID, c.At = s.IDs.Record(), s.now()
	return owners, s.Consents.Log(ctx, c)
}

// addresses returns the addresses that c is about.
func (s *Service) addresses(ctx context.Context, c *heliograph.Consent, owners []heliograph.Client) ([]string, error) {
	out := []string{c.Address}
	if c.Scope == heliograph.ScopeSender || c.Source == heliograph.ConsentHardBounce {
		return out, nil
	}
	users := []heliograph.UserID{c.User}
	for _, o := range owners {
		users = append(users, o.User)
	}
	seenUser, seen := map[heliograph.UserID]bool{{}: true}, map[string]bool{c.Address: true}
	for _, u := range users {
		if seenUser[u] {
			continue
		}
		seenUser[u] = true
		all, err := s.Clients.OfUser(ctx, c.App, u)
		if err != nil {
			return nil, err
		}
		for _, o := range all {
			if o.Status != heliograph.ClientPending && o.Address != "" && !seen[o.Address] {
				seen[o.Address] = true
				out = append(out, o.Address)
			}
		}
	}
	return out, nil
}

func (s *Service) tellConsent(ctx context.Context, c *heliograph.Consent, owners []heliograph.Client) error {
	e := &heliograph.Event{
		ID: s.IDs.Event(), App: c.App, Type: heliograph.EventConsent, At: c.At, User: c.User,
		Data: heliograph.EventData{
			Integ: c.Integration, Reason: string(c.Action),
			Criteria: map[string]string{"address": c.Address, "scope": string(c.Scope), "source": string(c.Source)},
		},
	}
	for _, o := range owners {
		if o.User == c.User && (c.Integration.IsZero() || o.Integration == c.Integration) {
			e.Conversation, e.Data.Client, e.Data.Channel = o.Conversation, o.ID, o.Platform
		}
	}
	return s.Journal.AppendEvents(ctx, e)
}
