package profile

import (
	"context"

	"heliograph"
	"heliograph/channel"
)

// Told takes in what a provider says of people without a message of theirs:
// changes of what they allow, and new addresses. The request is stored, once, in
// the same transaction. Facts about anything else are left out.
func (s *Service) Told(ctx context.Context, in *heliograph.Integration, raw []byte, facts []channel.Fact) error {
	return s.Journal.Atomically(ctx, func(ctx context.Context) error {
		for i := range facts {
			f := &facts[i]
			if f.Consent == nil && f.Moved == nil {
				continue
			}
			fresh, err := s.Evidence.Keep(ctx, in, s.now(), raw, []string{f.Key}, []heliograph.RecordID{s.IDs.Record()})
			if err != nil {
				return err
			}
			if !fresh[0] {
				continue
			}
			if f.Consent != nil {
				err = s.consentTold(ctx, in, f)
			} else {
				err = s.Moved(ctx, in, f.Moved)
			}
			if err != nil {
				return err
			}
		}
		return nil
	})
}

func (s *Service) consentTold(ctx context.Context, in *heliograph.Integration, f *channel.Fact) error {
	said := f.Consent
	address, err := s.saidOf(ctx, in, said)
	if err != nil || address == "" {
		return err
	}
	c := &heliograph.Consent{
		App: in.App, Address: address, Scope: said.Scope, Source: said.Source,
		Evidence: map[string]string{"integration": in.ID.String()},
	}
	if said.Scope == heliograph.ScopeSender {
		c.Integration = in.ID
	}
	if !said.Delivery.IsZero() {
		c.Evidence["delivery"] = said.Delivery.String()
	}
	if said.Word != "" {
		c.Evidence["word"] = said.Word
	}
	if said.Action == heliograph.OptIn {
		_, err = s.Unsuppress(ctx, c)
	} else {
		_, err = s.Suppress(ctx, c)
	}
	return err
}

// saidOf returns whose consent it is that changed: of whoever got the delivery
// that led to it, else of the address that was told. The other way round, who got
// one mail could speak for every address; and some tell no address at all.
func (s *Service) saidOf(ctx context.Context, in *heliograph.Integration, said *channel.ConsentFact) (string, error) {
	if !said.Delivery.IsZero() {
		if address, err := s.Addresses.OfDelivery(ctx, in, said.Delivery); address != "" || err != nil {
			return address, err
		}
	}
	if said.Address == "" {
		return "", nil
	}
	address, _, err := s.Known(ctx, in.App, in.Type, []string{said.Address})
	return address, err
}

// Moved notes that a person has a new address. Whoever had that loses it: the
// provider has given it to somebody else. What the person opted out of stays so
// under the new one; the old one is free for others.
func (s *Service) Moved(ctx context.Context, in *heliograph.Integration, m *channel.MovedFact) error {
	return s.Journal.Atomically(ctx, func(ctx context.Context) error {
		from, _, err := s.Known(ctx, in.App, in.Type, []string{m.From})
		if err != nil {
			return err
		}
		owners, err := s.Addresses.OnChannel(ctx, in.App, in.Type, from)
		if err != nil {
			return err
		}
		if len(owners) > 0 && from != m.To {
			if err := s.vacate(ctx, in, m.To, owners[0].User); err != nil {
				return err
			}
			if err := s.fold(ctx, in.App, in.Type, m.To, from); err != nil {
				return err
			}
			if err := s.Aliases.Repoint(ctx, in.App, in.Type, from, m.To, s.now()); err != nil {
				return err
			}
			if err := s.carryOver(ctx, in.App, from, m.To); err != nil {
				return err
			}
		}
		if err := s.Aliases.Forget(ctx, in.App, in.Type, m.From); err != nil {
			return err
		}
		_, err = s.Identify(ctx, in.App, in.Type, append([]string{m.To}, m.Aliases...))
		return err
	})
}

// vacate takes an address away from everybody but one user, together with what
// else the others are called: the next word of theirs is not that user's.
func (s *Service) vacate(ctx context.Context, in *heliograph.Integration, address string, but heliograph.UserID) error {
	if err := s.Aliases.Forget(ctx, in.App, in.Type, address); err != nil {
		return err
	}
	owners, err := s.Addresses.OnChannel(ctx, in.App, in.Type, address)
	if err != nil {
		return err
	}
	for _, c := range owners {
		if c.User == but {
			continue
		}
		u, err := s.Users.Get(ctx, c.App, c.User)
		if err != nil {
			return err
		}
		if err := s.drop(ctx, u, &c, reasonTheft, nil); err != nil {
			return err
		}
	}
	return s.Aliases.Free(ctx, in.App, in.Type, address)
}
