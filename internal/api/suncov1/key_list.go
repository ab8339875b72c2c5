package suncov1

import "context"

type keysAnswer struct {
	Keys []keyJSON `json:"keys"`
}

func (a *API) listKeys(ctx context.Context, c *call) (any, error) {
	keys, err := a.Tenants.ListKeys(ctx, c.App.ID)
	if err != nil {
		return nil, err
	}
	out := keysAnswer{Keys: make([]keyJSON, len(keys))}
	for i, k := range keys {
		out.Keys[i] = wireKey(k, c.App)
	}
	return out, nil
}
