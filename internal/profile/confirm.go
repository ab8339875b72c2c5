package profile

import (
	"context"
	"slices"

	"heliograph"
)

// DeliveryChanged is told, in the transaction of the outcome, what became of a
// confirmation message. Once it is out, the link is matched; when it can never
// be, the linking ends.
func (s *Service) DeliveryChanged(ctx context.Context, d *heliograph.Delivery, _ *heliograph.Event) error {
	c, err := s.Clients.Get(ctx, d.App, d.Client)
	if heliograph.IsKind(err, heliograph.NotFound) {
		return nil
	}
	if err != nil || c.Details.Link == nil || c.Details.Link.Delivery != d.ID {
		return err
	}
	return s.withPending(ctx, &c, func(ctx context.Context, u *heliograph.User, c *heliograph.Client, at []heliograph.Client) error {
		switch d.Status {
		case heliograph.AtChannel, heliograph.AtUser:
			return s.match(ctx, u, c, at)
		case heliograph.Failed, heliograph.Expired, heliograph.Cancelled:
			why := d.Details.Error
			if why == nil {
				why = &heliograph.DeliveryError{Code: d.Reason}
			}
			c.Details.Link.Delivery = heliograph.NotificationID{} // it is over: there is nothing to cancel
			return s.fail(ctx, u, c, reasonFailed, why)
		}
		return nil
	})
}

// Activity is a message of a customer, as far as linkings care.
type Activity struct {
	App         heliograph.AppID
	Integration heliograph.IntegrationID
	Address     string
	Text        string
	Stop        bool // it was an opt-out
}

// ConfirmByActivity ends the linkings of an address that a message from it
// decides. It must be called before the message's user is looked up, in the same
// transaction: the address may get a new owner by it.
func (s *Service) ConfirmByActivity(ctx context.Context, a Activity) error {
	if linked, err := s.RedeemLinkCode(ctx, a); linked || err != nil {
		return err
	}
	waiting, err := s.Addresses.PendingAt(ctx, a.App, a.Integration, a.Address)
	if err != nil {
		return err
	}
	// Of several users who ask for the address, the latest request counts; the
	// others fail with its success.
	for _, c := range slices.Backward(waiting) {
		accepted, denied := s.verdict(&c, &a)
		if !accepted && !denied {
			continue
		}
		err := s.withPending(ctx, &c, func(ctx context.Context, u *heliograph.User, c *heliograph.Client, at []heliograph.Client) error {
			if denied {
				return s.fail(ctx, u, c, reasonFailed, &heliograph.DeliveryError{Code: heliograph.ReasonBlocked, Message: "the person declined"})
			}
			return s.succeed(ctx, u, c, at)
		})
		if err != nil || accepted {
			return err
		}
	}
	return nil
}

// verdict reads what a message says about one linking.
func (s *Service) verdict(c *heliograph.Client, a *Activity) (accepted, denied bool) {
	l := c.Details.Link
	if l == nil || !l.Matched {
		return false, false
	}
	switch l.Confirmation {
	case heliograph.ConfirmUserActivity:
		return !a.Stop, a.Stop
	case heliograph.ConfirmPrompt:
		word := normalise(a.Text)
		accepted = !a.Stop && s.words.accept[word]
		return accepted, a.Stop || !accepted && s.words.deny[word]
	}
	return false, false
}

// withPending runs f with the user of a pending client, and all clients at its
// address, locked. It does nothing when the client is no longer pending.
func (s *Service) withPending(ctx context.Context, c *heliograph.Client, f func(context.Context, *heliograph.User, *heliograph.Client, []heliograph.Client) error) error {
	return s.Journal.Atomically(ctx, func(ctx context.Context) error {
		u, err := s.lock(ctx, c.App, c.User)
		if heliograph.IsKind(err, heliograph.NotFound) {
			return nil
		}
		if err != nil {
			return err
		}
		at, err := s.Addresses.At(ctx, c.App, c.Integration, c.Address)
		if err != nil {
			return err
		}
		i := slices.IndexFunc(at, func(o heliograph.Client) bool {
			return o.ID == c.ID && o.User == c.User && o.Status == heliograph.ClientPending && o.Details.Link != nil
		})
		if i < 0 {
			return nil
		}
		pending := at[i]
		return f(ctx, u, &pending, at)
	})
}

// match notes that the confirmation message is out.
func (s *Service) match(ctx context.Context, u *heliograph.User, c *heliograph.Client, at []heliograph.Client) error {
	if c.Details.Link.Matched {
		return nil
	}
	if err := s.start(ctx, u); err != nil {
		return err
	}
	c.Conversation, c.Details.Link.Matched = u.Conversation, true
	if err := s.Clients.Save(ctx, c); err != nil {
		return err
	}
	if err := s.tell(ctx, heliograph.EventLinkMatch, u, c, "", nil); err != nil {
		return err
	}
	if c.Details.Link.Confirmation == heliograph.ConfirmImmediate {
		return s.succeed(ctx, u, c, at)
	}
	return nil
}

// start gives a user without a conversation one.
func (s *Service) start(ctx context.Context, u *heliograph.User) error {
	if u.ConversationStarted() {
		return nil
	}
	c := &heliograph.Conversation{ID: s.IDs.Conversation(), App: u.App, User: u.ID, Created: s.now()}
	u.Conversation = c.ID
	return s.Users.StartConversation(ctx, c)
}

// succeed gives an address to u: it moves from the user who had it, and other
// users' linkings of it fail.
func (s *Service) succeed(ctx context.Context, u *heliograph.User, c *heliograph.Client, at []heliograph.Client) error {
	for _, o := range at {
		if o.ID == c.ID {
			continue
		}
		loser, err := s.Users.Get(ctx, o.App, o.User)
		if err != nil {
			return err
		}
		if o.Status == heliograph.ClientPending {
			err = s.fail(ctx, loser, &o, reasonFailed, &heliograph.DeliveryError{Code: heliograph.ReasonUncategorized, Message: "the address was linked to another user"})
		} else {
			err = s.drop(ctx, loser, &o, reasonTheft, nil)
		}
		if err != nil {
			return err
		}
	}
	request := c.Details.Link
	if err := s.cancelConfirmation(ctx, c); err != nil {
		return err
	}
	if err := s.inherit(ctx, u, c.Address); err != nil {
		return err
	}
	status, err := s.clientStatus(ctx, c)
	if err != nil {
		return err
	}
	c.Status, c.LinkedAt, c.LastSeen, c.Conversation, c.Details.Link = status, s.now(), s.lastHeard(request, at), u.Conversation, nil
	if err := s.Clients.Save(ctx, c); err != nil {
		return err
	}
	if request.Primary {
		if err := s.prefer(ctx, u, c); err != nil {
			return err
		}
	}
	told := *c
	told.Details.Link = request
	return s.tell(ctx, heliograph.EventLinkSuccess, u, &told, "", nil)
}

// lastHeard is when the person was last heard who has a linked address now: now,
// if it was by a word that the linking was confirmed.
func (s *Service) lastHeard(request *heliograph.LinkRequest, at []heliograph.Client) (heard heliograph.Millis) {
	if request.Confirmation != heliograph.ConfirmImmediate {
		return s.now()
	}
	for i := range at {
		heard = max(heard, at[i].LastSeen)
	}
	return heard
}

// prefer makes c the one client of u that is preferred.
func (s *Service) prefer(ctx context.Context, u *heliograph.User, c *heliograph.Client) error {
	all, err := s.Clients.OfUser(ctx, u.App, u.ID)
	if err != nil {
		return err
	}
	for _, o := range all {
		if o.Primary == (o.ID == c.ID) {
			continue
		}
		o.Primary = o.ID == c.ID
		if err := s.Clients.Save(ctx, &o); err != nil {
			return err
		}
	}
	c.Primary = true
	return nil
}

// fail ends a linking without success.
func (s *Service) fail(ctx context.Context, u *heliograph.User, c *heliograph.Client, reason string, why *heliograph.DeliveryError) error {
	if err := s.cancelConfirmation(ctx, c); err != nil {
		return err
	}
	if err := s.tell(ctx, heliograph.EventLinkFailure, u, c, reason, why); err != nil {
		return err
	}
	return s.drop(ctx, u, c, reason, why)
}

// drop removes a client. why says what went wrong, if something did.
func (s *Service) drop(ctx context.Context, u *heliograph.User, c *heliograph.Client, reason string, why *heliograph.DeliveryError) error {
	if err := s.Clients.Delete(ctx, c.App, c.ID); err != nil {
		return err
	}
	return s.tell(ctx, heliograph.EventClientRemove, u, c, reason, why)
}

// cancelConfirmation takes a confirmation message that still waits out of the
// queue: the linking it was for is over.
func (s *Service) cancelConfirmation(ctx context.Context, c *heliograph.Client) error {
	if c.Details.Link == nil || c.Details.Link.Delivery.IsZero() || c.Details.Link.Matched {
		return nil
	}
	return s.cancel(ctx, c.App, c.User, false, c.Details.Link.Delivery)
}

// cancel takes deliveries out of the queue and notes which.
func (s *Service) cancel(ctx context.Context, app heliograph.AppID, user heliograph.UserID, underWay bool, ids ...heliograph.NotificationID) error {
	cancelled, err := s.Threads.CancelDeliveries(ctx, app, s.now(), underWay, ids...)
	if err != nil {
		return err
	}
	var events []*heliograph.Event
	for _, id := range cancelled {
		events = append(events, &heliograph.Event{
			ID: s.IDs.Event(), App: app, Type: heliograph.EventCancelled, At: s.now(), User: user, Delivery: id,
			Data: heliograph.EventData{Via: "api", Final: true},
		})
	}
	return s.Journal.AppendEvents(ctx, events...)
}
