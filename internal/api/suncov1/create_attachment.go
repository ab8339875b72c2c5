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

// attachmentUser is whose the file is: the user that the query names, for whom a
// user's token may act only when it is its own.
func (c *call) attachmentUser(ctx context.Context) (heliograph.UserID, error) {
	field, name := "userId", c.query("userId")
	if name == "" {
		field, name = "appUserId", c.query("appUserId")
	}
	if name == "" && c.isUser() {
		name = c.Principal.UserExternalID
	}
	if name == "" {
		return heliograph.UserID{}, nil
	}
	u, err := c.api.Profiles.Resolve(ctx, c.App.ID, name)
	switch {
	case c.isUser() && (err != nil || u.ExternalID != c.Principal.UserExternalID):
		return heliograph.UserID{}, forbidden("a user's token reaches that user only")
	case heliograph.IsKind(err, heliograph.NotFound):
		return heliograph.UserID{}, heliograph.InvalidField(field, "names no user")
	case err != nil:
		return heliograph.UserID{}, err
	}
	return u.ID, nil
}
