package suncov1

import (
	"context"

	"heliograph/internal/api/sunco"
)

// readConversation never reads the body: clients send none.
func (a *API) readConversation(ctx context.Context, c *call) (any, error) {
	u, err := c.pathUser(ctx)
	if err != nil {
		return nil, err
	}
	conv, err := a.Conversations.Read(ctx, u)
	if err != nil {
		return nil, err
	}
	return conversationAnswer{sunco.ConversationOf(conv)}, nil
}
