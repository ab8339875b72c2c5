package smshttp_test

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"encoding/xml"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"syscall"
	"testing"
	"time"

	"heliograph"
	"heliograph/channel"
	"heliograph/channel/channeltest"
	"heliograph/channel/smshttp"
	"heliograph/internal/netguard"
)

func now() time.Time { return channeltest.Now }

func outgoing(text string) *channel.Outgoing {
	return &channel.Outgoing{
		Delivery: channeltest.Delivery, Attempt: 1, Address: theirs,
		Content: &heliograph.Content{Type: heliograph.TextMessage, Text: text},
	}
}

// refuses is a network without anybody.
type refuses struct{}

func (refuses) RoundTrip(*http.Request) (*http.Response, error) {
	return nil, &net.OpError{Op: "dial", Err: syscall.ECONNREFUSED}
}

// listens is a network that keeps what it was sent.
type listens struct {
	req  *http.Request
	body string
}

func (l *listens) RoundTrip(r *http.Request) (*http.Response, error) {
	l.req = r
	if r.Body != nil {
		b, _ := io.ReadAll(r.Body)
		l.body = string(b)
	}
	return &http.Response{StatusCode: 200, Header: http.Header{}, Body: io.NopCloser(strings.NewReader("ok"))}, nil
}

func setup(with ...extra) channeltest.Setup {
	return channeltest.Setup{Type: smshttp.Type, Settings: settings(with...), Address: theirs}
}

const ref = "01930000-0000-7000-8000-000000000001.1"

func callback() string {
	return channeltest.HookURL + "/status?r=" + ref + "&m=" + channeltest.Auth{}.MAC("smshttp receipt", "000000000000000000000001/"+ref)
}

func TestSend(t *testing.T) {
	t.Parallel()
	sends := func(name, text string, want channeltest.Request) channeltest.Outgoing {
		return channeltest.Outgoing{
			Name: name, Text: text, Replies: []channeltest.Reply{{Status: 202, Body: `{"messages":[{"id":"m-1"}]}`}},
			Requests: []channeltest.Request{want}, Want: channel.Accepted(202, "m-1"),
		}
	}
	id := extra{"idPath": "messages.0.id"}
	const awkward = "a \"b\"\\\n<c> & d=e+f % 100% é😀 {{to}}"
	quoted, _ := json.Marshal(awkward)
	t.Run("form", func(t *testing.T) {
		t.Parallel()
		channeltest.RunOutgoing(t, setup(id, extra{
			"body": "to={{toDigits}}&from={{from}}&text={{text}}&ref={{id}}&dlr={{callback}}&coding={{encoding}}&parts={{parts}}&ttl={{validity}}",
			"from": "Shop & Co", "auth": "basic", "username": "us:er", "password": "pa ss",
		}), []channeltest.Outgoing{
			sends("text", awkward, channeltest.Request{
				Method: "POST", Path: "/send", Form: url.Values{
					"to": {"14155550100"}, "from": {"Shop & Co"}, "text": {awkward}, "ref": {ref}, "dlr": {callback()}, "coding": {"unicode"}, "parts": {"1"}, "ttl": {"172800"},
				},
				Header: map[string]string{
					"Content-Type": "application/x-www-form-urlencoded", "Authorization": "Basic " + base64.StdEncoding.EncodeToString([]byte("us:er:pa ss")),
				},
			}),
			{Name: "a form", Content: &heliograph.Content{Type: heliograph.FormMessage}, Want: channel.Result{Class: channel.ClassFinal, Reason: heliograph.ReasonUnsupportedMessage}},
			{Name: "too long", Text: strings.Repeat("a", 1531), Want: channel.Result{Class: channel.ClassFinal, Reason: heliograph.ReasonContentTooLong}},
			{Name: "expired", Text: "a", Expires: heliograph.At(channeltest.Now), Want: channel.Result{Class: channel.ClassFinal, Reason: heliograph.ReasonExpired}},
			{Name: "an answer that repeats how we proved ourselves", Text: "a", Replies: []channeltest.Reply{{Status: 400, Body: "Basic dXM6ZXI6cGEgc3M= pa+ss cGEgc3M= is wrong"}},
				Want: channel.Result{Class: channel.ClassFinal, Reason: heliograph.ReasonBadRequest, Message: "the provider answered 400: … … … is wrong"}},
			{Name: "no id", Text: "a", Replies: []channeltest.Reply{{Status: 200, Body: `{"messages":[]}`}}, Want: channel.Result{Class: channel.ClassUnknown}},
			{Name: "a number for an id", Text: "a", Replies: []channeltest.Reply{{Status: 200, Body: `{"messages":[{"id":12345678901234567890}]}`}}, Want: channel.Accepted(200, "12345678901234567890")},
		})
	})
	t.Run("json", func(t *testing.T) {
		t.Parallel()
		channeltest.RunOutgoing(t, setup(id, extra{
			"format": "json", "body": `{"to":["{{to}}"],"text":"{{text}}","coding":"{{encoding}}"}`, "auth": "bearer", "token": "t0ken-of-ours",
			"headers": "X-Id: {{id}}\nX-Text: {{text}}\nAccept: application/json\n", "secretHeaders": "X-Tenant: s3cret-tenant", "unicodeName": "UCS2",
		}), []channeltest.Outgoing{
			sends("text", awkward, channeltest.Request{
				JSON:   `{"to":["+14155550100"],"text":` + string(quoted) + `,"coding":"UCS2"}`,
				Header: map[string]string{"Content-Type": "application/json", "Authorization": "Bearer t0ken-of-ours", "X-Id": ref, "X-Text": strings.ReplaceAll(awkward, "\n", ""), "X-Tenant": "s3cret-tenant", "Accept": "application/json"},
			}),
		})
	})
	t.Run("get", func(t *testing.T) {
		t.Parallel()
		channeltest.RunOutgoing(t, setup(id, extra{
			"method": "GET", "body": nil, "url": "http://sms.tenant.example/api/{{toDigits}}?text={{text}}&key={{token}}", "token": "t0ken&ours",
			"auth": "header", "authHeader": "X-Api-Key", "plainName": "0",
		}), []channeltest.Outgoing{
			sends("text", "a b&c/é", channeltest.Request{
				Method: "GET", Path: "/api/14155550100?text=a%20b%26c%2F%C3%A9&key=t0ken%26ours", Header: map[string]string{"X-Api-Key": "t0ken&ours"},
			}),
		})
	})
	t.Run("an id by pattern, or none", func(t *testing.T) {
		t.Parallel()
		channeltest.RunOutgoing(t, setup(extra{"idPattern": `^OK:(\w+)`, "successPattern": "^OK:"}), []channeltest.Outgoing{
			{Name: "found", Text: "a", Replies: []channeltest.Reply{{Status: 200, Body: "OK:77\n"}}, Want: channel.Accepted(200, "77")},
			{Name: "no success", Text: "a", Replies: []channeltest.Reply{{Status: 200, Body: "ERR 12"}}, Want: channel.Result{Class: channel.ClassUnknown, Message: "ERR 12"}},
		})
		channeltest.RunOutgoing(t, setup(), []channeltest.Outgoing{
			{Name: "our own", Text: "a", Replies: []channeltest.Reply{{Status: 200}}, Want: channel.Accepted(200, ref)},
		})
	})
}

func TestXML(t *testing.T) {
	t.Parallel()
	net := new(listens)
	ch, err := smshttp.Type.Open(channel.Config{Settings: []byte(settings(extra{"format": "xml", "body": `<m to="{{to}}"><t>{{text}}</t></m>`}))}, channel.Deps{Guarded: net, Clock: now})
	if err != nil {
		t.Fatal(err)
	}
	ch.Send(t.Context(), outgoing("a </t><t> & \"b\"\n"))
	var got struct {
		To   string   `xml:"to,attr"`
		Text []string `xml:"t"`
	}
	if err := xml.Unmarshal([]byte(net.body), &got); err != nil || got.To != theirs || len(got.Text) != 1 || got.Text[0] != "a </t><t> & \"b\"\n" {
		t.Errorf("%q is %+v, %v", net.body, got, err)
	}
}

func TestRules(t *testing.T) {
	t.Parallel()
	cases := []channeltest.Outgoing{{Name: "ok", Text: "a", Replies: []channeltest.Reply{{Status: 200, Body: "OK"}}, Want: channel.Accepted(200, ref)}}
	add := func(status int, body string, want channel.Result) {
		cases = append(cases, channeltest.Outgoing{Name: body, Text: "a", Replies: []channeltest.Reply{{Status: status, Body: body}}, Want: want})
	}
	suppress := func(source heliograph.ConsentSource) *channel.Suppress {
		return &channel.Suppress{Scope: heliograph.ScopeSender, Source: source}
	}
	add(200, `{"error":"Bad Number"}`, channel.Result{Class: channel.ClassFinal, Reason: heliograph.ReasonNotFound, Suppress: suppress(heliograph.ConsentHardBounce), Message: "Bad Number"})
	add(403, `{"error":"blacklisted"}`, channel.Result{Class: channel.ClassFinal, Reason: heliograph.ReasonOptedOut, Suppress: suppress(heliograph.ConsentProvider)})
	add(400, `{"error":"blacklisted"}`, channel.Result{Class: channel.ClassFinal, Reason: heliograph.ReasonBadRequest, Message: "blacklisted"})
	add(402, `{}`, channel.Result{Class: channel.ClassPause, Reason: heliograph.ReasonUnauthorized})
	add(500, `{"error":"try later"}`, channel.Result{Class: channel.ClassRetry, Reason: heliograph.ReasonTooManyRequests})
	add(500, `{"error":"other"}`, channel.Result{Class: channel.ClassUnknown})
	add(200, `{"error":"spam"}`, channel.Result{Class: channel.ClassFinal, Reason: heliograph.ReasonBlocked})
	add(200, `{"error":"absent"}`, channel.Result{Class: channel.ClassFinal, Reason: heliograph.ReasonUnreachable})
	add(200, `{"error":"length"}`, channel.Result{Class: channel.ClassFinal, Reason: heliograph.ReasonContentTooLong})
	add(200, `{"error":"no"}`, channel.Result{Class: channel.ClassUnknown})
	add(422, `{"error":"final"}`, channel.Result{Class: channel.ClassFinal, Reason: heliograph.ReasonBadRequest})
	add(422, `{"error":"hm"}`, channel.Result{Class: channel.ClassUnknown})
	channeltest.RunOutgoing(t, setup(extra{"successPattern": "^(OK|\\W*|<html></html>|\\[+)$", "errorPath": "error", "errors": "invalid: /bad number/\noptedout: 403 /blacklisted/\n" +
		"pause: 402\nretry: 5xx /later/\nblocked: /spam/\nunreachable: /absent/\ntoolong: /length/\nfinal: 422 /final/\nunknown: 422"}), cases)
}

// TestWhoIsCalled: a tenant's URL goes through the guard, an operator's does not.
func TestWhoIsCalled(t *testing.T) {
	t.Parallel()
	for base, want := range map[string]string{
		smshttp.Type.BaseURL:            "guarded https://sms.tenant.example/send?x=1",
		"":                              "guarded https://sms.tenant.example/send?x=1",
		"http://127.0.0.1:9000":         "plain http://127.0.0.1:9000/send?x=1",
		"http://127.0.0.1:9000/smshttp": "plain http://127.0.0.1:9000/smshttp/send?x=1",
	} {
		guarded, plain := new(listens), new(listens)
		ch, err := smshttp.Type.Open(channel.Config{Settings: []byte(settings(extra{"url": "https://sms.tenant.example/send?x=1"}))},
			channel.Deps{Guarded: guarded, HTTP: plain, BaseURL: base, Clock: now})
		if err != nil {
			t.Fatal(err)
		}
		ch.Send(context.Background(), outgoing("a"))
		got := ""
		if guarded.req != nil {
			got += "guarded " + guarded.req.URL.String()
		}
		if plain.req != nil {
			got += "plain " + plain.req.URL.String()
		}
		if got != want {
			t.Errorf("with %q: %s, want %s", base, got, want)
		}
	}
}

// TestPrivateAddress: what the guard refuses was never sent, by whatever method,
// and the tenant learns nothing of our network.
func TestPrivateAddress(t *testing.T) {
	t.Parallel()
	called := false
	server := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { called = true }))
	t.Cleanup(server.Close)
	rt := &http.Transport{DialContext: netguard.New(netguard.Options{}).DialContext}
	for _, with := range []extra{
		{"url": server.URL + "/send"},
		{"method": "GET", "body": nil, "url": server.URL + "/send?to={{to}}&text={{text}}"},
	} {
		ch, err := smshttp.Type.Open(channel.Config{Settings: []byte(settings(with))}, channel.Deps{Guarded: rt, BaseURL: smshttp.Type.BaseURL, Clock: now})
		if err != nil {
			t.Fatal(err)
		}
		got := ch.Send(t.Context(), outgoing("a"))
		if got.Class != channel.ClassRetry || strings.Contains(got.Message, "127.0.0.1") || called {
			t.Errorf("%+v, called: %v", got, called)
		}
	}
}
