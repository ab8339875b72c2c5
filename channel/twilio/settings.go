package twilio

import (
	"strings"

	"heliograph"
)

// Settings is what an integration of this channel is configured with. One of
// PhoneNumberSID and MessagingServiceSID is needed; with both, the number is
// the fixed sender of the service's pool.
type Settings struct {
	AccountSID          string `json:"accountSid" doc:"The account's SID, from the console: AC and 32 hex digits." required:"true"`
	AuthToken           string `json:"authToken" doc:"The account's primary auth token. It signs what Twilio sends us, so it is needed with an API key, too." required:"true" secret:"true" update:"true"`
	SecondaryAuthToken  string `json:"secondaryAuthToken" doc:"While tokens are rotated: the other token, whose signatures are accepted as well." secret:"true" update:"true"`
	APIKeySID           string `json:"apiKeySid" doc:"An API key to send with instead of the auth token: SK and 32 hex digits." update:"true"`
	APIKeySecret        string `json:"apiKeySecret" doc:"The API key's secret." secret:"true" update:"true"`
	PhoneNumberSID      string `json:"phoneNumberSid" doc:"The SID of the number to send from: PN and 32 hex digits. This or messagingServiceSid is needed."`
	MessagingServiceSID string `json:"messagingServiceSid" doc:"The SID of the messaging service to send through: MG and 32 hex digits."`
	ValidityPeriod      int    `json:"validityPeriod" doc:"For how many seconds Twilio may try to send a message, 1 to 36000. A message's own expiry shortens it." update:"true"`
	SmartEncoding       bool   `json:"smartEncoding" doc:"Replace curly quotes, dashes and the like by plain ones where that makes a text cheaper." update:"true"`
	ShortenURLs         bool   `json:"shortenUrls" doc:"Let Twilio shorten links. Needs a messaging service with a link domain." update:"true"`
	ImagesAsLinks       bool   `json:"imagesAsLinks" doc:"Send the URL of an image instead of an MMS, for countries without MMS." update:"true"`
	RetryUndelivered    bool   `json:"retryUndelivered" doc:"Send once more what a carrier lost for no reason it told (30008, 30009, 30010). The person may then get it twice." update:"true"`
	DecodeBase64        bool   `json:"decodeBase64" doc:"Decode long incoming texts that arrive base64-encoded, as some carriers send them." update:"true"`
}

// maxValidity is the longest validity period, in seconds.
const maxValidity = 36000

func (s *Settings) check() error {
	for _, sid := range []struct{ field, value, prefix string }{
		{"accountSid", s.AccountSID, "AC"},
		{"apiKeySid", s.APIKeySID, "SK"},
		{"phoneNumberSid", s.PhoneNumberSID, "PN"},
		{"messagingServiceSid", s.MessagingServiceSID, "MG"},
	} {
		if sid.value != "" && !isSID(sid.value, sid.prefix) {
			return heliograph.InvalidField(sid.field, "must be a SID that begins with %s", sid.prefix)
		}
	}
	switch {
	case s.AccountSID == "":
		return heliograph.InvalidField("accountSid", "is required")
	case s.AuthToken == "":
		return heliograph.InvalidField("authToken", "is required")
	case s.PhoneNumberSID == "" && s.MessagingServiceSID == "":
		return heliograph.InvalidField("phoneNumberSid", "or messagingServiceSid is required")
	case (s.APIKeySID == "") != (s.APIKeySecret == ""):
		return heliograph.InvalidField("apiKeySecret", "and apiKeySid go together")
	case s.ValidityPeriod < 0 || s.ValidityPeriod > maxValidity:
		return heliograph.InvalidField("validityPeriod", "must be from 1 to %d", maxValidity)
	case s.ShortenURLs && s.MessagingServiceSID == "":
		return heliograph.InvalidField("shortenUrls", "needs messagingServiceSid")
	}
	return nil
}

// isSID bounds what goes into URLs; whether it exists only Twilio knows.
func isSID(s, prefix string) bool {
	if len(s) > 64 || !strings.HasPrefix(s, prefix) {
		return false
	}
	for i := range len(s) {
		if c := s[i]; (c < '0' || c > '9') && (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') {
			return false
		}
	}
	return true
}

func (s *Settings) secrets() []string {
	var out []string
	for _, v := range []string{s.AuthToken, s.SecondaryAuthToken, s.APIKeySecret} {
		if v != "" {
			out = append(out, v)
		}
	}
	return out
}
