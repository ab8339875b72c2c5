package store

import (
	"context"
	"encoding/json"

	"heliograph"
)

// Clients are the rows of clients.
type Clients struct{ *Store }

const clientColumns = `app_id, id, user_id, integration_id, platform, address, status, is_primary, conversation_id, doc, linked_at, last_seen`

var errNoClient = heliograph.Errorf(heliograph.NotFound, heliograph.CodeClientNotFound, "there is no such client")

// scanClient reads clientColumns.
func scanClient(row scanner) (heliograph.Client, error) {
	var c heliograph.Client
	var status string
	var doc []byte
	if err := row.Scan(&c.App, &c.ID, &c.User, &c.Integration, &c.Platform, &c.Address, &status, &c.Primary, &c.Conversation, &doc, &c.LinkedAt, &c.LastSeen); err != nil {
		return c, err
	}
	c.Status = heliograph.ClientStatus(status)
	return c, json.Unmarshal(doc, &c.Details)
}

// Get returns one client.
func (s Clients) Get(ctx context.Context, app heliograph.AppID, id heliograph.ClientID) (heliograph.Client, error) {
	return one(ctx, s.Store, errNoClient, scanClient, `SELECT `+clientColumns+` FROM clients WHERE app_id = $1 AND id = $2`, app, id)
}

// OfUser returns a user's clients, oldest first.
func (s Clients) OfUser(ctx context.Context, app heliograph.AppID, user heliograph.UserID) ([]heliograph.Client, error) {
	return collect(ctx, s.Store, scanClient, `SELECT `+clientColumns+` FROM clients WHERE app_id = $1 AND user_id = $2 ORDER BY id`, app, user)
}

// At returns the clients with an address at one integration, the one that owns
// it first, then links under way, oldest first. Inside a transaction others
// cannot change them until it ends.
func (s Clients) At(ctx context.Context, app heliograph.AppID, integration heliograph.IntegrationID, address string) ([]heliograph.Client, error) {
	owner, err := collect(ctx, s.Store, scanClient, `SELECT `+clientColumns+` FROM clients
		WHERE app_id = $1 AND address = $2 AND integration_id = $3 AND status <> 'pending' ORDER BY id /*for update*/`, app, address, integration)
	if err != nil {
		return nil, err
	}
	pending, err := collect(ctx, s.Store, scanClient, pendingAt+` /*for update*/`, app, address, integration)
	return append(owner, pending...), err
}

const pendingAt = `SELECT ` + clientColumns + ` FROM clients WHERE app_id = $1 AND address = $2 AND integration_id = $3 AND status = 'pending' ORDER BY id`

// PendingAt returns the linkings of an address that are under way, oldest first.
func (s Clients) PendingAt(ctx context.Context, app heliograph.AppID, integration heliograph.IntegrationID, address string) ([]heliograph.Client, error) {
	return collect(ctx, s.Store, scanClient, pendingAt, app, address, integration)
}

// OfAddress returns the clients that own an address, over all integrations.
func (s Clients) OfAddress(ctx context.Context, app heliograph.AppID, address string) ([]heliograph.Client, error) {
	return collect(ctx, s.Store, scanClient, `SELECT `+clientColumns+` FROM clients
		WHERE app_id = $1 AND address = $2 AND status <> 'pending' ORDER BY id /*for update*/`, app, address)
}

// OfDelivery returns the address that a delivery of an integration went to; ""
// when there is no such delivery, or no longer.
func (s Clients) OfDelivery(ctx context.Context, in *heliograph.Integration, id heliograph.NotificationID) (string, error) {
	return one(ctx, s.Store, nil, func(row scanner) (a string, err error) { return a, row.Scan(&a) },
		`SELECT address FROM deliveries WHERE app_id = $1 AND id = $2 AND integration_id = $3`, in.App, id, in.ID)
}

// Insert stores a new client. An address that another client owns is an error
// of kind Conflict, and leaves the transaction usable.
func (s Clients) Insert(ctx context.Context, c *heliograph.Client) error {
	doc, err := json.Marshal(&c.Details)
	if err != nil {
		return err
	}
	n, err := s.exec(ctx, `INSERT INTO clients (`+clientColumns+`, push_digest) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13) ON CONFLICT DO NOTHING`,
		c.App, c.ID, c.User, c.Integration, c.Platform, c.Address, string(c.Status), c.Primary, c.Conversation, string(doc), c.LinkedAt, c.LastSeen, pushDigest(c))
	if err == nil && n == 0 {
		return errAddressTaken
	}
	return err
}

var errAddressTaken = heliograph.Errorf(heliograph.Conflict, heliograph.CodeConflict, "this address has just been linked by somebody else; try again")

// Save stores everything about a client but its integration and address.
func (s Clients) Save(ctx context.Context, c *heliograph.Client) error {
	doc, err := json.Marshal(&c.Details)
	if err != nil {
		return err
	}
	_, err = s.exec(ctx, `UPDATE clients SET user_id = $1, status = $2, is_primary = $3, conversation_id = $4, doc = $5, linked_at = $6, last_seen = $7, push_digest = $8
		WHERE app_id = $9 AND id = $10`, c.User, string(c.Status), c.Primary, c.Conversation, string(doc), c.LinkedAt, c.LastSeen, pushDigest(c), c.App, c.ID)
	if isUnique(err) {
		return errAddressTaken
	}
	if err == nil && heliograph.SDKPlatform(c.Platform) {
		s.hint(ctx, clientHint(c.App, c.User, c.ID))
	}
	return err
}

// Delete removes one client.
func (s Clients) Delete(ctx context.Context, app heliograph.AppID, id heliograph.ClientID) error {
	return s.Atomically(ctx, func(ctx context.Context) error {
		users, err := collect(ctx, s.Store, scanID[heliograph.UserID], `DELETE FROM clients WHERE app_id = $1 AND id = $2 RETURNING user_id`, app, id)
		for _, user := range users {
			s.hint(ctx, clientHint(app, user, id))
		}
		return err
	})
}

// Move gives the clients of one user to another.
func (s Clients) Move(ctx context.Context, app heliograph.AppID, from heliograph.UserID, to *heliograph.User) error {
	_, err := s.exec(ctx, `UPDATE clients SET user_id = $1, conversation_id = $2 WHERE app_id = $3 AND user_id = $4`, to.ID, to.Conversation, app, from)
	if err == nil {
		s.hint(ctx, userHint(app, from))
		s.hint(ctx, userHint(app, to.ID))
	}
	return err
}

// LastHeard returns when the person with an address last wrote to an
// integration; 0: never.
func (s Clients) LastHeard(ctx context.Context, app heliograph.AppID, i heliograph.IntegrationID, address string) (at heliograph.Millis, err error) {
	err = s.row(ctx, `SELECT COALESCE(MAX(last_seen), 0) FROM clients WHERE app_id = $1 AND address = $2 AND integration_id = $3 AND status <> 'pending'`, app, address, i).Scan(&at)
	return at, err
}
