// Package device keeps the devices that run our SDKs: whose they are, how they
// prove it, and where they take pushes. It decides when somebody becomes a user,
// and when two users are one. It knows no surface and no SQL.
package device

import (
	"context"
	"io"
	"time"

	"heliograph"
	"heliograph/internal/fresh"
)

const (
	// freshness is how long a session may still work that another process ended.
	freshness = time.Second
	// maxKnown bounds the sessions that are kept at hand.
	maxKnown = 1 << 14
	// tries is how often what lost a race is begun anew.
	tries = 6
)

// Parts is what the engine is made from. Every field but Places must be set.
type Parts struct {
	Journal  Journal
	Users    Users
	Clients  Clients
	Devices  Devices
	Uses     Uses
	Profiles Profiles
	Tokens   Tokens
	Tenants  Tenants
	Places   Places // nil: nobody knows where an address is
	IDs      *heliograph.IDMaker
	Now      heliograph.Clock
	Random   io.Reader // crypto/rand.Reader outside tests
}

// Service is the engine. It is safe for concurrent use.
type Service struct {
	Parts
	known *fresh.Cache[heliograph.ClientID, *known]
}

// New returns the engine.
func New(p Parts) *Service {
	return &Service{Parts: p, known: fresh.New[heliograph.ClientID, *known](freshness, maxKnown, p.Now)}
}

func (s *Service) now() heliograph.Millis { return heliograph.At(s.Now()) }

// Forget makes what is known of clients be read anew. It is for whoever changed
// them, or their user.
func (s *Service) Forget(ids ...heliograph.ClientID) { s.known.Drop(ids...) }

// Place returns the integration of an SDK, and its app. Any other integration is
// an error of kind NotFound.
func (s *Service) Place(ctx context.Context, id heliograph.IntegrationID) (*heliograph.Integration, *heliograph.App, error) {
	in, err := s.Tenants.ByID(ctx, id)
	if err != nil {
		return nil, nil, err
	}
	if !heliograph.SDKPlatform(in.Type) {
		return nil, nil, heliograph.Errorf(heliograph.NotFound, heliograph.CodeIntegrationNotFound, "there is no such integration of an SDK")
	}
	app, err := s.Tenants.App(ctx, in.App)
	return in, app, err
}
