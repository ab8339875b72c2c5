package mailgun_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"strings"
	"testing"

	"heliograph"
	"heliograph/channel"
	"heliograph/channel/channeltest"
	"heliograph/channel/mailgun"
)

const (
	apiKey     = "key-3ax6xnjp29jd6fds4gc373sgvjxteol0"
	signingKey = "mgkey"
	ours       = "shop@mg.example.com"
	theirs     = "ana@e.test"
	created    = "20261120120000.1.ABCDEF@mg.example.com"
)

// settings returns the settings of an integration with extra fields, or others.
func settings(extra map[string]any) string {
	all := map[string]any{"apiKey": apiKey, "domain": "mg.example.com", "incomingAddress": ours, "signingKey": signingKey}
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
	return channeltest.Setup{Type: mailgun.Type, Settings: settings(extra), Address: theirs, BodyUnsigned: true}
}

func TestSettings(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		extra map[string]any
		field string
	}{
		"whole":                   {nil, ""},
		"no signing key":          {map[string]any{"signingKey": nil}, ""},
		"no key":                  {map[string]any{"apiKey": nil}, "apiKey"},
		"no domain":               {map[string]any{"domain": nil}, "domain"},
		"a path for a domain":     {map[string]any{"domain": "a/../b.test"}, "domain"},
		"no incoming address":     {map[string]any{"incomingAddress": nil}, "incomingAddress"},
		"one of another domain":   {map[string]any{"incomingAddress": "shop@other.example"}, "incomingAddress"},
		"one that is none":        {map[string]any{"incomingAddress": "shop"}, "incomingAddress"},
		"from another domain":     {map[string]any{"fromAddress": "shop@example.com"}, ""},
		"from nowhere":            {map[string]any{"fromAddress": "shop"}, "fromAddress"},
		"a region":                {map[string]any{"region": "eu"}, ""},
		"a region that is none":   {map[string]any{"region": "mars"}, "region"},
		"letters of another case": {map[string]any{"incomingAddress": "Shop@MG.example.com"}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := mailgun.Type.Open(channel.Config{Settings: []byte(settings(tc.extra))}, channel.Deps{})
			e := new(heliograph.Error)
			switch {
			case tc.field == "" && err != nil:
				t.Error(err)
			case tc.field != "" && (!errors.As(err, &e) || e.Kind != heliograph.Invalid || e.Field != tc.field):
				t.Errorf("got %v, want one about %s", err, tc.field)
			}
		})
	}
}

const queued = `{"id":"<` + created + `>","message":"Queued. Thank you."}`

func TestSend(t *testing.T) {
	t.Parallel()
	ok := []channeltest.Reply{{Status: 200, Body: queued}}
	accepted := channel.Accepted(200, created)
	refusal := func(status int, body string, want channel.Result) channeltest.Outgoing {
		return channeltest.Outgoing{Name: http.StatusText(status) + " " + body, Text: "Hi", Replies: []channeltest.Reply{{Status: status, Body: body}}, Want: want}
	}
	channeltest.RunOutgoing(t, setup(nil), []channeltest.Outgoing{
		{Name: "text", Text: "Hi", About: &channel.About{App: "Shop"}, Replies: ok, Want: accepted, Requests: []channeltest.Request{{
			Method: "POST", Path: "/v3/mg.example.com/messages.mime",
			Header: map[string]string{"Authorization": "Basic YXBpOmtleS0zYXg2eG5qcDI5amQ2ZmRzNGdjMzczc2d2anh0ZW9sMA=="},
		}}},
		{Name: "nothing known", Text: "Hi", Replies: ok, Want: accepted},
		{Name: "a form", Content: &heliograph.Content{Type: "form"}, Want: channel.Result{Class: channel.ClassFinal, Reason: heliograph.ReasonUnsupportedMessage}},
		{Name: "expired", Text: "Hi", Expires: heliograph.At(channeltest.Now), Want: channel.Result{Class: channel.ClassFinal, Reason: heliograph.ReasonExpired}},
		refusal(400, `{"message":"to parameter is not a valid address"}`, channel.Result{Class: channel.ClassFinal, Reason: heliograph.ReasonBadRequest, Message: "not a valid address"}),
		refusal(401, "Forbidden", channel.Result{Class: channel.ClassPause, Reason: heliograph.ReasonUnauthorized}),
		refusal(402, "", channel.Result{Class: channel.ClassPause, Reason: heliograph.ReasonUnauthorized}),
		refusal(403, "", channel.Result{Class: channel.ClassPause, Reason: heliograph.ReasonUnauthorized}),
		refusal(404, `{"message":"Domain not found: mg.example.com"}`, channel.Result{Class: channel.ClassPause, Reason: heliograph.ReasonUnauthorized, Message: "Domain not found"}),
		refusal(413, "", channel.Result{Class: channel.ClassFinal, Reason: heliograph.ReasonContentTooLong}),
		refusal(429, `{"message":"slow down"}`, channel.Result{Class: channel.ClassRetry, Reason: heliograph.ReasonTooManyRequests}),
		refusal(500, "", channel.Result{Class: channel.ClassUnknown, Reason: heliograph.ReasonUnknownOutcome}),
	})
}

// captured is what one send hands to Mailgun.
func captured(t *testing.T, extra map[string]any, base string) (*http.Request, map[string]string) {
	t.Helper()
	rt := &catcher{}
	ch, err := mailgun.Type.Open(channel.Config{Integration: heliograph.IntegrationID{11: 1}, Settings: []byte(settings(extra))}, channel.Deps{
		HTTP: rt, BaseURL: base, Clock: clock, Auth: channeltest.Auth{},
	})
	if err != nil {
		t.Fatal(err)
	}
	r := ch.Send(t.Context(), &channel.Outgoing{
		Delivery: channeltest.Delivery, Attempt: 2, Address: theirs, Category: heliograph.Marketing,
		Content: &heliograph.Content{Type: "text", Text: "Hi"}, About: &channel.About{App: "Shop", Unsubscribe: "https://h.example/u/1"},
	})
	if r.Class != channel.ClassAccepted {
		t.Fatal(r)
	}
	_, params, _ := mime.ParseMediaType(rt.request.Header.Get("Content-Type"))
	fields := map[string]string{}
	for parts := multipart.NewReader(bytes.NewReader(rt.body), params["boundary"]); ; {
		p, err := parts.NextPart()
		if err != nil {
			return rt.request, fields
		}
		b, _ := io.ReadAll(p)
		fields[p.FormName()] = string(b)
	}
}

type catcher struct {
	request *http.Request
	body    []byte
}

func (c *catcher) RoundTrip(r *http.Request) (*http.Response, error) {
	c.request = r
	c.body, _ = io.ReadAll(r.Body)
	return &http.Response{StatusCode: 200, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(queued))}, nil
}

func TestWhatIsHandedOver(t *testing.T) {
	t.Parallel()
	_, fields := captured(t, map[string]any{"fromAddress": "Hello@Example.com"}, channeltest.BaseURL)
	message := fields["message"]
	delete(fields, "message")
	if len(fields) != 4 || fields["to"] != theirs || fields["v:delivery_id"] != channeltest.Delivery.String() || fields["v:attempt"] != "2" || fields["o:tag"] != "marketing" {
		t.Errorf("%v", fields)
	}
	for _, want := range []string{
		`From: "Shop" <hello@example.com>`, "Subject: New message from Shop\r\n", "@mg.example.com>\r\n", "List-Unsubscribe-Post",
		"Message-Id: <d.01930000000070008000000000000001.2.", "<c+01930000000070008000000000000001.", "Unsubscribe: https://h.example/u/1",
	} {
		if !strings.Contains(message, want) {
			t.Errorf("%q is missing in\n%s", want, message)
		}
	}
	_, fields = captured(t, map[string]any{"hideUnsubscribeLink": true}, channeltest.BaseURL)
	if strings.Contains(fields["message"], "Unsubscribe: https") || !strings.Contains(fields["message"], "List-Unsubscribe-Post") {
		t.Error("marketing with the link hidden:\n" + fields["message"])
	}
}

func TestRegion(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct{ region, base, want string }{
		{"", mailgun.Type.BaseURL, "api.mailgun.net"}, {"us", mailgun.Type.BaseURL, "api.mailgun.net"}, {"eu", mailgun.Type.BaseURL, "api.eu.mailgun.net"},
		{"eu", "http://127.0.0.1:8090", "127.0.0.1:8090"},
	} {
		if r, _ := captured(t, map[string]any{"region": tc.region}, tc.base); r.URL.Host != tc.want || r.Host != tc.want {
			t.Errorf("%s of %s is sent to %s", tc.region, tc.base, r.URL.Host)
		}
	}
}

func TestVerify(t *testing.T) {
	t.Parallel()
	channeltest.RunVerify(t, setup(nil), []channeltest.Verifying{
		{Name: "good", Replies: []channeltest.Reply{{Status: 400, Body: `{"message":"to parameter is missing"}`}}, Want: map[string]string{},
			Requests: []channeltest.Request{{Method: "POST", Path: "/v3/mg.example.com/messages"}}},
		{Name: "refused", Replies: []channeltest.Reply{{Status: 401, Body: "Forbidden"}}, WantErr: heliograph.Invalid, Field: "apiKey"},
		{Name: "another region", Replies: []channeltest.Reply{{Status: 404, Body: "{}"}}, WantErr: heliograph.Invalid, Field: "domain"},
		{Name: "out of reach", Replies: []channeltest.Reply{{Fault: channeltest.Refused}}, WantErr: heliograph.Unavailable},
		{Name: "busy", Replies: []channeltest.Reply{{Status: 503}}, WantErr: heliograph.Unavailable},
	})
}
