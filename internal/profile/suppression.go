package profile

import (
	"context"

	"heliograph"
)

// suppression is what an opt-out leads to for one address. Only a sender's
// opt-out is about one integration; the others reach every sender.
func suppression(c *heliograph.Consent, address string) *heliograph.Suppression {
	p := &heliograph.Suppression{App: c.App, Address: address, Scope: c.Scope, Source: c.Source, Reason: heliograph.ReasonOptedOut, Since: c.At}
	if c.Scope == heliograph.ScopeSender {
		p.Integration = c.Integration
	}
	if c.Source == heliograph.ConsentHardBounce {
		p.Reason = heliograph.ReasonNotFound
	}
	return p
}

// lifts reports whether opting in by c lifts p.
func lifts(c *heliograph.Consent, p *heliograph.Suppression) bool {
	switch {
	case c.Source == heliograph.ConsentMessenger && !ownWord(p.Source):
		return false
	case c.Scope == heliograph.ScopeAll:
		return true
	case c.Scope == heliograph.ScopeMarketing:
		return p.Scope == heliograph.ScopeMarketing
	}
	return p.Scope == heliograph.ScopeSender && p.Integration == c.Integration && p.Address == c.Address
}

// ownWord reports whether it was the person who unsubscribed: a complaint, or what
// an operator stopped, is not taken back in a messenger.
func ownWord(s heliograph.ConsentSource) bool {
	switch s {
	case heliograph.ConsentMessenger, heliograph.ConsentKeyword, heliograph.ConsentListUnsubscribe:
		return true
	}
	return false
}

// blocks reports whether p stops every message through an integration, until
// somebody lifts it.
func blocks(p *heliograph.Suppression, i heliograph.IntegrationID) bool {
	return p.Until == 0 && (p.Scope == heliograph.ScopeAll || p.Scope == heliograph.ScopeSender && p.Integration == i)
}

// refresh brings the state of an address's clients in line with its suppressions.
func (s *Service) refresh(ctx context.Context, app heliograph.AppID, address string) error {
	clients, err := s.Addresses.OfAddress(ctx, app, address)
	if err != nil || len(clients) == 0 {
		return err
	}
	for _, c := range clients {
		status, err := s.clientStatus(ctx, &c)
		if err != nil {
			return err
		}
		if status == c.Status || c.Status == heliograph.ClientInactive {
			continue
		}
		c.Status = status
		if err := s.Clients.Save(ctx, &c); err != nil {
			return err
		}
	}
	return nil
}

// clientStatus returns what a linked client's state is by its address's
// suppressions.
func (s *Service) clientStatus(ctx context.Context, c *heliograph.Client) (heliograph.ClientStatus, error) {
	all, err := s.Consents.Suppressions(ctx, c.App, c.Address)
	if err != nil {
		return "", err
	}
	for _, p := range all {
		if blocks(&p, c.Integration) {
			return heliograph.ClientBlocked, nil
		}
	}
	return heliograph.ClientActive, nil
}

// inherit makes a new address of u obey what u's other addresses said about
// every sender.
func (s *Service) inherit(ctx context.Context, u *heliograph.User, address string) error {
	return s.spread(ctx, u, []string{address})
}

// strictest makes every address of u obey what any of them said about every
// sender.
func (s *Service) strictest(ctx context.Context, u *heliograph.User) error {
	addresses, err := s.ownAddresses(ctx, u)
	if err != nil {
		return err
	}
	return s.spread(ctx, u, addresses)
}

func (s *Service) spread(ctx context.Context, u *heliograph.User, to []string) error {
	from, err := s.ownAddresses(ctx, u)
	if err != nil {
		return err
	}
	all, err := s.Consents.Suppressions(ctx, u.App, from...)
	if err != nil {
		return err
	}
	for _, p := range all {
		if p.Scope == heliograph.ScopeSender || p.Source == heliograph.ConsentHardBounce {
			continue
		}
		for _, address := range to {
			p.Address = address
			fresh, err := s.Consents.Suppress(ctx, &p)
			if err != nil {
				return err
			}
			if fresh {
				if err := s.refresh(ctx, u.App, address); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// ownAddresses returns the addresses that are linked to u.
func (s *Service) ownAddresses(ctx context.Context, u *heliograph.User) ([]string, error) {
	all, err := s.Clients.OfUser(ctx, u.App, u.ID)
	if err != nil {
		return nil, err
	}
	var out []string
	for _, c := range all {
		if c.Status != heliograph.ClientPending && c.Address != "" {
			out = append(out, c.Address)
		}
	}
	return out, nil
}
