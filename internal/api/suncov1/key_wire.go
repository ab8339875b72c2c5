package suncov1

import (
	"context"

	"heliograph"
)

// keyJSON is a key on the wire.
type keyJSON struct {
	ID     string `json:"_id" doc:"Begins with app_, or svc_ for a service account's."`
	Name   string `json:"name"`
	Secret string `json:"secret,omitempty" doc:"Absent after creation when the app's hideKeySecrets is set."`
}

type keyAnswer struct {
	Key keyJSON `json:"key"`
}

// wireKey shows a key, with its secret unless the app shows secrets only once.
// Keys of service accounts have no app.
func wireKey(k *heliograph.Key, app *heliograph.App) keyJSON {
	out := keyJSON{ID: k.Handle(), Name: k.Name}
	if app == nil || !app.Settings.HideKeySecrets {
		out.Secret = k.Secret.Reveal()
	}
	return out
}

// key returns the key that the path names.
func (c *call) key(ctx context.Context) (*heliograph.Key, error) {
	id, scope, ok := heliograph.ParseKeyHandle(c.PathValue("keyId"))
	if !ok || scope != heliograph.ScopeApp {
		return nil, heliograph.Errorf(heliograph.NotFound, heliograph.CodeNotFound, "there is no such key")
	}
	return c.api.Tenants.Key(ctx, c.App.ID, id)
}
