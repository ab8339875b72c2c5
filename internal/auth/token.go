package auth

import (
	"context"
	"crypto/sha256"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/golang-jwt/jwt/v5"

	"heliograph"
)

// claims are what a token says. The texts are pointers so that an absent claim
// and an empty one can be told apart; a number where a text belongs fails.
type claims struct {
	Scope      string  `json:"scope"`
	UserID     *string `json:"userId,omitempty"`
	ExternalID *string `json:"external_id,omitempty"`
	jwt.RegisteredClaims
}

// proof is a token that was verified.
type proof struct {
	key       *heliograph.Key
	principal Principal
	expires   time.Time // zero: never
}

// token verifies a bearer token. The same token comes with every request of a
// client, so a proof is kept for a moment; its key is asked for again each time.
func (s *Service) token(ctx context.Context, text string) (Principal, error) {
	p, err := s.proof(ctx, text)
	if err != nil {
		return Principal{}, err
	}
	return p.principal, nil
}

func (s *Service) proof(ctx context.Context, text string) (*proof, error) {
	p, err := s.proofs.Get(sha256.Sum256([]byte(text)), func() (*proof, error) { return s.verify(ctx, text) })
	if err != nil {
		return nil, err
	}
	if !p.expires.IsZero() && !s.now().Before(p.expires) {
		return nil, unauthorized("the token has expired")
	}
	k, err := s.key(ctx, p.key.Handle())
	if err != nil {
		return nil, err
	}
	if k != p.key && k.Secret != p.key.Secret {
		return nil, unauthorized("the token's signature is wrong")
	}
	return p, nil
}

func (s *Service) verify(ctx context.Context, text string) (*proof, error) {
	var (
		c      claims
		key    *heliograph.Key
		keyErr error
	)
	parser := jwt.NewParser(jwt.WithValidMethods([]string{jwt.SigningMethodHS256.Alg()}), jwt.WithTimeFunc(s.now))
	_, err := parser.ParseWithClaims(text, &c, func(t *jwt.Token) (any, error) {
		if keyErr = c.check(t.Header); keyErr != nil {
			return nil, keyErr
		}
		handle, _ := t.Header["kid"].(string)
		if key, keyErr = s.key(ctx, handle); keyErr != nil {
			return nil, keyErr
		}
		return []byte(key.Secret.Reveal()), nil
	})
	if keyErr != nil {
		return nil, keyErr
	}
	if err != nil {
		// The library's words name the check that failed, and nothing secret.
		return nil, unauthorized("the token is not valid: " + strings.TrimPrefix(err.Error(), "token "))
	}
	p, err := c.principal(key)
	if err != nil {
		return nil, err
	}
	if p.Scope == heliograph.ScopeAppUser {
		if err := s.users.RequireCredential(ctx, p.App, p.UserExternalID); err != nil {
			return nil, err
		}
	}
	out := &proof{key: key, principal: p}
	if c.ExpiresAt != nil {
		out.expires = c.ExpiresAt.Time
	}
	return out, nil
}

// maxMoment bounds the times of a token, in seconds: beyond it a number is no
// longer read as it was written, and the far future may look like the past.
const maxMoment = 1 << 53

// check refuses tokens that must not be read the way they would be.
func (c *claims) check(header map[string]any) error {
	// What crit names must be understood (RFC 7515, 4.1.11), and nothing is.
	if _, critical := header["crit"]; critical {
		return unauthorized("the token is not valid: its header has crit, and no extension is known here")
	}
	for name, at := range map[string]*jwt.NumericDate{"exp": c.ExpiresAt, "nbf": c.NotBefore, "iat": c.IssuedAt} {
		if at != nil && (at.Unix() >= maxMoment || at.Unix() <= -maxMoment) {
			return unauthorized("the token is not valid: its " + name + " is out of range; it must be in seconds since 1970")
		}
	}
	return nil
}

// principal says who a token of key k speaks for.
func (c *claims) principal(k *heliograph.Key) (Principal, error) {
	p := principalOf(k)
	switch c.Scope {
	case "appUser", "user":
		if k.Scope != heliograph.ScopeApp {
			return p, forbiddenScope(k, c.Scope)
		}
		user, err := c.user()
		p.Scope, p.UserExternalID = heliograph.ScopeAppUser, user
		return p, err
	case string(k.Scope):
		return p, nil
	case string(heliograph.ScopeAccount), string(heliograph.ScopeApp):
		return p, forbiddenScope(k, c.Scope)
	}
	return p, unauthorized("the token's scope must be account, app, appUser or user")
}

// user returns the user that a token names, under either of the claim's names.
func (c *claims) user() (string, error) {
	id := c.UserID
	if id == nil {
		id = c.ExternalID
	}
	switch {
	case id == nil || *id == "":
		return "", unauthorized("a user's token must name the user in userId, as a string")
	case c.ExternalID != nil && *c.ExternalID != *id:
		return "", unauthorized("the token names two different users")
	case strings.ContainsRune(*id, 0) || !utf8.ValidString(*id) || utf8.RuneCountInString(*id) > heliograph.MaxUserIDRunes:
		return "", unauthorized("the token's userId cannot be a user's id")
	}
	return *id, nil
}

func forbiddenScope(k *heliograph.Key, claimed string) error {
	return heliograph.Errorf(heliograph.Forbidden, heliograph.CodeForbidden,
		"a key of scope %s cannot sign a token of scope %s", k.Scope, claimed)
}

// Token returns a token of the key's own scope that does not expire.
func (s *Service) Token(k *heliograph.Key) (string, error) {
	t := jwt.NewWithClaims(jwt.SigningMethodHS256, claims{
		Scope:            string(k.Scope),
		RegisteredClaims: jwt.RegisteredClaims{IssuedAt: jwt.NewNumericDate(s.now())},
	})
	t.Header["kid"] = k.Handle()
	return t.SignedString([]byte(k.Secret.Reveal()))
}
