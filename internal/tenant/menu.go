package tenant

import (
	"context"
	"fmt"
	"net/url"
	"strings"
	"unicode/utf8"

	"heliograph"
)

// Menu returns an app's own menu, or with an integration that one's; nil when
// none was set.
func (s *Service) Menu(ctx context.Context, app heliograph.AppID, id heliograph.IntegrationID) (*heliograph.Menu, error) {
	if err := s.menuPlace(ctx, app, id); err != nil {
		return nil, err
	}
	return s.Menus.Get(ctx, app, id)
}

// MenuShown returns the menu that people see at an integration: its own, or else
// the app's. One without items means that there is none.
func (s *Service) MenuShown(ctx context.Context, app heliograph.AppID, id heliograph.IntegrationID) (*heliograph.Menu, error) {
	m, err := s.Menu(ctx, app, id)
	if err == nil && m == nil && !id.IsZero() {
		m, err = s.Menus.Get(ctx, app, heliograph.IntegrationID{})
	}
	if err == nil && m == nil {
		m = &heliograph.Menu{}
	}
	return m, err
}

// SetMenu replaces a menu: the app's, or an integration's.
func (s *Service) SetMenu(ctx context.Context, app heliograph.AppID, id heliograph.IntegrationID, m *heliograph.Menu) error {
	if err := s.checkItems("items", m.Items, heliograph.MaxMenuItems, true); err != nil {
		return err
	}
	return s.Atomic(ctx, func(ctx context.Context) error {
		if !id.IsZero() {
			if i, err := s.Integrations.Lock(ctx, id); err != nil {
				return err
			} else if i.App != app {
				return missing()
			}
		}
		return s.Menus.Set(ctx, app, id, m)
	})
}

// RemoveMenu removes a menu. That of an integration gives way to the app's.
func (s *Service) RemoveMenu(ctx context.Context, app heliograph.AppID, id heliograph.IntegrationID) error {
	if err := s.menuPlace(ctx, app, id); err != nil {
		return err
	}
	return s.Menus.Remove(ctx, app, id)
}

func (s *Service) menuPlace(ctx context.Context, app heliograph.AppID, id heliograph.IntegrationID) error {
	if id.IsZero() {
		return nil
	}
	_, err := s.ReadIntegration(ctx, app, id)
	return err
}

// checkItems checks items and gives them their ids.
func (s *Service) checkItems(at string, items []heliograph.MenuItem, most int, top bool) error {
	if len(items) == 0 || len(items) > most {
		return heliograph.InvalidField(at, "must have 1 to %d entries", most)
	}
	for i := range items {
		if err := s.checkItem(fmt.Sprintf("%s[%d]", at, i), &items[i], top); err != nil {
			return err
		}
	}
	return nil
}

// checkItem checks one item, and drops the fields that its type does not have.
func (s *Service) checkItem(at string, m *heliograph.MenuItem, top bool) error {
	kept := heliograph.MenuItem{ID: s.IDs.Hex(), Type: m.Type, Text: m.Text}
	switch n := utf8.RuneCountInString(m.Text); {
	case n == 0:
		return heliograph.InvalidField(at+".text", "is required")
	case n > heliograph.MaxNameRunes:
		return heliograph.InvalidField(at+".text", "is longer than %d characters", heliograph.MaxNameRunes)
	}
	switch {
	case m.Type == "link":
		kept.URI = m.URI
		if err := checkLink(at+".uri", m.URI); err != nil {
			return err
		}
	case m.Type == "postback":
		kept.Payload = m.Payload
		if m.Payload == "" {
			return heliograph.InvalidField(at+".payload", "is required")
		}
		if utf8.RuneCountInString(m.Payload) > heliograph.MaxTextRunes {
			return heliograph.InvalidField(at+".payload", "is longer than %d characters", heliograph.MaxTextRunes)
		}
	case m.Type == "submenu" && top:
		kept.Items = m.Items
		if err := s.checkItems(at+".items", kept.Items, heliograph.MaxSubmenuItems, false); err != nil {
			return err
		}
	case m.Type == "submenu":
		return heliograph.InvalidField(at+".type", "must not be submenu within a submenu")
	default:
		return heliograph.InvalidField(at+".type", "must be link, postback or submenu")
	}
	*m = kept
	return nil
}

// checkLink checks where an item leads: any scheme but those that run code.
func checkLink(field, link string) error {
	if link == "" {
		return heliograph.InvalidField(field, "is required")
	}
	u, err := url.Parse(link)
	if err != nil || u.Scheme == "" || len(link) > heliograph.MaxURLBytes {
		return heliograph.InvalidField(field, "must be a URL of at most %d bytes", heliograph.MaxURLBytes)
	}
	switch strings.ToLower(u.Scheme) {
	case "javascript", "data", "vbscript":
		return heliograph.InvalidField(field, "must not be a URL that runs code")
	}
	return nil
}
