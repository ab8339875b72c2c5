package suncov1

import (
	"context"
	"strings"

	"heliograph"
)

type integrationsAnswer struct {
	Integrations []flatIntegration `json:"integrations"`
	HasMore      bool              `json:"hasMore"`
	Offset       int               `json:"offset"`
}

func (a *API) listIntegrations(ctx context.Context, c *call) (any, error) {
	limit, offset, err := c.page()
	if err != nil {
		return nil, err
	}
	var types []string
	if text := c.query("types"); text != "" {
		if types = strings.Split(text, ","); len(types) > 50 {
			return nil, heliograph.InvalidField("types", "names more than 50 types")
		}
	}
	found, more, err := a.Tenants.ListIntegrations(ctx, c.App.ID, types, limit, offset)
	if err != nil {
		return nil, err
	}
	out := integrationsAnswer{Integrations: make([]flatIntegration, len(found)), HasMore: more, Offset: offset}
	for n, i := range found {
		if out.Integrations[n], err = a.wireIntegration(i); err != nil {
			return nil, err
		}
	}
	return out, nil
}
