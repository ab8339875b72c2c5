package suncov1

import (
	"context"
	"encoding/json"

	"heliograph"
	"heliograph/internal/api/sunco"
	"heliograph/internal/content"
	"heliograph/internal/conversation"
)

// messageRequest is the body of a new message, as documented.
type messageRequest struct {
	messageRouting
	contentRequest
}

// messageRouting is the part of a new message that is not its content.
type messageRouting struct {
	Role          string              `json:"role" doc:"appMaker (the business) or appUser (the user)." required:"true"`
	Name          string              `json:"name,omitempty" doc:"How the author is shown."`
	Email         string              `json:"email,omitempty" doc:"The author's address; without avatarUrl its Gravatar is shown."`
	AvatarURL     string              `json:"avatarUrl,omitempty"`
	Destination   *destinationRequest `json:"destination,omitempty" doc:"Which of the user's clients gets it; appMaker only. Without it: the one the user prefers."`
	Category      string              `json:"category,omitempty" doc:"transactional (default) or marketing: whether it counts as what the user asked for or as what the business sends of its own accord; appMaker only. Ours."`
	MessageSchema string              `json:"messageSchema,omitempty" doc:"whatsapp: message is WhatsApp's own, such as a template, and stands instead of type and what goes with it."`
	Message       json.RawMessage     `json:"message,omitempty" doc:"With messageSchema: the message in the provider's own form."`
}

type destinationRequest struct {
	IntegrationID   string `json:"integrationId,omitempty"`
	IntegrationType string `json:"integrationType,omitempty"`
}

// postedJSON is the answer to a new message.
type postedJSON struct {
	Message      messageJSON      `json:"message"`
	Extra        []messageJSON    `json:"extraMessages,omitempty" doc:"The messages that follow it, when shorthand in its text stood for several."`
	Conversation conversationJSON `json:"conversation"`
}

func (p *postedJSON) Write(o *jsonOut) {
	p.Message.Write(o, "message")
	if len(p.Extra) > 0 {
		o.Open("extraMessages", '[')
		for i := range p.Extra {
			p.Extra[i].Write(o, "")
		}
		o.Close(']')
	}
	p.Conversation.Write(o, "conversation")
}

func (a *API) postMessage(ctx context.Context, c *call) (any, error) {
	post, err := c.postOf(ctx)
	if err != nil {
		return nil, err
	}
	out, err := a.Conversations.Post(ctx, post)
	if err != nil {
		return nil, a.noChannel(ctx, c, post.Destination, err)
	}
	return wirePosted(out), nil
}

// postMessageOnce tries the fast way that users' messages have.
func (a *API) postMessageOnce(ctx context.Context, c *call, once *conversation.Once) (*conversation.Kept, error) {
	post, err := c.postOf(ctx)
	if err != nil || post.Role != heliograph.Customer {
		return nil, nil
	}
	once.Answer = func(out *conversation.Posted) (string, error) {
		body, err := encode(wirePosted(out))
		return string(body), err
	}
	return a.Conversations.PostOnce(ctx, post, once)
}

func wirePosted(out *conversation.Posted) *postedJSON {
	p := &postedJSON{Message: sunco.MessageOf(out.Message), Conversation: sunco.ConversationOf(out.Conversation)}
	if len(out.Extra) > 0 {
		p.Extra = sunco.MessagesOf(out.Extra)
	}
	return p
}

// postOf reads the call's message, once.
func (c *call) postOf(ctx context.Context) (*conversation.Post, error) {
	if c.post != nil {
		return c.post, nil
	}
	in, err := decode[messageRouting](c)
	if err != nil {
		return nil, err
	}
	post := &conversation.Post{App: c.App, User: c.user, Name: c.PathValue("userId")}
	if post.Role, err = c.speaker(in.Role); err != nil {
		return nil, err
	}
	if post.Destination, err = in.Destination.parse(); err != nil {
		return nil, err
	}
	post.Category = heliograph.Category(in.Category)
	if post.Content, err = content.Read("", c.body, in.MessageSchema, "message", in.Message); err != nil {
		return nil, err
	}
	post.Content.Author = heliograph.Author{Name: in.Name, Email: in.Email, AvatarURL: in.AvatarURL}
	if err := content.CheckAuthor("", post.Content.Author); err != nil {
		return nil, err
	}
	if post.Role == heliograph.Business {
		if err := c.expand(ctx, post); err != nil {
			return nil, err
		}
	}
	c.post = post
	return post, nil
}

// expand writes out what the message stands for.
func (c *call) expand(ctx context.Context, p *conversation.Post) error {
	var through heliograph.IntegrationID
	if p.Destination != nil {
		through = p.Destination.Integration
	}
	all, err := c.api.Templates.Expand(ctx, c.App, "", p.Content, through)
	if err == nil {
		p.Content, p.Extra = all[0], all[1:]
	}
	return err
}

func (d *destinationRequest) parse() (*conversation.Destination, error) {
	if d == nil {
		return nil, nil
	}
	if d.IntegrationID == "" && d.IntegrationType == "" {
		return nil, heliograph.InvalidField("destination", "needs integrationId or integrationType")
	}
	out := &conversation.Destination{Type: d.IntegrationType}
	if d.IntegrationID != "" && !parseID(d.IntegrationID, &out.Integration) {
		return nil, heliograph.InvalidField("destination.integrationId", "must be an id of 24 hex digits")
	}
	return out, nil
}
