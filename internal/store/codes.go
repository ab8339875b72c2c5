package store

import (
	"context"

	"heliograph"
	"heliograph/internal/profile"
)

// Codes are the rows of one-time codes, by their digests.
type Codes struct{ *Store }

var errNoCode = heliograph.Errorf(heliograph.NotFound, heliograph.CodeNotFound, "there is no such code")

// Insert stores a new code.
func (s Codes) Insert(ctx context.Context, c *profile.Code) error {
	_, err := s.exec(ctx, `INSERT INTO codes (app_id, digest, kind, user_id, integration_id, expires_at) VALUES ($1, $2, $3, $4, $5, $6)`,
		c.App, c.Digest, string(c.Kind), c.User, c.Integration, c.Expires)
	return err
}

// Find returns a code that is good at a moment, or an error of kind NotFound.
func (s Codes) Find(ctx context.Context, app heliograph.AppID, kind profile.CodeKind, digest []byte, at heliograph.Millis) (*profile.Code, error) {
	return one(ctx, s.Store, errNoCode, scanCode(app, kind, digest),
		`SELECT user_id, integration_id, expires_at FROM codes WHERE app_id = $1 AND digest = $2 AND kind = $3 AND expires_at > $4`,
		app, digest, string(kind), at)
}

func scanCode(app heliograph.AppID, kind profile.CodeKind, digest []byte) func(scanner) (*profile.Code, error) {
	return func(row scanner) (*profile.Code, error) {
		c := &profile.Code{App: app, Kind: kind, Digest: digest}
		return c, row.Scan(&c.User, &c.Integration, &c.Expires)
	}
}

// Take removes a code that is good at a moment, and returns it; or an error of
// kind NotFound. Of several who take one code one gets it.
func (s Codes) Take(ctx context.Context, app heliograph.AppID, kind profile.CodeKind, digest []byte, at heliograph.Millis) (c *profile.Code, err error) {
	err = s.Atomically(ctx, func(ctx context.Context) error {
		c, err = one(ctx, s.Store, errNoCode, scanCode(app, kind, digest),
			`DELETE FROM codes WHERE app_id = $1 AND digest = $2 AND kind = $3 AND expires_at > $4 RETURNING user_id, integration_id, expires_at`,
			app, digest, string(kind), at)
		return err
	})
	return c, err
}

// Trim keeps the newest codes of a user.
func (s Codes) Trim(ctx context.Context, app heliograph.AppID, user heliograph.UserID, keep int) error {
	const most = 1 << 20
	_, err := s.exec(ctx, `DELETE FROM codes WHERE app_id = $1 AND digest IN
		(SELECT digest FROM codes WHERE app_id = $1 AND user_id = $2 ORDER BY expires_at DESC LIMIT $3 OFFSET $4)`, app, user, most, keep)
	return err
}

// Move makes the codes of one user stand for another.
func (s Codes) Move(ctx context.Context, app heliograph.AppID, from, to heliograph.UserID) error {
	_, err := s.exec(ctx, `UPDATE codes SET user_id = $1 WHERE app_id = $2 AND user_id = $3`, to, app, from)
	return err
}

// Prune removes up to limit codes that are no longer good at a moment, and
// returns how many it removed.
func (s Codes) Prune(ctx context.Context, at heliograph.Millis, limit int) (int64, error) {
	return s.exec(ctx, `DELETE FROM codes WHERE (app_id, digest) IN
		(SELECT app_id, digest FROM codes WHERE expires_at <= $1 ORDER BY expires_at LIMIT $2)`, at, limit)
}
