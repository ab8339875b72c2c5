package twilio_test

import (
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"

	"heliograph"
	"heliograph/channel"
	"heliograph/channel/channeltest"
	"heliograph/channel/twilio"
)

// queued is Twilio's answer to a message, as it really is: numbers as strings,
// nulls, and more fields than anybody reads.
func queued(status string) channeltest.Reply {
	return channeltest.Reply{Status: 201, Header: map[string]string{"Content-Type": "application/json"}, Body: `{"account_sid":"` + account + `","api_version":"2010-04-01",` +
		`"body":"Hi","date_created":"Fri, 20 Nov 2026 12:00:00 +0000","date_sent":null,"direction":"outbound-api",` +
		`"error_code":null,"error_message":null,"from":"` + ours + `","messaging_service_sid":null,"num_media":"0",` +
		`"num_segments":"1","price":null,"price_unit":"USD","sid":"` + created + `","status":"` + status + `",` +
		`"subresource_uris":{"media":"/2010-04-01/x.json"},"to":"` + theirs + `","uri":"/2010-04-01/y.json"}`}
}

func problem(status, code int) channeltest.Reply {
	return channeltest.Reply{Status: status, Body: fmt.Sprintf(
		`{"code":%d,"message":"What Twilio says","more_info":"https://www.twilio.com/docs/errors/%d","status":%d}`, code, code, status)}
}

func callback(attempt string) string {
	return channeltest.HookURL + "/status?d=" + channeltest.Delivery.String() + "&a=" + attempt
}

func form(extra ...string) url.Values {
	v := url.Values{"To": {theirs}, "From": {ours}, "Body": {"Hi"}, "StatusCallback": {callback("1")}}
	for i := 0; i < len(extra); i += 2 {
		v[extra[i]] = []string{extra[i+1]}
		if extra[i+1] == "" {
			delete(v, extra[i])
		}
	}
	return v
}

func TestSend(t *testing.T) {
	t.Parallel()
	accepted := channel.Result{Class: channel.ClassAccepted, External: []string{created}, HTTPStatus: 201, Parts: 1}
	in := func(d time.Duration) heliograph.Millis { return heliograph.At(channeltest.Now.Add(d)) }
	image := &heliograph.Content{Type: heliograph.ImageMessage, Text: "Look", MediaURL: "https://cdn.example.test/a b.png?x=1&y=2"}
	channeltest.RunOutgoing(t, setup(nil), []channeltest.Outgoing{
		{
			Name: "text", Text: "Hi", Replies: []channeltest.Reply{queued("queued")}, Want: accepted,
			Requests: []channeltest.Request{{
				Method: "POST", Path: create, Form: form(),
				Header: map[string]string{
					"Authorization": "Basic QUMwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMTp0b2tlbjEyMw==",
					"Content-Type":  "application/x-www-form-urlencoded", "Accept": "application/json",
				},
			}},
		},
		{
			Name: "characters that a form cannot hold", Text: "a&b=c+d %41 é😀\n\"~", Replies: []channeltest.Reply{queued("queued")}, Want: accepted,
			Requests: []channeltest.Request{{Form: form("Body", "a&b=c+d %41 é😀\n\"~")}},
		},
		{
			Name: "a later attempt says so", Text: "Hi", Attempt: 3, Replies: []channeltest.Reply{queued("queued")}, Want: accepted,
			Requests: []channeltest.Request{{Form: form("StatusCallback", callback("3"), "Attempt", "3")}},
		},
		{
			Name: "an expiry bounds the validity", Text: "Hi", Expires: in(90500 * time.Millisecond), Replies: []channeltest.Reply{queued("queued")}, Want: accepted,
			Requests: []channeltest.Request{{Form: form("ValidityPeriod", "90")}},
		},
		{
			Name: "a far expiry is cut to what Twilio takes", Text: "Hi", Expires: in(48 * time.Hour), Replies: []channeltest.Reply{queued("queued")}, Want: accepted,
			Requests: []channeltest.Request{{Form: form("ValidityPeriod", "36000")}},
		},
		{
			Name: "expired", Text: "Hi", Expires: in(900 * time.Millisecond),
			Want: channel.Result{Class: channel.ClassFinal, Reason: heliograph.ReasonExpired},
		},
		{
			Name: "an image goes as MMS", Content: image, Replies: []channeltest.Reply{queued("queued")}, Want: accepted,
			Requests: []channeltest.Request{{Form: form("Body", "Look", "MediaUrl", image.MediaURL)}},
		},
		{
			Name: "an image alone has no body", Content: &heliograph.Content{Type: heliograph.ImageMessage, MediaURL: image.MediaURL},
			Replies: []channeltest.Reply{queued("queued")}, Want: accepted,
			Requests: []channeltest.Request{{Form: form("Body", "", "MediaUrl", image.MediaURL)}},
		},
		{
			Name: "too long", Text: strings.Repeat("a", 1601),
			Want: channel.Result{Class: channel.ClassFinal, Reason: heliograph.ReasonContentTooLong},
		},
		{
			Name: "the most that goes", Text: strings.Repeat("é", 1600), Replies: []channeltest.Reply{queued("queued")}, Want: accepted,
		},
		{
			Name: "a type that SMS lacks", Content: &heliograph.Content{Type: "carousel"},
			Want: channel.Result{Class: channel.ClassFinal, Reason: heliograph.ReasonUnsupportedMessage},
		},
		{
			Name: "a price and several parts", Text: "Hi",
			Replies: []channeltest.Reply{{Status: 201, Body: `{"sid":"SM1","status":"sent","num_segments":"3","price":"-0.02250","price_unit":"usd"}`}},
			Want:    channel.Result{Class: channel.ClassAccepted, External: []string{"SM1"}, Parts: 3, Price: "0.02250 USD"},
		},
		{
			Name: "taken and failed in one answer", Text: "Hi",
			Replies: []channeltest.Reply{{Status: 201, Body: `{"sid":"SM1","status":"failed","error_code":30006}`}},
			Want: channel.Result{
				Class: channel.ClassFinal, Reason: heliograph.ReasonNotFound, External: []string{"SM1"}, ProviderCode: "30006",
				Suppress: &channel.Suppress{Scope: heliograph.ScopeSender, Source: heliograph.ConsentHardBounce},
			},
		},
		{
			Name: "a success that cannot be read", Text: "Hi", Replies: []channeltest.Reply{{Status: 201, Body: "<html>"}},
			Want: channel.Result{Class: channel.ClassUnknown, HTTPStatus: 201},
		},
	})
}

func TestSendThroughAService(t *testing.T) {
	t.Parallel()
	s := setup(map[string]any{
		"phoneNumberSid": nil, "messagingServiceSid": "MG1", "shortenUrls": true, "validityPeriod": 600,
		"apiKeySid": "SK1", "apiKeySecret": "keysecret", "smartEncoding": true, "imagesAsLinks": true,
	})
	s.Info = nil
	accepted := channel.Result{Class: channel.ClassAccepted, External: []string{created}, HTTPStatus: 201}
	fixed := []string{"From", "", "MessagingServiceSid", "MG1", "ShortenUrls", "true", "ValidityPeriod", "600"}
	channeltest.RunOutgoing(t, s, []channeltest.Outgoing{
		{
			Name: "text", Text: "“Hi”", Replies: []channeltest.Reply{queued("accepted")}, Want: accepted,
			Requests: []channeltest.Request{{
				Path: create, Form: form(append(fixed, "Body", `"Hi"`)...),
				Header: map[string]string{"Authorization": "Basic U0sxOmtleXNlY3JldA=="},
			}},
		},
		{
			Name: "a near expiry beats the setting", Text: "Hi", Expires: heliograph.At(channeltest.Now.Add(time.Minute)),
			Replies: []channeltest.Reply{queued("accepted")}, Want: accepted,
			Requests: []channeltest.Request{{Form: form(append(fixed, "ValidityPeriod", "60")...)}},
		},
		{
			Name: "a far expiry does not", Text: "Hi", Expires: heliograph.At(channeltest.Now.Add(time.Hour)),
			Replies: []channeltest.Reply{queued("accepted")}, Want: accepted,
			Requests: []channeltest.Request{{Form: form(fixed...)}},
		},
		{
			Name: "an image as a link", Content: &heliograph.Content{Type: heliograph.ImageMessage, Text: "Look", MediaURL: "https://e.test/a.png"},
			Replies: []channeltest.Reply{queued("accepted")}, Want: accepted,
			Requests: []channeltest.Request{{Form: form(append(fixed, "Body", "Look\nhttps://e.test/a.png")...)}},
		},
	})
}

func TestSendFromAFixedSenderOfAService(t *testing.T) {
	t.Parallel()
	channeltest.RunOutgoing(t, setup(map[string]any{"messagingServiceSid": "MG1"}), []channeltest.Outgoing{{
		Name: "text", Text: "Hi", Replies: []channeltest.Reply{queued("accepted")},
		Requests: []channeltest.Request{{Form: form("MessagingServiceSid", "MG1")}},
		Want:     channel.Result{Class: channel.ClassAccepted, External: []string{created}},
	}})
}

func TestSendWithoutItsNumber(t *testing.T) {
	t.Parallel()
	ch, err := twilio.Type.Open(channel.Config{Settings: []byte(settings(nil))}, channel.Deps{})
	if err != nil {
		t.Fatal(err)
	}
	got := ch.Send(t.Context(), &channel.Outgoing{Content: &heliograph.Content{Type: heliograph.TextMessage, Text: "Hi"}})
	if got.Class != channel.ClassPause {
		t.Errorf("%+v", got)
	}
}
