package suncov1

import (
	"context"

	"heliograph"
)

type menuAnswer struct {
	Menu menuJSON `json:"menu"`
}

type menuJSON struct {
	Items []menuItemJSON `json:"items"`
}

// menuItemJSON is one line of a menu on the wire.
type menuItemJSON struct {
	ID      string        `json:"_id"`
	Type    string        `json:"type" enum:"link,postback,submenu"`
	Text    string        `json:"text"`
	URI     string        `json:"uri,omitempty" doc:"link"`
	Payload string        `json:"payload,omitempty" doc:"postback"`
	Items   []subitemJSON `json:"items,omitempty" doc:"submenu"`
}

type subitemJSON struct {
	ID      string `json:"_id"`
	Type    string `json:"type" enum:"link,postback"`
	Text    string `json:"text"`
	URI     string `json:"uri,omitempty"`
	Payload string `json:"payload,omitempty"`
}

type menuRequest struct {
	Items []menuItemRequest `json:"items" doc:"1 to 3." required:"true"`
}

type menuItemRequest struct {
	Type    string           `json:"type" doc:"link, postback or submenu." required:"true"`
	Text    string           `json:"text" doc:"At most 128 characters." required:"true"`
	URI     string           `json:"uri" doc:"link: where it leads."`
	Payload string           `json:"payload" doc:"postback: what comes back."`
	Items   []subitemRequest `json:"items" doc:"submenu: 1 to 5."`
}

type subitemRequest struct {
	Type    string `json:"type" doc:"link or postback." required:"true"`
	Text    string `json:"text" required:"true"`
	URI     string `json:"uri"`
	Payload string `json:"payload"`
}

func (r *menuRequest) menu() *heliograph.Menu {
	m := &heliograph.Menu{}
	for _, i := range r.Items {
		item := heliograph.MenuItem{Type: i.Type, Text: i.Text, URI: i.URI, Payload: i.Payload}
		for _, sub := range i.Items {
			item.Items = append(item.Items, heliograph.MenuItem{Type: sub.Type, Text: sub.Text, URI: sub.URI, Payload: sub.Payload})
		}
		m.Items = append(m.Items, item)
	}
	return m
}

func wireMenu(m *heliograph.Menu) menuAnswer {
	out := menuAnswer{menuJSON{Items: []menuItemJSON{}}}
	for _, i := range m.Items {
		item := menuItemJSON{ID: i.ID, Type: i.Type, Text: i.Text, URI: i.URI, Payload: i.Payload}
		for _, sub := range i.Items {
			item.Items = append(item.Items, subitemJSON{ID: sub.ID, Type: sub.Type, Text: sub.Text, URI: sub.URI, Payload: sub.Payload})
		}
		out.Menu.Items = append(out.Menu.Items, item)
	}
	return out
}

// menuPlace is the integration that the path names, or none for the app's menu.
func (c *call) menuPlace() (id heliograph.IntegrationID, err error) {
	if c.PathValue("integrationId") == "" {
		return id, nil
	}
	return c.integrationID()
}

func (a *API) getMenu(ctx context.Context, c *call) (any, error) {
	id, err := c.menuPlace()
	if err != nil {
		return nil, err
	}
	m, err := a.Tenants.MenuShown(ctx, c.App.ID, id)
	if err != nil {
		return nil, err
	}
	return wireMenu(m), nil
}

func (a *API) setMenu(ctx context.Context, c *call) (any, error) {
	id, err := c.menuPlace()
	if err != nil {
		return nil, err
	}
	in, err := decode[menuRequest](c)
	if err != nil {
		return nil, err
	}
	m := in.menu()
	if err := a.Tenants.SetMenu(ctx, c.App.ID, id, m); err != nil {
		return nil, err
	}
	return wireMenu(m), nil
}

func (a *API) removeMenu(ctx context.Context, c *call) (any, error) {
	id, err := c.menuPlace()
	if err != nil {
		return nil, err
	}
	return nil, a.Tenants.RemoveMenu(ctx, c.App.ID, id)
}
