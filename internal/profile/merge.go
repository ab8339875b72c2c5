package profile

import (
	"context"
	"maps"
	"slices"

	"heliograph"
)

// batch bounds how many messages one transaction moves or erases.
const batch = 500

// Merge gives everything of the discarded user to the surviving one: clients,
// messages, and what the survivor's profile does not say itself. The discarded
// user is gone afterwards. A merge that is broken off can be asked for again.
func (s *Service) Merge(ctx context.Context, app heliograph.AppID, surviving, discarded heliograph.UserID) error {
	return s.merge(ctx, app, surviving, discarded, func(*heliograph.User) error { return nil })
}

// MergeAnonymous is Merge of a user without a name. One who has got a name
// meanwhile is an error of kind Conflict: nobody logged in as part of another.
func (s *Service) MergeAnonymous(ctx context.Context, app heliograph.AppID, surviving, discarded heliograph.UserID) error {
	return s.merge(ctx, app, surviving, discarded, func(u *heliograph.User) error {
		if u.ExternalID != "" {
			return heliograph.Errorf(heliograph.Conflict, heliograph.CodeConflict, "the user has just got a userId")
		}
		return nil
	})
}

// merge is Merge of a discarded user that may be; it is asked while it is held.
func (s *Service) merge(ctx context.Context, app heliograph.AppID, surviving, discarded heliograph.UserID, may func(*heliograph.User) error) error {
	if surviving == discarded {
		return heliograph.InvalidField("discarded._id", "must name another user than surviving._id")
	}
	for done := false; !done; {
		err := s.Journal.Atomically(ctx, func(ctx context.Context) error {
			users, err := s.Users.Lock(ctx, app, surviving, discarded)
			if err != nil {
				return err
			}
			if err := may(users[1]); err != nil {
				return err
			}
			moved, err := s.moveMessages(ctx, users[1], users[0])
			if done = moved < batch; err != nil || !done {
				return err
			}
			return s.finishMerge(ctx, users[1], users[0])
		})
		if err != nil {
			return err
		}
	}
	return nil
}

func (s *Service) moveMessages(ctx context.Context, from, to *heliograph.User) (int, error) {
	if !from.ConversationStarted() {
		return 0, nil
	}
	if err := s.start(ctx, to); err != nil {
		return 0, err
	}
	return s.Threads.Move(ctx, from, to, batch)
}

func (s *Service) finishMerge(ctx context.Context, from, to *heliograph.User) error {
	if err := s.Threads.Join(ctx, from, to); err != nil {
		return err
	}
	if err := s.moveClients(ctx, from, to); err != nil {
		return err
	}
	if err := s.Consents.Move(ctx, from.App, from.ID, to.ID); err != nil {
		return err
	}
	if err := s.Codes.Move(ctx, from.App, from.ID, to.ID); err != nil {
		return err
	}
	if err := s.Users.Remove(ctx, from.App, from.ID); err != nil {
		return err
	}
	adopt(from, to)
	if err := s.Users.Save(ctx, to); err != nil {
		return err
	}
	e := s.event(heliograph.EventMerge, to)
	e.Data.Other, e.Data.OtherExt = []heliograph.UserID{from.ID}, []string{from.ExternalID}
	if err := s.Journal.AppendEvents(ctx, e); err != nil {
		return err
	}
	return s.strictest(ctx, to)
}

// adopt fills what to does not know with what from knows.
func adopt(from, to *heliograph.User) {
	if to.ExternalID == "" {
		to.ExternalID = from.ExternalID
	}
	to.CredentialRequired = to.CredentialRequired || from.CredentialRequired
	p, q := &to.Profile, from.Profile
	fill(&p.GivenName, q.GivenName)
	fill(&p.Surname, q.Surname)
	fill(&p.Email, q.Email)
	fill(&p.SignedUpAt, q.SignedUpAt)
	if len(q.Properties) > 0 {
		all := maps.Clone(q.Properties)
		maps.Copy(all, p.Properties)
		// What would make the survivor's profile too large to change is left out.
		if checkFlat("properties", all) == nil {
			p.Properties = all
		}
	}
}

func fill[T comparable](to *T, from T) {
	var zero T
	if *to == zero {
		*to = from
	}
}

// moveClients moves the clients of from. Links under way that the other user's
// address makes pointless end, and the survivor's preferred client stays so.
func (s *Service) moveClients(ctx context.Context, from, to *heliograph.User) error {
	theirs, err := s.Clients.OfUser(ctx, from.App, from.ID)
	if err != nil {
		return err
	}
	ours, err := s.Clients.OfUser(ctx, to.App, to.ID)
	if err != nil {
		return err
	}
	preferred := slices.ContainsFunc(ours, func(c heliograph.Client) bool { return c.Primary })
	for _, c := range theirs {
		twin := slices.IndexFunc(ours, func(o heliograph.Client) bool { return o.Integration == c.Integration && o.Address == c.Address })
		switch {
		case twin >= 0 && c.Status == heliograph.ClientPending:
			err = s.failMerged(ctx, from, &c)
		case twin >= 0:
			err = s.failMerged(ctx, to, &ours[twin])
		}
		if err == nil && preferred && c.Primary {
			c.Primary = false
			err = s.Clients.Save(ctx, &c)
		}
		if err != nil {
			return err
		}
	}
	return s.Clients.Move(ctx, from.App, from.ID, to)
}

func (s *Service) failMerged(ctx context.Context, u *heliograph.User, c *heliograph.Client) error {
	return s.fail(ctx, u, c, reasonCancelled, &heliograph.DeliveryError{Code: heliograph.ReasonCancelled, Message: "the users were merged, and one has the address"})
}
