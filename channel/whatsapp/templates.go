package whatsapp

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"

	"heliograph"
	"heliograph/channel"
)

// named is how Meta says that a template's parameters have names.
const named = "NAMED"

// definition is a template in Meta's words.
type definition struct {
	ID         string          `json:"id,omitempty"`
	Name       string          `json:"name"`
	Language   string          `json:"language"`
	Category   string          `json:"category"`
	Status     string          `json:"status,omitempty"`
	Components json.RawMessage `json:"components"`
	Format     string          `json:"parameter_format,omitempty"`
	Reason     string          `json:"rejected_reason,omitempty"`
}

func (d *definition) template() channel.Template {
	t := channel.Template{
		ID: d.ID, Name: d.Name, Language: d.Language, Category: d.Category, Status: d.Status,
		Components: d.Components, Named: d.Format == named,
	}
	if d.Reason != "NONE" {
		t.Reason = d.Reason
	}
	return t
}

// templatesPath is where the account's templates are.
func (s *sender) templatesPath() (string, error) {
	if s.settings.AccountID == "" {
		return "", heliograph.Errorf(heliograph.Invalid, heliograph.CodeBadRequest, "for templates the integration needs accountId, the id of its WhatsApp Business Account")
	}
	return "/" + s.settings.AccountID + "/message_templates", nil
}

// Templates implements channel.Templater.
func (s *sender) Templates(ctx context.Context, cursor string) ([]channel.Template, string, error) {
	path, err := s.templatesPath()
	if err != nil {
		return nil, "", err
	}
	path += "?fields=name,language,status,category,components,parameter_format,quality_score,rejected_reason&limit=100"
	if cursor != "" {
		path += "&after=" + url.QueryEscape(cursor)
	}
	var answer struct {
		Data   []definition
		Paging struct {
			Cursors struct{ After string }
			Next    string
		}
	}
	if err := s.ask(ctx, http.MethodGet, path, s.settings.management(), nil, &answer); err != nil {
		return nil, "", err
	}
	page := make([]channel.Template, len(answer.Data))
	for i := range answer.Data {
		page[i] = answer.Data[i].template()
	}
	next := answer.Paging.Cursors.After
	if answer.Paging.Next == "" || next == cursor {
		next = ""
	}
	return page, next, nil
}

// CreateTemplate implements channel.Templater.
func (s *sender) CreateTemplate(ctx context.Context, t *channel.Template) (*channel.Template, error) {
	path, err := s.templatesPath()
	if err != nil {
		return nil, err
	}
	in := definition{Name: t.Name, Language: t.Language, Category: t.Category, Components: t.Components}
	if len(in.Components) == 0 {
		in.Components = json.RawMessage("[]")
	}
	if t.Named {
		in.Format = named
	}
	var answer definition
	if err := s.ask(ctx, http.MethodPost, path, s.settings.management(), &in, &answer); err != nil {
		return nil, err
	}
	out := *t
	out.ID, out.Status = answer.ID, or(answer.Status, "PENDING")
	out.Category = or(answer.Category, out.Category)
	return &out, nil
}

// DeleteTemplate implements channel.Templater.
func (s *sender) DeleteTemplate(ctx context.Context, name string) error {
	path, err := s.templatesPath()
	if err != nil {
		return err
	}
	return s.ask(ctx, http.MethodDelete, path+"?name="+url.QueryEscape(name), s.settings.management(), nil, nil)
}
