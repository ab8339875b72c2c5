package suncov1

import "context"

func (a *API) getConsent(ctx context.Context, c *call) (any, error) {
	q := c.URL.Query()
	address, err := a.consentAddress(q.Get("address"), q.Get("type"))
	if err != nil {
		return nil, err
	}
	return a.showConsent(ctx, c, address)
}

func (a *API) showConsent(ctx context.Context, c *call, address string) (any, error) {
	state, err := a.Profiles.ConsentOf(ctx, c.App.ID, address)
	if err != nil {
		return nil, err
	}
	return wireConsent(address, state), nil
}
