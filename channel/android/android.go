// Package android is the channel of Android apps that run our SDK. The app shows
// the conversation itself; what is sent is a push, through Firebase or to the
// brand's own push proxy.
package android

import (
	"heliograph"
	"heliograph/channel"
	"heliograph/channel/push"
	"heliograph/channel/push/fcm"
)

// Type is the channel as a build lists it.
var Type = kind()

func kind() channel.Type {
	t := push.Kind(heliograph.PlatformAndroid, "Android apps", fcm.Base)
	t.Settings = Settings{}
	t.Check = push.Checked(func(settings []byte) error { _, err := read(settings); return err })
	t.Credentials = []string{fcmType}
	t.Open = open
	return t
}

// fcmType is the type of integration whose credentials serve all of an app's.
const fcmType = "fcm"

func open(cfg channel.Config, deps channel.Deps) (channel.Channel, error) {
	s, err := read(cfg.Settings)
	if err != nil {
		return nil, err
	}
	out := &push.Sender{Services: map[heliograph.PushService]push.Service{}, Clock: deps.Clock}
	proxied, err := s.Settings.New(deps)
	if err != nil {
		return nil, err
	}
	if proxied != nil {
		out.Proxy = proxied
		return out, nil
	}
	account, o := s.account(), fcm.Through(deps.BaseURL, deps.BaseURL == fcm.Base, deps)
	firebase := fcm.ServiceOf(cfg.Credentials[fcmType], o)
	if account.HasKey() || account.HasAny() && len(cfg.Credentials[fcmType]) == 0 {
		if firebase, err = account.Service(o); err != nil {
			return nil, err
		}
	}
	if own, ok := firebase.(*fcm.Service); ok && account.HasKey() {
		out.Ask = own.Check
	}
	out.Services[heliograph.PushFCM] = firebase
	return out, nil
}
