// Package smshttp sends and receives SMS through any provider with an HTTP
// interface. An integration says in its settings how that provider is spoken to:
// the request as a template, what its answers mean, and where its own requests
// carry what. See docs/guides/smshttp.md.
//
// The URL is a tenant's, so it is called through the guarded transport, unless
// the operator points this channel elsewhere with --provider-url. It has no
// Lookup and no Verifier: no two providers can be asked alike.
package smshttp

import (
	"encoding/json"
	"time"

	"heliograph"
	"heliograph/channel"
	"heliograph/channel/sms"
)

// unset stands for the URL of the integration; a name that cannot exist (RFC 6761).
const unset = "https://smshttp.invalid"

// Type is the channel as a build lists it.
var Type = channel.Type{
	Name:         "smshttp",
	Title:        "SMS through any HTTP interface",
	Family:       "sms",
	BaseURL:      unset,
	Settings:     Settings{},
	AddressField: "phoneNumber",
	Normalise:    sms.Normalise,
	Notifiable:   true,
	Linkable: []heliograph.Confirmation{
		heliograph.ConfirmImmediate, heliograph.ConfirmUserActivity, heliograph.ConfirmPrompt,
	},
	Receipts:        true,
	ReceiptDeadline: 72 * time.Hour,
	Timeout:         15 * time.Second,
	Open:            open,
}

// sender is one integration. It never changes after open.
type sender struct {
	plan
	settings    Settings
	deps        channel.Deps
	integration string
}

func open(cfg channel.Config, deps channel.Deps) (channel.Channel, error) {
	s := &sender{deps: deps, integration: cfg.Integration.String()}
	if err := json.Unmarshal(cfg.Settings, &s.settings); err != nil {
		return nil, heliograph.Errorf(heliograph.Invalid, heliograph.CodeBadRequest, "the settings are not a JSON object of the right types")
	}
	var err error
	if s.plan, err = s.settings.compile(); err != nil {
		return nil, err
	}
	return s, nil
}

// Render implements channel.Renderer.
func (s *sender) Render(c *heliograph.Content) (channel.Rendering, error) {
	carrier := sms.Carrier{MaxParts: s.maxParts, Smart: s.settings.SmartEncoding}
	return carrier.Render(c)
}

// safe takes our own secrets out of what the provider said, and bounds it.
func (s *sender) safe(text string) string { return channel.Quote(text, s.secrets...) }

var (
	_ channel.Receiver = (*sender)(nil)
	_ channel.Renderer = (*sender)(nil)
)
