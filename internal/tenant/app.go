package tenant

import (
	"context"
	"encoding/json"
	"unicode/utf8"

	"heliograph"
)

// DefaultOrg returns the organization that was made at the first start.
func (s *Service) DefaultOrg(ctx context.Context) (heliograph.OrgID, error) {
	return s.Apps.DefaultOrg(ctx, &heliograph.Org{ID: s.IDs.Org(), Name: "Default", Created: s.at()})
}

// AppChange is what to set of an app; nil fields are left alone.
type AppChange struct {
	Name     *string
	Settings json.RawMessage // an object with the settings to change
	Metadata map[string]any
}

// CreateApp makes an app of an organization.
func (s *Service) CreateApp(ctx context.Context, org heliograph.OrgID, c AppChange) (*heliograph.App, error) {
	if c.Name == nil {
		return nil, heliograph.InvalidField("name", "is required")
	}
	a := &heliograph.App{ID: s.IDs.App(), Org: org, Settings: defaultSettings(), Metadata: map[string]any{}, Created: s.at()}
	if err := c.apply(a); err != nil {
		return nil, err
	}
	err := s.Atomic(ctx, func(ctx context.Context) error {
		if err := s.Apps.Insert(ctx, a); err != nil {
			return err
		}
		return s.insertKits(ctx, a)
	})
	return a, err
}

func defaultSettings() heliograph.AppSettings {
	return heliograph.AppSettings{MaskCreditCardNumbers: true}
}

// App returns an app that is not deleted, at most a second old.
func (s *Service) App(ctx context.Context, id heliograph.AppID) (*heliograph.App, error) {
	return s.apps.Get(id, func() (*heliograph.App, error) { return s.Apps.ByID(ctx, id) })
}

// ListApps returns a page of an organization's apps and whether more follow.
func (s *Service) ListApps(ctx context.Context, org heliograph.OrgID, limit, offset int) ([]*heliograph.App, bool, error) {
	return page(limit, func(n int) ([]*heliograph.App, error) { return s.Apps.List(ctx, org, n, offset) })
}

// UpdateApp changes an app.
func (s *Service) UpdateApp(ctx context.Context, id heliograph.AppID, c AppChange) (*heliograph.App, error) {
	var a *heliograph.App
	err := s.Atomic(ctx, func(ctx context.Context) (err error) {
		if a, err = s.Apps.Lock(ctx, id); err != nil {
			return err
		}
		if err = c.apply(a); err != nil {
			return err
		}
		return s.Apps.Update(ctx, a)
	})
	s.apps.Drop(id)
	return a, err
}

// DeleteApp makes an app and its credentials unusable at once. Its rows are
// removed afterwards, by Purge.
func (s *Service) DeleteApp(ctx context.Context, id heliograph.AppID) error {
	if err := s.Apps.MarkDeleted(ctx, id, s.at()); err != nil {
		return err
	}
	s.apps.Drop(id)
	s.open.Clear()
	s.Credentials.ForgetAll()
	return nil
}

// Purge removes some of what deleted apps have left, and reports whether more is
// there. It is called again and again in the background, so that no single
// transaction is long.
func (s *Service) Purge(ctx context.Context) (more bool, err error) {
	return s.Apps.Purge(ctx, 500)
}

func (c *AppChange) apply(a *heliograph.App) error {
	if c.Name != nil {
		if *c.Name == "" {
			return heliograph.InvalidField("name", "must not be empty")
		}
		if utf8.RuneCountInString(*c.Name) > heliograph.MaxNameRunes {
			return heliograph.InvalidField("name", "is longer than %d characters", heliograph.MaxNameRunes)
		}
		a.Name = *c.Name
	}
	if c.Settings != nil {
		if err := applySettings(&a.Settings, c.Settings); err != nil {
			return err
		}
	}
	if c.Metadata != nil {
		if err := checkMetadata(c.Metadata); err != nil {
			return err
		}
		a.Metadata = c.Metadata
	}
	return nil
}

// page asks for one row more than wanted, to tell whether more follow.
func page[T any](limit int, list func(n int) ([]T, error)) ([]T, bool, error) {
	all, err := list(limit + 1)
	if err != nil || len(all) <= limit {
		return all, false, err
	}
	return all[:limit], true, nil
}
