package sdk

import (
	"context"
	"encoding/json"

	"heliograph"
)

// looks are an integration's settings that its pages see, in the v1.1 API's words.
type looks struct {
	BrandColor         string   `json:"brandColor,omitempty"`
	ConversationColor  string   `json:"conversationColor,omitempty"`
	ActionColor        string   `json:"actionColor,omitempty"`
	DisplayStyle       string   `json:"displayStyle,omitempty"`
	FixedIntroPane     bool     `json:"fixedIntroPane"`
	BusinessName       string   `json:"businessName"`
	BusinessIconURL    string   `json:"businessIconUrl,omitempty"`
	BackgroundImageURL string   `json:"backgroundImageUrl,omitempty"`
	ButtonIconURL      string   `json:"buttonIconUrl,omitempty"`
	ButtonWidth        string   `json:"buttonWidth,omitempty"`
	ButtonHeight       string   `json:"buttonHeight,omitempty"`
	IntegrationOrder   []string `json:"integrationOrder,omitempty"`
	RequireAuth        bool     `json:"requireAuth"`
}

// configJSON is what a device is told of its integration and of the server.
type configJSON struct {
	AppID         string `json:"appId"`
	AppName       string `json:"appName"`
	IntegrationID string `json:"integrationId"`
	Type          string `json:"type"`
	looks
	MaxFileSize    int64    `json:"maxFileSize"` // bytes
	VAPIDPublicKey string   `json:"vapidPublicKey,omitempty"`
	Live           liveJSON `json:"live"`
	ServerTime     float64  `json:"serverTime"` // decimal Unix seconds
}

type liveJSON struct {
	WebSocket bool `json:"websocket"`
	Events    bool `json:"events"`
}

func (a *API) getConfig(_ context.Context, c *call) (any, error) {
	out, err := a.config(c.in, c.app)
	if err == nil {
		c.w.Header().Set("Cache-Control", "public, max-age=60")
	}
	return out, err
}

func (a *API) config(in *heliograph.Integration, app *heliograph.App) (*configJSON, error) {
	out := &configJSON{
		AppID: app.ID.String(), AppName: app.Name, IntegrationID: in.ID.String(), Type: in.Type,
		MaxFileSize: a.Media.Limits.Upload, Live: liveJSON{a.Live != nil, a.Live != nil}, ServerTime: heliograph.At(a.Now()).Seconds(),
	}
	if err := json.Unmarshal(in.Settings, &out.looks); err != nil {
		return nil, err
	}
	if out.BusinessName == "" {
		out.BusinessName = app.Name
	}
	if in.Type == heliograph.PlatformWeb {
		var err error
		if out.VAPIDPublicKey, err = a.PushKeys.PushKey(in); err != nil {
			return nil, err
		}
	}
	return out, nil
}
