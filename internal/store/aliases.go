package store

import (
	"context"

	"heliograph"
)

// Aliases are the other names that providers have for addresses.
type Aliases struct{ *Store }

// Resolve returns, by name, the addresses that names stand for. A name that is
// no alias is left out.
func (s Aliases) Resolve(ctx context.Context, app heliograph.AppID, platform string, names ...string) (map[string]string, error) {
	out := map[string]string{}
	if len(names) == 0 {
		return out, nil
	}
	args := []any{app, platform}
	for _, n := range names {
		args = append(args, n)
	}
	type row struct{ alias, address string }
	rows, err := collect(ctx, s.Store, func(r scanner) (x row, err error) { return x, r.Scan(&x.alias, &x.address) },
		`SELECT alias, address FROM aliases WHERE app_id = $1 AND platform = $2 AND alias IN (`+placeholders(3, len(names))+`)`, args...)
	for _, r := range rows {
		out[r.alias] = r.address
	}
	return out, err
}

// Name makes alias stand for address, whatever it stood for before.
func (s Aliases) Name(ctx context.Context, app heliograph.AppID, platform, alias, address string, now heliograph.Millis) error {
	_, err := s.exec(ctx, `INSERT INTO aliases (app_id, platform, alias, address, since) VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT (app_id, alias, platform) DO UPDATE SET address = excluded.address, since = excluded.since WHERE aliases.address <> excluded.address`,
		app, platform, alias, address, now)
	return err
}

// Repoint makes what stood for one address stand for another.
func (s Aliases) Repoint(ctx context.Context, app heliograph.AppID, platform, from, to string, now heliograph.Millis) error {
	if _, err := s.exec(ctx, `UPDATE aliases SET address = $1, since = $2 WHERE app_id = $3 AND address = $4 AND platform = $5`, to, now, app, from, platform); err != nil {
		return err
	}
	return s.Forget(ctx, app, platform, to)
}

// Forget removes an alias: the name is an address of its own.
func (s Aliases) Forget(ctx context.Context, app heliograph.AppID, platform, alias string) error {
	_, err := s.exec(ctx, `DELETE FROM aliases WHERE app_id = $1 AND alias = $2 AND platform = $3`, app, alias, platform)
	return err
}

// Free removes what stands for an address, unless a client owns that.
func (s Aliases) Free(ctx context.Context, app heliograph.AppID, platform, address string) error {
	_, err := s.exec(ctx, `DELETE FROM aliases WHERE app_id = $1 AND address = $2 AND platform = $3
		AND NOT EXISTS (SELECT 1 FROM clients WHERE app_id = $1 AND address = $2 AND platform = $3 AND status <> 'pending')`, app, address, platform)
	return err
}

// OnChannel returns the clients that own an address on any integration of one
// channel, in the order of ids, unchanged until the transaction ends.
func (s Clients) OnChannel(ctx context.Context, app heliograph.AppID, platform, address string) ([]heliograph.Client, error) {
	return collect(ctx, s.Store, scanClient, `SELECT `+clientColumns+` FROM clients
		WHERE app_id = $1 AND address = $2 AND platform = $3 AND status <> 'pending' ORDER BY id /*for update*/`, app, address, platform)
}

// Readdress gives a client another address. One that another client owns is an
// error of kind Conflict.
func (s Clients) Readdress(ctx context.Context, app heliograph.AppID, id heliograph.ClientID, address string) error {
	_, err := s.exec(ctx, `UPDATE clients SET address = $1 WHERE app_id = $2 AND id = $3`, address, app, id)
	if isUnique(err) {
		return errAddressTaken
	}
	return err
}
