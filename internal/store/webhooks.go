package store

import (
	"context"
	"encoding/json"

	"heliograph"
	"heliograph/internal/webhook"
)

// Webhooks are the rows of webhooks. Their secrets are encrypted at rest.
type Webhooks struct{ *Store }

const webhookColumns = `app_id, id, integration_id, disabled, secret, doc, created_at`

var errNoWebhook = heliograph.Errorf(heliograph.NotFound, heliograph.CodeNotFound, "there is no such webhook")

// webhookDoc is the document of a webhook's row.
type webhookDoc struct {
	Target          string               `json:"target"`
	Triggers        []heliograph.Trigger `json:"triggers"`
	IncludeClient   bool                 `json:"includeClient,omitempty"`
	IncludeFullUser bool                 `json:"includeFullAppUser,omitempty"`
	Failing         heliograph.Millis    `json:"failing,omitempty"`
}

func webhookSeal(id heliograph.WebhookID) string { return "webhooks/" + id.String() }

func (s Webhooks) scan(row scanner) (*heliograph.Webhook, error) {
	var h heliograph.Webhook
	var sealed, doc []byte
	if err := row.Scan(&h.App, &h.ID, &h.Integration, &h.Disabled, &sealed, &doc, &h.Created); err != nil {
		return nil, err
	}
	var d webhookDoc
	if err := json.Unmarshal(doc, &d); err != nil {
		return nil, err
	}
	h.Target, h.Triggers, h.IncludeClient, h.IncludeFullUser, h.Failing = d.Target, d.Triggers, d.IncludeClient, d.IncludeFullUser, d.Failing
	secret, err := s.Seal.Open(sealed, webhookSeal(h.ID))
	h.Secret = heliograph.Secret(secret)
	return &h, err
}

// pack returns the mask and the document of a webhook.
func packWebhook(h *heliograph.Webhook) (mask int64, doc string, err error) {
	mask, unknown := heliograph.TriggerMask(h.Triggers)
	if unknown != "" {
		return 0, "", heliograph.InvalidField("triggers", "must not contain %q", unknown)
	}
	b, err := json.Marshal(webhookDoc{h.Target, h.Triggers, h.IncludeClient, h.IncludeFullUser, h.Failing})
	return mask, string(b), err
}

// Insert stores a new webhook.
func (s Webhooks) Insert(ctx context.Context, h *heliograph.Webhook) error {
	mask, doc, err := packWebhook(h)
	if err != nil {
		return err
	}
	sealed, err := s.Seal.Seal([]byte(h.Secret.Reveal()), webhookSeal(h.ID))
	if err != nil {
		return err
	}
	_, err = s.exec(ctx, `INSERT INTO webhooks (`+webhookColumns+`, triggers) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
		h.App, h.ID, h.Integration, h.Disabled, sealed, doc, h.Created, mask)
	return err
}

// Save stores everything about a webhook but its secret.
func (s Webhooks) Save(ctx context.Context, h *heliograph.Webhook) error {
	mask, doc, err := packWebhook(h)
	if err != nil {
		return err
	}
	n, err := s.exec(ctx, `UPDATE webhooks SET triggers = $1, disabled = $2, doc = $3 WHERE app_id = $4 AND id = $5`,
		mask, h.Disabled, doc, h.App, h.ID)
	if err == nil && n == 0 {
		return errNoWebhook
	}
	return err
}

// Delete removes a webhook. What is queued for it is discarded later.
func (s Webhooks) Delete(ctx context.Context, app heliograph.AppID, id heliograph.WebhookID) error {
	n, err := s.exec(ctx, `DELETE FROM webhooks WHERE app_id = $1 AND id = $2`, app, id)
	if err == nil && n == 0 {
		return errNoWebhook
	}
	return err
}

// ByID returns one webhook.
func (s Webhooks) ByID(ctx context.Context, app heliograph.AppID, id heliograph.WebhookID) (*heliograph.Webhook, error) {
	return one(ctx, s.Store, errNoWebhook, s.scan, `SELECT `+webhookColumns+` FROM webhooks WHERE app_id = $1 AND id = $2`, app, id)
}

// Lock is ByID, and keeps others from changing it until the transaction ends.
func (s Webhooks) Lock(ctx context.Context, app heliograph.AppID, id heliograph.WebhookID) (*heliograph.Webhook, error) {
	return one(ctx, s.Store, errNoWebhook, s.scan, `SELECT `+webhookColumns+` FROM webhooks WHERE app_id = $1 AND id = $2 /*for update*/`, app, id)
}

// List returns the app's webhooks, oldest first, those of integrations included.
func (s Webhooks) List(ctx context.Context, app heliograph.AppID) ([]*heliograph.Webhook, error) {
	return collect(ctx, s.Store, s.scan, `SELECT `+webhookColumns+` FROM webhooks WHERE app_id = $1 ORDER BY id`, app)
}

// LockApp is List, and keeps others from adding webhooks to the app until the
// transaction ends.
func (s Webhooks) LockApp(ctx context.Context, app heliograph.AppID) ([]*heliograph.Webhook, error) {
	if _, err := collect(ctx, s.Store, scanID[heliograph.AppID], `SELECT id FROM apps WHERE id = $1 /*for update*/`, app); err != nil {
		return nil, err
	}
	return s.List(ctx, app)
}

// Find implements webhook.Hooks.
func (s Webhooks) Find(ctx context.Context, refs []webhook.Ref) ([]*heliograph.Webhook, error) {
	byApp := map[heliograph.AppID][]heliograph.WebhookID{}
	for _, r := range refs {
		byApp[r.App] = append(byApp[r.App], r.ID)
	}
	var out []*heliograph.Webhook
	for app, ids := range byApp {
		found, err := findAll(ctx, s.Store, s.scan, `SELECT `+webhookColumns+` FROM webhooks WHERE app_id = $1 AND id IN `, app, ids)
		if err != nil {
			return nil, err
		}
		out = append(out, found...)
	}
	return out, nil
}

// Disable implements webhook.Hooks.
func (s Webhooks) Disable(ctx context.Context, r webhook.Ref, reason string) (bool, error) {
	n, err := s.exec(ctx, `UPDATE webhooks SET disabled = $1 WHERE app_id = $2 AND id = $3 AND disabled = ''`, reason, r.App, r.ID)
	return n > 0, err
}

// Failing implements webhook.Hooks.
func (s Webhooks) Failing(ctx context.Context, r webhook.Ref, since heliograph.Millis) error {
	return s.Atomically(ctx, func(ctx context.Context) error {
		h, err := s.Lock(ctx, r.App, r.ID)
		if heliograph.IsKind(err, heliograph.NotFound) {
			return nil
		}
		if err != nil {
			return err
		}
		h.Failing = since
		return s.Save(ctx, h)
	})
}

// Reached implements webhook.Hooks.
func (s Webhooks) Reached(ctx context.Context, r webhook.Ref, since heliograph.Millis) (bool, error) {
	// A call may be of an event from before; three days is how long one is tried.
	first := webhook.IDAt(since - 72*3600*1000)
	_, err := one(ctx, s.Store, errNoWebhook, scanStatus, `SELECT status FROM webhook_log
		WHERE app_id = $1 AND event_id >= $2 AND webhook_id = $3 AND outcome = 'done' AND at >= $4 LIMIT 1`, r.App, first[:], r.ID, since)
	if heliograph.IsKind(err, heliograph.NotFound) {
		return false, nil
	}
	return err == nil, err
}

func scanStatus(row scanner) (status int, err error) { return status, row.Scan(&status) }
