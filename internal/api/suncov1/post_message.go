package suncov1

import (
	"context"

	"heliograph"
	"heliograph/internal/content"
	"heliograph/internal/conversation"
)

// messageRequest is the body of a new message, as documented.
type messageRequest struct {
	messageRouting
	contentRequest
}

// contentRequest is what a message says, as documented; package content reads it.
type contentRequest struct {
	Type      string          `json:"type" doc:"text or image" required:"true"`
	Text      string          `json:"text,omitempty" doc:"At most 4,096 characters. Required for text without actions; the caption of an image."`
	MediaURL  string          `json:"mediaUrl,omitempty" doc:"Where the image is. Required for image."`
	MediaType string          `json:"mediaType,omitempty" doc:"The image's MIME type."`
	AltText   string          `json:"altText,omitempty" doc:"The image in words; at most 128 characters."`
	Payload   string          `json:"payload,omitempty" doc:"What a reply action carried, when the user chose one."`
	Actions   []actionRequest `json:"actions,omitempty" doc:"Links, buttons and quick replies; appMaker only. Quick replies (reply, locationRequest) stand alone."`
	Metadata  map[string]any  `json:"metadata,omitempty" doc:"Flat; strings, numbers and booleans; at most 4,096 bytes of JSON."`
	Override  map[string]any  `json:"override,omitempty" doc:"A provider's own body, by channel."`
}

// messageRouting is the part of a new message that is not its content.
type messageRouting struct {
	Role          string              `json:"role" doc:"appMaker (the business) or appUser (the user)." required:"true"`
	Name          string              `json:"name,omitempty" doc:"How the author is shown."`
	Email         string              `json:"email,omitempty" doc:"The author's address; without avatarUrl its Gravatar is shown."`
	AvatarURL     string              `json:"avatarUrl,omitempty"`
	Destination   *destinationRequest `json:"destination,omitempty" doc:"Which of the user's clients gets it; appMaker only. Without it: the one the user prefers."`
	MessageSchema string              `json:"messageSchema,omitempty"`
}

type destinationRequest struct {
	IntegrationID   string `json:"integrationId,omitempty"`
	IntegrationType string `json:"integrationType,omitempty"`
}

type actionRequest struct {
	Type     string         `json:"type" doc:"link, postback, reply, locationRequest, webview or buy" required:"true"`
	Text     string         `json:"text" required:"true"`
	URI      string         `json:"uri,omitempty" doc:"link and webview: where it leads."`
	Payload  string         `json:"payload,omitempty" doc:"postback and reply: what comes back."`
	IconURL  string         `json:"iconUrl,omitempty" doc:"reply"`
	Fallback string         `json:"fallback,omitempty" doc:"webview: the link for channels without web views."`
	Size     string         `json:"size,omitempty" doc:"webview: compact, tall or full."`
	Open     bool           `json:"openOnReceive,omitempty" doc:"webview"`
	Default  bool           `json:"default,omitempty" doc:"link and webview"`
	Amount   int64          `json:"amount,omitempty" doc:"buy: in minor units."`
	Currency string         `json:"currency,omitempty" doc:"buy: usd unless told."`
	Metadata map[string]any `json:"metadata,omitempty" doc:"postback and reply"`
}

// postedJSON is the answer to a new message.
type postedJSON struct {
	Message      messageJSON      `json:"message"`
	Conversation conversationJSON `json:"conversation"`
}

func (p *postedJSON) write(o *jsonOut) {
	p.Message.write(o, "message")
	p.Conversation.write(o, "conversation")
}

func (a *API) postMessage(ctx context.Context, c *call) (any, error) {
	post, err := c.postOf()
	if err != nil {
		return nil, err
	}
	out, err := a.Conversations.Post(ctx, post)
	if err != nil {
		return nil, err
	}
	return wirePosted(out), nil
}

// postMessageOnce tries the fast way that users' messages have.
func (a *API) postMessageOnce(ctx context.Context, c *call, once *conversation.Once) (*conversation.Kept, error) {
	post, err := c.postOf()
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
	return &postedJSON{wireMessage(out.Message), wireConversation(out.Conversation)}
}

// postOf reads the call's message, once.
func (c *call) postOf() (*conversation.Post, error) {
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
	if in.MessageSchema != "" {
		return nil, heliograph.InvalidField("messageSchema", "is not supported for messages of this server's channels")
	}
	if post.Content, err = content.Parse(c.body); err != nil {
		return nil, err
	}
	post.Content.Author = heliograph.Author{Name: in.Name, Email: in.Email, AvatarURL: in.AvatarURL}
	if err := content.CheckAuthor("", post.Content.Author); err != nil {
		return nil, err
	}
	c.post = post
	return post, nil
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
