package store

// This file has a text per dialect: who comes and goes is written for many at once.

import (
	"context"
	"slices"
	"time"

	"heliograph"
)

// Presence is which devices have live connections at which processes.
type Presence struct{ *Store }

// PresenceChange is what changed about a device of one process.
type PresenceChange struct {
	App    heliograph.AppID
	User   heliograph.UserID
	Client heliograph.ClientID
	// Online is false when the last connection of the device ended.
	Online     bool
	Foreground bool
}

// forgetPresence is for how long nothing was heard of a process before what it
// said of devices is removed. It counts for nothing long before that.
const forgetPresence = time.Hour

var presenceVerb = &verb{name: "presence", lane: laneBulk, run: runPresence}

var hotPresent = hotStmt{
	row: `INSERT INTO presence (process_id, client_id, app_id, user_id, foreground) VALUES (?, ?, ?, ?, ? <> 0)
		ON CONFLICT (process_id, client_id) DO UPDATE SET app_id = excluded.app_id, user_id = excluded.user_id, foreground = excluded.foreground`,
	set: `INSERT INTO presence (process_id, client_id, app_id, user_id, foreground)
		SELECT a, b, c, d, e <> 0 FROM unnest($1::bytea[], $2::bytea[], $3::bytea[], $4::bytea[], $5::bigint[]) AS v(a, b, c, d, e) ORDER BY a, b
		ON CONFLICT (process_id, client_id) DO UPDATE SET app_id = excluded.app_id, user_id = excluded.user_id, foreground = excluded.foreground`,
	types: "bbbbi",
}

// Whoever left is still there as somebody else, who came to the same device.
var hotAbsent = hotStmt{
	row:   `DELETE FROM presence WHERE process_id = ? AND client_id = ? AND user_id = ?`,
	set:   `DELETE FROM presence p USING unnest($1::bytea[], $2::bytea[], $3::bytea[]) AS v(a, b, c) WHERE p.process_id = v.a AND p.client_id = v.b AND p.user_id = v.c`,
	types: "bbb",
}

type presenceOf struct {
	process heliograph.ProcessID
	changes []PresenceChange
}

// Present stores what changed about devices of a process: the last word about
// each of them.
func (s Presence) Present(ctx context.Context, process heliograph.ProcessID, changes []PresenceChange) error {
	if len(changes) == 0 {
		return nil
	}
	return s.writers.do(ctx, presenceVerb, presenceOf{process, changes})
}

func runPresence(ctx context.Context, tx *hotTx, args []any) error {
	for _, arg := range args { // one after the other: they may be about the same device
		var here, gone params
		of := arg.(presenceOf)
		for _, c := range of.changes {
			if !c.Online {
				gone.add(idBytes(of.process), idBytes(c.Client), idBytes(c.User))
				continue
			}
			var fg int64
			if c.Foreground {
				fg = 1
			}
			here.add(idBytes(of.process), idBytes(c.Client), idBytes(c.App), idBytes(c.User), fg)
		}
		if err := tx.exec(ctx, &hotAbsent, &gone); err != nil {
			return err
		}
		if err := tx.exec(ctx, &hotPresent, &here); err != nil {
			return err
		}
	}
	return nil
}

// Elsewhere returns the devices of a user that are connected to other processes
// than one, of those that were heard of since a moment. It asks nobody while no
// other process lives.
func (s Presence) Elsewhere(ctx context.Context, app heliograph.AppID, user heliograph.UserID, process heliograph.ProcessID, since heliograph.Millis) ([]heliograph.PresentDevice, error) {
	if !s.voice.company.Load() {
		return nil, nil
	}
	rows, err := collect(ctx, s.Store, func(row scanner) (d heliograph.PresentDevice, err error) {
		return d, row.Scan(&d.Client, &d.Foreground)
	},
		`SELECT p.client_id, p.foreground FROM presence p JOIN processes x ON x.id = p.process_id
		WHERE p.app_id = $1 AND p.user_id = $2 AND p.process_id <> $3 AND x.heartbeat_at >= $4 ORDER BY p.client_id`, app, user, process, since)
	if err != nil {
		return nil, err
	}
	var out []heliograph.PresentDevice
	for _, d := range rows {
		if i := slices.IndexFunc(out, func(o heliograph.PresentDevice) bool { return o.Client == d.Client }); i >= 0 {
			out[i].Foreground = out[i].Foreground || d.Foreground
			continue
		}
		out = append(out, d)
	}
	return out, nil
}

// forget removes what processes said of devices that were not heard of since a
// moment.
func (s Presence) forget(ctx context.Context, since heliograph.Millis) error {
	_, err := s.exec(ctx, `DELETE FROM presence WHERE process_id IN (SELECT id FROM processes WHERE heartbeat_at < $1)`, since)
	return err
}
