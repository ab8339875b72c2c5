package tenant

import (
	"bytes"
	"context"
	"encoding/json"
	"maps"

	"heliograph"
	"heliograph/channel"
)

// credentials are the settings, secrets included, of an app's oldest integration
// of each type that a channel falls back on, by type.
type credentials map[string]json.RawMessage

// borrow finds what a channel of an app falls back on.
func (s *Service) borrow(ctx context.Context, t *channel.Type, app heliograph.AppID) (credentials, error) {
	if len(t.Credentials) == 0 {
		return nil, nil
	}
	out := credentials{}
	all, err := s.Integrations.List(ctx, app, t.Credentials, maxIntegrations, 0)
	if err != nil {
		return nil, err
	}
	for _, i := range all {
		if out[i.Type] != nil {
			continue // oldest first
		}
		settings, err := allSettings(i)
		if err != nil {
			return nil, err
		}
		if out[i.Type], err = json.Marshal(settings); err != nil {
			return nil, err
		}
	}
	return out, nil
}

func (c credentials) same(other credentials) bool {
	return maps.EqualFunc(c, other, func(a, b json.RawMessage) bool { return bytes.Equal(a, b) })
}
