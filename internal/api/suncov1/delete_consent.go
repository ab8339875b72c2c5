package suncov1

import (
	"context"

	"heliograph"
)

// deleteConsent notes an opt-in: it lifts what stops messages to an address.
func (a *API) deleteConsent(ctx context.Context, c *call) (any, error) {
	q := c.URL.Query()
	scope := q.Get("scope")
	if scope == "" {
		scope = string(heliograph.ScopeAll)
	}
	change, err := a.consentFor(c, q.Get("address"), q.Get("type"), scope, q.Get("integrationId"))
	if err != nil {
		return nil, err
	}
	change.Evidence = map[string]string{"key": c.Principal.Key.String()}
	if _, err := a.Profiles.Unsuppress(ctx, change); err != nil {
		return nil, err
	}
	return a.showConsent(ctx, c, change.Address)
}
