// Package auth tells who a request comes from, by key and secret or by a token
// that a key signed. It does not know what a caller may do: the surfaces do.
package auth

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"net/http"
	"strings"
	"time"

	"heliograph"
	"heliograph/internal/fresh"
)

// freshness is how long a deleted key may still work in another process. In the
// process that deletes it it ends at once.
const freshness = time.Second

// maxCredential bounds an Authorization header.
const maxCredential = 8 << 10

// Service authenticates requests. It is safe for concurrent use.
type Service struct {
	keys  Keys
	users Users
	now   heliograph.Clock

	known *fresh.Cache[heliograph.KeyID, *heliograph.Key]
	// proofs are tokens that were verified a moment ago, by their digest.
	proofs *fresh.Cache[[sha256.Size]byte, *proof]
}

// New returns a service that finds keys in keys.
func New(keys Keys, users Users, now heliograph.Clock) *Service {
	return &Service{
		keys: keys, users: users, now: now,
		known:  fresh.New[heliograph.KeyID, *heliograph.Key](freshness, 4096, now),
		proofs: fresh.New[[sha256.Size]byte, *proof](freshness, 8192, now),
	}
}

// Authenticate returns who r comes from. A request without a valid credential
// is an error of kind Unauthenticated; a valid one that claims more than its key
// may give is one of kind Forbidden.
func (s *Service) Authenticate(ctx context.Context, r *http.Request) (Principal, error) {
	scheme, credential, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	if len(credential) > maxCredential {
		return Principal{}, unauthorized("the credential is too long")
	}
	switch {
	case strings.EqualFold(scheme, "Bearer"):
		return s.token(ctx, strings.TrimSpace(credential))
	case strings.EqualFold(scheme, "Basic"):
		return s.basic(ctx, strings.TrimSpace(credential))
	}
	return Principal{}, unauthorized("Authorization is required: Basic with a key's id and secret, or Bearer with a token")
}

// UserToken verifies a token that was handed over on its own, and returns the
// user of the app that it speaks for and when it ends; zero: never. A token that
// is no user's token of that app is an error of kind Unauthenticated.
func (s *Service) UserToken(ctx context.Context, app heliograph.AppID, text string) (externalID string, expires time.Time, err error) {
	if len(text) > maxCredential {
		return "", time.Time{}, unauthorized("the credential is too long")
	}
	p, err := s.proof(ctx, text)
	if heliograph.IsKind(err, heliograph.Forbidden) {
		err = unauthorized(heliograph.AsError(err).Message)
	}
	if err != nil {
		return "", time.Time{}, err
	}
	if p.principal.Scope != heliograph.ScopeAppUser || p.principal.App != app {
		return "", time.Time{}, unauthorized("the token is not one of a user of this app")
	}
	return p.principal.UserExternalID, p.expires, nil
}

// Forget makes keys that were deleted or changed stop working at once.
func (s *Service) Forget(ids ...heliograph.KeyID) { s.known.Drop(ids...) }

// ForgetAll is Forget for every key.
func (s *Service) ForgetAll() { s.known.Clear() }

func (s *Service) basic(ctx context.Context, credential string) (Principal, error) {
	text, err := base64.StdEncoding.DecodeString(credential)
	if err != nil {
		return Principal{}, unauthorized("the Basic credential is not base64")
	}
	handle, secret, ok := strings.Cut(string(text), ":")
	if !ok {
		return Principal{}, unauthorized("the Basic credential must be a key's id, a colon and its secret")
	}
	k, err := s.key(ctx, handle)
	if err != nil {
		return Principal{}, err
	}
	if subtle.ConstantTimeCompare([]byte(secret), []byte(k.Secret.Reveal())) != 1 {
		return Principal{}, unauthorized("the key or its secret is wrong")
	}
	return principalOf(k), nil
}

// key returns the key that a handle names.
func (s *Service) key(ctx context.Context, handle string) (*heliograph.Key, error) {
	id, _, ok := heliograph.ParseKeyHandle(handle)
	if !ok {
		return nil, unauthorized("the key or its secret is wrong")
	}
	k, err := s.known.Get(id, func() (*heliograph.Key, error) { return s.keys.ByID(ctx, id) })
	if heliograph.IsKind(err, heliograph.NotFound) || (err == nil && k.Handle() != handle) {
		return nil, unauthorized("the key or its secret is wrong")
	}
	return k, err
}

func principalOf(k *heliograph.Key) Principal {
	return Principal{Scope: k.Scope, Org: k.Org, App: k.App, Service: k.Service, Key: k.ID}
}

func unauthorized(message string) error {
	return heliograph.Errorf(heliograph.Unauthenticated, heliograph.CodeUnauthorized, "%s", message)
}
