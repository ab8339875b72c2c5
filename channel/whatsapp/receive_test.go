package whatsapp_test

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"reflect"
	"strings"
	"testing"

	"heliograph"
	"heliograph/channel"
	"heliograph/channel/channeltest"
)

var ok200 = channel.Answer{Status: 200}

func signWith(key string) func(*channel.Request) {
	return func(r *channel.Request) {
		mac := hmac.New(sha256.New, []byte(key))
		mac.Write(r.Body)
		r.Header.Set("X-Hub-Signature-256", "sha256="+hex.EncodeToString(mac.Sum(nil)))
		r.Header.Set("Content-Type", "application/json")
	}
}

// told is a webhook about our number with value's other fields.
func told(rest string) string { return change("messages", number, rest) }

func change(field, of, rest string) string {
	return `{"object":"whatsapp_business_account","entry":[{"id":"` + account + `","time":1739321024,"changes":[{"field":"` + field + `","value":{"messaging_product":"whatsapp",` +
		`"metadata":{"display_phone_number":"15550783881","phone_number_id":"` + of + `"},` + rest + `}}]}]}`
}

func in(name, body string, want ...channel.Fact) channeltest.Incoming {
	return channeltest.Incoming{Name: name, Body: body, Sign: signWith(secret), Want: want, WantAnswer: ok200}
}

func statusBody(word, extra string) string {
	return `{"id":"` + wamid + `","status":"` + word + `","timestamp":"1739321024","recipient_id":"16505551234","biz_opaque_callback_data":"` + channeltest.Delivery.String() + `/2"` + extra + `}`
}

func statusFact(word string, s channel.StatusFact) channel.Fact {
	s.External, s.Word, s.Address, s.Delivery, s.Attempt = wamid, word, theirs, channeltest.Delivery, 2
	return channel.Fact{Key: wamid + ":" + word + ":" + theirs, At: 1739321024000, For: number, Status: &s}
}

func failed(name, extra string, want channel.Result) channeltest.Incoming {
	return in("failed "+name, told(`"statuses":[`+statusBody("failed", extra)+`]`), statusFact("failed", channel.StatusFact{Status: heliograph.Failed, Result: want}))
}

func TestStatuses(t *testing.T) {
	t.Parallel()
	one := func(word, extra string, s channel.StatusFact) channeltest.Incoming {
		return in(word, told(`"statuses":[`+statusBody(word, extra)+`]`), statusFact(word, s))
	}
	hidden := channel.Fact{Key: "wamid.2:sent:" + scoped, For: number, Status: &channel.StatusFact{External: "wamid.2", Word: "sent", Address: scoped, Status: heliograph.AtChannel}}
	sent, delivered := statusFact("sent", channel.StatusFact{Status: heliograph.AtChannel}), statusFact("delivered", channel.StatusFact{Status: heliograph.AtUser})
	foreign := sent
	foreign.For = "999"
	channeltest.RunIncoming(t, setup(nil), []channeltest.Incoming{
		one("sent", `,"conversation":{"id":"c","expiration_timestamp":"1739407424","origin":{"type":"utility"}},"pricing":{"billable":true,"pricing_model":"PMP","category":"utility","type":"regular"}`,
			channel.StatusFact{Status: heliograph.AtChannel, Price: "utility regular PMP"}),
		one("delivered", `,"pricing":{"billable":false,"pricing_model":"CBP","category":"service"},"something_new":[1]`, channel.StatusFact{Status: heliograph.AtUser, Price: "service CBP not billable"}),
		one("read", "", channel.StatusFact{Status: heliograph.AtUser, Read: true}),
		one("played", "", channel.StatusFact{Status: heliograph.AtUser, Read: true}),
		one("deleted", "", channel.StatusFact{}),
		one("a_new_word", "", channel.StatusFact{}),
		in("no echo, no number", told(`"statuses":[{"id":"wamid.2","status":"sent","recipient_user_id":"`+scoped+`","biz_opaque_callback_data":"else"}]`), hidden),
		in("a batch, out of order and twice", told(`"statuses":[`+statusBody("delivered", "")+`,`+statusBody("sent", "")+`,`+statusBody("delivered", "")+`]`), delivered, sent),
		in("another number of the app", change("messages", "999", `"statuses":[`+statusBody("sent", "")+`]`), foreign),
		in("no id", told(`"statuses":[{"status":"sent"},{"id":"x"},null,7]`)),
	})
}

// Whatever the order in which statuses arrive, and however often, each says the
// same under the same key.
func TestStatusesAreTheSameInAnyOrder(t *testing.T) {
	t.Parallel()
	ch := opened(t, nil, "https://graph.example.test", nil)
	words := []string{"sent", "delivered", "read", "failed"}
	facts := map[string]channel.Fact{}
	for _, order := range [][]int{{0, 1, 2, 3}, {3, 2, 1, 0}, {2, 2, 0, 1}, {1, 3, 3, 0}} {
		var list []string
		for _, i := range order {
			list = append(list, statusBody(words[i], ""))
		}
		for _, body := range append([]string{told(`"statuses":[` + strings.Join(list, ",") + `]`)}, single(list)...) {
			for _, f := range received(t, ch, body) {
				if had, again := facts[f.Key]; again && !reflect.DeepEqual(had, f) {
					t.Errorf("%+v, then %+v", had, f)
				}
				facts[f.Key] = f
			}
		}
	}
	if len(facts) != len(words) {
		t.Errorf("%d facts: %v", len(facts), facts)
	}
}

func single(list []string) (out []string) {
	for _, one := range list {
		out = append(out, told(`"statuses":[`+one+`]`))
	}
	return out
}

func received(t *testing.T, ch channel.Channel, body string) []channel.Fact {
	t.Helper()
	req := &channel.Request{Method: "POST", Header: map[string][]string{}, Body: []byte(body)}
	signWith(secret)(req)
	got, err := ch.(channel.Receiver).Receive(req)
	if err != nil {
		t.Fatal(err)
	}
	return got.Facts
}

func TestChangesBesideMessages(t *testing.T) {
	t.Parallel()
	const key = "template:"
	ch := opened(t, nil, "https://graph.example.test", nil)
	template := `"event":"PAUSED","message_template_id":594425479261596,"message_template_name":"hello_world","message_template_language":"en_US","reason":"NONE"`
	got := received(t, ch, change("message_template_status_update", "", template))
	want := channel.TemplateFact{Name: "hello_world", Language: "en_US", Status: "PAUSED"}
	if len(got) != 1 || got[0].Template == nil || *got[0].Template != want || !strings.HasPrefix(got[0].Key, key) || got[0].At != 1739321024000 {
		t.Fatalf("%+v", got)
	}
	if again := received(t, ch, change("message_template_status_update", "", template)); again[0].Key != got[0].Key {
		t.Error("the same change has another key")
	}
	other := strings.Replace(template, "PAUSED", "APPROVED", 1)
	if again := received(t, ch, change("message_template_status_update", "", other)); again[0].Key == got[0].Key {
		t.Error("another change has the same key")
	}
	category := `"message_template_id":1,"message_template_name":"t","message_template_language":"fr","previous_category":"UTILITY","new_category":"MARKETING"`
	if got := received(t, ch, change("template_category_update", "", category)); len(got) != 1 || *got[0].Template != (channel.TemplateFact{Name: "t", Language: "fr"}) {
		t.Errorf("%+v", got)
	}

	preference := func(value, who string) string {
		return change("user_preferences", number, `"contacts":[{"profile":{"name":"Ana"},"wa_id":"16505551234","user_id":"`+scoped+`"}],`+
			`"user_preferences":[{`+who+`,"detail":"User requested to stop","category":"marketing_messages","value":"`+value+`","timestamp":1731705721}]`)
	}
	consent := func(address, word string, a heliograph.ConsentAction) channel.Fact {
		return channel.Fact{Key: "preference:" + address + ":" + word + ":1731705721", At: 1731705721000, For: number, Consent: &channel.ConsentFact{
			Address: address, Action: a, Scope: heliograph.ScopeMarketing, Source: heliograph.ConsentProvider, Word: word,
		}}
	}
	channeltest.RunIncoming(t, setup(nil), []channeltest.Incoming{
		in("stop", preference("stop", `"wa_id":"16505551234"`), consent(theirs, "stop", heliograph.OptOut)),
		in("resume, by the id", preference("resume", `"user_id":"`+scoped+`"`), consent(theirs, "resume", heliograph.OptIn)),
		in("a new word", preference("pause", `"wa_id":"16505551234"`)),
		in("quality", change("phone_number_quality_update", "", `"display_phone_number":"15550783881","event":"FLAGGED","current_limit":"TIER_10K"`)),
		in("account", change("account_update", "", `"event":"VERIFIED_ACCOUNT"`)),
		in("errors of the number", told(`"errors":[{"code":130429,"title":"Rate limit hit"}]`)),
		in("nothing", `{"object":"whatsapp_business_account","entry":[]}`),
		in("another product's", `{"object":"page","entry":[{"messaging":[{}]}]}`),
	})
}

func TestWebhookRequests(t *testing.T) {
	t.Parallel()
	body := told(`"statuses":[` + statusBody("sent", "") + `]`)
	bad := func(name string, c channeltest.Incoming, kind heliograph.Kind) channeltest.Incoming {
		c.Name, c.WantErr = name, kind
		return c
	}
	channeltest.RunIncoming(t, setup(nil), []channeltest.Incoming{
		bad("another secret", channeltest.Incoming{Body: body, Sign: signWith("x")}, heliograph.Forbidden),
		bad("another path", channeltest.Incoming{Path: "/elsewhere", Body: body, Sign: signWith(secret)}, heliograph.Invalid),
		bad("another method", channeltest.Incoming{Method: "PUT", Body: body, Sign: signWith(secret)}, heliograph.Invalid),
		bad("not JSON", channeltest.Incoming{Body: "a=b", Sign: signWith(secret)}, heliograph.Invalid),
	})

	set := setup(nil)
	set.BodyUnsigned = true // it is the query that proves the question
	ask := func(name, query string, challenge string) channeltest.Incoming {
		c := channeltest.Incoming{Name: name, Method: "GET", Query: query}
		if c.WantErr = heliograph.Forbidden; challenge != "" {
			c.WantErr, c.WantAnswer = heliograph.Internal, channel.Answer{Status: 200, ContentType: "text/plain; charset=utf-8", Body: challenge}
		}
		return c
	}
	channeltest.RunIncoming(t, set, []channeltest.Incoming{
		ask("the question", "hub.mode=subscribe&hub.verify_token=verify-me&hub.challenge=1158201444", "1158201444"),
		ask("another token", "hub.mode=subscribe&hub.verify_token=verify-mE&hub.challenge=1", ""),
		ask("no token", "hub.mode=subscribe&hub.challenge=1", ""),
		ask("another mode", "hub.mode=unsubscribe&hub.verify_token=verify-me&hub.challenge=1", ""),
		ask("nothing", "", ""),
		ask("a challenge that is none", "hub.mode=subscribe&hub.verify_token=verify-me&hub.challenge="+strings.Repeat("1", 257), ""),
	})
}
