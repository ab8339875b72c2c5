package suncov1

import (
	"context"

	"heliograph"
)

// serviceAccountJSON is a service account on the wire.
type serviceAccountJSON struct {
	ID   string `json:"_id"`
	Name string `json:"name"`
}

type serviceAccountAnswer struct {
	ServiceAccount serviceAccountJSON `json:"serviceAccount"`
}

type serviceAccountsAnswer struct {
	ServiceAccounts []serviceAccountJSON `json:"serviceAccounts"`
	HasMore         bool                 `json:"hasMore"`
	Offset          int                  `json:"offset"`
}

type serviceAccountRequest struct {
	Name *string `json:"name" doc:"For people. Needed at creation; at most 128 characters."`
}

func wireServiceAccount(a *heliograph.ServiceAccount) serviceAccountJSON {
	return serviceAccountJSON{a.ID.String(), a.Name}
}

// serviceAccount answers with a service account.
func serviceAccount(a *heliograph.ServiceAccount, err error) (any, error) {
	if err != nil {
		return nil, err
	}
	return serviceAccountAnswer{wireServiceAccount(a)}, nil
}

// serviceID reads the service account that the path names.
func (c *call) serviceID() (heliograph.ServiceID, error) {
	var id heliograph.ServiceID
	if !parseID(c.PathValue("serviceAccountId"), &id) {
		return id, heliograph.Errorf(heliograph.NotFound, heliograph.CodeNotFound, "there is no such service account")
	}
	return id, nil
}

func (a *API) createServiceAccount(ctx context.Context, c *call) (any, error) {
	in, err := decode[serviceAccountRequest](c)
	if err != nil {
		return nil, err
	}
	if in.Name == nil {
		return nil, heliograph.InvalidField("name", "is required")
	}
	return serviceAccount(a.Tenants.CreateServiceAccount(ctx, c.Principal.Org, *in.Name))
}

func (a *API) listServiceAccounts(ctx context.Context, c *call) (any, error) {
	limit, offset, err := c.page()
	if err != nil {
		return nil, err
	}
	found, more, err := a.Tenants.ListServiceAccounts(ctx, c.Principal.Org, limit, offset)
	if err != nil {
		return nil, err
	}
	out := serviceAccountsAnswer{ServiceAccounts: make([]serviceAccountJSON, len(found)), HasMore: more, Offset: offset}
	for i, one := range found {
		out.ServiceAccounts[i] = wireServiceAccount(one)
	}
	return out, nil
}

func (a *API) getServiceAccount(ctx context.Context, c *call) (any, error) {
	id, err := c.serviceID()
	if err != nil {
		return nil, err
	}
	return serviceAccount(a.Tenants.ServiceAccount(ctx, c.Principal.Org, id))
}

func (a *API) updateServiceAccount(ctx context.Context, c *call) (any, error) {
	id, err := c.serviceID()
	if err != nil {
		return nil, err
	}
	in, err := decode[serviceAccountRequest](c)
	if err != nil {
		return nil, err
	}
	return serviceAccount(a.Tenants.RenameServiceAccount(ctx, c.Principal.Org, id, in.Name))
}

func (a *API) deleteServiceAccount(ctx context.Context, c *call) (any, error) {
	id, err := c.serviceID()
	if err != nil {
		return nil, err
	}
	return nil, a.Tenants.DeleteServiceAccount(ctx, c.Principal.Org, id)
}

func (a *API) grantApp(ctx context.Context, c *call) (any, error) {
	id, err := c.serviceID()
	if err != nil {
		return nil, err
	}
	return serviceAccount(a.Tenants.Grant(ctx, c.Principal.Org, id, c.App.ID))
}

func (a *API) revokeApp(ctx context.Context, c *call) (any, error) {
	id, err := c.serviceID()
	if err != nil {
		return nil, err
	}
	return nil, a.Tenants.Revoke(ctx, c.Principal.Org, id, c.App.ID)
}
