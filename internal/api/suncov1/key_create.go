package suncov1

import "context"

type keyRequest struct {
	Name string `json:"name" doc:"For people; at most 128 characters." required:"true"`
}

func (a *API) createKey(ctx context.Context, c *call) (any, error) {
	in, err := decode[keyRequest](c)
	if err != nil {
		return nil, err
	}
	k, err := a.Tenants.CreateKey(ctx, c.App.ID, in.Name)
	if err != nil {
		return nil, err
	}
	out := wireKey(k, c.App)
	out.Secret = k.Secret.Reveal() // once, even when the app hides secrets
	return keyAnswer{out}, nil
}
