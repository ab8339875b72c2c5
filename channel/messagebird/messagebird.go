// Package messagebird sends and receives SMS and MMS through the classic REST
// API of MessageBird (now Bird). One message goes to one recipient, so that each
// status report is of one delivery; reports come by GET, messages by POST, both
// signed.
//
// The v1.1 API of the vendor also returned a webhookSecret, a secret part of the
// URL that messages were posted to. There is none here: a URL ends up in the logs
// of every proxy, and MessageBird signs what it sends. So a signing key must be
// set before anything that comes in is believed.
//
// It has no Lookup: MessageBird lists messages by neither our reference nor
// anything else that tells two equal texts to one person apart. What is not known
// is settled by the status report, whose reference is the delivery's id.
package messagebird

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"time"

	"heliograph"
	"heliograph/channel"
	"heliograph/channel/sms"
)

// Type is the channel as a build lists it.
var Type = channel.Type{
	Name:         "messagebird",
	Title:        "SMS through MessageBird",
	Family:       "sms",
	BaseURL:      "https://rest.messagebird.com",
	Settings:     Settings{},
	AddressField: "phoneNumber",
	Normalise:    sms.Normalise,
	Notifiable:   true,
	Linkable: []heliograph.Confirmation{
		heliograph.ConfirmImmediate, heliograph.ConfirmUserActivity, heliograph.ConfirmPrompt,
	},
	Receipts:        true,
	ReceiptDeadline: 72 * time.Hour,
	Media:           mms,
	Timeout:         10 * time.Second,
	Open:            open,
}

// Settings is what an integration of this channel is configured with.
type Settings struct {
	AccessKey     string `json:"accessKey" doc:"The live access key, from the dashboard's developer settings." required:"true" secret:"true" update:"true"`
	Originator    string `json:"originator" doc:"What to send from: a number with its country code, or a name of at most 11 letters and digits, which nobody can answer." required:"true"`
	SigningKey    string `json:"signingKey" doc:"The key that MessageBird signs its requests with, from the same page. Without it status reports are not asked for, and nothing that comes in is believed." secret:"true" update:"true"`
	SmartEncoding bool   `json:"smartEncoding" doc:"Replace curly quotes, dashes and the like by plain ones where that makes a text cheaper." update:"true"`
	ImagesAsLinks bool   `json:"imagesAsLinks" doc:"Send the URL of an image instead of an MMS. MMS goes from and to numbers of the US and Canada alone." update:"true"`
}

// sender is one integration. It never changes after open.
type sender struct {
	settings   Settings
	deps       channel.Deps
	originator string // as MessageBird writes it: a number has no plus sign
	north      bool   // the originator is a number of North America
	base       *url.URL
}

func open(cfg channel.Config, deps channel.Deps) (channel.Channel, error) {
	s := &sender{deps: deps}
	if err := json.Unmarshal(cfg.Settings, &s.settings); err != nil {
		return nil, heliograph.Errorf(heliograph.Invalid, heliograph.CodeBadRequest, "the settings are not a JSON object of the right types")
	}
	if err := s.settings.check(); err != nil {
		return nil, err
	}
	s.originator = strings.TrimPrefix(s.settings.Originator, "+")
	s.north = len(s.originator) == 11 && s.originator[0] == '1' && digits(s.originator)
	var err error
	if s.base, err = url.Parse(deps.BaseURL); err != nil {
		return nil, heliograph.Errorf(heliograph.Invalid, heliograph.CodeBadRequest, "the provider's URL is not a URL")
	}
	return s, nil
}

// What MessageBird takes for an originator.
const (
	maxName   = 11
	maxNumber = 17
)

func (s *Settings) check() error {
	number := strings.TrimPrefix(s.Originator, "+")
	switch {
	case s.AccessKey == "":
		return heliograph.InvalidField("accessKey", "is required")
	case strings.ContainsFunc(s.AccessKey, func(r rune) bool { return r <= ' ' || r > '~' }):
		return heliograph.InvalidField("accessKey", "has characters that no key has")
	case s.Originator == "":
		return heliograph.InvalidField("originator", "is required")
	case digits(number) && len(number) <= maxNumber:
		return nil
	case len(s.Originator) > maxName || strings.ContainsFunc(s.Originator, notInName):
		return heliograph.InvalidField("originator", "must be a number of at most %d digits, or a name of at most %d letters and digits", maxNumber, maxName)
	}
	return nil
}

func digits(s string) bool {
	return s != "" && !strings.ContainsFunc(s, func(r rune) bool { return r < '0' || r > '9' })
}

func notInName(r rune) bool {
	return r != ' ' && (r < '0' || r > '9') && (r < 'a' || r > 'z') && (r < 'A' || r > 'Z')
}

func (s *sender) request(method, path string) *http.Request {
	target := *s.base
	target.Path += "/" + path
	return &http.Request{
		Method: method, URL: &target, Host: target.Host,
		Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: http.Header{
			"Authorization": {"AccessKey " + s.settings.AccessKey},
			"Accept":        {"application/json"}, "User-Agent": {"Heliograph"},
		},
	}
}

// safe takes our own secrets out of what the provider said, and bounds it.
func (s *sender) safe(text string) string {
	return channel.Quote(text, s.settings.AccessKey, s.settings.SigningKey)
}

var (
	_ channel.Receiver = (*sender)(nil)
	_ channel.Renderer = (*sender)(nil)
	_ channel.Verifier = (*sender)(nil)
)
