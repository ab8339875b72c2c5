package sdk

import (
	"context"

	"heliograph"
	"heliograph/internal/api/sunco"
	"heliograph/internal/profile"
)

// userJSON is an answer with the user.
type userJSON struct{ *heliograph.User }

func (u userJSON) write(o *sunco.Writer) {
	o.Key("user")
	o.B = append(o.B, liveUser(u.User)...)
}

func (a *API) putUser(ctx context.Context, c *call) (any, error) {
	in, err := decode[struct {
		GivenName  sunco.Nullable[string] `json:"givenName"`
		Surname    sunco.Nullable[string] `json:"surname"`
		Email      sunco.Nullable[string] `json:"email"`
		Properties map[string]any         `json:"properties"`
	}](c)
	if err != nil {
		return nil, err
	}
	u, err := a.Profiles.Update(ctx, c.app.ID, c.session.User.ID, profile.Change{
		GivenName: in.GivenName.Change(), Surname: in.Surname.Change(), Email: in.Email.Change(), Properties: in.Properties,
	})
	a.Devices.Forget(c.session.Client.ID)
	if err != nil {
		return nil, stale(err)
	}
	return userJSON{u}, nil
}

func (a *API) putConsent(ctx context.Context, c *call) (any, error) {
	in, err := decode[struct {
		Proactive *bool `json:"proactive"`
	}](c)
	if err != nil {
		return nil, err
	}
	if in.Proactive == nil {
		return nil, heliograph.InvalidField("proactive", "is required")
	}
	now, err := a.Devices.SetProactive(ctx, c.session, *in.Proactive)
	if err != nil {
		return nil, err
	}
	return map[string]bool{"proactive": now}, nil
}

func (a *API) putPush(ctx context.Context, c *call) (any, error) {
	in, err := decode[struct {
		Service heliograph.PushService `json:"service"`
		Token   string                 `json:"token"`
		App     string                 `json:"app"`
		Sandbox bool                   `json:"sandbox"`
		Topics  []heliograph.Topic     `json:"topics"`
	}](c)
	if err != nil {
		return nil, err
	}
	p := heliograph.Push{Service: in.Service, Token: in.Token, App: in.App, Sandbox: in.Sandbox, Topics: in.Topics}
	return nil, a.Devices.SetPush(ctx, c.session, p)
}

func (a *API) deletePush(ctx context.Context, c *call) (any, error) {
	return nil, a.Devices.RemovePush(ctx, c.session)
}
