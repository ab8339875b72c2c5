// Package profile keeps users and their clients: who they are, at which
// addresses they can be reached, and what they allow. It decides who owns an
// address. It knows no surface and no SQL, and sends only through its Outbox.
package profile

import (
	"context"
	"fmt"
	"io"

	"heliograph"
	"heliograph/channel"
)

// Parts is what the engine is made from. Every field must be set.
type Parts struct {
	Journal      Journal
	Users        Users
	Clients      Clients
	Addresses    Addresses
	Aliases      Aliases
	Evidence     Evidence
	Threads      Threads
	Consents     Consents
	Codes        Codes
	Outbox       Outbox
	Integrations Integrations
	Types        []*channel.Type // the channels of this build
	IDs          *heliograph.IDMaker
	Now          heliograph.Clock
	Random       io.Reader // crypto/rand.Reader outside tests
}

// Service is the engine.
type Service struct {
	Parts
	words *words
}

// New returns the engine.
func New(p Parts) (*Service, error) {
	w, err := readWords()
	if err != nil {
		return nil, fmt.Errorf("the built-in word lists: %w", err)
	}
	return &Service{Parts: p, words: w}, nil
}

func (s *Service) now() heliograph.Millis { return heliograph.At(s.Now()) }

// channelType returns the channel of that name; nil when this build has none.
func (s *Service) channelType(name string) *channel.Type {
	for _, t := range s.Types {
		if t.Name == name {
			return t
		}
	}
	return nil
}

// Resolve returns the user that a caller names by its id or by its external id,
// without its clients. An id wins.
func (s *Service) Resolve(ctx context.Context, app heliograph.AppID, name string) (*heliograph.User, error) {
	var id heliograph.UserID
	if id.UnmarshalText([]byte(name)) == nil && !id.IsZero() {
		u, err := s.Users.Get(ctx, app, id)
		if !heliograph.IsKind(err, heliograph.NotFound) {
			return u, err
		}
	}
	if !storable(name) {
		return nil, noUser()
	}
	return s.Users.ByExternalID(ctx, app, name)
}

func (s *Service) lock(ctx context.Context, app heliograph.AppID, id heliograph.UserID) (*heliograph.User, error) {
	users, err := s.Users.Lock(ctx, app, id)
	if err != nil {
		return nil, err
	}
	return users[0], nil
}

func noUser() error {
	return heliograph.Errorf(heliograph.NotFound, heliograph.CodeUserNotFound, "there is no such user")
}

// User returns a user with its clients.
func (s *Service) User(ctx context.Context, app heliograph.AppID, id heliograph.UserID) (*heliograph.User, error) {
	u, err := s.Users.Get(ctx, app, id)
	if err != nil {
		return nil, err
	}
	return u, s.Fill(ctx, u)
}

// Fill reads the clients of a user who was resolved.
func (s *Service) Fill(ctx context.Context, u *heliograph.User) (err error) {
	if u.Clients, err = s.Clients.OfUser(ctx, u.App, u.ID); err != nil {
		return err
	}
	now := s.now()
	for i := range u.Clients {
		c := &u.Clients[i]
		if t := s.channelType(c.Platform); t != nil && t.Window > 0 && c.LastSeen > 0 && c.LastSeen.Add(t.Window) > now {
			c.WindowEnds = c.LastSeen.Add(t.Window)
		}
	}
	return nil
}
