package profile

import (
	"context"
	"crypto/sha256"
	"encoding/base32"
	"encoding/base64"
	"fmt"
	"io"
	"strings"
	"time"

	"heliograph"
)

const (
	authCodeLife = 10 * time.Minute
	linkCodeLife = 24 * time.Hour
	// codesKept is how many codes of one user are good at a time: the newest.
	codesKept = 50
)

// AuthCode returns a code with which one other kit may go on as this user, once
// and soon.
func (s *Service) AuthCode(ctx context.Context, app heliograph.AppID, user heliograph.UserID) (string, error) {
	var b [32]byte
	if _, err := io.ReadFull(s.Random, b[:]); err != nil {
		return "", fmt.Errorf("make a code: %w", err)
	}
	code := "ac_" + base64.RawURLEncoding.EncodeToString(b[:])
	return code, s.keepCodes(ctx, app, user, &Code{Kind: AuthCode, Digest: digest(code), Expires: s.now().Add(authCodeLife)})
}

// RedeemAuthCode takes an auth code and returns the user that it stands for. It
// works once; a code that is used, old or another app's is an error of kind
// Unauthenticated.
func (s *Service) RedeemAuthCode(ctx context.Context, app heliograph.AppID, code string) (*heliograph.User, error) {
	c, err := s.Codes.Take(ctx, app, AuthCode, digest(code), s.now())
	if err == nil {
		var u *heliograph.User
		if u, err = s.User(ctx, app, c.User); err == nil {
			return u, nil
		}
	}
	if heliograph.IsKind(err, heliograph.NotFound) {
		err = heliograph.Errorf(heliograph.Unauthenticated, heliograph.CodeUnauthorized, "the auth code is not valid, or not any more")
	}
	return nil, err
}

// keepCodes stores codes of a user, who must exist.
func (s *Service) keepCodes(ctx context.Context, app heliograph.AppID, user heliograph.UserID, codes ...*Code) error {
	return s.Journal.Atomically(ctx, func(ctx context.Context) error {
		if _, err := s.lock(ctx, app, user); err != nil {
			return err
		}
		for _, c := range codes {
			c.App, c.User = app, user
			if err := s.Codes.Insert(ctx, c); err != nil {
				return err
			}
		}
		return s.Codes.Trim(ctx, app, user, codesKept)
	})
}

// newLinkCode returns a code that can be typed on a telephone.
func (s *Service) newLinkCode() (string, error) {
	var b [10]byte
	if _, err := io.ReadFull(s.Random, b[:]); err != nil {
		return "", fmt.Errorf("make a code: %w", err)
	}
	return heliograph.LinkCode(strings.ToLower(base32.StdEncoding.EncodeToString(b[:]))), nil
}

// digest is what is kept of a code.
func digest(code string) []byte {
	sum := sha256.Sum256([]byte(code))
	return sum[:]
}
