// Package whatsapp sends and receives through Meta's WhatsApp Business Cloud
// API. It speaks plain HTTP: one POST to send, one signed POST for whatever
// comes back.
//
// A person has more than one address: a phone number, and an id that Meta gives
// out for each business. Either may be missing; both are normalised here, and
// told as aliases wherever they come up together.
//
// It has no Lookup. Meta cannot be asked for a message by our id. An outcome
// that is not known is settled by a status, which carries the delivery's id, or
// else by the integration's policy.
package whatsapp

import (
	"encoding/json"
	"net/http"
	"net/url"
	"regexp"
	"time"

	"heliograph"
	"heliograph/channel"
	"heliograph/channel/sms"
)

// Schema is the name of this provider's own messages.
const Schema = "whatsapp"

// Type is the channel as a build lists it.
var Type = channel.Type{
	Name:         "whatsapp",
	Title:        "WhatsApp",
	BaseURL:      "https://graph.facebook.com",
	MaxBody:      3 << 20, // a batch
	Settings:     Settings{},
	AddressField: "username",
	LinkField:    "phoneNumber",
	Normalise:    Normalise,
	Aliases:      true,
	Notifiable:   true,
	Linkable:     []heliograph.Confirmation{heliograph.ConfirmImmediate, heliograph.ConfirmUserActivity},

	Receipts:        true,
	ReceiptDeadline: 30 * 24 * time.Hour, // Meta keeps a message for as long
	Window:          24 * time.Hour,
	Schema:          Schema,
	SenderField:     "phoneNumberId",
	RatePerSecond:   80,
	Media:           mediaLimits(),
	Timeout:         15 * time.Second,
	Open:            open,
}

// scoped is the id that Meta gives a person for one business, or for a group of
// businesses (ENT).
var scoped = regexp.MustCompile(`^[A-Z]{2}\.(ENT\.)?[A-Za-z0-9]{1,128}$`)

// Normalise returns the one spelling of an address: E.164 for a phone number; a
// business-scoped id is kept as it is.
func Normalise(address string) (string, bool) {
	if scoped.MatchString(address) {
		return address, true
	}
	e164, ok := sms.Normalise(address)
	return sms.Canonical(e164), ok
}

// sender is one integration. It never changes after open.
type sender struct {
	settings Settings
	deps     channel.Deps
	base     string // with the version, without a slash at its end
	host     string // of base, with its scheme
}

func open(cfg channel.Config, deps channel.Deps) (channel.Channel, error) {
	s := &sender{deps: deps}
	if err := json.Unmarshal(cfg.Settings, &s.settings); err != nil {
		return nil, heliograph.Errorf(heliograph.Invalid, heliograph.CodeBadRequest, "the settings are not a JSON object of the right types")
	}
	if err := s.settings.check(); err != nil {
		return nil, err
	}
	u, err := url.Parse(deps.BaseURL)
	if err != nil {
		return nil, heliograph.Errorf(heliograph.Invalid, heliograph.CodeBadRequest, "the provider's URL is not a URL")
	}
	s.base, s.host = deps.BaseURL+"/"+s.settings.version(), u.Scheme+"://"+u.Host
	return s, nil
}

// sendPath is where messages go.
func (s *sender) sendPath() string { return "/" + s.settings.PhoneNumberID + "/messages" }

// request starts a call of the Graph API.
func (s *sender) request(method, path, token string) (*http.Request, error) {
	target, err := url.Parse(s.base + path)
	if err != nil {
		return nil, heliograph.Errorf(heliograph.Invalid, heliograph.CodeBadRequest, "the provider's URL is not a URL")
	}
	return &http.Request{
		Method: method, URL: target, Host: target.Host,
		Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: http.Header{
			"Authorization": {"Bearer " + token}, "Accept": {"application/json"}, "User-Agent": {"Heliograph"},
		},
	}, nil
}

// safe takes our own secrets out of what the provider said, and bounds it.
func (s *sender) safe(text string) string { return channel.Quote(text, s.settings.secrets()...) }

var (
	_ channel.Receiver  = (*sender)(nil)
	_ channel.Renderer  = (*sender)(nil)
	_ channel.Verifier  = (*sender)(nil)
	_ channel.Fetcher   = (*sender)(nil)
	_ channel.Actor     = (*sender)(nil)
	_ channel.Templater = (*sender)(nil)
	_ channel.Profiler  = (*sender)(nil)
)
