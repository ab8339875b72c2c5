package channeltest

import (
	"encoding/base64"
	"fmt"
	"net/url"
	"strings"

	"heliograph/channel"
)

// checkSecrets looks for secrets in what others get to see.
func checkSecrets(f *findings, s *Setup, where string, v any) {
	checkText(f, s, where, fmt.Sprintf("%+v", v))
}

func checkText(f *findings, s *Setup, where, text string) {
	for _, secret := range s.secrets() {
		for _, form := range []string{secret, url.QueryEscape(secret), base64.StdEncoding.EncodeToString([]byte(secret))} {
			if strings.Contains(text, form) {
				f.add("a secret is in %s", where)
				return
			}
		}
	}
}

// checkLog looks into the log for what must not be in it: logs are kept by
// people who may not read messages.
func checkLog(f *findings, s *Setup, ch *opened, out *channel.Outgoing) {
	log := ch.log.String()
	checkText(f, s, "the log", log)
	for _, personal := range []string{out.Address, out.Content.Text} {
		if personal != "" && strings.Contains(log, personal) {
			f.add("%q is in the log", personal)
		}
	}
}
