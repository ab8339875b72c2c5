package store

import (
	"context"

	"heliograph"
)

// Inbound is what providers sent, once, and who they sent it for.
type Inbound struct{ *Store }

// Keep stores a raw request under each fact's key and reports, by position,
// which keys are new. Of two callers with the same key, one waits for the other.
func (s Inbound) Keep(ctx context.Context, in *heliograph.Integration, at heliograph.Millis, raw []byte, keys []string, ids []heliograph.RecordID) ([]bool, error) {
	if raw == nil {
		raw = []byte{}
	}
	fresh := make([]bool, len(keys))
	err := s.Atomically(ctx, func(ctx context.Context) error {
		for i, key := range keys {
			n, err := s.exec(ctx, `INSERT INTO inbound (app_id, id, integration_id, fact_key, at, raw) VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING`,
				in.App, ids[i], in.ID, key, at, raw)
			if err != nil {
				return err
			}
			fresh[i] = n > 0
		}
		return nil
	})
	return fresh, err
}

// Sender returns who owns an address on an integration, or else on another one
// of the same channel: the client tells which. nil when nobody does.
func (s Inbound) Sender(ctx context.Context, in *heliograph.Integration, address string) (*heliograph.User, *heliograph.Client, error) {
	c, err := one(ctx, s.Store, nil, scanClient, `SELECT `+clientColumns+` FROM clients
		WHERE app_id = $1 AND address = $2 AND platform = $3 AND status <> 'pending'
		ORDER BY CASE WHEN integration_id = $4 THEN 0 ELSE 1 END, last_seen DESC, id DESC LIMIT 1`, in.App, address, in.Type, in.ID)
	if err != nil || c.ID.IsZero() {
		return nil, nil, err
	}
	u, err := Users{s.Store}.Get(ctx, in.App, c.User)
	return u, &c, err
}

// Register stores a new user with its first client. taken reports that somebody
// else owns the address by now; nothing is stored then.
func (s Inbound) Register(ctx context.Context, u *heliograph.User, c *heliograph.Client) (taken bool, err error) {
	err = s.Atomically(ctx, func(ctx context.Context) error {
		taken = false
		// The client first: its address decides who may go on.
		err := Clients{s.Store}.Insert(ctx, c)
		if heliograph.IsKind(err, heliograph.Conflict) {
			taken = true
			return nil
		}
		if err != nil {
			return err
		}
		return Users{s.Store}.Insert(ctx, u)
	})
	return taken, err
}

// Join stores one more client of a user. taken is as in Register.
func (s Inbound) Join(ctx context.Context, c *heliograph.Client) (taken bool, err error) {
	err = Clients{s.Store}.Insert(ctx, c)
	if heliograph.IsKind(err, heliograph.Conflict) {
		return true, nil
	}
	return false, err
}

// Seen moves a client's last activity forward.
func (s Inbound) Seen(ctx context.Context, app heliograph.AppID, id heliograph.ClientID, at heliograph.Millis) error {
	_, err := s.exec(ctx, `UPDATE clients SET last_seen = $1 WHERE app_id = $2 AND id = $3 AND last_seen < $4`, at, app, id, at)
	return err
}
