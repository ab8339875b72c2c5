package suncov1

import (
	"context"

	"heliograph/internal/api/sunco"
)

// conversationAnswer is an answer with the conversation alone.
type conversationAnswer struct {
	Conversation conversationJSON `json:"conversation"`
}

func (a *API) getConversation(ctx context.Context, c *call) (any, error) {
	u, err := c.pathUser(ctx)
	if err != nil {
		return nil, err
	}
	conv, err := a.Conversations.Conversation(ctx, u)
	if err != nil {
		return nil, err
	}
	return conversationAnswer{sunco.ConversationOf(conv)}, nil
}
