package suncov1

import (
	"context"

	"heliograph"
	"heliograph/internal/api/sunco"
	"heliograph/internal/device"
)

func (a *API) createClient(ctx context.Context, c *call) (any, error) {
	in, err := decode[newClientRequest](c)
	if err != nil {
		return nil, err
	}
	u, err := c.pathUser(ctx)
	if err != nil {
		return nil, err
	}
	made, err := a.Devices.Register(ctx, u, &device.Registered{
		Platform: in.Platform, Integration: in.IntegrationID, Device: device.Self{ID: in.DeviceID}, Change: in.change(),
	})
	if err != nil {
		return nil, err
	}
	return clientAnswer{sunco.ClientOf(made)}, nil
}

func (a *API) updateClient(ctx context.Context, c *call) (any, error) {
	in, err := decode[clientChangeRequest](c)
	if err != nil {
		return nil, err
	}
	u, err := c.pathUser(ctx)
	if err != nil {
		return nil, err
	}
	var id heliograph.ClientID
	if err := pathID(c, "clientId", heliograph.CodeClientNotFound, &id); err != nil {
		return nil, err
	}
	change := in.change()
	now, err := a.Devices.Change(ctx, u, id, &change)
	if err != nil {
		return nil, err
	}
	return clientAnswer{sunco.ClientOf(now)}, nil
}

func (a *API) deleteClient(ctx context.Context, c *call) (any, error) {
	u, err := c.pathUser(ctx)
	if err != nil {
		return nil, err
	}
	var id heliograph.ClientID
	if err := pathID(c, "clientId", heliograph.CodeClientNotFound, &id); err != nil {
		return nil, err
	}
	return nil, a.Devices.Remove(ctx, u, id)
}

func (a *API) legacyInit(ctx context.Context, c *call) (any, error) {
	in, err := decode[legacyInitRequest](c)
	if err != nil {
		return nil, err
	}
	d := &in.Device
	u, _, err := a.Devices.Enroll(ctx, c.App.ID, in.UserID, &device.Registered{
		Platform: d.Platform, Device: device.Self{ID: d.ID},
		Change: device.Change{PushToken: d.PushToken.Change(), AppVersion: d.AppVersion.Change(), Info: d.Info},
	})
	if err != nil {
		return nil, err
	}
	if err := a.Profiles.Fill(ctx, u); err != nil {
		return nil, err
	}
	return legacyInitAnswer{wireApp(c.App), sunco.AppUserOf(u)}, nil
}

func (a *API) changeLegacyDevice(ctx context.Context, c *call) (any, error) {
	in, err := decode[legacyDeviceRequest](c)
	if err != nil {
		return nil, err
	}
	u, err := c.pathUser(ctx)
	if err != nil {
		return nil, err
	}
	had, err := a.Devices.OfDevice(ctx, u, c.PathValue("deviceId"))
	if err != nil {
		return nil, err
	}
	now, err := a.Devices.Change(ctx, u, had.ID, &device.Change{PushToken: in.PushToken.Change(), AppVersion: in.AppVersion.Change(), Info: in.Info})
	if err != nil {
		return nil, err
	}
	return legacyDeviceAnswer{wireLegacyDevice(now)}, nil
}
