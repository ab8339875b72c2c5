package suncov1

import (
	"context"

	"heliograph"
)

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
	of, err := a.listedAccount(ctx, c)
	if err != nil {
		return nil, err
	}
	var apps []*heliograph.App
	var more bool
	if of.IsZero() {
		apps, more, err = a.Tenants.ListApps(ctx, c.Principal.Org, limit, offset)
	} else {
		apps, more, err = a.Tenants.ListAppsOf(ctx, of, limit, offset)
	}
	if err != nil {
		return nil, err
	}
	out := appsAnswer{Apps: make([]appJSON, len(apps)), HasMore: more, Offset: offset}
	for i, app := range apps {
		out.Apps[i] = wireApp(app)
	}
	return out, nil
}

// listedAccount returns the service account whose apps are asked for: a service
// account sees its own, an account names one or, with none, sees all.
func (a *API) listedAccount(ctx context.Context, c *call) (heliograph.ServiceID, error) {
	named, own := c.query("serviceAccountId"), c.Principal.Service
	if named == "" || named == own.String() {
		return own, nil
	}
	if !own.IsZero() {
		return own, forbidden("a service account lists its own apps only")
	}
	var id heliograph.ServiceID
	if !parseID(named, &id) {
		return id, heliograph.InvalidField("serviceAccountId", "must be a service account's id")
	}
	_, err := a.Tenants.ServiceAccount(ctx, c.Principal.Org, id)
	return id, err
}
