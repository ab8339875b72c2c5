package suncov1

import "context"

// sdksAnswer names the integrations of the kits for web and mobile; null for
// those that the app does not have.
type sdksAnswer struct {
	Web     *string `json:"webIntegrationId"`
	IOS     *string `json:"iosIntegrationId"`
	Android *string `json:"androidIntegrationId"`
}

func (a *API) getSDKs(ctx context.Context, c *call) (any, error) {
	found, err := a.Tenants.Kits(ctx, c.App.ID)
	if err != nil {
		return nil, err
	}
	named := func(kind string) *string {
		if found[kind].IsZero() {
			return nil
		}
		id := found[kind].String()
		return &id
	}
	return sdksAnswer{named("web"), named("ios"), named("android")}, nil
}
