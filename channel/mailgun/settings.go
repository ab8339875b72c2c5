package mailgun

import (
	"heliograph"
	"heliograph/channel/mime"
)

// Settings is what an integration of this channel is configured with.
type Settings struct {
	APIKey              string `json:"apiKey" doc:"A key that may send for the domain: the account's, or a sending key." required:"true" secret:"true" update:"true"`
	Domain              string `json:"domain" doc:"The sending domain, as it is set up at Mailgun." required:"true"`
	IncomingAddress     string `json:"incomingAddress" doc:"The address that people write to, in the domain. Point a route for every recipient of the domain at this integration's /inbound." required:"true"`
	FromAddress         string `json:"fromAddress" doc:"The address that mails come from. Empty: incomingAddress." update:"true"`
	HideUnsubscribeLink bool   `json:"hideUnsubscribeLink" doc:"Leave out the unsubscribe link below mails. Marketing stays unsubscribable by the mail program's own button." update:"true"`
	SigningKey          string `json:"signingKey" doc:"The account's HTTP webhook signing key. Without it nothing that Mailgun sends us is believed: no receipts and no answers come in." secret:"true" update:"true"`
	Region              string `json:"region" doc:"Where the domain is kept: us or eu. Empty: us." update:"true"`
}

// The regions.
const (
	regionUS = "us"
	regionEU = "eu"
	euURL    = "https://api.eu.mailgun.net"
)

// check normalises the addresses and refuses what cannot work.
func (s *Settings) check() error {
	switch {
	case s.APIKey == "":
		return heliograph.InvalidField("apiKey", "is required")
	case s.Domain == "":
		return heliograph.InvalidField("domain", "is required")
	case !mime.IsDomain(s.Domain):
		return heliograph.InvalidField("domain", "must be a domain in lower case, such as mg.example.com")
	case s.IncomingAddress == "":
		return heliograph.InvalidField("incomingAddress", "is required")
	case s.Region != "" && s.Region != regionUS && s.Region != regionEU:
		return heliograph.InvalidField("region", "must be us or eu")
	}
	var ok bool
	if s.IncomingAddress, ok = mime.Normalise(s.IncomingAddress); !ok || mime.Domain(s.IncomingAddress) != s.Domain {
		return heliograph.InvalidField("incomingAddress", "must be an address in %s", s.Domain)
	}
	if s.FromAddress == "" {
		s.FromAddress = s.IncomingAddress
	}
	if s.FromAddress, ok = mime.Normalise(s.FromAddress); !ok {
		return heliograph.InvalidField("fromAddress", "must be an e-mail address")
	}
	return nil
}
