// Package smtp sends e-mail through any mail server, and takes answers and
// bounces, as the server posts them to /inbound or as they come to the host's own
// listener for mail.
//
// A server tells nothing of a mail after it took it but by bounces, so that being
// taken is final. It has no Lookup: SMTP cannot be asked.
package smtp

import (
	"context"
	"crypto/tls"
	"encoding/json"
	"net"
	"net/url"
	"strconv"
	"strings"
	"time"

	"heliograph"
	"heliograph/channel"
	"heliograph/channel/mime"
)

// maxMail is the largest mail that is taken or sent, in bytes.
const maxMail = 25 << 20

// Type is the channel as a build lists it.
var Type = channel.Type{
	Name:         "smtp",
	Title:        "E-mail through a mail server",
	Family:       "mail",
	MaxBody:      maxMail,
	Settings:     Settings{},
	AddressField: "address",
	Normalise:    mime.Normalise,
	Notifiable:   true,
	Linkable:     []heliograph.Confirmation{heliograph.ConfirmImmediate},
	Surrounded:   true,
	Media:        channel.MediaLimits{"image/*": maxMail, "audio/*": maxMail, "video/*": maxMail, "text/*": maxMail, "application/*": maxMail},
	Timeout:      15 * time.Second,
	Open:         open,
}

// sender is one integration. Beside its idle connections nothing of it changes
// after open.
type sender struct {
	settings Settings
	deps     channel.Deps
	marks    mime.Marks
	name     string // what we call ourselves
	// operators says that the operator named the server.
	operators bool
	dial      func(ctx context.Context, network, address string) (net.Conn, error)
	tls       *tls.Config
	idle      pool
	open      chan struct{} // one for each connection in use
}

func open(cfg channel.Config, deps channel.Deps) (channel.Channel, error) {
	s := &sender{open: make(chan struct{}, maxOpen), deps: deps, marks: mime.Marks{Auth: deps.Auth, Integration: cfg.Integration}, dial: deps.Dial}
	if err := json.Unmarshal(cfg.Settings, &s.settings); err != nil {
		return nil, heliograph.Errorf(heliograph.Invalid, heliograph.CodeBadRequest, "the settings are not a JSON object of the right types")
	}
	if err := s.settings.check(); err != nil {
		return nil, err
	}
	if deps.BaseURL != "" {
		if err := s.overridden(deps.BaseURL); err != nil {
			return nil, err
		}
	}
	s.tls = &tls.Config{ServerName: s.settings.Host, MinVersion: tls.VersionTLS12}
	s.name = mime.Domain(s.settings.FromAddress)
	if u, err := url.Parse(deps.HookURL); err == nil && mime.IsDomain(u.Hostname()) {
		s.name = u.Hostname()
	}
	return s, nil
}

// overridden makes the operator's server take the place of the tenant's:
// smtp://host:port without encryption, smtps:// with it. The operator's own
// network is no secret to the operator, so that no guard stands before it.
func (s *sender) overridden(base string) error {
	u, err := url.Parse(base)
	port := 0
	if err == nil && u.Port() != "" {
		port, err = strconv.Atoi(u.Port())
	}
	if err != nil || u.Hostname() == "" || u.Scheme != "smtp" && u.Scheme != "smtps" {
		return heliograph.Errorf(heliograph.Invalid, heliograph.CodeBadRequest, "the operator's URL for smtp must be smtp://host:port or smtps://host:port")
	}
	s.settings.Host, s.settings.Port, s.settings.Security = u.Hostname(), port, noTLS
	if u.Scheme == "smtps" {
		s.settings.Security = fullTLS
	}
	if s.settings.Port == 0 {
		s.settings.Port = map[string]int{noTLS: 25, fullTLS: 465}[s.settings.Security]
	}
	s.dial, s.operators = new(net.Dialer).DialContext, true
	return nil
}

// Render implements channel.Renderer.
func (s *sender) Render(c *heliograph.Content) (channel.Rendering, error) { return mime.Render(c) }

// safe takes our own secrets out of what the server said, and bounds it.
func (s *sender) safe(text string) string {
	return channel.Quote(strings.Join(strings.Fields(text), " "), s.settings.Password, s.settings.InboundSecret)
}
