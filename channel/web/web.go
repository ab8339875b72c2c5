// Package web is the channel of the web messenger. The page shows the
// conversation itself; what is sent is a push to the browser, where a person
// allowed that.
package web

import (
	"crypto/rand"
	"net/url"

	"heliograph"
	"heliograph/channel"
	"heliograph/channel/push"
	"heliograph/channel/push/webpush"
)

// Type is the channel as a build lists it. Where pushes go is the browser's
// word, so that it has no URL of its own.
var Type = kind()

func kind() channel.Type {
	t := push.Kind(heliograph.PlatformWeb, "Web pages", "")
	t.Settings = Settings{}
	t.Check = push.Checked(func(settings []byte) error { _, err := read(settings); return err })
	t.Open = open
	return t
}

func open(cfg channel.Config, deps channel.Deps) (channel.Channel, error) {
	s, err := read(cfg.Settings)
	if err != nil {
		return nil, err
	}
	out := &push.Sender{Services: map[heliograph.PushService]push.Service{}, Clock: deps.Clock}
	if deps.Auth == nil { // a command that only looks
		return out, nil
	}
	key, err := webpush.Key(deps.Auth, cfg.Integration)
	if err != nil {
		return nil, err
	}
	service, err := webpush.New(webpush.Options{
		Guarded: deps.Guarded, Plain: deps.Plain, Clock: deps.Clock, Random: rand.Reader, Key: key, Subject: s.subject(deps.HookURL),
	})
	if err != nil {
		return nil, err
	}
	out.Services[heliograph.PushWeb] = service
	return out, nil
}

// PublicKey returns the key that a page subscribes to an integration's pushes
// with (applicationServerKey), in base64url. It never changes.
func PublicKey(auth channel.Authenticator, id heliograph.IntegrationID) (string, error) {
	return webpush.PublicKey(auth, id)
}

// subject is whom push services turn to about us. They take no other URL than
// one of https.
func (s *Settings) subject(hookURL string) string {
	if s.VAPIDSubject != "" {
		return s.VAPIDSubject
	}
	u, err := url.Parse(hookURL)
	switch {
	case err != nil || u.Host == "":
		return "mailto:heliograph@localhost"
	case u.Scheme == "https":
		return "https://" + u.Host
	default:
		return "mailto:heliograph@" + u.Hostname()
	}
}
