package suncov1

import "context"

type jwtAnswer struct {
	JWT string `json:"jwt" doc:"A token of the key's scope that does not expire."`
}

// getKeyJWT gives a token that is worth as much as the key's secret.
func (a *API) getKeyJWT(ctx context.Context, c *call) (any, error) {
	k, err := c.key(ctx)
	if err != nil {
		return nil, err
	}
	if c.App.Settings.HideKeySecrets {
		return nil, forbidden("this app shows a key's secret once; sign the token yourself")
	}
	token, err := a.Auth.Token(k)
	return jwtAnswer{token}, err
}
