package app

import (
	"fmt"
	"slices"
	"strings"

	"heliograph/channel"
	"heliograph/channel/messagebird"
	"heliograph/channel/smshttp"
	"heliograph/channel/twilio"
	"heliograph/channel/whatsapp"
)

// Channels lists every channel of this build. Adding one is one line here.
func Channels() []*channel.Type {
	return []*channel.Type{
		&messagebird.Type,
		&smshttp.Type,
		&twilio.Type,
		&whatsapp.Type,
	}
}

// checkProviders refuses an override for a channel that this build does not have:
// a misspelt name would send to the real provider.
func checkProviders(types []*channel.Type, urls map[string]string) error {
	var names []string
	for _, t := range types {
		names = append(names, t.Name)
	}
	for name := range urls {
		if !slices.Contains(names, name) {
			return fmt.Errorf("--provider-url %s: there is no such channel; this build has: %s", name, strings.Join(names, ", "))
		}
	}
	return nil
}
