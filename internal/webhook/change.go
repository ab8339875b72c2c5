package webhook

import (
	"context"

	"heliograph"
)

// Update changes a webhook. A target that is given is tried: a disabled webhook
// is enabled by it. An integration's own is changed at the integration.
func (s *Service) Update(ctx context.Context, app heliograph.AppID, id heliograph.WebhookID, c Change) (*heliograph.Webhook, error) {
	return s.change(ctx, app, id, func(h *heliograph.Webhook) error {
		if !h.Integration.IsZero() && (c.Target != nil || c.Triggers != nil) {
			return heliograph.Errorf(heliograph.Invalid, heliograph.CodeBadRequest, "this webhook belongs to an integration; change the integration's webhookUrl")
		}
		if c.Target != nil {
			h.Disabled, h.Failing = "", 0
		}
		return s.apply(h, c)
	})
}

// Enable has a disabled webhook told again, of what happens from now on. What
// happened meanwhile can be replayed.
func (s *Service) Enable(ctx context.Context, app heliograph.AppID, id heliograph.WebhookID) (*heliograph.Webhook, error) {
	return s.change(ctx, app, id, func(h *heliograph.Webhook) error {
		h.Disabled, h.Failing = "", 0
		return nil
	})
}

func (s *Service) change(ctx context.Context, app heliograph.AppID, id heliograph.WebhookID, set func(*heliograph.Webhook) error) (h *heliograph.Webhook, err error) {
	err = s.Atomic(ctx, func(ctx context.Context) error {
		if h, err = s.Store.Lock(ctx, app, id); err != nil {
			return err
		}
		if err := set(h); err != nil {
			return err
		}
		s.AfterCommit(ctx, func() { s.Dispatch.Changed(id) })
		return s.Store.Save(ctx, h)
	})
	return h, err
}

// Delete removes a webhook, and what it was to be told. An integration's own
// goes with the integration's webhookUrl.
func (s *Service) Delete(ctx context.Context, app heliograph.AppID, id heliograph.WebhookID) error {
	return s.Atomic(ctx, func(ctx context.Context) error {
		h, err := s.Store.Lock(ctx, app, id)
		if err != nil {
			return err
		}
		if !h.Integration.IsZero() {
			return heliograph.Errorf(heliograph.Invalid, heliograph.CodeBadRequest, "this webhook belongs to an integration; remove the integration's webhookUrl")
		}
		s.AfterCommit(ctx, func() { s.Dispatch.Removed(app, id) })
		return s.Store.Delete(ctx, app, id)
	})
}

// integrationTriggers is what an integration's own webhook is told: the fate of
// what goes out through it, and the answers.
var integrationTriggers = []heliograph.Trigger{
	heliograph.TriggerNotificationChannel, heliograph.TriggerNotificationUser, heliograph.TriggerNotificationFailure, heliograph.TriggerNotificationMatch,
	heliograph.TriggerMessageChannel, heliograph.TriggerMessageUser, heliograph.TriggerMessageFailure,
	heliograph.TriggerMessageCustomer, heliograph.TriggerPostback,
}

// SetIntegrationWebhook makes, moves or (with an empty target) removes the
// webhook that belongs to an integration, in the transaction that ctx carries.
func (s *Service) SetIntegrationWebhook(ctx context.Context, app heliograph.AppID, id heliograph.IntegrationID, target string) error {
	return s.Atomic(ctx, func(ctx context.Context) error {
		have, err := s.Store.LockApp(ctx, app)
		if err != nil {
			return err
		}
		for _, h := range have {
			if h.Integration == id {
				return s.moveIntegration(ctx, h, target)
			}
		}
		if target == "" {
			return nil
		}
		h, err := s.fresh(app)
		if err != nil {
			return err
		}
		h.Integration, h.Triggers = id, integrationTriggers
		if err := s.aimIntegration(h, target); err != nil {
			return err
		}
		return s.Store.Insert(ctx, h)
	})
}

func (s *Service) moveIntegration(ctx context.Context, h *heliograph.Webhook, target string) error {
	if target == "" {
		s.AfterCommit(ctx, func() { s.Dispatch.Removed(h.App, h.ID) })
		return s.Store.Delete(ctx, h.App, h.ID)
	}
	if h.Target == target {
		return nil
	}
	if err := s.aimIntegration(h, target); err != nil {
		return err
	}
	h.Disabled, h.Failing = "", 0
	s.AfterCommit(ctx, func() { s.Dispatch.Changed(h.ID) })
	return s.Store.Save(ctx, h)
}

func (s *Service) aimIntegration(h *heliograph.Webhook, target string) error {
	if err := s.CheckURL(target); err != nil {
		return heliograph.InvalidField("webhookUrl", "%s", err)
	}
	h.Target = target
	return nil
}
