package messagebird_test

import (
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"

	"heliograph"
	"heliograph/channel"
	"heliograph/channel/channeltest"
)

var ok = channel.Answer{Status: 200, ContentType: "text/plain", Body: "OK"}

func form(pairs ...string) string {
	v := url.Values{}
	for i := 0; i < len(pairs); i += 2 {
		v.Set(pairs[i], pairs[i+1])
	}
	return v.Encode()
}

// report is the query of a status report, as it really is.
func report(status string, extra ...string) string {
	return form(append([]string{
		"id", created, "reference", channeltest.Delivery.String() + ".2", "recipient", "14155550100", "status", status,
		"statusDatetime", "2026-11-20T12:00:05+00:00", "datacoding", "plain", "mccmnc", "310260", "messageLength", "2",
		"messagePartCount", "1", "ported", "0", "price[amount]", "0.006", "price[currency]", "USD",
	}, extra...)...)
}

func reported(word string, s channel.StatusFact) []channel.Fact {
	s.External, s.Address, s.Delivery, s.Attempt, s.Price = created, theirs, channeltest.Delivery, 2, "0.006 USD"
	key := created + ":14155550100:" + word
	if s.Word == "" {
		s.Word = word
	}
	return []channel.Fact{{Key: key, At: heliograph.At(channeltest.Now.Add(5 * time.Second)), Status: &s}}
}

func TestStatus(t *testing.T) {
	t.Parallel()
	var cases []channeltest.Incoming
	at := func(name, word string, s channel.StatusFact, extra ...string) {
		cases = append(cases, channeltest.Incoming{
			Name: name, Method: "GET", Path: "/status", Query: report(word, extra...), Sign: signWith(signingKey),
			Want: reported(word, s), WantAnswer: ok,
		})
	}
	for _, word := range []string{"scheduled", "sent", "buffered"} {
		at(word, word, channel.StatusFact{Status: heliograph.AtChannel})
	}
	at("delivered", "delivered", channel.StatusFact{Status: heliograph.AtUser}, "statusReason", "successfully delivered")
	at("a new word", "a_new_word", channel.StatusFact{})
	for _, word := range []string{"expired", "delivery_failed"} {
		at("no report of the network, "+word, word, channel.StatusFact{Status: heliograph.AtChannel, Word: "dlr not received"}, "statusReason", "DLR not received")
	}
	failed := func(reason, code string, want channel.Result) {
		extra := []string{}
		if reason != "" {
			extra, want.ProviderCode = append(extra, "statusReason", reason), strings.ToLower(strings.ReplaceAll(reason, "_", " "))
		}
		if code != "" {
			extra, want.ProviderCode = append(extra, "statusErrorCode", code), code
		}
		at(fmt.Sprint("failed ", reason, code), "delivery_failed", channel.StatusFact{Status: heliograph.Failed, Result: want}, extra...)
	}
	final := func(reason string) channel.Result {
		return channel.Result{Class: channel.ClassFinal, Reason: reason}
	}
	optedOut, invalid := final(heliograph.ReasonOptedOut), final(heliograph.ReasonNotFound)
	optedOut.Suppress = &channel.Suppress{Scope: heliograph.ScopeSender, Source: heliograph.ConsentProvider}
	invalid.Suppress = &channel.Suppress{Scope: heliograph.ScopeSender, Source: heliograph.ConsentHardBounce}
	failed("", "103", optedOut)
	failed("carrier rejected", "103", optedOut)
	failed("opted out", "", optedOut)
	failed("opted_out", "", optedOut)
	for _, code := range []string{"1", "2", "3", "5"} {
		failed("", code, invalid)
	}
	failed("Unknown subscriber", "1", invalid)
	failed("unavailable subscriber", "27", final(heliograph.ReasonUnreachable))
	failed("", "6", final(heliograph.ReasonUnreachable))
	failed("carrier rejected", "", final(heliograph.ReasonBlocked))
	failed("", "13", final(heliograph.ReasonBlocked))
	failed("received network error", "34", final(heliograph.ReasonUncategorized))
	failed("insufficient balance", "", channel.Result{Class: channel.ClassPause, Reason: heliograph.ReasonUnauthorized})
	failed("capacity limit reached", "", channel.Result{Class: channel.ClassRetry, Reason: heliograph.ReasonTooManyRequests})
	failed("", "", final(heliograph.ReasonUncategorized))
	failed("", "not a number", final(heliograph.ReasonUncategorized))
	cases[len(cases)-1].Want[0].Status.Result.ProviderCode = ""
	at("expired", "expired", channel.StatusFact{Status: heliograph.Failed, Result: final(heliograph.ReasonExpired)})
	unavailable := final(heliograph.ReasonUnreachable)
	unavailable.ProviderCode = "unavailable subscriber"
	at("expired, out of reach", "expired", channel.StatusFact{Status: heliograph.Failed, Result: unavailable}, "statusReason", "unavailable subscriber")

	bare := channel.StatusFact{External: created, Word: "sent", Status: heliograph.AtChannel, Address: "12345"}
	cases = append(cases,
		channeltest.Incoming{
			Name: "a message that we did not send", Method: "GET", Path: "/status", Query: "id=" + created + "&recipient=12345&status=sent&reference=theirs",
			Sign: signWith(signingKey), Want: []channel.Fact{{Key: created + ":12345:sent", Status: &bare}}, WantAnswer: ok,
		},
		channeltest.Incoming{
			Name: "a plus sign that was not encoded, at the root", Method: "GET", Query: strings.Replace(report("sent"), "%2B00", "+00", 1), Sign: signWith(signingKey),
			Want: reported("sent", channel.StatusFact{Status: heliograph.AtChannel}), WantAnswer: ok,
		},
		channeltest.Incoming{Name: "no id", Method: "GET", Path: "/status", Query: "status=sent", Sign: signWith(signingKey), WantErr: heliograph.Invalid},
		channeltest.Incoming{Name: "no status", Method: "GET", Path: "/status", Query: "id=1", Sign: signWith(signingKey), WantErr: heliograph.Invalid},
		channeltest.Incoming{Name: "a path that is none of ours", Method: "GET", Path: "/elsewhere", Query: report("sent"), Sign: signWith(signingKey), WantErr: heliograph.Invalid},
		channeltest.Incoming{Name: "a query that is none", Method: "GET", Path: "/status", Query: "%zz", Sign: signWith(signingKey), WantErr: heliograph.Invalid},
		channeltest.Incoming{Name: "forged", Method: "GET", Path: "/status", Query: report("sent"), Sign: signWith("guess"), WantErr: heliograph.Forbidden},
		channeltest.Incoming{Name: "not signed", Method: "GET", Path: "/status", Query: report("sent"), WantErr: heliograph.Forbidden},
	)
	channeltest.RunIncoming(t, setup(nil), cases)
}

func TestInbound(t *testing.T) {
	t.Parallel()
	when := heliograph.At(time.Date(2026, 11, 20, 11, 59, 58, 0, time.UTC))
	heard := func(name, body string, at heliograph.Millis, change func(*channel.MessageFact)) channeltest.Incoming {
		m := &channel.MessageFact{From: theirs, To: ours, External: created, Text: "Hi & bye"}
		if change != nil {
			change(m)
		}
		return channeltest.Incoming{
			Name: name, Path: "/inbound", Body: body, Sign: signWith(signingKey),
			Want: []channel.Fact{{Key: m.External, At: at, Message: m}}, WantAnswer: ok,
		}
	}
	const long = "id=" + created + "&recipient=14155550199&originator=14155550100&body=Hi+%26+bye&createdDatetime=2026-11-20T11%3A59%3A58%2B00%3A00"
	short := func(m *channel.MessageFact) { m.External, m.To = "77", "12345" }
	pictures := func(m *channel.MessageFact) {
		m.Media = []channel.Media{{URL: "https://media.example.test/1?a=1,2"}, {URL: "https://media.example.test/2"}}
	}
	root, get, doc := heard("at the root", long, when, nil), heard("by GET", "", when, nil), heard("JSON", `{"id":"`+created+`","recipient":"14155550199","originator":14155550100,"body":"Hi & bye","CreatedDatetime":"2026-11-20T11:59:58Z","mediaUrls":["https://media.example.test/1?a=1,2","https://media.example.test/2"]}`, when, pictures)
	root.Path, get.Method, get.Query = "/", "GET", long
	doc.Header = map[string]string{"Content-Type": "application/json; charset=utf-8"}
	channeltest.RunIncoming(t, setup(nil), []channeltest.Incoming{
		heard("a long number", long+"&mediaUrls=", when, nil), root, get, doc,
		heard("with what came before it", "receiver=14155550199&sender=x&message=Hi+%26+bye&date=1795175998&date_utc=1795175998&reference=1&id="+created+
			"&message_id=other&recipient=14155550199&originator=14155550100&body=Hi+%26+bye&createdDatetime=2026-11-20T11%3A59%3A58%2B00%3A00&mms=false", when, nil),
		heard("only what came before it", "receiver=14155550199&sender=14155550100&payload=Hi+%26+bye&date_utc=1795175998&message_id="+created, 1795175998000, nil),
		heard("an id twice", long+"&id=another", when, nil),
		heard("other capitals", strings.NewReplacer("createdDatetime", "CreatedDatetime", "originator", "Originator").Replace(long), when, nil),
		heard("a short code", "mid=77&shortcode=12345&originator=14155550100&message=Hi+%26+bye&keyword=HI&receive_datetime=20261120115958", when, short),
		heard("a short code, told as sender", "mid=77&shortcode=12345&sender=14155550100&message=Hi+%26+bye&receive_datetime=20261120115958", when, short),
		heard("a time that is none", strings.Replace(long, "2026-11", "soon", 1), 0, nil),
		heard("pictures as JSON", long+"&mediaUrls="+url.QueryEscape(`["https://media.example.test/1?a=1,2","https://media.example.test/2"]`), when, pictures),
		heard("pictures between commas", long+"&mediaUrls="+url.QueryEscape("https://media.example.test/1?a=1,2,https://media.example.test/2"), when, pictures),
		heard("pictures as a form's list", long+"&mediaUrls[0]="+url.QueryEscape("https://media.example.test/1?a=1,2")+"&mediaUrls%5B1%5D=https://media.example.test/2", when, pictures),
		heard("a picture that is no link", long+"&mediaUrls=javascript:1", when, nil),
		heard("what no database holds", strings.Replace(long, "Hi+%26+bye", "a%FFb%00", 1), when, func(m *channel.MessageFact) { m.Text = "a\uFFFDb" }),
		{Name: "nobody", Path: "/inbound", Body: "id=1&body=x", Sign: signWith(signingKey), WantErr: heliograph.Invalid},
		{Name: "no id", Path: "/inbound", Body: "originator=1&body=x", Sign: signWith(signingKey), WantErr: heliograph.Invalid},
		{Name: "forged", Path: "/inbound", Body: long, Sign: signWith("guess"), WantErr: heliograph.Forbidden},
		{Name: "not signed", Path: "/inbound", Body: long, WantErr: heliograph.Forbidden},
	})
	channeltest.RunIncoming(t, setup(map[string]any{"signingKey": nil}), []channeltest.Incoming{
		{Name: "no signing key", Path: "/inbound", Body: long, Sign: signWith(""), WantErr: heliograph.Forbidden},
	})
}
