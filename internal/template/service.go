// Package template keeps templates: messages that an app has under a name, and
// what providers' own message templates say, so that a message which uses one can
// be shown as the person sees it. It writes out what texts stand for. It sends
// nothing.
package template

import (
	"context"
	"log/slog"
	"time"

	"heliograph"
	"heliograph/channel"
	"heliograph/internal/fresh"
)

// How old definitions in memory may be, when another process has asked for them;
// and how many integrations' are held there.
const (
	freshness = time.Minute
	held      = 256
)

// Options are what a service is handed. Every field must be set.
type Options struct {
	Atomic       func(ctx context.Context, fn func(context.Context) error) error
	Store        Store
	Definitions  Definitions
	Integrations Integrations
	Types        []*channel.Type
	IDs          *heliograph.IDMaker
	Now          heliograph.Clock
	Log          *slog.Logger
}

// Service is the engine. It is safe for concurrent use.
type Service struct {
	Options
	known *fresh.Cache[heliograph.IntegrationID, definitions]
}

// New returns a service.
func New(o Options) *Service {
	return &Service{Options: o, known: fresh.New[heliograph.IntegrationID, definitions](freshness, held, o.Now)}
}

func (s *Service) at() heliograph.Millis { return heliograph.At(s.Now()) }
