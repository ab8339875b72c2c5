package suncov1

import (
	"context"

	"heliograph"
)

func (a *API) createServiceKey(ctx context.Context, c *call) (any, error) {
	id, err := c.serviceID()
	if err != nil {
		return nil, err
	}
	in, err := decode[keyRequest](c)
	if err != nil {
		return nil, err
	}
	k, err := a.Tenants.CreateServiceKey(ctx, c.Principal.Org, id, in.Name)
	if err != nil {
		return nil, err
	}
	return keyAnswer{wireKey(k, nil)}, nil
}

func (a *API) listServiceKeys(ctx context.Context, c *call) (any, error) {
	id, err := c.serviceID()
	if err != nil {
		return nil, err
	}
	keys, err := a.Tenants.ListServiceKeys(ctx, c.Principal.Org, id)
	if err != nil {
		return nil, err
	}
	out := keysAnswer{Keys: make([]keyJSON, len(keys))}
	for i, k := range keys {
		out.Keys[i] = wireKey(k, nil)
	}
	return out, nil
}

// serviceKey returns the service account's key that the path names.
func (c *call) serviceKey(ctx context.Context) (*heliograph.Key, error) {
	account, err := c.serviceID()
	if err != nil {
		return nil, err
	}
	handle := c.PathValue("serviceKeyId")
	id, _, ok := heliograph.ParseKeyHandle(handle)
	if ok {
		k, err := c.api.Tenants.ServiceKey(ctx, c.Principal.Org, account, id)
		if err != nil || k.Handle() == handle {
			return k, err
		}
	}
	return nil, heliograph.Errorf(heliograph.NotFound, heliograph.CodeNotFound, "there is no such key")
}

func (a *API) getServiceKey(ctx context.Context, c *call) (any, error) {
	k, err := c.serviceKey(ctx)
	if err != nil {
		return nil, err
	}
	return keyAnswer{wireKey(k, nil)}, nil
}

func (a *API) deleteServiceKey(ctx context.Context, c *call) (any, error) {
	k, err := c.serviceKey(ctx)
	if err != nil {
		return nil, err
	}
	return nil, a.Tenants.DeleteServiceKey(ctx, k.Org, k.Service, k.ID)
}

// getServiceKeyJWT gives a token that is worth as much as the key's secret.
func (a *API) getServiceKeyJWT(ctx context.Context, c *call) (any, error) {
	k, err := c.serviceKey(ctx)
	if err != nil {
		return nil, err
	}
	token, err := a.Auth.Token(k)
	return jwtAnswer{token}, err
}
