// Package tenant keeps what belongs to a tenant as a whole: organizations,
// apps, keys and integrations.
package tenant

import (
	"context"

	"heliograph"
)

// Service is the engine.
type Service struct{}

// App returns an app, at most a second old.
func (s *Service) App(ctx context.Context, id heliograph.AppID) (*heliograph.App, error) {
	return nil, heliograph.Errorf(heliograph.NotFound, heliograph.CodeAppNotFound, "no such app")
}
