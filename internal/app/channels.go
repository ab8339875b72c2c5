package app

import (
	"fmt"
	"slices"
	"strings"

	"heliograph/channel"
	"heliograph/channel/android"
	"heliograph/channel/declared"
	"heliograph/channel/ios"
	"heliograph/channel/mailgun"
	"heliograph/channel/messagebird"
	"heliograph/channel/smshttp"
	"heliograph/channel/smtp"
	"heliograph/channel/twilio"
	"heliograph/channel/web"
	"heliograph/channel/whatsapp"
)

// Channels lists every channel of this build, and the types of integrations that
// it knows without one. Adding a channel is one line here.
func Channels() []*channel.Type {
	types := []*channel.Type{
		&android.Type,
		&ios.Type,
		&mailgun.Type,
		&messagebird.Type,
		&smshttp.Type,
		&smtp.Type,
		&twilio.Type,
		&web.Type,
		&whatsapp.Type,
	}
	return append(types, declared.Types()...)
}

// checkProviders refuses an override for a channel that this build does not have:
// a misspelt name would send to the real provider.
func checkProviders(types []*channel.Type, urls map[string]string) error {
	names := channel.WithChannel(types, nil)
	for name := range urls {
		if !slices.Contains(names, name) {
			return fmt.Errorf("--provider-url %s: there is no such channel; this build has: %s", name, strings.Join(names, ", "))
		}
	}
	return nil
}
