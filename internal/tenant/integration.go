package tenant

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"unicode/utf8"

	"heliograph"
	"heliograph/channel"
)

// maxIntegrations is how many integrations an app may have.
const maxIntegrations = 200

// IntegrationChange is what to set of an integration; nil fields are left alone.
type IntegrationChange struct {
	DisplayName *string
	WebhookURL  *string // "" removes it
	Delivery    json.RawMessage
	Fields      map[string]json.RawMessage // the whole body: the channel takes its settings from it
}

// CreateIntegration makes an integration of an app, after the provider accepted
// its credentials. A provider that refuses them, or that cannot be asked, leaves
// nothing behind.
func (s *Service) CreateIntegration(ctx context.Context, app heliograph.AppID, typ string, c IntegrationChange) (*heliograph.Integration, error) {
	t, err := s.typeNamed(typ)
	if err != nil {
		return nil, err
	}
	i := s.newIntegration(app, typ)
	if err := c.apply(t, i, false); err != nil {
		return nil, err
	}
	if err := s.checkFailover(ctx, t, i); err != nil {
		return nil, err
	}
	if err := s.verify(ctx, t, i); err != nil {
		return nil, err
	}
	err = s.Atomic(ctx, func(ctx context.Context) error {
		if _, err := s.Apps.Lock(ctx, app); err != nil {
			return err
		}
		have, err := s.Integrations.List(ctx, app, nil, maxIntegrations, 0)
		if err != nil {
			return err
		}
		if len(have) >= maxIntegrations {
			return heliograph.Errorf(heliograph.Invalid, heliograph.CodeBadRequest, "an app has at most %d integrations", maxIntegrations)
		}
		if err := s.Integrations.Insert(ctx, i); err != nil {
			return err
		}
		return s.setWebhook(ctx, i, c)
	})
	return i, err
}

func (s *Service) typeNamed(name string) (*channel.Type, error) {
	if t := s.types[name]; t != nil {
		return t, nil
	}
	var names []string
	for n := range s.types {
		names = append(names, n)
	}
	slices.Sort(names)
	return nil, heliograph.InvalidField("type", "must be one of: %s", strings.Join(names, ", "))
}

// ListIntegrations returns a page of an app's integrations and whether more follow.
func (s *Service) ListIntegrations(ctx context.Context, app heliograph.AppID, types []string, limit, offset int) ([]*heliograph.Integration, bool, error) {
	return page(limit, func(n int) ([]*heliograph.Integration, error) {
		return s.Integrations.List(ctx, app, types, n, offset)
	})
}

// ReadIntegration returns an integration of an app as it is stored now.
func (s *Service) ReadIntegration(ctx context.Context, app heliograph.AppID, id heliograph.IntegrationID) (*heliograph.Integration, error) {
	i, err := s.Integrations.ByID(ctx, id)
	if err == nil && i.App != app {
		err = missing()
	}
	if err != nil {
		return nil, err
	}
	return i, nil
}

// UpdateIntegration changes an integration. New credentials are shown to the
// provider first, as at creation.
func (s *Service) UpdateIntegration(ctx context.Context, app heliograph.AppID, id heliograph.IntegrationID, c IntegrationChange) (*heliograph.Integration, error) {
	next, err := s.ReadIntegration(ctx, app, id)
	if err != nil {
		return nil, err
	}
	t, err := s.typeNamed(next.Type)
	if err != nil {
		return nil, err
	}
	before := *next
	if err := c.apply(t, next, true); err != nil {
		return nil, err
	}
	if err := s.checkFailover(ctx, t, next); err != nil {
		return nil, err
	}
	if !sameChannel(&before, next) {
		if err := s.verify(ctx, t, next); err != nil {
			return nil, err
		}
	}
	return s.changeIntegration(ctx, app, id, func(ctx context.Context, i *heliograph.Integration) error {
		if err := c.apply(t, i, true); err != nil {
			return err
		}
		i.Info, i.Status, i.Error = next.Info, next.Status, next.Error
		return s.setWebhook(ctx, i, c)
	})
}

// changeIntegration runs change on the integration as it is stored, under its
// lock, and stores what it makes of it.
func (s *Service) changeIntegration(ctx context.Context, app heliograph.AppID, id heliograph.IntegrationID, change func(context.Context, *heliograph.Integration) error) (*heliograph.Integration, error) {
	var i *heliograph.Integration
	err := s.Atomic(ctx, func(ctx context.Context) (err error) {
		if i, err = s.Integrations.Lock(ctx, id); err != nil {
			return err
		}
		if i.App != app {
			return missing()
		}
		if err := change(ctx, i); err != nil {
			return err
		}
		i.Updated = s.at()
		return s.Integrations.Update(ctx, i)
	})
	if err != nil {
		return nil, err
	}
	s.changed(id)
	return i, nil
}

// DeleteIntegration removes an integration and its own webhook. What is still
// queued for it fails with the reason integration_gone.
func (s *Service) DeleteIntegration(ctx context.Context, app heliograph.AppID, id heliograph.IntegrationID) error {
	err := s.Atomic(ctx, func(ctx context.Context) error {
		i, err := s.Integrations.Lock(ctx, id)
		if err != nil {
			return err
		}
		if i.App != app {
			return missing()
		}
		if err := s.Integrations.Delete(ctx, app, id); err != nil {
			return err
		}
		return s.Hooks.SetIntegrationWebhook(ctx, app, id, "")
	})
	if err == nil {
		s.changed(id)
	}
	return err
}

func (s *Service) changed(id heliograph.IntegrationID) {
	s.open.Expire(id)
	if s.Changed != nil {
		s.Changed(id)
	}
}

func (s *Service) setWebhook(ctx context.Context, i *heliograph.Integration, c IntegrationChange) error {
	if c.WebhookURL == nil {
		return nil
	}
	return s.Hooks.SetIntegrationWebhook(ctx, i.App, i.ID, *c.WebhookURL)
}

// apply sets on i what c names.
func (c *IntegrationChange) apply(t *channel.Type, i *heliograph.Integration, update bool) error {
	public, secret, err := channel.Split(t.Settings, c.Fields, update)
	if err != nil {
		return err
	}
	if i.Settings, err = merge(i.Settings, public); err != nil {
		return err
	}
	secrets, err := merge([]byte(i.Secrets.Reveal()), secret)
	if err != nil {
		return err
	}
	i.Secrets = heliograph.Secret(secrets)
	if c.DisplayName != nil {
		if utf8.RuneCountInString(*c.DisplayName) > heliograph.MaxNameRunes {
			return heliograph.InvalidField("displayName", "is longer than %d characters", heliograph.MaxNameRunes)
		}
		i.DisplayName = *c.DisplayName
	}
	if c.WebhookURL != nil {
		if len(*c.WebhookURL) > heliograph.MaxURLBytes {
			return heliograph.InvalidField("webhookUrl", "is longer than %d bytes", heliograph.MaxURLBytes)
		}
		i.Delivery.WebhookURL = *c.WebhookURL
	}
	return applyDelivery(&i.Delivery, c.Delivery)
}

// merge lays fields over a stored JSON object; null removes one.
func merge(stored []byte, fields map[string]json.RawMessage) (json.RawMessage, error) {
	all := map[string]json.RawMessage{}
	if err := json.Unmarshal(stored, &all); err != nil {
		return nil, err
	}
	for k, v := range fields {
		if string(v) == "null" {
			delete(all, k)
			continue
		}
		all[k] = v
	}
	return json.Marshal(all)
}
