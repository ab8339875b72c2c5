package web

import (
	"net/url"
	"strings"

	"heliograph"
	"heliograph/channel/push"
)

// Settings is what an integration of this channel is configured with.
type Settings struct {
	BrandColor         string   `json:"brandColor" doc:"Of the header and the launcher: hex digits, without #." update:"true" format:"color" default:"65758e"`
	ConversationColor  string   `json:"conversationColor" doc:"Of the user's messages: hex digits, without #." update:"true" format:"color" default:"0099ff"`
	ActionColor        string   `json:"actionColor" doc:"Of buttons and links: hex digits, without #." update:"true" format:"color" default:"0099ff"`
	DisplayStyle       string   `json:"displayStyle" doc:"How the closed widget looks." update:"true" enum:"button,tab" default:"button"`
	FixedIntroPane     bool     `json:"fixedIntroPane" doc:"Keep the introduction in view." update:"true" default:"false"`
	BusinessName       string   `json:"businessName" doc:"In the header; else the app's name." update:"true" max:"512"`
	BusinessIconURL    string   `json:"businessIconUrl" doc:"In the header." update:"true" format:"url" max:"2048"`
	BackgroundImageURL string   `json:"backgroundImageUrl" doc:"Behind the conversation." update:"true" format:"url" max:"2048"`
	ButtonIconURL      string   `json:"buttonIconUrl" doc:"On the launcher." update:"true" format:"url" max:"2048"`
	ButtonWidth        string   `json:"buttonWidth" doc:"Of the launcher, as CSS has it." update:"true" max:"32"`
	ButtonHeight       string   `json:"buttonHeight" doc:"Of the launcher, as CSS has it." update:"true" max:"32"`
	IntegrationOrder   []string `json:"integrationOrder" doc:"Ids of the integrations that the widget offers, in this order; unset, all." update:"true" format:"id"`
	OriginWhitelist    []string `json:"originWhitelist" doc:"Origins that the widget may be used from (RFC 6454); unset, any." update:"true" format:"origin"`

	VAPIDSubject string `json:"vapidSubject" doc:"Whom push services turn to about pushes to browsers: mailto: or https:. Unset, this server's public URL." update:"true" max:"512"`
	RequireAuth  bool   `json:"requireAuth" doc:"Let nobody go on as a user of yours without a JWT." update:"true" default:"false"`
}

func read(settings []byte) (*Settings, error) {
	var s Settings
	if err := push.Read(settings, &s); err != nil {
		return nil, err
	}
	if s.VAPIDSubject == "" {
		return &s, nil
	}
	u, err := url.Parse(s.VAPIDSubject)
	mail := err == nil && u.Scheme == "mailto" && strings.Contains(u.Opaque, "@")
	if !mail && (err != nil || u.Scheme != "https" || u.Host == "") {
		return nil, heliograph.InvalidField("vapidSubject", "must be a mailto: or https: URL")
	}
	return &s, nil
}
