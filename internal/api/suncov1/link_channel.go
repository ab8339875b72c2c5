package suncov1

import (
	"context"
	"encoding/json"

	"heliograph"
	"heliograph/internal/api/sunco"
	"heliograph/internal/content"
	"heliograph/internal/profile"
)

// linkRequest asks to link a channel to a user.
type linkRequest struct {
	Type             string       `json:"type" required:"true" doc:"The channel, for example twilio."`
	IntegrationID    string       `json:"integrationId,omitempty" doc:"Which integration of that type; the first active one unless told."`
	PhoneNumber      string       `json:"phoneNumber,omitempty" doc:"For channels of phones; with + and the country code."`
	Address          string       `json:"address,omitempty" doc:"For e-mail."`
	Subject          string       `json:"subject,omitempty" doc:"For e-mail: of the message that is sent first; New message from {the app's name} unless told."`
	Primary          *bool        `json:"primary,omitempty" doc:"Whether messages prefer the new client; true unless told."`
	Confirmation     confirmation `json:"confirmation" required:"true" doc:"How the link is confirmed."`
	SkipConfirmation bool         `json:"skipConfirmation,omitempty" doc:"Older callers' way to say immediate."`
}

type confirmation struct {
	Type    string                  `json:"type" required:"true" doc:"immediate (after the message, if there is one, went out), userActivity (when the person answers the message) or prompt (when the person accepts a question of ours)."`
	Message partial[messageContent] `json:"message" doc:"What to send first: text or image, with link actions only. Needed for userActivity, not possible for prompt. It is not part of the conversation."`
}

func (a *API) linkChannel(ctx context.Context, c *call) (any, error) {
	in, err := decode[linkRequest](c)
	if err != nil {
		return nil, err
	}
	order := profile.LinkOrder{
		Type: in.Type, Integration: in.IntegrationID, PhoneNumber: in.PhoneNumber, Address: in.Address, Subject: in.Subject,
		Primary: in.Primary == nil || *in.Primary, Confirmation: heliograph.Confirmation(in.Confirmation.Type),
	}
	if in.SkipConfirmation && order.Confirmation == "" {
		order.Confirmation = heliograph.ConfirmImmediate
	}
	// A user could otherwise claim anybody's address.
	if c.isUser() && order.Confirmation != heliograph.ConfirmPrompt {
		return nil, forbidden("a user's token may only link with the confirmation prompt")
	}
	if len(in.Confirmation.Message.RawMessage) > 0 {
		if order.Message, err = a.confirmationMessage(ctx, c.App, in); err != nil {
			return nil, err
		}
	}
	id, err := c.userID(ctx)
	if err != nil {
		return nil, err
	}
	u, err := a.Profiles.Link(ctx, c.App.ID, id, order)
	if err != nil {
		return nil, err
	}
	return appUserAnswer{sunco.AppUserOf(u)}, nil
}

// confirmationMessage reads what is sent first: one text or image, or a template
// that is written in a text.
func (a *API) confirmationMessage(ctx context.Context, app *heliograph.App, in *linkRequest) (*heliograph.Content, error) {
	const at = "confirmation.message"
	raw := in.Confirmation.Message.RawMessage
	var author struct {
		Name      string `json:"name"`
		Email     string `json:"email"`
		AvatarURL string `json:"avatarUrl"`
	}
	out, err := content.ParseAt(at, raw)
	if err != nil {
		return nil, err
	}
	if json.Unmarshal(raw, &author) != nil {
		return nil, heliograph.InvalidField(at, "has a name, email or avatarUrl that is not a string")
	}
	out.Author = heliograph.Author{Name: author.Name, Email: author.Email, AvatarURL: author.AvatarURL}
	if err := content.CheckAuthor(at, out.Author); err != nil {
		return nil, err
	}
	var through heliograph.IntegrationID
	_ = parseID(in.IntegrationID, &through) // what is no id is refused with the order
	if out, err = a.Templates.ExpandOne(ctx, app, at, out, through); err != nil {
		return nil, err
	}
	if out.Type != heliograph.TextMessage && out.Type != heliograph.ImageMessage {
		return nil, heliograph.InvalidField(at+".type", "must be text or image")
	}
	return out, nil
}
