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
		t := s.types[name]
		if t == nil {
			continue
		}
		i := s.newIntegration(a.ID, name)
		if err := (&IntegrationChange{Fields: map[string]json.RawMessage{}}).apply(t, i, false); err != nil {
			return err
		}
		if err := s.Integrations.Insert(ctx, i); err != nil {
			return err
		}
	}
	return nil
}

func (s *Service) newIntegration(app heliograph.AppID, typ string) *heliograph.Integration {
	return &heliograph.Integration{
		ID: s.IDs.Integration(), App: app, Type: typ, Status: heliograph.IntegrationActive,
		Settings: json.RawMessage("{}"), Secrets: "{}", Created: s.at(), Updated: s.at(),
	}
}
