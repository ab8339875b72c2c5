package suncov1

import (
	"context"

	"heliograph"
	"heliograph/internal/media"
)

func (a *API) createAttachment(ctx context.Context, c *call) (any, error) {
	draft := media.Draft{App: c.App.ID, Access: media.Access(c.query("access"))}
	switch draft.Access {
	case media.Public, media.Private:
	case "":
		return nil, heliograph.InvalidField("access", "is required in the query: public or private")
	default:
		return nil, heliograph.InvalidField("access", "must be public or private")
	}
	if f := c.query("for"); f != "" && f != "message" {
		return nil, heliograph.InvalidField("for", "must be message, or left out")
	}
	var err error
	if draft.User, err = c.attachmentUser(ctx); err != nil {
		return nil, err
	}
	form, err := c.takeForm(ctx, draft)
	if err != nil {
		return nil, err
	}
	return attachmentAnswer{a.Media.URL(form.file), form.file.Type}, nil
}

// attachmentUser is whose the file is: the user that the query names, if any.
func (c *call) attachmentUser(ctx context.Context) (heliograph.UserID, error) {
	field, name := "userId", c.query("userId")
	if name == "" {
		field, name = "appUserId", c.query("appUserId")
	}
	if name == "" {
		return heliograph.UserID{}, nil
	}
	u, err := c.api.Profiles.Resolve(ctx, c.App.ID, name)
	if heliograph.IsKind(err, heliograph.NotFound) {
		return heliograph.UserID{}, heliograph.InvalidField(field, "names no user")
	}
	if err != nil {
		return heliograph.UserID{}, err
	}
	return u.ID, nil
}
