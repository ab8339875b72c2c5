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
	found, _, err := a.Tenants.ListIntegrations(ctx, c.App.ID, []string{"web", "ios", "android"}, 100, 0)
	if err != nil {
		return nil, err
	}
	var out sdksAnswer
	at := map[string]**string{"web": &out.Web, "ios": &out.IOS, "android": &out.Android}
	for _, i := range found {
		if p := at[i.Type]; *p == nil {
			id := i.ID.String()
			*p = &id
		}
	}
	return out, nil
}
