package twilio_test

import (
	"crypto/hmac"
	"crypto/sha1"
	"encoding/base64"
	"net/url"
	"slices"
	"strings"
	"testing"

	"heliograph"
	"heliograph/channel"
	"heliograph/channel/channeltest"
)

const formType = "application/x-www-form-urlencoded"

var (
	nothing = channel.Answer{Status: 204}
	twiml   = channel.Answer{Status: 200, ContentType: "text/xml", Body: `<?xml version="1.0" encoding="UTF-8"?><Response/>`}
)

// signWith signs as the contract puts it, in its own words: the URL, then every
// field's name and value in order of the names.
func signWith(token string) func(*channel.Request) {
	return func(r *channel.Request) {
		text := r.URL
		fields, _ := url.ParseQuery(string(r.Body))
		names := make([]string, 0, len(fields))
		for n := range fields {
			names = append(names, n)
		}
		slices.Sort(names)
		for _, n := range names {
			values := slices.Clone(fields[n])
			slices.Sort(values)
			for _, v := range slices.Compact(values) {
				text += n + v
			}
		}
		mac := hmac.New(sha1.New, []byte(token))
		mac.Write([]byte(text))
		r.Header.Set("X-Twilio-Signature", base64.StdEncoding.EncodeToString(mac.Sum(nil)))
		r.Header.Set("Content-Type", formType)
	}
}

func body(pairs ...string) string {
	v := url.Values{}
	for i := 0; i < len(pairs); i += 2 {
		v.Set(pairs[i], pairs[i+1])
	}
	return v.Encode()
}

const echoed = "d=01930000-0000-7000-8000-000000000001&a=2"

func statusBody(word string, extra ...string) string {
	return body(append([]string{
		"MessageSid", created, "SmsSid", created, "MessageStatus", word, "SmsStatus", word, "AccountSid", account,
		"From", ours, "To", theirs, "ApiVersion", "2010-04-01",
	}, extra...)...)
}

func fact(word string, s channel.StatusFact) []channel.Fact {
	s.External, s.Word, s.Address = created, word, theirs
	s.Delivery, s.Attempt = channeltest.Delivery, 2
	return []channel.Fact{{Key: created + ":" + word, Status: &s}}
}

func failed(code, field string, want channel.Result) channeltest.Incoming {
	return channeltest.Incoming{
		Name: "failed " + code, Path: "/status", Query: echoed, Body: statusBody("undelivered", field, code), Sign: signWith(token),
		Want: fact("undelivered", channel.StatusFact{Status: heliograph.Failed, Result: want}), WantAnswer: nothing,
	}
}

func TestStatus(t *testing.T) {
	t.Parallel()
	at := func(word string, s channel.StatusFact) channeltest.Incoming {
		return channeltest.Incoming{
			Name: word, Path: "/status", Query: echoed, Body: statusBody(word, "RawDlrDoneDate", "2611201201", "Whatever", "new"),
			Sign: signWith(token), Want: fact(word, s), WantAnswer: nothing,
		}
	}
	cases := []channeltest.Incoming{
		at("delivered", channel.StatusFact{Status: heliograph.AtUser}),
		at("read", channel.StatusFact{Status: heliograph.AtUser, Read: true}),
		at("canceled", channel.StatusFact{Status: heliograph.Failed, Result: channel.Result{Class: channel.ClassFinal, Reason: heliograph.ReasonCancelled}}),
		at("failed", channel.StatusFact{Status: heliograph.Failed, Result: channel.Result{Class: channel.ClassFinal, Reason: heliograph.ReasonUncategorized}}),
		at("partially_delivered", channel.StatusFact{}),
		at("a_new_word", channel.StatusFact{}),
	}
	for _, word := range []string{"accepted", "scheduled", "queued", "sending", "sent"} {
		cases = append(cases, at(word, channel.StatusFact{Status: heliograph.AtChannel}))
	}
	noEcho := channel.StatusFact{Status: heliograph.AtUser, External: created, Word: "delivered", Address: theirs}
	for name, query := range map[string]string{"no echo": "", "an echo that is none": "d=zz&a=1", "half an echo": "a=1"} {
		cases = append(cases, channeltest.Incoming{
			Name: name, Path: "/status", Query: query, Body: statusBody("delivered"), Sign: signWith(token),
			Want: []channel.Fact{{Key: created + ":delivered", Status: &noEcho}}, WantAnswer: nothing,
		})
	}
	cases = append(cases,
		channeltest.Incoming{
			Name: "the other token, while tokens are rotated", Path: "/status", Query: echoed, Body: statusBody("sent"), Sign: signWith(other),
			Want: fact("sent", channel.StatusFact{Status: heliograph.AtChannel}), WantAnswer: nothing,
		},
		channeltest.Incoming{Name: "a token of somebody else", Path: "/status", Query: echoed, Body: statusBody("sent"), Sign: signWith("x"), WantErr: heliograph.Forbidden},
		channeltest.Incoming{Name: "no word", Path: "/status", Body: body("MessageSid", created), Sign: signWith(token), WantErr: heliograph.Invalid},
		channeltest.Incoming{Name: "no id", Path: "/status", Body: body("MessageStatus", "sent"), Sign: signWith(token), WantErr: heliograph.Invalid},
		channeltest.Incoming{Name: "a path that is none of ours", Path: "/elsewhere", Body: statusBody("sent"), Sign: signWith(token), WantErr: heliograph.Invalid},
		channeltest.Incoming{Name: "not by POST", Method: "GET", Path: "/status", Body: statusBody("sent"), Sign: signWith(token), WantErr: heliograph.Invalid},
	)
	channeltest.RunIncoming(t, setup(nil), cases)
}

func inboundBody(pairs ...string) string {
	v, _ := url.ParseQuery(body(
		"MessageSid", created, "SmsMessageSid", created, "SmsSid", created, "AccountSid", account, "From", theirs, "To", ours,
		"Body", "Hi & bye", "NumMedia", "0", "NumSegments", "1", "SmsStatus", "received", "ApiVersion", "2010-04-01",
	))
	for i := 0; i < len(pairs); i += 2 {
		v.Set(pairs[i], pairs[i+1])
	}
	return v.Encode()
}

func TestInbound(t *testing.T) {
	t.Parallel()
	got := func(name string, change func(*channel.MessageFact), pairs ...string) channeltest.Incoming {
		m := &channel.MessageFact{From: theirs, To: ours, External: created, Text: "Hi & bye", ProviderAnswers: true}
		change(m)
		return channeltest.Incoming{
			Name: name, Path: "/inbound", Body: inboundBody(pairs...), Sign: signWith(token),
			Want: []channel.Fact{{Key: created, Message: m}}, WantAnswer: twiml,
		}
	}
	same := func(*channel.MessageFact) {}
	root, wrong := got("at the root", same), got("at the status URL", same)
	root.Path, wrong.Path = "/", "/status"
	long := strings.Repeat("bG9uZyA=", 1)
	channeltest.RunIncoming(t, setup(nil), []channeltest.Incoming{
		got("a text", same), root, wrong,
		got("where from", func(m *channel.MessageFact) {
			m.Info = map[string]string{"city": "SAN FRANCISCO", "country": "US"}
		}, "FromCity", "SAN FRANCISCO", "FromCountry", "US", "FromState", ""),
		got("media", func(m *channel.MessageFact) {
			m.Text, m.Media = "", []channel.Media{{URL: "https://api.twilio.com/m/1", Type: "image/jpeg"}, {URL: "https://api.twilio.com/m/2", Type: "text/vcard"}}
		}, "Body", "", "NumMedia", "2", "MediaUrl0", "https://api.twilio.com/m/1", "MediaContentType0", "image/jpeg",
			"MediaUrl1", "https://api.twilio.com/m/2", "MediaContentType1", "text/vcard", "MediaUrl2", "https://not.counted/"),
		got("more media than there are", same, "NumMedia", "999999999"),
		got("a stop that Twilio took", func(m *channel.MessageFact) { m.Text, m.Keyword = "Stop", "stop" }, "Body", "Stop", "OptOutType", "STOP"),
		got("a stop that Twilio did not tell of", func(m *channel.MessageFact) { m.Text = "STOP" }, "Body", "STOP"),
		got("a stop to a short code is ours to answer", func(m *channel.MessageFact) {
			m.Text, m.To, m.ProviderAnswers = "STOP", "12345", false
		}, "Body", "STOP", "To", "12345"),
		got("from a short code", func(m *channel.MessageFact) { m.From = "72345" }, "From", "72345"),
		got("a quote", func(m *channel.MessageFact) { m.AnswersExternal = "SM9" }, "OriginalRepliedMessageSid", "SM9"),
		got("what no database holds", func(m *channel.MessageFact) { m.Text = "a\uFFFDb" }, "Body", "a\xff\x00b"),
		got("base64 is left alone unless asked for", func(m *channel.MessageFact) { m.Text = strings.Repeat(long, 40) }, "Body", strings.Repeat(long, 40)),
		{Name: "no sender", Path: "/inbound", Body: inboundBody("From", ""), Sign: signWith(token), WantErr: heliograph.Invalid},
		{Name: "not a phone", Path: "/inbound", Body: inboundBody("From", "whatsapp:"+theirs), Sign: signWith(token), WantErr: heliograph.Invalid},
		{Name: "forged", Path: "/inbound", Body: inboundBody(), Sign: signWith("guess"), WantErr: heliograph.Forbidden},
		{Name: "not signed", Path: "/inbound", Body: inboundBody(), Header: map[string]string{"Content-Type": formType}, WantErr: heliograph.Forbidden},
	})
}

func TestInboundBase64(t *testing.T) {
	t.Parallel()
	plain := strings.Repeat("a long text ", 20)
	run := func(name, sent, want string) channeltest.Incoming {
		return channeltest.Incoming{
			Name: name, Path: "/inbound", Body: inboundBody("Body", sent), Sign: signWith(token), WantAnswer: twiml,
			Want: []channel.Fact{{Key: created, Message: &channel.MessageFact{From: theirs, To: ours, External: created, Text: want, ProviderAnswers: true}}},
		}
	}
	binary := base64.StdEncoding.EncodeToString([]byte(strings.Repeat("\xff\xfe", 100)))
	channeltest.RunIncoming(t, setup(map[string]any{"decodeBase64": true}), []channeltest.Incoming{
		run("decoded", base64.StdEncoding.EncodeToString([]byte(plain)), plain),
		run("plain", plain, plain),
		run("short", "aGVsbG8=", "aGVsbG8="),
		run("not text", binary, binary),
	})
}
