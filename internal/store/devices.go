package store

import (
	"context"
	"crypto/sha256"

	"heliograph"
)

// Devices are the clients that run our SDK.
type Devices struct{ *Store }

// Owner returns the client that owns an address at an integration, or an error
// of kind NotFound.
func (s Devices) Owner(ctx context.Context, app heliograph.AppID, integration heliograph.IntegrationID, address string) (heliograph.Client, error) {
	return one(ctx, s.Store, errNoClient, scanClient, `SELECT `+clientColumns+` FROM clients
		WHERE app_id = $1 AND address = $2 AND integration_id = $3 AND status <> 'pending'`, app, address, integration)
}

// Lock is Clients.Get that keeps others from changing the client until the
// transaction ends.
func (s Devices) Lock(ctx context.Context, app heliograph.AppID, id heliograph.ClientID) (heliograph.Client, error) {
	return one(ctx, s.Store, errNoClient, scanClient, `SELECT `+clientColumns+` FROM clients WHERE app_id = $1 AND id = $2 /*for update*/`, app, id)
}

// ByPush returns the clients of an app that take pushes at a token, unchanged
// until the transaction ends.
func (s Devices) ByPush(ctx context.Context, app heliograph.AppID, token string) ([]heliograph.Client, error) {
	found, err := collect(ctx, s.Store, scanClient, `SELECT `+clientColumns+` FROM clients
		WHERE app_id = $1 AND push_digest = $2 ORDER BY id /*for update*/`, app, tokenDigest(token))
	if err != nil {
		return nil, err
	}
	var out []heliograph.Client
	for _, c := range found {
		// Whoever drops a token may leave its digest behind.
		if d := c.Details.Device; d != nil && d.Push != nil && d.Push.Token == token {
			out = append(out, c)
		}
	}
	return out, nil
}

// pushDigest is what a client is found by that takes pushes; nil when it takes none.
func pushDigest(c *heliograph.Client) any {
	if d := c.Details.Device; d != nil && d.Push != nil && d.Push.Token != "" {
		return tokenDigest(d.Push.Token)
	}
	return nil
}

func tokenDigest(token string) []byte {
	sum := sha256.Sum256([]byte(token))
	return sum[:]
}
