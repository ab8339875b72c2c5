package suncov1

import (
	"context"
	"strings"

	"heliograph"
	"heliograph/internal/conversation"
	"heliograph/internal/media"
)

func (a *API) postImage(ctx context.Context, c *call) (any, error) {
	u, err := c.pathUser(ctx)
	if err != nil {
		return nil, err
	}
	form, err := c.takeForm(ctx, media.Draft{App: c.App.ID, User: u.ID, Access: media.Public})
	if err != nil {
		return nil, err
	}
	out, err := a.postImageOf(ctx, c, u, form)
	if err != nil {
		c.dropForm(ctx, form)
		return nil, err
	}
	return wirePosted(out), nil
}

func (a *API) postImageOf(ctx context.Context, c *call, u *heliograph.User, form *uploadForm) (*conversation.Posted, error) {
	role, err := c.speaker(form.fields["role"])
	if err != nil {
		return nil, err
	}
	if !strings.HasPrefix(form.file.Type, "image/") {
		return nil, heliograph.InvalidField("source", "is not an image, but %s", form.file.Type)
	}
	return a.Conversations.Post(ctx, &conversation.Post{App: c.App, User: u, Role: role, Content: &heliograph.Content{
		Type: heliograph.ImageMessage, MediaURL: a.Media.URL(form.file), MediaType: form.file.Type, MediaSize: form.file.Size,
	}})
}
