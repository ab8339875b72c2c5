package suncov1

import (
	"context"

	"heliograph"
	"heliograph/internal/api/sunco"
	"heliograph/internal/content"
	"heliograph/internal/conversation"
)

// activityRequest is the body of an activity.
type activityRequest struct {
	Role      string `json:"role" doc:"appMaker (the business) or appUser (the user)." required:"true"`
	Type      string `json:"type" doc:"typing:start, typing:stop or conversation:read." required:"true"`
	Name      string `json:"name,omitempty" doc:"How the author is shown."`
	AvatarURL string `json:"avatarUrl,omitempty" doc:"The author's picture."`
}

func (a *API) postActivity(ctx context.Context, c *call) (any, error) {
	in, err := decode[activityRequest](c)
	if err != nil {
		return nil, err
	}
	role, err := c.speaker(in.Role)
	if err != nil {
		return nil, err
	}
	by := heliograph.Author{Name: in.Name, AvatarURL: in.AvatarURL}
	if err := content.CheckAuthor("", by); err != nil {
		return nil, err
	}
	u, err := c.pathUser(ctx)
	if err != nil {
		return nil, err
	}
	conv, err := a.Conversations.Act(ctx, u, role, conversation.ActivityType(in.Type), by)
	if err != nil {
		return nil, err
	}
	return conversationAnswer{sunco.ConversationOf(conv)}, nil
}
