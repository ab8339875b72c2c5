package smshttp_test

import (
	"crypto/hmac"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"encoding/hex"
	"hash"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"heliograph"
	"heliograph/channel"
	"heliograph/channel/channeltest"
	"heliograph/channel/smshttp"
)

const secret = "0123456789abcdef"

var (
	empty   = channel.Answer{Status: 200}
	inbound = extra{"inboundFrom": "from", "inboundTo": "to", "inboundText": "text", "inboundId": "id"}
	receipt = extra{"receiptStatus": "status", "receiptId": "id", "receiptReference": "ref", "receiptError": "why"}
)

func byHeader(r *channel.Request) { r.Header.Set("X-Secret", secret) }

func asJSON(r *channel.Request) {
	byHeader(r)
	r.Header.Set("Content-Type", "application/json")
}

func unsigned(with ...extra) channeltest.Setup {
	s := setup(with...)
	s.BodyUnsigned = true
	return s
}

func heard(id, text string) channel.Fact {
	return channel.Fact{Key: id, Message: &channel.MessageFact{From: theirs, To: "+14155550199", External: id, Text: text}}
}

func TestInbound(t *testing.T) {
	t.Parallel()
	const form = "from=14155550100&to=%2B1+415+555+0199&text=Hi+%26+bye&id=m-1"
	want := []channel.Fact{heard("m-1", "Hi & bye")}
	channeltest.RunIncoming(t, unsigned(proven, inbound, extra{"answer": "OK"}), []channeltest.Incoming{
		{Name: "a form", Path: "/inbound", Body: form, Sign: byHeader, Want: want, WantAnswer: channel.Answer{Status: 200, ContentType: "text/plain", Body: "OK"}},
		{Name: "by GET, at the root", Method: "GET", Query: form, Sign: byHeader, Want: want, WantAnswer: channel.Answer{Status: 200, ContentType: "text/plain", Body: "OK"}},
		{Name: "nobody", Path: "/inbound", Body: "text=x&id=1", Sign: byHeader, WantErr: heliograph.Invalid},
		{Name: "no id", Path: "/inbound", Body: "from=1&text=x", Sign: byHeader, WantErr: heliograph.Invalid},
		{Name: "a form that is none", Path: "/inbound", Body: "%zz", Sign: byHeader, WantErr: heliograph.Invalid},
		{Name: "elsewhere", Path: "/else", Body: form, Sign: byHeader, WantErr: heliograph.Invalid},
		{Name: "a receipt, of which nothing is set", Path: "/status", Body: form, Sign: byHeader, WantErr: heliograph.Invalid},
		{Name: "forged", Path: "/inbound", Body: form, Header: map[string]string{"X-Secret": "0123456789abcdeg"}, WantErr: heliograph.Forbidden},
		{Name: "not proven", Path: "/inbound", Body: form, WantErr: heliograph.Forbidden},
	})
	paths := extra{"inboundFrom": "sms.from.0", "inboundTo": "sms.to", "inboundText": "sms.body", "inboundId": "key", "inboundItems": "data.list", "providerAnswers": true}
	first, second := heard("1", "one"), heard("18446744073709551616", "two")
	first.Message.ProviderAnswers, second.Message.ProviderAnswers = true, true
	channeltest.RunIncoming(t, unsigned(proven, paths), []channeltest.Incoming{
		{Name: "JSON with a list", Path: "/inbound", Sign: asJSON, WantAnswer: empty, Want: []channel.Fact{first, second},
			Body: `{"data":{"list":[{"key":1,"sms":{"from":["14155550100"],"to":"14155550199","body":"one"}},` +
				`{"key":18446744073709551616,"sms":{"from":["+14155550100"],"to":"14155550199","body":"two"}},{"key":1,"sms":{"from":["14155550100"]}}]}}`},
		{Name: "no list", Path: "/inbound", Sign: asJSON, Body: `{"data":{}}`, WantErr: heliograph.Invalid},
		{Name: "not JSON", Path: "/inbound", Sign: asJSON, Body: `{`, WantErr: heliograph.Invalid},
		{Name: "an empty list", Path: "/inbound", Sign: asJSON, Body: `{"data":{"list":[]}}`, WantAnswer: empty},
	})
}

// TestInboundWithoutIDs: what a provider does not number is told apart by all of it.
func TestInboundWithoutIDs(t *testing.T) {
	t.Parallel()
	ch := open(t, proven, inbound, extra{"inboundId": nil})
	keys := map[string]bool{}
	for _, body := range []string{"from=14155550100&text=yes&at=1", "from=14155550100&text=yes&at=2", "from=14155550100&text=yes&at=1"} {
		r := &channel.Request{Method: "POST", Path: "/inbound", Body: []byte(body), Header: http.Header{}}
		byHeader(r)
		got, err := ch.(channel.Receiver).Receive(r)
		if err != nil || len(got.Facts) != 1 || got.Facts[0].Key != got.Facts[0].Message.External {
			t.Fatalf("%+v, %v", got, err)
		}
		keys[got.Facts[0].Key] = true
	}
	if len(keys) != 2 {
		t.Errorf("three requests, one of them twice, are %d messages", len(keys))
	}
}

func open(t testing.TB, with ...extra) channel.Channel {
	t.Helper()
	ch, err := smshttp.Type.Open(channel.Config{Settings: []byte(settings(with...)), Integration: heliograph.IntegrationID{11: 1}},
		channel.Deps{Clock: now, Auth: channeltest.Auth{}, HookURL: channeltest.HookURL})
	if err != nil {
		t.Fatal(err)
	}
	return ch
}

func fate(word string, s channel.StatusFact) []channel.Fact {
	s.External, s.Word = "m-1", word
	return []channel.Fact{{Key: "m-1:" + word, Status: &s}}
}

func TestReceipts(t *testing.T) {
	t.Parallel()
	var cases []channeltest.Incoming
	at := func(body, word string, s channel.StatusFact) {
		cases = append(cases, channeltest.Incoming{Name: body, Path: "/status", Body: body, Sign: byHeader, Want: fate(word, s), WantAnswer: empty})
	}
	at("id=m-1&status=DELIVRD", "delivrd", channel.StatusFact{Status: heliograph.AtUser})
	at("id=m-1&status=Read", "read", channel.StatusFact{Status: heliograph.AtUser, Read: true})
	at("id=m-1&status=+ENROUTE+", "enroute", channel.StatusFact{Status: heliograph.AtChannel})
	at("id=m-1&status=whatever", "whatever", channel.StatusFact{})
	at("id=m-1&status=sent&ref="+ref, "sent", channel.StatusFact{Status: heliograph.AtChannel, Delivery: channeltest.Delivery, Attempt: 1})
	at("id=m-1&status=sent&ref=theirs", "sent", channel.StatusFact{Status: heliograph.AtChannel})
	at("id=m-1&status=failed&why=Unknown+Number", "failed", channel.StatusFact{Status: heliograph.Failed, Result: channel.Result{
		Class: channel.ClassFinal, Reason: heliograph.ReasonNotFound, ProviderCode: "Unknown Number",
		Suppress: &channel.Suppress{Scope: heliograph.ScopeSender, Source: heliograph.ConsentHardBounce},
	}})
	at("id=m-1&status=failed&why=busy", "failed", channel.StatusFact{Status: heliograph.Failed, Result: channel.Result{Class: channel.ClassFinal, Reason: heliograph.ReasonUncategorized, ProviderCode: "busy"}})
	at("id=m-1&status=expired", "expired", channel.StatusFact{Status: heliograph.Failed, Result: channel.Result{Class: channel.ClassFinal, Reason: heliograph.ReasonUnreachable}})
	at("id=m-1&status=failed&why=402", "failed", channel.StatusFact{Status: heliograph.Failed, Result: channel.Result{Class: channel.ClassFinal, Reason: heliograph.ReasonUncategorized, ProviderCode: "402"}})
	echoed := url.Values{"r": {ref}, "m": {strings.TrimPrefix(callback(), channeltest.HookURL+"/status?r="+ref+"&m=")}}.Encode()
	known := channel.StatusFact{Status: heliograph.AtChannel, Delivery: channeltest.Delivery, Attempt: 1}
	alone := known
	alone.Word = "sent"
	other := channel.Fact{Key: "m-2:failed", Status: &channel.StatusFact{External: "m-2", Word: "failed", Status: heliograph.Failed, Result: channel.Result{Class: channel.ClassFinal, Reason: heliograph.ReasonUncategorized}}}
	cases = append(cases,
		channeltest.Incoming{Name: "at our callback", Path: "/status", Query: echoed, Body: "id=m-1&status=sent", Sign: byHeader, Want: fate("sent", known), WantAnswer: empty},
		channeltest.Incoming{Name: "at our callback, without an id", Path: "/status", Query: echoed, Body: "status=sent", Sign: byHeader, Want: []channel.Fact{{Key: ref + ":sent", Status: &alone}}, WantAnswer: empty},
		channeltest.Incoming{Name: "at a callback that is not ours", Path: "/status", Query: strings.Replace(echoed, "0001.1", "0002.1", 1), Body: "id=m-1&status=sent", Sign: byHeader, Want: fate("sent", channel.StatusFact{Status: heliograph.AtChannel}), WantAnswer: empty},
		channeltest.Incoming{Name: "by GET", Method: "GET", Path: "/status", Query: "id=m-1&status=sent", Sign: byHeader, Want: fate("sent", channel.StatusFact{Status: heliograph.AtChannel}), WantAnswer: empty},
		channeltest.Incoming{Name: "at the root", Body: "id=m-1&status=sent", Sign: byHeader, Want: fate("sent", channel.StatusFact{Status: heliograph.AtChannel}), WantAnswer: empty},
		channeltest.Incoming{Name: "a list", Path: "/status", Body: `[{"id":"m-1","status":"sent"},{"id":"m-2","status":"failed"},{"id":"m-1","status":"SENT"}]`, Sign: asJSON, WantAnswer: empty,
			Want: append(fate("sent", channel.StatusFact{Status: heliograph.AtChannel}), other)},
		channeltest.Incoming{Name: "a list at our callback, which is for one", Path: "/status", Query: echoed, Body: `[{"id":"m-1","status":"sent"},{"id":"m-2","status":"failed"}]`, Sign: asJSON, WantAnswer: empty,
			Want: append(fate("sent", channel.StatusFact{Status: heliograph.AtChannel}), other)},
		channeltest.Incoming{Name: "of nothing", Path: "/status", Body: "status=sent", Sign: byHeader, WantErr: heliograph.Invalid},
		channeltest.Incoming{Name: "without a status", Path: "/status", Body: "id=m-1", Sign: byHeader, WantErr: heliograph.Invalid},
		channeltest.Incoming{Name: "a message, of which nothing is set", Path: "/inbound", Body: "id=m-1", Sign: byHeader, WantErr: heliograph.Invalid},
	)
	channeltest.RunIncoming(t, unsigned(proven, receipt, extra{"errors": "blocked: 403 /busy/\ninvalid: /unknown number/\npause: 402\nunreachable: /^expired$/"}), cases)

	channeltest.RunIncoming(t, unsigned(proven, receipt, extra{"receiptDelivered": "1, ok", "receiptFailed": "delivered"}), []channeltest.Incoming{
		{Name: "words of their own", Path: "/status", Body: "id=m-1&status=OK", Sign: byHeader, Want: fate("ok", channel.StatusFact{Status: heliograph.AtUser}), WantAnswer: empty},
		{Name: "words that mean something else", Path: "/status", Body: "id=m-1&status=delivered", Sign: byHeader, WantAnswer: empty,
			Want: fate("delivered", channel.StatusFact{Status: heliograph.Failed, Result: channel.Result{Class: channel.ClassFinal, Reason: heliograph.ReasonUncategorized}})},
	})

	// Without a proof of the provider's own, its callback's code is good for one delivery.
	channeltest.RunIncoming(t, unsigned(receipt), []channeltest.Incoming{
		{Name: "our code alone", Path: "/status", Query: echoed, Body: "id=m-9&ref=other&status=sent", Want: []channel.Fact{{Key: ref + ":sent", Status: &alone}}, WantAnswer: empty},
		{Name: "our code for several", Path: "/status", Query: echoed, Body: `[{"status":"sent"},{"status":"failed"}]`, Header: map[string]string{"Content-Type": "application/json"}, WantErr: heliograph.Forbidden},
		{Name: "our code for a message", Path: "/inbound", Query: echoed, Body: "from=1&text=2", WantErr: heliograph.Forbidden},
		{Name: "no code", Path: "/status", Body: "id=m-1&status=sent", WantErr: heliograph.Forbidden},
		{Name: "a wrong code", Path: "/status", Query: strings.Replace(echoed, "m=", "m=0", 1), Body: "id=m-1&status=sent", WantErr: heliograph.Forbidden},
	})
}

func TestProofs(t *testing.T) {
	t.Parallel()
	const body = "from=14155550100&text=Hi&id=m-1"
	m := heard("m-1", "Hi")
	m.Message.To = ""
	ok := func(name string, sign func(*channel.Request)) channeltest.Incoming {
		return channeltest.Incoming{Name: name, Path: "/inbound", Body: body, Sign: sign, Want: []channel.Fact{m}, WantAnswer: empty}
	}
	bad := func(name string, sign func(*channel.Request)) channeltest.Incoming {
		return channeltest.Incoming{Name: name, Path: "/inbound", Body: body, Sign: sign, WantErr: heliograph.Forbidden}
	}
	query := func(q string) func(*channel.Request) { return func(r *channel.Request) { r.Query = q } }
	path := func(p string) func(*channel.Request) { return func(r *channel.Request) { r.Path = p } }
	channeltest.RunIncoming(t, unsigned(inbound, extra{"hookAuth": "query", "hookAuthName": "key", "hookSecret": secret}), []channeltest.Incoming{
		ok("query", query("a=1&key="+secret)), bad("another name", query("ke="+secret)), bad("another secret", query("key="+secret+"0")), bad("nothing", query("key=")),
	})
	channeltest.RunIncoming(t, unsigned(inbound, extra{"hookAuth": "path", "hookSecret": secret}), []channeltest.Incoming{
		ok("path", path("/inbound/"+secret)), ok("path at the root", path("/"+secret)),
		bad("another secret in the path", path("/inbound/"+secret+"0")), bad("more path", path("/inbound/"+secret+"/x")), bad("no path", path("/inbound/")), bad("root", path("/")),
	})
	for name, h := range map[string]func() hash.Hash{"sha1": sha1.New, "sha256": sha256.New, "sha512": sha512.New} {
		sum := func(r *channel.Request, key string) []byte {
			mac := hmac.New(h, []byte(key))
			mac.Write(r.Body)
			return mac.Sum(nil)
		}
		with := func(value func(*channel.Request) string) func(*channel.Request) {
			return func(r *channel.Request) { r.Header.Set("X-Signature", value(r)) }
		}
		channeltest.RunIncoming(t, setup(inbound, extra{"hookAuth": "hmac", "hookAuthName": "X-Signature", "hookSecret": secret, "hmacHash": name, "hmacPrefix": "v="}), []channeltest.Incoming{
			ok(name+" digits", with(func(r *channel.Request) string { return "v=" + hex.EncodeToString(sum(r, secret)) })),
			ok(name+" capital digits", with(func(r *channel.Request) string { return "v=" + strings.ToUpper(hex.EncodeToString(sum(r, secret))) })),
			ok(name+" base64", with(func(r *channel.Request) string { return "v=" + base64.StdEncoding.EncodeToString(sum(r, secret)) })),
			bad(name+" without its prefix", with(func(r *channel.Request) string { return hex.EncodeToString(sum(r, secret)) })),
			bad(name+" with another key", with(func(r *channel.Request) string { return "v=" + hex.EncodeToString(sum(r, secret+"0")) })),
			bad(name+" of half", with(func(r *channel.Request) string { return "v=" + hex.EncodeToString(sum(r, secret))[:20] })),
			// The query is not signed, so that it is not read.
			{Name: name + " of nothing", Method: "GET", Path: "/inbound", Query: body, WantErr: heliograph.Forbidden,
				Sign: with(func(r *channel.Request) string { return "v=" + hex.EncodeToString(sum(r, secret)) })},
		})
	}
}

// TestProofBits: no proof with a bit flipped counts, nor another's body.
func TestProofBits(t *testing.T) {
	t.Parallel()
	ch := open(t, inbound, extra{"hookAuth": "hmac", "hookAuthName": "X-Signature", "hookSecret": secret})
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write([]byte("from=14155550100&text=Hi&id=m-1"))
	real := mac.Sum(nil)
	for i := range len(real) * 8 {
		flipped := append([]byte(nil), real...)
		flipped[i/8] ^= 1 << (i % 8)
		for _, text := range []string{hex.EncodeToString(flipped), base64.StdEncoding.EncodeToString(flipped)} {
			r := &channel.Request{Method: "POST", Path: "/inbound", Body: []byte("from=14155550100&text=Hi&id=m-1"), Header: http.Header{"X-Signature": {text}}}
			if _, err := ch.(channel.Receiver).Receive(r); !heliograph.IsKind(err, heliograph.Forbidden) {
				t.Fatalf("bit %d flipped: %v", i, err)
			}
		}
	}
}

func FuzzReceive(f *testing.F) {
	ch := open(f, proven, inbound, receipt, extra{"inboundItems": "a.0", "errors": "final: /x+/"})
	f.Add("/inbound", "", "", "from=1&text=2&id=3")
	f.Add("/status", "r="+ref, "application/json", `[{"id":1,"status":"failed"},{"id":[],"status":{}}]`)
	f.Add("/", "status=1&id=2", "application/x+json", `{"a":[[{"from":"1","text":"","id":"2"}]]}`)
	f.Fuzz(func(t *testing.T, path, query, kind, body string) {
		r := &channel.Request{Method: "POST", URL: "https://h.test" + path + "?" + query, Path: path, Query: query, Header: http.Header{"Content-Type": {kind}}, Body: []byte(body)}
		byHeader(r)
		got, err := ch.(channel.Receiver).Receive(r)
		switch {
		case (got == nil) == (err == nil):
			t.Fatalf("%+v and %v", got, err)
		case err != nil && !heliograph.IsKind(err, heliograph.Invalid):
			t.Fatal(err)
		case err == nil:
			for _, fact := range got.Facts {
				if fact.Key == "" || len(fact.Key) > 400 || (fact.Status == nil) == (fact.Message == nil) {
					t.Fatalf("%+v", fact)
				}
			}
		}
	})
}

func FuzzProof(f *testing.F) {
	ch := open(f, inbound, extra{"hookAuth": "hmac", "hookAuthName": "X-Signature", "hookSecret": secret, "hmacPrefix": "sha256="})
	const body = "from=14155550100&text=Hi&id=m-1"
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write([]byte(body))
	sum := mac.Sum(nil)
	f.Add("sha256=" + hex.EncodeToString(sum))
	f.Add(base64.StdEncoding.EncodeToString(sum))
	f.Add("")
	f.Fuzz(func(t *testing.T, proof string) {
		r := &channel.Request{Method: "POST", Path: "/inbound", Body: []byte(body), Header: http.Header{"X-Signature": {proof}}}
		_, err := ch.(channel.Receiver).Receive(r)
		given := strings.TrimPrefix(strings.TrimSpace(proof), "sha256=")
		real := strings.EqualFold(given, hex.EncodeToString(sum)) || given == base64.StdEncoding.EncodeToString(sum)
		if err == nil && !real {
			t.Fatalf("%q is taken for a proof", proof)
		}
	})
}
