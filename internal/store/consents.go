package store

import (
	"context"
	"encoding/json"

	"heliograph"
)

// Consents are the log of what people allowed, and the suppressions that follow
// from it.
type Consents struct{ *Store }

// Suppress stores a suppression and reports whether it is new. The oldest of
// equal ones stays; one that lasts longer takes the place of one that ends by
// itself, and a complaint or a bounce that of what a person may take back.
func (s Consents) Suppress(ctx context.Context, p *heliograph.Suppression) (bool, error) {
	n, err := s.exec(ctx, `INSERT INTO suppressions (app_id, address, integration_id, scope, source, reason, since, until_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8) `+lastsLonger,
		p.App, p.Address, p.Integration[:], string(p.Scope), string(p.Source), p.Reason, p.Since, p.Until)
	return n > 0, err
}

const lastsLonger = `ON CONFLICT (app_id, address, integration_id, scope) DO UPDATE
	SET source = excluded.source, reason = excluded.reason, since = excluded.since, until_at = excluded.until_at
	WHERE suppressions.until_at <> 0 AND (excluded.until_at = 0 OR excluded.until_at > suppressions.until_at)
		OR excluded.until_at = 0 AND excluded.source IN ('complaint', 'hard-bounce') AND suppressions.source NOT IN ('complaint', 'hard-bounce')`

// Unsuppress removes one suppression and reports whether there was one.
func (s Consents) Unsuppress(ctx context.Context, p *heliograph.Suppression) (bool, error) {
	n, err := s.exec(ctx, `DELETE FROM suppressions WHERE app_id = $1 AND address = $2 AND integration_id = $3 AND scope = $4`,
		p.App, p.Address, p.Integration[:], string(p.Scope))
	return n > 0, err
}

// Suppressions returns those of some addresses, oldest first.
func (s Consents) Suppressions(ctx context.Context, app heliograph.AppID, addresses ...string) ([]heliograph.Suppression, error) {
	if len(addresses) == 0 {
		return nil, nil
	}
	args := []any{app}
	for _, a := range addresses {
		args = append(args, a)
	}
	return collect(ctx, s.Store, scanSuppression, `SELECT app_id, address, integration_id, scope, source, reason, since, until_at FROM suppressions
		WHERE app_id = $1 AND address IN (`+placeholders(2, len(addresses))+`) ORDER BY since, address, integration_id, scope`, args...)
}

func scanSuppression(row scanner) (heliograph.Suppression, error) {
	var p heliograph.Suppression
	var scope, source string
	err := row.Scan(&p.App, &p.Address, &p.Integration, &scope, &source, &p.Reason, &p.Since, &p.Until)
	p.Scope, p.Source = heliograph.ConsentScope(scope), heliograph.ConsentSource(source)
	return p, err
}

// consentDoc is the document of a consent.
type consentDoc struct {
	Action      heliograph.ConsentAction `json:"action"`
	Scope       heliograph.ConsentScope  `json:"scope"`
	Source      heliograph.ConsentSource `json:"source"`
	Integration heliograph.IntegrationID `json:"integration,omitzero"`
	Evidence    map[string]string        `json:"evidence,omitempty"`
}

// encodeConsent returns the document of c.
func encodeConsent(c *heliograph.Consent) (string, error) {
	doc, err := json.Marshal(consentDoc{c.Action, c.Scope, c.Source, c.Integration, c.Evidence})
	return string(doc), err
}

// Log appends one change of consent.
func (s Consents) Log(ctx context.Context, c *heliograph.Consent) error {
	doc, err := encodeConsent(c)
	if err != nil {
		return err
	}
	_, err = s.exec(ctx, `INSERT INTO consents (app_id, id, address, user_id, at, doc) VALUES ($1, $2, $3, $4, $5, $6)`,
		c.App, c.ID, c.Address, c.User, c.At, doc)
	return err
}

// History returns the newest changes of an address, newest first.
func (s Consents) History(ctx context.Context, app heliograph.AppID, address string, limit int) ([]heliograph.Consent, error) {
	return collect(ctx, s.Store, scanConsent, `SELECT app_id, id, address, user_id, at, doc FROM consents
		WHERE app_id = $1 AND address = $2 ORDER BY id DESC LIMIT $3`, app, address, limit)
}

// Said returns the newest changes that a user made, of all their addresses, newest
// first.
func (s Consents) Said(ctx context.Context, app heliograph.AppID, user heliograph.UserID, limit int) ([]heliograph.Consent, error) {
	return collect(ctx, s.Store, scanConsent, `SELECT app_id, id, address, user_id, at, doc FROM consents
		WHERE app_id = $1 AND user_id = $2 ORDER BY id DESC LIMIT $3`, app, user, limit)
}

// Move makes what one user said what another one said.
func (s Consents) Move(ctx context.Context, app heliograph.AppID, from, to heliograph.UserID) error {
	_, err := s.exec(ctx, `UPDATE consents SET user_id = $1 WHERE app_id = $2 AND user_id = $3`, to, app, from)
	return err
}

func scanConsent(row scanner) (heliograph.Consent, error) {
	var c heliograph.Consent
	var text []byte
	if err := row.Scan(&c.App, &c.ID, &c.Address, &c.User, &c.At, &text); err != nil {
		return c, err
	}
	var doc consentDoc
	err := json.Unmarshal(text, &doc)
	c.Action, c.Scope, c.Source, c.Integration, c.Evidence = doc.Action, doc.Scope, doc.Source, doc.Integration, doc.Evidence
	return c, err
}
