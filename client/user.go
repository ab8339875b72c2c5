package client

import (
	"context"
	"encoding/json"
	"maps"
	"net/http"
)

// User is who the device belongs to.
type User struct {
	ID        string `json:"_id"`
	UserID    string `json:"userId"` // the business's name for the user; "": anonymous
	GivenName string `json:"givenName"`
	Surname   string `json:"surname"`
	Email     string `json:"email"`

	raw json.RawMessage
}

// JSON is the whole user as the server sent it, properties included.
func (u *User) JSON() string { return string(u.raw) }

// UnmarshalJSON reads a user of the protocol.
func (u *User) UnmarshalJSON(b []byte) error {
	type fields User
	if err := json.Unmarshal(b, (*fields)(u)); err != nil {
		return err
	}
	u.raw = append(json.RawMessage(nil), b...)
	return nil
}

// MarshalJSON writes what was read.
func (u *User) MarshalJSON() ([]byte, error) {
	if len(u.raw) > 0 {
		return u.raw, nil
	}
	type fields User
	return json.Marshal((*fields)(u))
}

// Profile is a change to what is known of the user. Only what was set is changed.
type Profile struct{ fields, properties map[string]any }

// NewProfile returns a change of nothing.
func NewProfile() *Profile {
	return &Profile{fields: map[string]any{}, properties: map[string]any{}}
}

// SetGivenName changes the first name.
func (p *Profile) SetGivenName(name string) { p.fields["givenName"] = name }

// SetSurname changes the family name.
func (p *Profile) SetSurname(name string) { p.fields["surname"] = name }

// SetEmail changes the address.
func (p *Profile) SetEmail(address string) { p.fields["email"] = address }

// SetText changes a property.
func (p *Profile) SetText(property, value string) { p.properties[property] = value }

// SetNumber changes a property.
func (p *Profile) SetNumber(property string, value float64) { p.properties[property] = value }

// SetBool changes a property.
func (p *Profile) SetBool(property string, value bool) { p.properties[property] = value }

// Remove removes a property.
func (p *Profile) Remove(property string) { p.properties[property] = nil }

// UpdateUser changes the profile of the user.
func (c *Client) UpdateUser(p *Profile) error {
	in := maps.Clone(p.fields)
	if len(p.properties) > 0 {
		in["properties"] = p.properties
	}
	if len(in) == 0 {
		return nil
	}
	var out struct{ User *User }
	err := c.session(func(ctx context.Context, cred credentials) error {
		return c.json(ctx, cred, http.MethodPut, "/user", in, &out)
	})
	if err == nil && out.User != nil {
		c.mu.Lock()
		defer c.mu.Unlock()
		c.state.User = out.User
		c.keep()
		c.tell(event{user: true, who: out.User})
	}
	return err
}

// SetProactive says whether the person wants messages that the business sends of
// its own accord, on any channel.
func (c *Client) SetProactive(on bool) error {
	err := c.session(func(ctx context.Context, cred credentials) error {
		return c.json(ctx, cred, http.MethodPut, "/consent", map[string]bool{"proactive": on}, nil)
	})
	if err == nil {
		c.mu.Lock()
		defer c.mu.Unlock()
		c.proactive = on
	}
	return err
}

// Proactive reports whether the person wants them, as far as the device knows.
func (c *Client) Proactive() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.proactive
}
