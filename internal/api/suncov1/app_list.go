package suncov1

import "context"

type appsAnswer struct {
	Apps    []appJSON `json:"apps"`
	HasMore bool      `json:"hasMore"`
	Offset  int       `json:"offset"`
}

func (a *API) listApps(ctx context.Context, c *call) (any, error) {
	limit, offset, err := c.page()
	if err != nil {
		return nil, err
	}
	apps, more, err := a.Tenants.ListApps(ctx, c.Principal.Org, limit, offset)
	if err != nil {
		return nil, err
	}
	out := appsAnswer{Apps: make([]appJSON, len(apps)), HasMore: more, Offset: offset}
	for i, app := range apps {
		out.Apps[i] = wireApp(app)
	}
	return out, nil
}
