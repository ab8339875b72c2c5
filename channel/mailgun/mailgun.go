// Package mailgun sends and receives e-mail through Mailgun. It hands over whole
// mails of its own making, so that our Message-ID is kept and an answer to it
// finds back; it reads Mailgun's event webhooks and what its routes forward.
//
// It has no Lookup: Mailgun's list of events is late by minutes, so that a mail
// which is not in it may still have been sent. An outcome that is not known is
// settled by the event, which carries the delivery's id.
package mailgun

import (
	"encoding/base64"
	"encoding/json"
	"net/url"
	"strings"
	"time"

	"heliograph"
	"heliograph/channel"
	"heliograph/channel/mime"
)

// realURL is Mailgun's API in the US.
const realURL = "https://api.mailgun.net"

// maxMail is the largest mail that Mailgun carries, in bytes.
const maxMail = 25 << 20

// Type is the channel as a build lists it.
var Type = channel.Type{
	Name:         "mailgun",
	Title:        "E-mail through Mailgun",
	Family:       "mail",
	BaseURL:      realURL,
	MaxBody:      40 << 20, // a mail of 25 MB, escaped as a form
	Settings:     Settings{},
	AddressField: "address",
	Normalise:    mime.Normalise,
	Notifiable:   true,
	Linkable:     []heliograph.Confirmation{heliograph.ConfirmImmediate},
	Surrounded:   true,
	Receipts:     true,
	// Mailgun gives up after eight hours; people read later.
	ReceiptDeadline: 72 * time.Hour,
	Media:           channel.MediaLimits{"image/*": maxMail, "audio/*": maxMail, "video/*": maxMail, "text/*": maxMail, "application/*": maxMail},
	Timeout:         10 * time.Second,
	Open:            open,
}

// sender is one integration. It never changes after open.
type sender struct {
	settings Settings
	deps     channel.Deps
	marks    mime.Marks
	target   *url.URL // of the domain's messages
	auth     string
}

func open(cfg channel.Config, deps channel.Deps) (channel.Channel, error) {
	s := &sender{deps: deps, marks: mime.Marks{Auth: deps.Auth, Integration: cfg.Integration}}
	if err := json.Unmarshal(cfg.Settings, &s.settings); err != nil {
		return nil, heliograph.Errorf(heliograph.Invalid, heliograph.CodeBadRequest, "the settings are not a JSON object of the right types")
	}
	if err := s.settings.check(); err != nil {
		return nil, err
	}
	base := deps.BaseURL
	if s.settings.Region == regionEU && base == realURL {
		base = euURL
	}
	var err error
	if s.target, err = url.Parse(base + "/v3/" + s.settings.Domain + "/messages"); err != nil {
		return nil, heliograph.Errorf(heliograph.Invalid, heliograph.CodeBadRequest, "the provider's URL is not a URL")
	}
	s.auth = "Basic " + base64.StdEncoding.EncodeToString([]byte("api:"+s.settings.APIKey))
	return s, nil
}

// Render implements channel.Renderer.
func (s *sender) Render(c *heliograph.Content) (channel.Rendering, error) { return mime.Render(c) }

// safe takes our own secrets out of what the provider said, and bounds it.
func (s *sender) safe(text string) string {
	return channel.Quote(text, s.settings.APIKey, s.settings.SigningKey, strings.TrimPrefix(s.auth, "Basic "))
}
