package template

import (
	"context"
	"encoding/json"

	"heliograph"
	"heliograph/internal/content"
)

// defaultLanguage is that of WhatsApp templates when nothing else says.
const defaultLanguage = "en_US"

// Expand returns the messages that a business's message stands for, when its text
// has shorthand in it and the app does not ignore that. through is the integration
// that it goes through, as far as that is known. Errors name the text under the
// path at.
func (s *Service) Expand(ctx context.Context, app *heliograph.App, at string, c *heliograph.Content, through heliograph.IntegrationID) ([]*heliograph.Content, error) {
	if !expands(app, c) {
		return []*heliograph.Content{c}, nil
	}
	return content.Expand(at, c, content.Shorthand{
		Stored: func(name string) (*heliograph.Content, error) {
			t, err := s.Store.Named(ctx, app.ID, name)
			if err != nil {
				return nil, err
			}
			return readMessage("message", t.Message)
		},
		Language: func() (string, error) { return s.language(ctx, app.ID, through) },
	})
}

func expands(app *heliograph.App, c *heliograph.Content) bool {
	return !app.Settings.IgnoreShorthand && content.HasShorthand(c.Text)
}

// ExpandOne is Expand where only one message can go out.
func (s *Service) ExpandOne(ctx context.Context, app *heliograph.App, at string, c *heliograph.Content, through heliograph.IntegrationID) (*heliograph.Content, error) {
	if !expands(app, c) {
		return c, nil // nearly always: it is asked of every notification
	}
	all, err := s.Expand(ctx, app, at, c, through)
	if err != nil {
		return nil, err
	}
	if len(all) > 1 {
		return nil, heliograph.InvalidField(at+".text", "stands for %d messages; here it may stand for one only", len(all))
	}
	return all[0], nil
}

// language is what the integration, or else the app's oldest one for WhatsApp,
// says of templates that name no language.
func (s *Service) language(ctx context.Context, app heliograph.AppID, through heliograph.IntegrationID) (string, error) {
	var of *heliograph.Integration
	if !through.IsZero() {
		i, _, _, err := s.Integrations.Lookup(ctx, through)
		if err != nil && !heliograph.IsKind(err, heliograph.NotFound) {
			return "", err
		}
		of = i
	}
	if of == nil {
		list, err := s.Integrations.IntegrationsByType(ctx, app, content.WhatsApp)
		if err != nil {
			return "", err
		}
		if len(list) > 0 {
			of = list[0]
		}
	}
	if of == nil || of.App != app {
		return defaultLanguage, nil
	}
	var settings struct {
		Language string `json:"hsmFallbackLanguage"`
	}
	if json.Unmarshal(of.Settings, &settings) != nil || settings.Language == "" {
		return defaultLanguage, nil
	}
	return settings.Language, nil
}
