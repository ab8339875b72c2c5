package suncov1

import (
	"context"
	"encoding/json"

	"heliograph/channel"
	"heliograph/internal/template"
)

// messageTemplateRequest is the body that proposes a template to a provider.
type messageTemplateRequest struct {
	Name       string                      `json:"name" required:"true" doc:"Lower-case letters, digits and underscores; at most 512."`
	Language   string                      `json:"language" required:"true" doc:"For example en_US."`
	Category   string                      `json:"category" required:"true" doc:"MARKETING, UTILITY or AUTHENTICATION."`
	Components partial[[]componentRequest] `json:"components" required:"true" doc:"Its parts, a BODY among them."`
}

type componentRequest struct {
	Type    string           `json:"type" required:"true" doc:"HEADER, BODY, FOOTER or BUTTONS."`
	Format  string           `json:"format,omitempty" doc:"HEADER: TEXT (unless told), IMAGE, VIDEO, DOCUMENT or LOCATION."`
	Text    string           `json:"text,omitempty" doc:"At most 1,024 characters in a BODY, 60 in a HEADER or FOOTER."`
	Example map[string]any   `json:"example,omitempty" doc:"Examples of what fills its places."`
	Buttons []map[string]any `json:"buttons,omitempty" doc:"BUTTONS: at most 10."`
}

// messageTemplateJSON is a provider's template on the wire.
type messageTemplateJSON struct {
	ID         string          `json:"id"`
	Name       string          `json:"name"`
	Language   string          `json:"language"`
	Category   string          `json:"category"`
	Status     string          `json:"status" doc:"The provider's word: APPROVED, PENDING, REJECTED, PAUSED …"`
	Components json.RawMessage `json:"components"`
	Reason     string          `json:"rejectedReason,omitempty"`
}

type messageTemplateAnswer struct {
	Template messageTemplateJSON `json:"messageTemplate"`
}

type messageTemplatesAnswer struct {
	Templates []messageTemplateJSON `json:"messageTemplates"`
	After     string                `json:"after,omitempty" doc:"The cursor of what follows; absent at the end."`
	Meta      cursorsJSON           `json:"meta"`
}

type cursorsJSON struct {
	After   string `json:"afterCursor,omitempty"`
	Before  string `json:"beforeCursor,omitempty"`
	HasMore bool   `json:"hasMore"`
}

func wireMessageTemplate(t *channel.Template) messageTemplateJSON {
	out := messageTemplateJSON{
		ID: t.ID, Name: t.Name, Language: t.Language, Category: t.Category, Status: t.Status, Components: t.Components, Reason: t.Reason,
	}
	if len(out.Components) == 0 {
		out.Components = json.RawMessage("[]")
	}
	return out
}

func (a *API) createMessageTemplate(ctx context.Context, c *call) (any, error) {
	id, err := c.integrationID()
	if err != nil {
		return nil, err
	}
	in, err := decode[messageTemplateRequest](c)
	if err != nil {
		return nil, err
	}
	made, err := a.Templates.Propose(ctx, c.App.ID, id, &channel.Template{
		Name: in.Name, Language: in.Language, Category: in.Category, Components: in.Components.RawMessage,
	})
	if err != nil {
		return nil, err
	}
	return messageTemplateAnswer{wireMessageTemplate(made)}, nil
}

func (a *API) listMessageTemplates(ctx context.Context, c *call) (any, error) {
	id, err := c.integrationID()
	if err != nil {
		return nil, err
	}
	q := template.Query{Status: c.query("status"), After: c.query("after"), Before: c.query("before")}
	if q.Limit, err = c.number("limit", 25, 1, 100); err != nil {
		return nil, err
	}
	page, err := a.Templates.Provided(ctx, c.App.ID, id, q)
	if err != nil {
		return nil, err
	}
	out := messageTemplatesAnswer{
		Templates: make([]messageTemplateJSON, len(page.Templates)),
		Meta:      cursorsJSON{After: page.After, Before: page.Before, HasMore: page.More},
	}
	if page.More {
		out.After = page.After
	}
	for i := range page.Templates {
		out.Templates[i] = wireMessageTemplate(&page.Templates[i])
	}
	return out, nil
}

func (a *API) deleteMessageTemplate(ctx context.Context, c *call) (any, error) {
	id, err := c.integrationID()
	if err != nil {
		return nil, err
	}
	return nil, a.Templates.Withdraw(ctx, c.App.ID, id, c.PathValue("templateName"))
}
