package messagebird_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"heliograph"
	"heliograph/channel"
	"heliograph/channel/channeltest"
	"heliograph/channel/messagebird"
)

const (
	accessKey  = "live_abc123"
	signingKey = "s1gn1ng"
	ours       = "+14155550199"
	theirs     = "+14155550100"
	created    = "e8077d803532c0b5937c639b60216938"
)

// settings returns the settings of an integration with extra fields, or others.
func settings(extra map[string]any) string {
	all := map[string]any{"accessKey": accessKey, "originator": ours, "signingKey": signingKey}
	for k, v := range extra {
		if all[k] = v; v == nil {
			delete(all, k)
		}
	}
	b, err := json.Marshal(all)
	if err != nil {
		panic(err)
	}
	return string(b)
}

func setup(extra map[string]any) channeltest.Setup {
	return channeltest.Setup{Type: messagebird.Type, Settings: settings(extra), Address: theirs}
}

// taken is MessageBird's answer to a message, with its recipient as a number.
func taken(parts int) channeltest.Reply {
	return channeltest.Reply{Status: 201, Body: fmt.Sprintf(`{"id":"`+created+`","href":"https://rest.messagebird.com/messages/`+created+`",`+
		`"direction":"mt","type":"sms","originator":"14155550199","body":"Hi","reference":"x","validity":null,"gateway":10,"typeDetails":{},`+
		`"datacoding":"plain","mclass":1,"scheduledDatetime":null,"createdDatetime":"2026-11-20T12:00:00+00:00",`+
		`"recipients":{"totalCount":1,"totalSentCount":1,"totalDeliveredCount":0,"totalDeliveryFailedCount":0,`+
		`"items":[{"recipient":14155550100,"status":"sent","statusDatetime":"2026-11-20T12:00:00+00:00","messagePartCount":%d}]}}`, parts)}
}

func body(extra map[string]any) string {
	all := map[string]any{
		"originator": "14155550199", "recipients": []string{"14155550100"}, "body": "Hi", "datacoding": "auto",
		"reference": channeltest.Delivery.String() + ".1", "reportUrl": channeltest.HookURL + "/status",
	}
	for k, v := range extra {
		if all[k] = v; v == nil {
			delete(all, k)
		}
	}
	b, _ := json.Marshal(all)
	return string(b)
}

func TestSend(t *testing.T) {
	t.Parallel()
	accepted := channel.Result{Class: channel.ClassAccepted, External: []string{created}, HTTPStatus: 201, Parts: 1}
	in := func(d time.Duration) heliograph.Millis { return heliograph.At(channeltest.Now.Add(d)) }
	sends := func(name, path string, c *heliograph.Content, want string) channeltest.Outgoing {
		return channeltest.Outgoing{
			Name: name, Content: c, Replies: []channeltest.Reply{taken(1)}, Want: accepted,
			Requests: []channeltest.Request{{Method: "POST", Path: path, JSON: want, Header: map[string]string{
				"Authorization": "AccessKey " + accessKey, "Content-Type": "application/json", "Accept": "application/json",
			}}},
		}
	}
	text := func(s string) *heliograph.Content { return &heliograph.Content{Type: heliograph.TextMessage, Text: s} }
	image := func(kind string, size int64) *heliograph.Content {
		return &heliograph.Content{Type: heliograph.ImageMessage, Text: "Look", MediaURL: "https://cdn.example.test/a.png", MediaType: kind, MediaSize: size}
	}
	const link = "Look\nhttps://cdn.example.test/a.png"
	mms := body(map[string]any{"body": "Look", "mediaUrls": []string{"https://cdn.example.test/a.png"}, "datacoding": nil})
	later, expiring, far := sends("a later attempt", "/messages", text("Hi"), body(map[string]any{"reference": channeltest.Delivery.String() + ".3"})),
		sends("an expiry bounds the validity", "/messages", text("Hi"), body(map[string]any{"validity": 90})),
		sends("a far expiry is not told", "/messages", text("Hi"), body(nil))
	later.Attempt, expiring.Expires, far.Expires = 3, in(90500*time.Millisecond), in(72*time.Hour)
	abroad := sends("an image to another continent", "/messages", image("", 0), body(map[string]any{"recipients": []string{"4930901820"}, "body": link}))
	abroad.To = "+4930901820"
	channeltest.RunOutgoing(t, setup(nil), []channeltest.Outgoing{
		sends("text", "/messages", text("Hi"), body(nil)), later, expiring, far, abroad,
		sends("characters that JSON escapes", "/messages", text("a\"b\\c\n<é😀>"), body(map[string]any{"body": "a\"b\\c\n<é😀>"})),
		sends("an image goes as MMS", "/mms", image("image/png", 1<<20), mms),
		sends("an image that is too large goes as a link", "/messages", image("image/png", 1<<20+1), body(map[string]any{"body": link})),
		sends("a picture that MMS does not carry", "/messages", image("image/webp", 1), body(map[string]any{"body": link})),
		{Name: "expired", Text: "Hi", Expires: in(900 * time.Millisecond), Want: channel.Result{Class: channel.ClassFinal, Reason: heliograph.ReasonExpired}},
		{Name: "too long", Text: strings.Repeat("a", 1378), Want: channel.Result{Class: channel.ClassFinal, Reason: heliograph.ReasonContentTooLong}},
		{Name: "a form", Content: &heliograph.Content{Type: heliograph.FormMessage}, Want: channel.Result{Class: channel.ClassFinal, Reason: heliograph.ReasonUnsupportedMessage}},
		{Name: "an answer without an id", Text: "Hi", Replies: []channeltest.Reply{{Status: 200, Body: `{"recipients":7}`}}, Want: channel.Result{Class: channel.ClassUnknown}},
	})
	quiet := body(map[string]any{"originator": "Shop 24", "reportUrl": nil, "body": link})
	channeltest.RunOutgoing(t, setup(map[string]any{"originator": "Shop 24", "signingKey": nil}), []channeltest.Outgoing{
		sends("a name has no MMS, and without a signing key no report is asked for", "/messages", image("", 0), quiet),
	})
	channeltest.RunOutgoing(t, setup(map[string]any{"imagesAsLinks": true, "smartEncoding": true}), []channeltest.Outgoing{
		sends("images as links", "/messages", image("", 0), body(map[string]any{"body": link})),
		sends("smart encoding", "/messages", text("It’s"), body(map[string]any{"body": "It's"})),
	})
}

func TestRefusals(t *testing.T) {
	t.Parallel()
	optedOut := &channel.Suppress{Scope: heliograph.ScopeSender, Source: heliograph.ConsentProvider}
	cases := []channeltest.Outgoing{{Name: "ok", Text: "Hi", Replies: []channeltest.Reply{taken(2)}, Want: channel.Result{Class: channel.ClassAccepted, External: []string{created}, Parts: 2}}}
	add := func(status int, body string, want channel.Result) {
		want.HTTPStatus = status
		cases = append(cases, channeltest.Outgoing{Name: fmt.Sprint(status, body), Text: "Hi", Replies: []channeltest.Reply{{Status: status, Body: body}}, Want: want})
	}
	says := func(code int, parameter string) string {
		return fmt.Sprintf(`{"errors":[{"code":%d,"description":"What MessageBird says","parameter":%s}]}`, code, parameter)
	}
	paused := channel.Result{Class: channel.ClassPause, Reason: heliograph.ReasonUnauthorized, Message: "What MessageBird says"}
	final := func(reason string) channel.Result {
		return channel.Result{Class: channel.ClassFinal, Reason: reason, Message: "What MessageBird says"}
	}
	add(401, says(2, `"access_key"`), paused)
	add(402, says(25, `null`), paused)
	add(422, says(25, `null`), paused)
	add(402, "", channel.Result{Class: channel.ClassPause, Reason: heliograph.ReasonUnauthorized})
	add(422, says(10, `"originator"`), paused)
	add(422, says(9, `"recipients"`), final(heliograph.ReasonNotFound))
	add(422, says(10, `"body"`), final(heliograph.ReasonBadRequest))
	add(422, says(9, `null`), final(heliograph.ReasonBadRequest))
	add(400, says(21, `null`), final(heliograph.ReasonBadRequest))
	add(404, says(20, `null`), final(heliograph.ReasonBadRequest))
	add(404, says(98, `null`), channel.Result{Class: channel.ClassPause, Reason: heliograph.ReasonBadRequest, ProviderCode: "98"})
	add(422, says(103, `null`), channel.Result{Class: channel.ClassFinal, Reason: heliograph.ReasonOptedOut, Suppress: optedOut, ProviderCode: "103"})
	add(422, `{"errors":[{"code":999,"description":"new"},{"code":25,"description":"What MessageBird says"}]}`, paused)
	add(500, says(99, `null`), channel.Result{Class: channel.ClassUnknown, ProviderCode: "99"})
	add(503, says(2, `null`), channel.Result{Class: channel.ClassUnknown})
	add(429, says(2, `null`), channel.Result{Class: channel.ClassRetry, Reason: heliograph.ReasonTooManyRequests})
	cases = append(cases, channeltest.Outgoing{
		Name: "a number without MMS", Content: &heliograph.Content{Type: heliograph.ImageMessage, MediaURL: "https://e.test/a.png"},
		Replies: []channeltest.Reply{{Status: 422, Body: says(10, `"originator"`)}},
		Want:    channel.Result{Class: channel.ClassFinal, Reason: heliograph.ReasonUnsupportedMessage, HTTPStatus: 422, ProviderCode: "10", Message: "set imagesAsLinks"},
	})
	channeltest.RunOutgoing(t, setup(nil), cases)
}

func TestVerify(t *testing.T) {
	t.Parallel()
	balance := channeltest.Reply{Status: 200, Body: `{"payment":"prepaid","type":"credits","amount":9.2}`}
	channeltest.RunVerify(t, setup(nil), []channeltest.Verifying{
		{Name: "right", Replies: []channeltest.Reply{balance}, Want: map[string]string{}, Requests: []channeltest.Request{{
			Method: "GET", Path: "/balance", Header: map[string]string{"Authorization": "AccessKey " + accessKey},
		}}},
		{Name: "refused", Replies: []channeltest.Reply{{Status: 401, Body: `{"errors":[{"code":2}]}`}}, WantErr: heliograph.Invalid, Field: "accessKey"},
		{Name: "down", Replies: []channeltest.Reply{{Status: 503}}, WantErr: heliograph.Unavailable},
		{Name: "out of reach", Replies: []channeltest.Reply{{Fault: channeltest.Refused}}, WantErr: heliograph.Unavailable},
		{Name: "a page", Replies: []channeltest.Reply{{Status: 200, Body: "<html>"}}, WantErr: heliograph.Unavailable},
		{Name: "something else", Replies: []channeltest.Reply{{Status: 200, Body: "{}"}}, WantErr: heliograph.Unavailable},
	})
}

func TestSettings(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		extra map[string]any
		field string
	}{
		"a number":                  {map[string]any{"originator": "31612345678"}, ""},
		"a short code":              {map[string]any{"originator": "12345"}, ""},
		"a name":                    {map[string]any{"originator": "Shop 24"}, ""},
		"a number of 17 digits":     {map[string]any{"originator": "12345678901234567"}, ""},
		"a number of 18 digits":     {map[string]any{"originator": "123456789012345678"}, "originator"},
		"a name of 12 letters":      {map[string]any{"originator": "abcdefghijkl"}, "originator"},
		"a name with other letters": {map[string]any{"originator": "Café"}, "originator"},
		"nobody":                    {map[string]any{"originator": ""}, "originator"},
		"a plus sign alone":         {map[string]any{"originator": "+"}, "originator"},
		"no key":                    {map[string]any{"accessKey": nil}, "accessKey"},
		"a key of two lines":        {map[string]any{"accessKey": "a\r\nX: y"}, "accessKey"},
	} {
		_, err := messagebird.Type.Open(channel.Config{Settings: []byte(settings(tc.extra))}, channel.Deps{})
		if (err == nil) != (tc.field == "") || err != nil && heliograph.AsError(err).Field != tc.field {
			t.Errorf("%s: %v, want a complaint about %q", name, err, tc.field)
		}
	}
}
