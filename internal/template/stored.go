package template

import (
	"bytes"
	"context"
	"encoding/json"
	"strings"
	"unicode/utf8"

	"heliograph"
	"heliograph/internal/content"
)

// Change is what to set of a stored template; nil fields are left alone.
type Change struct {
	Name    *string
	Message json.RawMessage // the body that would post it
}

// Create keeps a message under a name, which no other template of the app has.
func (s *Service) Create(ctx context.Context, app heliograph.AppID, c Change) (*Stored, error) {
	switch {
	case c.Name == nil:
		return nil, heliograph.InvalidField("name", "is required")
	case len(c.Message) == 0:
		return nil, heliograph.InvalidField("message", "is required")
	}
	t := &Stored{ID: s.IDs.Template(), App: app, Created: s.at()}
	if err := c.apply(t); err != nil {
		return nil, err
	}
	return t, s.Store.Insert(ctx, t)
}

// Get returns a stored template.
func (s *Service) Get(ctx context.Context, app heliograph.AppID, id heliograph.TemplateID) (*Stored, error) {
	return s.Store.ByID(ctx, app, id)
}

// List returns a page of an app's templates, oldest first, and whether more follow.
func (s *Service) List(ctx context.Context, app heliograph.AppID, limit, offset int) ([]*Stored, bool, error) {
	all, err := s.Store.List(ctx, app, limit+1, offset)
	if err != nil || len(all) <= limit {
		return all, false, err
	}
	return all[:limit], true, nil
}

// Update changes a stored template.
func (s *Service) Update(ctx context.Context, app heliograph.AppID, id heliograph.TemplateID, c Change) (t *Stored, err error) {
	err = s.Atomic(ctx, func(ctx context.Context) error {
		if t, err = s.Store.Lock(ctx, app, id); err != nil {
			return err
		}
		if err := c.apply(t); err != nil {
			return err
		}
		return s.Store.Save(ctx, t)
	})
	if err != nil {
		return nil, err
	}
	return t, nil
}

// Delete removes a stored template.
func (s *Service) Delete(ctx context.Context, app heliograph.AppID, id heliograph.TemplateID) error {
	return s.Store.Delete(ctx, app, id)
}

func (c *Change) apply(t *Stored) error {
	if c.Name != nil {
		if err := checkName(*c.Name); err != nil {
			return err
		}
		t.Name = *c.Name
	}
	if len(c.Message) == 0 {
		return nil
	}
	if _, err := readMessage("message", c.Message); err != nil {
		return err
	}
	var b bytes.Buffer
	if err := json.Compact(&b, c.Message); err != nil {
		return heliograph.InvalidField("message", "is not valid JSON")
	}
	t.Message = b.Bytes()
	return nil
}

// checkName checks a name, which must be writable in a text.
func checkName(name string) error {
	switch {
	case strings.TrimSpace(name) == "":
		return heliograph.InvalidField("name", "is required")
	case utf8.RuneCountInString(name) > heliograph.MaxNameRunes:
		return heliograph.InvalidField("name", "is longer than %d characters", heliograph.MaxNameRunes)
	case name != strings.TrimSpace(name) || strings.ContainsAny(name, "\r\n\x00") || strings.Contains(name, "))%") || strings.Contains(name, "}}%") || !utf8.ValidString(name):
		return heliograph.InvalidField("name", "must not begin or end with a space, or contain line breaks, ))%% or }}%%: it could not be named in a text")
	}
	return nil
}

// readMessage reads a body that would post a message of the business.
func readMessage(at string, raw json.RawMessage) (*heliograph.Content, error) {
	var in struct {
		Role          heliograph.Role `json:"role"`
		Name          string          `json:"name"`
		Email         string          `json:"email"`
		AvatarURL     string          `json:"avatarUrl"`
		MessageSchema string          `json:"messageSchema"`
		Message       json.RawMessage `json:"message"`
	}
	if json.Unmarshal(raw, &in) != nil {
		return nil, heliograph.InvalidField(at, "must be an object whose role, name, email, avatarUrl and messageSchema are strings")
	}
	switch in.Role {
	case heliograph.Business:
	case "":
		return nil, heliograph.InvalidField(at+".role", "is required")
	default:
		return nil, heliograph.InvalidField(at+".role", "must be appMaker")
	}
	c, err := content.Read(at, raw, in.MessageSchema, "message", in.Message)
	if err != nil {
		return nil, err
	}
	if c.Type == heliograph.FormResponseMessage {
		return nil, heliograph.InvalidField(at+".type", "formResponse is for messages of the appUser only")
	}
	c.Author = heliograph.Author{Name: in.Name, Email: in.Email, AvatarURL: in.AvatarURL}
	return c, content.CheckAuthor(at, c.Author)
}
