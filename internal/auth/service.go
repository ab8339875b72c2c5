// Package auth tells who a request comes from, by key and secret or by a token
// that a key signed. It does not know what a caller may do: the surfaces do.
package auth

import (
	"context"
	"net/http"

	"heliograph"
)

// Service authenticates requests.
type Service struct{}

// Authenticate returns who r comes from. A request without a valid credential
// is an error of kind Unauthenticated.
func (s *Service) Authenticate(ctx context.Context, r *http.Request) (Principal, error) {
	return Principal{}, heliograph.Errorf(heliograph.Unauthenticated, heliograph.CodeUnauthorized, "Authorization is required")
}
