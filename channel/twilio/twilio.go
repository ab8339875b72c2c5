// Package twilio sends and receives SMS and MMS through Twilio's Programmable
// Messaging API. It speaks plain HTTP: one POST to send, one signed POST for
// whatever comes back.
//
// It has no Lookup. Twilio cannot be asked for a message by our id, and a
// search by recipient and body proves nothing: two equal texts to one person
// look the same, and a message that is not listed yet may still be. An outcome
// that is not known is settled by the status callback, whose URL carries the
// delivery's id, or else by the integration's policy.
package twilio

import (
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/url"
	"time"

	"heliograph"
	"heliograph/channel"
	"heliograph/channel/sms"
)

// Type is the channel as a build lists it.
var Type = channel.Type{
	Name:         "twilio",
	Title:        "SMS through Twilio",
	Family:       "sms",
	BaseURL:      "https://api.twilio.com",
	Settings:     Settings{},
	AddressField: "phoneNumber",
	Normalise:    sms.Normalise,
	Notifiable:   true,
	Linkable: []heliograph.Confirmation{
		heliograph.ConfirmImmediate, heliograph.ConfirmUserActivity, heliograph.ConfirmPrompt,
	},
	Receipts:        true,
	ReceiptDeadline: 72 * time.Hour,
	Media:           mms,
	Timeout:         10 * time.Second,
	Open:            open,
}

// apiPath is the version of Twilio's API that this package speaks.
const apiPath = "/2010-04-01/Accounts/"

// sender is one integration. It never changes after open.
type sender struct {
	settings Settings
	deps     channel.Deps
	number   string // ours, when the integration has one

	message  *http.Request // what every send starts from
	fixed    string        // the form fields that every send has
	callback string        // the status callback up to the delivery's id, escaped; "" without one
}

func open(cfg channel.Config, deps channel.Deps) (channel.Channel, error) {
	s := &sender{deps: deps, number: cfg.Info[infoNumber]}
	if err := json.Unmarshal(cfg.Settings, &s.settings); err != nil {
		return nil, heliograph.Errorf(heliograph.Invalid, heliograph.CodeBadRequest, "the settings are not a JSON object of the right types")
	}
	if err := s.settings.check(); err != nil {
		return nil, err
	}
	target, err := url.Parse(s.accountURL("/Messages.json"))
	if err != nil {
		return nil, heliograph.Errorf(heliograph.Invalid, heliograph.CodeBadRequest, "the provider's URL is not a URL")
	}
	s.message = newRequest(http.MethodPost, target, s.sendAuth())
	s.message.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	s.fixed = s.fixedFields()
	if deps.HookURL != "" {
		s.callback = "&StatusCallback=" + url.QueryEscape(deps.HookURL+"/status?d=")
	}
	return s, nil
}

// accountURL returns the URL of a resource of the account.
func (s *sender) accountURL(resource string) string {
	return s.deps.BaseURL + apiPath + s.settings.AccountSID + resource
}

// sendAuth proves who we are for everything an API key may do.
func (s *sender) sendAuth() string {
	if s.settings.APIKeySID != "" {
		return basic(s.settings.APIKeySID, s.settings.APIKeySecret)
	}
	return s.accountAuth()
}

// accountAuth is the account's own credential.
func (s *sender) accountAuth() string { return basic(s.settings.AccountSID, s.settings.AuthToken) }

func basic(user, password string) string {
	return "Basic " + base64.StdEncoding.EncodeToString([]byte(user+":"+password))
}

func newRequest(method string, target *url.URL, auth string) *http.Request {
	return &http.Request{
		Method: method, URL: target, Host: target.Host,
		Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: http.Header{
			"Authorization": {auth}, "Accept": {"application/json"}, "User-Agent": {"Heliograph"},
		},
	}
}

// safe takes our own secrets out of what the provider said, and bounds it.
func (s *sender) safe(text string) string { return channel.Quote(text, s.settings.secrets()...) }
