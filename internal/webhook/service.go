package webhook

import (
	"context"
	"encoding/hex"
	"io"
	"time"

	"heliograph"
)

// MaxPerApp is how many webhooks an app may have, from the v1.1 API; those of
// integrations do not count.
const MaxPerApp = 10

// idSlack is how far apart the time in an event's id and the event may be.
const idSlack = 5 * time.Second

// Store keeps webhooks.
type Store interface {
	List(ctx context.Context, app heliograph.AppID) ([]*heliograph.Webhook, error)
	// LockApp is List, and keeps others from adding webhooks to the app until the
	// transaction ends.
	LockApp(ctx context.Context, app heliograph.AppID) ([]*heliograph.Webhook, error)
	ByID(ctx context.Context, app heliograph.AppID, id heliograph.WebhookID) (*heliograph.Webhook, error)
	// Lock is ByID, and keeps others from changing it until the transaction ends.
	Lock(ctx context.Context, app heliograph.AppID, id heliograph.WebhookID) (*heliograph.Webhook, error)
	Insert(ctx context.Context, h *heliograph.Webhook) error
	Save(ctx context.Context, h *heliograph.Webhook) error
	Delete(ctx context.Context, app heliograph.AppID, id heliograph.WebhookID) error
}

// Log is what was told, and the events that can be told again.
type Log interface {
	Calls(ctx context.Context, q *CallQuery) ([]*Call, error)
	Event(ctx context.Context, app heliograph.AppID, id heliograph.EventID) (*heliograph.Event, error)
	Events(ctx context.Context, app heliograph.AppID, after, before heliograph.EventID, limit int) ([]*heliograph.Event, error)
}

// Requeuer queues events again.
type Requeuer interface {
	// Put queues events for a webhook unless they are queued, and tells which were not.
	Put(ctx context.Context, h *heliograph.Webhook, events []*heliograph.Event, now heliograph.Millis) ([]*heliograph.Event, error)
}

// Dispatch is told of changes. *Dispatcher is one.
type Dispatch interface {
	Offer(told []heliograph.Told)
	Changed(id heliograph.WebhookID)
	Removed(app heliograph.AppID, id heliograph.WebhookID)
}

// Service manages webhooks. Every field must be set.
type Service struct {
	Store    Store
	Queue    Requeuer
	Log      Log
	Dispatch Dispatch
	Atomic   Atomic
	// AfterCommit runs f once the transaction that ctx carries has committed.
	AfterCommit func(ctx context.Context, f func())
	// CheckURL tells why a URL may not be a target; its error reads as the end of
	// a sentence that begins with the field's name.
	CheckURL func(raw string) error
	IDs      *heliograph.IDMaker
	Now      heliograph.Clock
	Random   io.Reader
}

// Change is what a caller wants to set. Nil fields are left as they are.
type Change struct {
	Target          *string
	Triggers        *[]heliograph.Trigger
	IncludeClient   *bool
	IncludeFullUser *bool
}

var defaultTriggers = []heliograph.Trigger{heliograph.TriggerMessage}

// Create adds a webhook to an app.
func (s *Service) Create(ctx context.Context, app heliograph.AppID, c Change) (*heliograph.Webhook, error) {
	if c.Target == nil {
		return nil, heliograph.InvalidField("target", "is required")
	}
	if c.Triggers == nil {
		c.Triggers = &defaultTriggers
	}
	h, err := s.fresh(app)
	if err == nil {
		err = s.apply(h, c)
	}
	if err != nil {
		return nil, err
	}
	return h, s.Atomic(ctx, func(ctx context.Context) error {
		have, err := s.Store.LockApp(ctx, app)
		if err != nil {
			return err
		}
		own := 0
		for _, h := range have {
			if h.Integration.IsZero() {
				own++
			}
		}
		if own >= MaxPerApp {
			return heliograph.Errorf(heliograph.Invalid, heliograph.CodeBadRequest, "an app may have %d webhooks", MaxPerApp)
		}
		return s.Store.Insert(ctx, h)
	})
}

// fresh returns a new webhook with its secret.
func (s *Service) fresh(app heliograph.AppID) (*heliograph.Webhook, error) {
	var secret [20]byte
	if _, err := io.ReadFull(s.Random, secret[:]); err != nil {
		return nil, err
	}
	return &heliograph.Webhook{
		ID: s.IDs.Webhook(), App: app, Created: heliograph.At(s.Now()), Secret: heliograph.Secret(hex.EncodeToString(secret[:])),
	}, nil
}

// apply checks a change and sets it.
func (s *Service) apply(h *heliograph.Webhook, c Change) error {
	if c.Target != nil {
		if err := s.CheckURL(*c.Target); err != nil {
			return heliograph.InvalidField("target", "%s", err)
		}
		h.Target = *c.Target
	}
	if c.Triggers != nil {
		if len(*c.Triggers) == 0 {
			return heliograph.InvalidField("triggers", "must name at least one trigger")
		}
		if len(*c.Triggers) > maxTriggers {
			return heliograph.InvalidField("triggers", "must not have more than %d entries", maxTriggers)
		}
		if _, unknown := heliograph.TriggerMask(*c.Triggers); unknown != "" {
			return heliograph.InvalidField("triggers", "must not contain %q, which is not a trigger", clip(string(unknown)))
		}
		h.Triggers = *c.Triggers
	}
	if c.IncludeClient != nil {
		h.IncludeClient = *c.IncludeClient
	}
	if c.IncludeFullUser != nil {
		h.IncludeFullUser = *c.IncludeFullUser
	}
	return nil
}

// maxTriggers bounds a list of triggers: more than there are.
const maxTriggers = 64

// List returns the app's webhooks, oldest first, those of integrations included.
func (s *Service) List(ctx context.Context, app heliograph.AppID) ([]*heliograph.Webhook, error) {
	return s.Store.List(ctx, app)
}

// Get returns one webhook.
func (s *Service) Get(ctx context.Context, app heliograph.AppID, id heliograph.WebhookID) (*heliograph.Webhook, error) {
	return s.Store.ByID(ctx, app, id)
}
