// Package tenant keeps what belongs to a tenant as a whole: organizations,
// apps, keys and integrations. It knows nothing of users and messages.
package tenant

import (
	"io"
	"time"

	"heliograph"
	"heliograph/channel"
	"heliograph/internal/fresh"
)

// freshness is how long a change made by another process may go unnoticed. In
// the process that makes it, it is seen at once.
const freshness = time.Second

// Options are what a service is handed. Changed may be nil.
type Options struct {
	Atomic       Atomic
	Apps         Apps
	Keys         Keys
	Accounts     Accounts
	Integrations Integrations
	Menus        Menus
	Credentials  Credentials
	Hooks        Hooks
	Host         Host
	Types        []*channel.Type // the channels of this build
	// Changed is told of integrations that were changed, paused or deleted by
	// this process, after the change is stored.
	Changed func(heliograph.IntegrationID)

	IDs    *heliograph.IDMaker
	Now    heliograph.Clock
	Random io.Reader // crypto/rand.Reader outside tests
}

// Service is the engine. It is safe for concurrent use.
type Service struct {
	Options
	types map[string]*channel.Type
	apps  *fresh.Cache[heliograph.AppID, *heliograph.App]
	open  *fresh.Cache[heliograph.IntegrationID, *opened]
	// granted is which apps service accounts reach.
	granted *fresh.Cache[grant, bool]
}

// New returns a service.
func New(o Options) *Service {
	s := &Service{
		Options: o,
		types:   make(map[string]*channel.Type, len(o.Types)),
		apps:    fresh.New[heliograph.AppID, *heliograph.App](freshness, 1<<14, o.Now),
		open:    fresh.New[heliograph.IntegrationID, *opened](freshness, 1<<14, o.Now),
		granted: fresh.New[grant, bool](freshness, 1<<14, o.Now),
	}
	for _, t := range o.Types {
		s.types[t.Name] = t
	}
	return s
}

func (s *Service) at() heliograph.Millis { return heliograph.At(s.Now()) }
