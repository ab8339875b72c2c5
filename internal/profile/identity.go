package profile

import (
	"context"
	"slices"

	"heliograph"
)

// Known returns the address under which the person is kept whom a provider
// calls by names, the best first. settled says that nothing is to be learned from
// the names: all of them are known to be that person's.
func (s *Service) Known(ctx context.Context, app heliograph.AppID, kind string, names []string) (address string, settled bool, err error) {
	if t := s.channelType(kind); t == nil || !t.Aliases {
		return names[0], true, nil
	}
	stands, err := s.Aliases.Resolve(ctx, app, kind, names...)
	if err != nil {
		return "", false, err
	}
	address, settled = stoodFor(stands, names[0]), true
	for _, n := range names {
		settled = settled && stoodFor(stands, n) == address
	}
	return address, settled, nil
}

func stoodFor(stands map[string]string, name string) string {
	if a, ok := stands[name]; ok {
		return a
	}
	return name
}

// Identify notes that names are one person's at a channel, and returns the
// address under which that person is kept: the first of the names that somebody
// has, else the first of all. Those who turn out to be the same become one, as
// docs/guides/matching.md says. It joins the transaction of ctx.
func (s *Service) Identify(ctx context.Context, app heliograph.AppID, kind string, names []string) (address string, err error) {
	err = s.Journal.Atomically(ctx, func(ctx context.Context) error {
		if err := s.Aliases.Lock(ctx, app, kind); err != nil {
			return err
		}
		stands, err := s.Aliases.Resolve(ctx, app, kind, names...)
		if err != nil {
			return err
		}
		var addresses []string
		for _, n := range names {
			if a := stoodFor(stands, n); !slices.Contains(addresses, a) {
				addresses = append(addresses, a)
			}
		}
		address = ""
		for _, a := range addresses {
			switch owners, err := s.Addresses.OnChannel(ctx, app, kind, a); {
			case err != nil:
				return err
			case len(owners) == 0:
			case address == "":
				address = a
			default:
				if err := s.unite(ctx, app, kind, address, a); err != nil {
					return err
				}
			}
		}
		if address == "" {
			address = addresses[0]
		}
		return s.nameAll(ctx, app, kind, address, append(addresses, names...))
	})
	return address, err
}

// nameAll makes every other name stand for an address.
func (s *Service) nameAll(ctx context.Context, app heliograph.AppID, kind, address string, names []string) error {
	if err := s.Aliases.Forget(ctx, app, kind, address); err != nil {
		return err
	}
	slices.Sort(names)
	for _, n := range slices.Compact(names) {
		if n == address || n == "" {
			continue
		}
		if err := s.Aliases.Repoint(ctx, app, kind, n, address, s.now()); err != nil {
			return err
		}
		if err := s.Aliases.Name(ctx, app, kind, n, address, s.now()); err != nil {
			return err
		}
	}
	return nil
}

// unite makes those who have two addresses one: the provider says that both are
// one person's. Two users become one unless the business knows both by ids of its
// own; then the second one loses the address.
func (s *Service) unite(ctx context.Context, app heliograph.AppID, kind, kept, other string) error {
	theirs, err := s.Addresses.OnChannel(ctx, app, kind, other)
	if err != nil {
		return err
	}
	for _, c := range theirs {
		mine, err := s.Addresses.OnChannel(ctx, app, kind, kept) // a merge may have changed whose it is
		if err != nil {
			return err
		}
		if c, err = s.Clients.Get(ctx, app, c.ID); err != nil {
			return err
		}
		if c.User == mine[0].User {
			continue
		}
		if err := s.uniteUsers(ctx, app, mine[0].User, c); err != nil {
			return err
		}
	}
	if err := s.fold(ctx, app, kind, kept, other); err != nil {
		return err
	}
	return s.carryOver(ctx, app, other, kept)
}

// uniteUsers merges the users of a client and of id, or takes the client away.
func (s *Service) uniteUsers(ctx context.Context, app heliograph.AppID, id heliograph.UserID, c heliograph.Client) error {
	users, err := s.Users.Lock(ctx, app, id, c.User)
	if err != nil {
		return err
	}
	at := slices.IndexFunc(users, func(u *heliograph.User) bool { return u.ID == id })
	keeper, other := users[at], users[1-at]
	switch {
	case keeper.ExternalID != "" && other.ExternalID != "":
		return s.drop(ctx, other, &c, reasonTheft, nil)
	case other.ExternalID != "", keeper.ExternalID == "" && other.Created < keeper.Created:
		keeper, other = other, keeper
	}
	return s.Merge(ctx, app, keeper.ID, other.ID)
}

// fold gives the clients with one address the other one, and drops those whose
// integration has a client with that already.
func (s *Service) fold(ctx context.Context, app heliograph.AppID, kind, kept, other string) error {
	mine, err := s.Addresses.OnChannel(ctx, app, kind, kept)
	if err != nil {
		return err
	}
	theirs, err := s.Addresses.OnChannel(ctx, app, kind, other)
	if err != nil {
		return err
	}
	for _, c := range theirs {
		twin := slices.IndexFunc(mine, func(m heliograph.Client) bool { return m.Integration == c.Integration })
		if twin < 0 {
			err = s.Clients.Readdress(ctx, app, c.ID, kept)
		} else {
			err = s.absorb(ctx, &mine[twin], &c)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// absorb drops a client whose person has another one at the same integration,
// which keeps what the dropped one was last heard to say.
func (s *Service) absorb(ctx context.Context, into, c *heliograph.Client) error {
	if c.LastSeen > into.LastSeen || c.Primary {
		into.LastSeen, into.Primary = max(into.LastSeen, c.LastSeen), into.Primary || c.Primary
		if err := s.Clients.Save(ctx, into); err != nil {
			return err
		}
	}
	u, err := s.Users.Get(ctx, c.App, c.User)
	if err != nil {
		return err
	}
	return s.drop(ctx, u, c, reasonMerged, nil)
}

// carryOver makes an address obey what the person said under another one.
func (s *Service) carryOver(ctx context.Context, app heliograph.AppID, from, to string) error {
	all, err := s.Consents.Suppressions(ctx, app, from)
	if err != nil || len(all) == 0 {
		return err
	}
	for _, p := range all {
		if p.Source == heliograph.ConsentHardBounce {
			continue
		}
		p.Address = to
		if _, err := s.Consents.Suppress(ctx, &p); err != nil {
			return err
		}
	}
	return s.refresh(ctx, app, to)
}
