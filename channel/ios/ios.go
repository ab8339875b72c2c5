// Package ios is the channel of iOS apps that run our SDK. The app shows the
// conversation itself; what is sent is a push, through Apple, through Firebase
// or to the brand's own push proxy.
package ios

import (
	"heliograph"
	"heliograph/channel"
	"heliograph/channel/push"
	"heliograph/channel/push/apns"
	"heliograph/channel/push/fcm"
)

// Type is the channel as a build lists it.
var Type = kind()

func kind() channel.Type {
	t := push.Kind(heliograph.PlatformIOS, "iOS apps", apns.Production)
	t.Settings = Settings{}
	t.Check = push.Checked(func(settings []byte) error { _, err := read(settings); return err })
	t.Credentials = []string{apnType, fcmType}
	t.Open = open
	return t
}

// The types of integrations whose credentials serve all of an app's.
const (
	apnType = "apn"
	fcmType = "fcm"
)

func open(cfg channel.Config, deps channel.Deps) (channel.Channel, error) {
	s, err := read(cfg.Settings)
	if err != nil {
		return nil, err
	}
	account, relay := s.account(), s.Settings
	out := &push.Sender{Services: map[heliograph.PushService]push.Service{}, Clock: deps.Clock}
	proxied, err := relay.New(deps)
	if err != nil {
		return nil, err
	}
	if proxied != nil {
		out.Proxy = proxied
		return out, nil
	}
	apple := apns.ServiceOf(cfg.Credentials[apnType], deps.BaseURL, deps)
	if account.HasKey() || account.Certificate != "" && len(cfg.Credentials[apnType]) == 0 {
		if apple, err = account.Service(deps.BaseURL, deps); err != nil {
			return nil, err
		}
	}
	if own, ok := apple.(*apns.Service); ok && account.HasKey() {
		out.Ask = own.Check
	}
	o := fcm.Through(deps.BaseURL, deps.BaseURL == apns.Production, deps)
	o.Apple, o.Badge = true, s.AutoUpdateBadge
	out.Services[heliograph.PushAPNs] = apple
	out.Services[heliograph.PushFCM] = fcm.ServiceOf(cfg.Credentials[fcmType], o)
	return out, nil
}
