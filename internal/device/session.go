package device

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"time"

	"heliograph"
)

// Session is a device that proved whose it is. It must not be changed.
type Session struct {
	App         *heliograph.App
	Integration *heliograph.Integration
	User        *heliograph.User
	Client      *heliograph.Client
	Verified    bool      // every request needs the user's token
	Expires     time.Time // when the user's token ends; zero: never, or there is none
}

// known is a client that runs our SDK, and its user.
type known struct {
	client heliograph.Client
	user   *heliograph.User
}

const (
	tokenPrefix = "hs1_"
	secretBytes = 32
	// maxSessions is how many sessions of one device are good at a time: the
	// newest. Two tabs that begin at once have one each.
	maxSessions = 4
	// maxToken bounds a token that is looked at.
	maxToken = 128
)

// token is what a session token says.
type token struct {
	app    heliograph.AppID
	client heliograph.ClientID
	digest [sha256.Size]byte // of the secret
}

// newToken returns a session token of c, and the digest that is kept of it.
func (s *Service) newToken(c *heliograph.Client) (text string, digest []byte, err error) {
	var b [secretBytes]byte
	if _, err := io.ReadFull(s.Random, b[:]); err != nil {
		return "", nil, fmt.Errorf("make a session: %w", err)
	}
	secret := base64.RawURLEncoding.EncodeToString(b[:])
	sum := sha256.Sum256([]byte(secret))
	return tokenPrefix + c.App.String() + "_" + c.ID.String() + "_" + secret, sum[:], nil
}

func parseToken(text string) (t token, ok bool) {
	rest, ok := strings.CutPrefix(text, tokenPrefix)
	if !ok || len(text) > maxToken {
		return t, false
	}
	app, rest, _ := strings.Cut(rest, "_")
	client, secret, _ := strings.Cut(rest, "_")
	if !parseID(app, &t.app) || !parseID(client, &t.client) || len(secret) != base64.RawURLEncoding.EncodedLen(secretBytes) {
		return t, false
	}
	t.digest = sha256.Sum256([]byte(secret))
	return t, true
}

func parseID[K any](s string, id *heliograph.ID[K]) bool {
	return id.UnmarshalText([]byte(s)) == nil && !id.IsZero()
}

// opens reports whether the token's secret is one of d's.
func (t *token) opens(d *heliograph.Device) bool {
	if d == nil {
		return false
	}
	found := 0
	for have := d.Session; len(have) >= sha256.Size; have = have[sha256.Size:] {
		found |= subtle.ConstantTimeCompare(have[:sha256.Size], t.digest[:])
	}
	return found == 1
}

// Authenticate returns the session of a token at an integration, of at most a
// second ago. A session that is not good is an Unauthenticated error of code
// invalid_session; one that lacks its user's token, of code invalid_auth.
func (s *Service) Authenticate(ctx context.Context, integration heliograph.IntegrationID, text, jwt string) (*Session, error) {
	in, app, err := s.Place(ctx, integration)
	if err != nil {
		return nil, err
	}
	k, err := s.find(ctx, in, text)
	if err != nil {
		return nil, err
	}
	if k == nil {
		return nil, invalidSession()
	}
	expires, err := s.prove(ctx, in, k, jwt)
	if err != nil {
		return nil, err
	}
	client := k.client
	return &Session{App: app, Integration: in, User: k.user, Client: &client, Verified: client.Details.Device.Verified, Expires: expires}, nil
}

// find returns who a session token stands for; nil when it stands for nobody.
func (s *Service) find(ctx context.Context, in *heliograph.Integration, text string) (*known, error) {
	t, ok := parseToken(text)
	if !ok || t.app != in.App {
		return nil, nil
	}
	for {
		loaded := false
		k, err := s.known.Get(t.client, func() (*known, error) {
			loaded = true
			return s.load(ctx, &t)
		})
		if heliograph.IsKind(err, heliograph.NotFound) {
			return nil, nil
		}
		if err != nil {
			return nil, err
		}
		good := k.client.App == in.App && k.client.Integration == in.ID && t.opens(k.client.Details.Device)
		if good && (loaded || k.user.ConversationStarted()) {
			return k, nil
		}
		if loaded {
			return nil, nil
		}
		// What is at hand may be from before the session was opened, or from before
		// the conversation was.
		s.Forget(t.client)
	}
}

func (s *Service) load(ctx context.Context, t *token) (*known, error) {
	c, err := s.Clients.Get(ctx, t.app, t.client)
	if err != nil {
		return nil, err
	}
	u, err := s.Users.Get(ctx, t.app, c.User)
	return &known{c, u}, err
}

// prove checks the token of the user that a session may need, and returns when it
// ends.
func (s *Service) prove(ctx context.Context, in *heliograph.Integration, k *known, jwt string) (expires time.Time, err error) {
	d := k.client.Details.Device
	if jwt == "" {
		if d.Verified || !d.Coded && k.user.ExternalID != "" && (k.user.CredentialRequired || requiresToken(in)) {
			err = invalidAuth("this session needs the user's token")
		}
		return expires, err
	}
	external, expires, err := s.userToken(ctx, in.App, jwt)
	if err == nil && external != k.user.ExternalID {
		err = invalidAuth("the token is another user's than the session")
	}
	return expires, err
}

// userToken is Tokens.UserToken in the words of SDKs.
func (s *Service) userToken(ctx context.Context, app heliograph.AppID, jwt string) (string, time.Time, error) {
	external, expires, err := s.Tokens.UserToken(ctx, app, jwt)
	if heliograph.IsKind(err, heliograph.Unauthenticated) {
		err = invalidAuth("%s", heliograph.AsError(err).Message)
	}
	return external, expires, err
}

// requiresToken reports whether an integration lets nobody go on as a user of the
// business without that user's token.
func requiresToken(in *heliograph.Integration) bool {
	var set struct{ RequireAuth bool }
	return json.Unmarshal(in.Settings, &set) == nil && set.RequireAuth
}

func invalidAuth(format string, args ...any) error {
	return heliograph.Errorf(heliograph.Unauthenticated, heliograph.CodeInvalidAuth, format, args...)
}

func invalidSession() error {
	return heliograph.Errorf(heliograph.Unauthenticated, heliograph.CodeInvalidSession, "the session is not good, or not any more: forget it and call init")
}
