package store

import (
	"context"
	"encoding/json"
	"slices"

	"heliograph"
)

// Users are the rows of users.
type Users struct{ *Store }

const userColumns = `app_id, id, external_id, conversation_id, credential_required, doc, created_at`

var errNoUser = heliograph.Errorf(heliograph.NotFound, heliograph.CodeUserNotFound, "there is no such user")

// scanUser reads userColumns.
func scanUser(row scanner) (*heliograph.User, error) {
	var u heliograph.User
	var external *string
	var doc []byte
	if err := row.Scan(&u.App, &u.ID, &external, &u.Conversation, &u.CredentialRequired, &doc, &u.Created); err != nil {
		return nil, err
	}
	if external != nil {
		u.ExternalID = *external
	}
	return &u, json.Unmarshal(doc, &u.Profile)
}

// Get returns a user without its clients.
func (s Users) Get(ctx context.Context, app heliograph.AppID, id heliograph.UserID) (*heliograph.User, error) {
	return one(ctx, s.Store, errNoUser, scanUser, `SELECT `+userColumns+` FROM users WHERE app_id = $1 AND id = $2`, app, id)
}

// ByExternalID returns the user with the caller's own id, without its clients.
func (s Users) ByExternalID(ctx context.Context, app heliograph.AppID, external string) (*heliograph.User, error) {
	return one(ctx, s.Store, errNoUser, scanUser, `SELECT `+userColumns+` FROM users WHERE app_id = $1 AND external_id = $2`, app, external)
}

// Lock returns users in the order of ids, and keeps others from changing them
// until the transaction ends. Rows are locked in the order of their ids, so that
// two callers never wait for each other.
func (s Users) Lock(ctx context.Context, app heliograph.AppID, ids ...heliograph.UserID) ([]*heliograph.User, error) {
	args := []any{app}
	for _, id := range ids {
		args = append(args, id)
	}
	found, err := collect(ctx, s.Store, scanUser,
		`SELECT `+userColumns+` FROM users WHERE app_id = $1 AND id IN (`+placeholders(2, len(ids))+`) ORDER BY id /*for update*/`, args...)
	if err != nil {
		return nil, err
	}
	out := make([]*heliograph.User, len(ids))
	for i, id := range ids {
		at := slices.IndexFunc(found, func(u *heliograph.User) bool { return u.ID == id })
		if at < 0 {
			return nil, errNoUser
		}
		out[i] = found[at]
	}
	return out, nil
}

// Insert stores a new user. An external id that is taken is an error of kind Conflict.
func (s Users) Insert(ctx context.Context, u *heliograph.User) error {
	doc, err := json.Marshal(&u.Profile)
	if err != nil {
		return err
	}
	n, err := s.exec(ctx, `INSERT INTO users (`+userColumns+`) VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING`,
		u.App, u.ID, textOrNull(u.ExternalID), u.Conversation, u.CredentialRequired, string(doc), u.Created)
	if err == nil && n == 0 {
		return errExternalIDTaken
	}
	return err
}

var errExternalIDTaken = heliograph.Errorf(heliograph.Conflict, heliograph.CodeConflict, "a user with this userId exists")

// Save stores a user's profile, external id and credential rule. An external id
// that is taken is an error of kind Conflict.
func (s Users) Save(ctx context.Context, u *heliograph.User) error {
	doc, err := json.Marshal(&u.Profile)
	if err != nil {
		return err
	}
	_, err = s.exec(ctx, `UPDATE users SET external_id = $1, credential_required = $2, doc = $3 WHERE app_id = $4 AND id = $5`,
		textOrNull(u.ExternalID), u.CredentialRequired, string(doc), u.App, u.ID)
	if isUnique(err) {
		return errExternalIDTaken
	}
	if err == nil {
		s.hint(ctx, userHint(u.App, u.ID))
	}
	return err
}

// Remove deletes a user, its clients, its conversations and the files that were
// uploaded for it. Messages must have
// been erased or moved before.
func (s Users) Remove(ctx context.Context, app heliograph.AppID, id heliograph.UserID) error {
	return s.Atomically(ctx, func(ctx context.Context) error {
		for _, q := range []string{
			`DELETE FROM aliases WHERE app_id = $1 AND (address, platform) IN (SELECT address, platform FROM clients WHERE app_id = $1 AND user_id = $2)`,
			`DELETE FROM clients WHERE app_id = $1 AND user_id = $2`,
			`DELETE FROM conversations WHERE app_id = $1 AND user_id = $2`,
			// That waited for whoever was writing to it, and may have made a client.
			`DELETE FROM clients WHERE app_id = $1 AND user_id = $2`,
			`DELETE FROM codes WHERE app_id = $1 AND user_id = $2`,
			`UPDATE media SET ` + mediaGone + ` WHERE app_id = $1 AND user_id = $2`,
			`DELETE FROM users WHERE app_id = $1 AND id = $2`,
		} {
			if _, err := s.exec(ctx, q, app, id); err != nil {
				return err
			}
		}
		s.hint(ctx, userHint(app, id))
		return nil
	})
}

// StartConversation makes c the default conversation of its user, and of the
// user's clients. A user who has one keeps it.
func (s Users) StartConversation(ctx context.Context, c *heliograph.Conversation) error {
	return s.Atomically(ctx, func(ctx context.Context) error {
		n, err := s.exec(ctx, `UPDATE users SET conversation_id = $1 WHERE app_id = $2 AND id = $3 AND conversation_id IS NULL`, c.ID, c.App, c.User)
		if err != nil || n == 0 {
			return err
		}
		if _, err := s.exec(ctx, `INSERT INTO conversations (app_id, id, user_id, seq, last_received, messages, unread, business_read, user_read, last_user_at, context_from, created_at)
			VALUES ($1, $2, $3, 0, 0, 0, 0, 0, 0, 0, 0, $4)`, c.App, c.ID, c.User, c.Created); err != nil {
			return err
		}
		_, err = s.exec(ctx, `UPDATE clients SET conversation_id = $1 WHERE app_id = $2 AND user_id = $3`, c.ID, c.App, c.User)
		s.hint(ctx, userHint(c.App, c.User))
		return err
	})
}

func textOrNull(s string) any {
	if s == "" {
		return nil
	}
	return s
}
