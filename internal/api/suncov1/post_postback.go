package suncov1

import "context"

type postbackRequest struct {
	ActionID string `json:"actionId" doc:"The _id of a postback action of a message in the conversation." required:"true"`
}

func (a *API) postPostback(ctx context.Context, c *call) (any, error) {
	in, err := decode[postbackRequest](c)
	if err != nil {
		return nil, err
	}
	u, err := c.pathUser(ctx)
	if err != nil {
		return nil, err
	}
	return nil, a.Conversations.Postback(ctx, c.App, u, in.ActionID)
}
