package suncov1

import (
	"context"
	"encoding/json"

	"heliograph"
	"heliograph/internal/template"
)

// templateRequest is the body that creates or changes a stored template.
type templateRequest struct {
	Name    *string                 `json:"name,omitempty" doc:"Unique in the app; at most 128 characters. Needed to create one."`
	Message partial[messageRequest] `json:"message" doc:"What would post it: a message of the appMaker. Needed to create one."`
}

func (r *templateRequest) change() template.Change {
	return template.Change{Name: r.Name, Message: r.Message.RawMessage}
}

// templateJSON is a stored template on the wire.
type templateJSON struct {
	ID      string          `json:"_id"`
	Name    string          `json:"name"`
	Message json.RawMessage `json:"message"`
}

type templateAnswer struct {
	Template templateJSON `json:"template"`
}

type templatesAnswer struct {
	Templates []templateJSON `json:"templates"`
	HasMore   bool           `json:"hasMore"`
	Offset    int            `json:"offset"`
}

func wireTemplate(t *template.Stored) templateJSON {
	return templateJSON{ID: t.ID.String(), Name: t.Name, Message: t.Message}
}

func answerTemplate(t *template.Stored, err error) (any, error) {
	if err != nil {
		return nil, err
	}
	return templateAnswer{wireTemplate(t)}, nil
}

// templateID returns the stored template that the path names.
func (c *call) templateID() (id heliograph.TemplateID, err error) {
	err = pathID(c, "templateId", heliograph.CodeNotFound, &id)
	return id, err
}

func (a *API) createTemplate(ctx context.Context, c *call) (any, error) {
	in, err := decode[templateRequest](c)
	if err != nil {
		return nil, err
	}
	return answerTemplate(a.Templates.Create(ctx, c.App.ID, in.change()))
}

func (a *API) listTemplates(ctx context.Context, c *call) (any, error) {
	limit, offset, err := c.page()
	if err != nil {
		return nil, err
	}
	list, more, err := a.Templates.List(ctx, c.App.ID, limit, offset)
	if err != nil {
		return nil, err
	}
	out := templatesAnswer{Templates: make([]templateJSON, len(list)), HasMore: more, Offset: offset}
	for i, t := range list {
		out.Templates[i] = wireTemplate(t)
	}
	return out, nil
}

func (a *API) getTemplate(ctx context.Context, c *call) (any, error) {
	id, err := c.templateID()
	if err != nil {
		return nil, err
	}
	return answerTemplate(a.Templates.Get(ctx, c.App.ID, id))
}

func (a *API) updateTemplate(ctx context.Context, c *call) (any, error) {
	id, err := c.templateID()
	if err != nil {
		return nil, err
	}
	in, err := decode[templateRequest](c)
	if err != nil {
		return nil, err
	}
	return answerTemplate(a.Templates.Update(ctx, c.App.ID, id, in.change()))
}

func (a *API) deleteTemplate(ctx context.Context, c *call) (any, error) {
	id, err := c.templateID()
	if err != nil {
		return nil, err
	}
	return nil, a.Templates.Delete(ctx, c.App.ID, id)
}
