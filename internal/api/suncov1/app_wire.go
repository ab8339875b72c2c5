package suncov1

import (
	"heliograph"
	"heliograph/internal/tenant"
)

// appJSON is an app on the wire.
type appJSON struct {
	ID       string                 `json:"_id"`
	Token    string                 `json:"appToken" doc:"The same as _id. Older clients read it."`
	Name     string                 `json:"name"`
	Settings heliograph.AppSettings `json:"settings"`
	Metadata map[string]any         `json:"metadata"`
}

type appAnswer struct {
	App appJSON `json:"app"`
}

func wireApp(a *heliograph.App) appJSON {
	out := appJSON{ID: a.ID.String(), Token: a.ID.String(), Name: a.Name, Settings: a.Settings, Metadata: a.Metadata}
	if out.Metadata == nil {
		out.Metadata = map[string]any{}
	}
	return out
}

// appRequest is what to set of an app.
type appRequest struct {
	Name     *string                         `json:"name" doc:"For people. Needed at creation; at most 128 characters."`
	Settings partial[heliograph.AppSettings] `json:"settings" doc:"Only the settings that are named change."`
	Metadata map[string]any                  `json:"metadata" doc:"Strings, numbers and booleans; at most 4,096 bytes of JSON. Replaces what was there."`
}

func (r *appRequest) change() tenant.AppChange {
	return tenant.AppChange{Name: r.Name, Settings: r.Settings.RawMessage, Metadata: r.Metadata}
}
