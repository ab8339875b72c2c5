package tenant

import (
	"context"
	"encoding/json"
	"slices"

	"heliograph"
	"heliograph/channel"
)

// kits returns the types of the kits for web and mobile. Every app begins with
// one integration of each, because clients of the v1.1 API cannot make them all.
func kits() []string { return []string{"web", "ios", "android"} }

// Usable reports whether integrations of t can be used: this build has their
// channel, or they are where an app's own pages and programs log in.
func Usable(t *channel.Type) bool {
	return t != nil && (t.Open != nil || slices.Contains(kits(), t.Name))
}

// insertKits makes the kits' integrations of a new app, as far as this build
// knows the types. It must be called in a transaction.
func (s *Service) insertKits(ctx context.Context, a *heliograph.App) error {
	for _, name := range kits() {
		if _, err := s.insertKit(ctx, a.ID, name); err != nil {
			return err
		}
	}
	return nil
}

// insertKit makes one kit's integration; none when this build does not know it.
func (s *Service) insertKit(ctx context.Context, app heliograph.AppID, name string) (*heliograph.Integration, error) {
	t := s.types[name]
	if t == nil {
		return nil, nil
	}
	i := s.newIntegration(app, name)
	if err := (&IntegrationChange{Fields: map[string]json.RawMessage{}}).apply(t, i, false); err != nil {
		return nil, err
	}
	return i, s.Integrations.Insert(ctx, i)
}

// Kits returns the oldest integration of each kit, by type. Apps that were made
// before there were any get them now.
func (s *Service) Kits(ctx context.Context, app heliograph.AppID) (map[string]heliograph.IntegrationID, error) {
	found, err := s.findKits(ctx, app)
	if err != nil || len(found) == len(kits()) {
		return found, err
	}
	err = s.Atomic(ctx, func(ctx context.Context) error {
		if _, err := s.Apps.Lock(ctx, app); err != nil { // one at a time
			return err
		}
		if found, err = s.findKits(ctx, app); err != nil {
			return err
		}
		for _, name := range kits() {
			if !found[name].IsZero() {
				continue
			}
			i, err := s.insertKit(ctx, app, name)
			if err != nil {
				return err
			}
			if i != nil {
				found[name] = i.ID
			}
		}
		return nil
	})
	return found, err
}

func (s *Service) findKits(ctx context.Context, app heliograph.AppID) (map[string]heliograph.IntegrationID, error) {
	all, err := s.Integrations.List(ctx, app, kits(), maxIntegrations, 0)
	found := map[string]heliograph.IntegrationID{}
	for _, i := range all {
		if found[i.Type].IsZero() {
			found[i.Type] = i.ID
		}
	}
	return found, err
}

func (s *Service) newIntegration(app heliograph.AppID, typ string) *heliograph.Integration {
	return &heliograph.Integration{
		ID: s.IDs.Integration(), App: app, Type: typ, Status: heliograph.IntegrationActive,
		Settings: json.RawMessage("{}"), Secrets: "{}", Created: s.at(), Updated: s.at(),
	}
}
