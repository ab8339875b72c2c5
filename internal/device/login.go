package device

import (
	"context"
	"errors"

	"heliograph"
)

// nameUser gives the anonymous user of the device the external id that it logs in
// with: it stays the same user.
func (e *entry) nameUser(ctx context.Context, have *known) (k *known, text string, err error) {
	err = e.s.Journal.Atomically(ctx, func(ctx context.Context) error {
		users, err := e.s.Users.Lock(ctx, e.in.App, have.user.ID)
		if err != nil {
			return raced(err)
		}
		u := users[0]
		if u.ExternalID != "" {
			return errRaced
		}
		if err := e.s.free(ctx, e.in.App, e.named); err != nil {
			return err
		}
		u.ExternalID, u.CredentialRequired = e.named, e.verified
		if err := e.s.Users.Save(ctx, u); err != nil {
			return err
		}
		c, err := e.lockSession(ctx, have)
		if err != nil {
			return err
		}
		k = &known{c, u}
		e.refresh(&k.client)
		if c.Details.DisplayName == animalName(u.ID) {
			k.client.Details.DisplayName = ""
		}
		return e.s.Clients.Save(ctx, &k.client)
	})
	if err != nil {
		return nil, "", err
	}
	e.s.Forget(k.client.ID)
	return k, e.Token, nil
}

// merge makes the anonymous user of the device part of the one it logs in as.
func (e *entry) merge(ctx context.Context, have *known, want *heliograph.User) (k *known, text string, err error) {
	if err := e.s.Profiles.MergeAnonymous(ctx, e.in.App, want.ID, have.user.ID); err != nil {
		return nil, "", raced(err)
	}
	e.s.Forget(have.client.ID)
	moved := *have
	moved.client.User = want.ID
	err = e.s.Journal.Atomically(ctx, func(ctx context.Context) error {
		users, err := e.s.Users.Lock(ctx, e.in.App, want.ID)
		if err != nil {
			return raced(err)
		}
		c, err := e.lockSession(ctx, &moved)
		if err != nil {
			return err
		}
		k = &known{c, users[0]}
		e.refresh(&k.client)
		k.client.Details.DisplayName = ""
		if err := e.s.Clients.Save(ctx, &k.client); err != nil {
			return err
		}
		return e.s.tell(ctx, heliograph.EventClientAdd, k.user, &k.client, e.reason())
	})
	if err != nil {
		return nil, "", err
	}
	e.s.Forget(k.client.ID)
	return k, e.Token, nil
}

// Begin returns the session with a conversation, which is made and told of when
// there is none.
func (s *Service) Begin(ctx context.Context, of *Session) (*Session, error) {
	if of.User.ConversationStarted() {
		return of, nil
	}
	k := &known{*of.Client, of.User}
	err := error(errRaced)
	for n := 0; n < tries && errors.Is(err, errRaced); n++ {
		err = s.startConversation(ctx, k)
	}
	if errors.Is(err, errRaced) {
		err = invalidSession() // its user is gone
	}
	if err != nil {
		return nil, err
	}
	with := *of
	with.User, with.Client = k.user, &k.client
	return &with, nil
}

// startConversation makes the user's conversation, if there is none, and tells of
// it.
func (s *Service) startConversation(ctx context.Context, k *known) error {
	if k.user.ConversationStarted() {
		return nil
	}
	u := *k.user
	err := s.Journal.Atomically(ctx, func(ctx context.Context) error {
		users, err := s.Users.Lock(ctx, u.App, u.ID)
		if err != nil {
			return raced(err)
		}
		u = *users[0]
		if u.ConversationStarted() {
			return nil
		}
		c := &heliograph.Conversation{ID: s.IDs.Conversation(), App: u.App, User: u.ID, Created: s.now()}
		if err := s.Users.StartConversation(ctx, c); err != nil {
			return err
		}
		u.Conversation = c.ID
		return s.Journal.AppendEvents(ctx, &heliograph.Event{
			ID: s.IDs.Event(), App: u.App, Type: heliograph.EventConversation, At: c.Created, User: u.ID, Conversation: c.ID,
			Data: heliograph.EventData{ExtID: u.ExternalID, Client: k.client.ID, Channel: k.client.Platform, Integ: k.client.Integration},
		})
	})
	if err != nil {
		return err
	}
	s.Forget(k.client.ID)
	k.user, k.client.Conversation = &u, u.Conversation
	return nil
}
