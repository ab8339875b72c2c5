package tenant

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"maps"

	"heliograph"
	"heliograph/channel"
)

// opened is an integration with its channel, ready to use.
type opened struct {
	integration *heliograph.Integration
	channel     channel.Channel
	typ         *channel.Type
	borrowed    credentials
}

// Lookup returns an integration with its channel, at most a second old. It is
// asked for every message. What it returns must not be changed.
func (s *Service) Lookup(ctx context.Context, id heliograph.IntegrationID) (*heliograph.Integration, channel.Channel, *channel.Type, error) {
	o, err := s.open.Get(id, func() (*opened, error) {
		i, err := s.Integrations.ByID(ctx, id)
		if err != nil {
			return nil, err
		}
		return s.reopen(ctx, i)
	})
	if err != nil {
		return nil, nil, nil, err
	}
	return o.integration, o.channel, o.typ, nil
}

// reopen opens i's channel, or takes the one that is open when nothing that
// concerns it has changed: a channel may be worth keeping.
func (s *Service) reopen(ctx context.Context, i *heliograph.Integration) (*opened, error) {
	t := s.types[i.Type]
	if t == nil {
		return nil, fmt.Errorf("integration %s has the type %q, which this build does not have", i.ID, i.Type)
	}
	borrowed, err := s.borrow(ctx, t, i.App)
	if err != nil {
		return nil, err
	}
	if old, ok := s.open.Stale(i.ID); ok && sameChannel(old.integration, i) && borrowed.same(old.borrowed) {
		return &opened{i, old.channel, old.typ, borrowed}, nil
	}
	ch, err := s.openChannel(t, i, borrowed)
	if err != nil {
		return nil, err
	}
	return &opened{i, ch, t, borrowed}, nil
}

func sameChannel(a, b *heliograph.Integration) bool {
	return a.Type == b.Type && a.Secrets == b.Secrets && bytes.Equal(a.Settings, b.Settings) && maps.Equal(a.Info, b.Info)
}

func (s *Service) openChannel(t *channel.Type, i *heliograph.Integration, borrowed credentials) (channel.Channel, error) {
	all, err := allSettings(i)
	if err != nil {
		return nil, err
	}
	if t.Check != nil {
		if err := t.Check(all); err != nil {
			return nil, err
		}
	}
	if t.Open == nil {
		return channel.Absent(t), nil
	}
	settings, err := json.Marshal(all)
	if err != nil {
		return nil, err
	}
	return t.Open(channel.Config{Integration: i.ID, Settings: settings, Info: i.Info, Credentials: borrowed}, s.Host.Deps(t, i.ID))
}

// allSettings joins the public and the secret settings, for the channel alone.
func allSettings(i *heliograph.Integration) (map[string]json.RawMessage, error) {
	all := map[string]json.RawMessage{}
	if err := json.Unmarshal(i.Settings, &all); err != nil {
		return nil, fmt.Errorf("settings of integration %s: %w", i.ID, err)
	}
	if err := json.Unmarshal([]byte(i.Secrets.Reveal()), &all); err != nil {
		return nil, fmt.Errorf("secret settings of integration %s cannot be read", i.ID)
	}
	return all, nil
}

// Integration returns an integration of an app, at most a second old.
func (s *Service) Integration(ctx context.Context, app heliograph.AppID, id heliograph.IntegrationID) (*heliograph.Integration, error) {
	i, _, _, err := s.Lookup(ctx, id)
	if err != nil {
		return nil, err
	}
	if i.App != app {
		return nil, missing()
	}
	return i, nil
}

// IntegrationsByType returns an app's integrations of a channel, oldest first.
func (s *Service) IntegrationsByType(ctx context.Context, app heliograph.AppID, name string) ([]*heliograph.Integration, error) {
	return s.Integrations.List(ctx, app, []string{name}, maxIntegrations, 0)
}

// OfSender returns the integration of in's app and type whose sender the provider
// calls so; nil when there is none. in itself is found without a look-up.
func (s *Service) OfSender(ctx context.Context, in *heliograph.Integration, sender string) (*heliograph.Integration, error) {
	t := s.types[in.Type]
	if t == nil || t.SenderField == "" || senderOf(t, in) == sender {
		return in, nil
	}
	all, err := s.Integrations.List(ctx, in.App, []string{in.Type}, maxIntegrations, 0)
	if err != nil {
		return nil, err
	}
	for _, i := range all {
		if senderOf(t, i) == sender {
			return i, nil
		}
	}
	return nil, nil
}

func senderOf(t *channel.Type, i *heliograph.Integration) string {
	var all map[string]any
	if json.Unmarshal(i.Settings, &all) != nil {
		return ""
	}
	sender, _ := all[t.SenderField].(string)
	return sender
}

// Type returns the channel of a name; nil when this build does not have it.
func (s *Service) Type(name string) *channel.Type { return s.types[name] }

func missing() error {
	return heliograph.Errorf(heliograph.NotFound, heliograph.CodeIntegrationNotFound, "there is no such integration")
}

// HookURL returns where an integration's provider is to call.
func (s *Service) HookURL(i *heliograph.Integration) string {
	t := s.types[i.Type]
	if t == nil {
		return ""
	}
	return s.Host.Deps(t, i.ID).HookURL
}
