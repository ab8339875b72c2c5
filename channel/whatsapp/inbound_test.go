package whatsapp_test

import (
	"strings"
	"testing"

	"heliograph"
	"heliograph/channel"
	"heliograph/channel/channeltest"
)

const contacts = `"contacts":[{"profile":{"name":"Ana"},"wa_id":"16505551234"}]`

// wrote is a message of theirs, and the fact of it.
func wrote(name, rest string, m channel.MessageFact) channeltest.Incoming {
	m.From, m.To, m.External = theirs, ours, "wamid.in"
	if m.Name == "" {
		m.Name = "Ana"
	}
	return in(name, told(contacts+`,"messages":[{"from":"16505551234","id":"wamid.in","timestamp":"1739321024",`+rest+`}]`),
		channel.Fact{Key: "wamid.in", At: 1739321024000, For: number, Message: &m})
}

func TestMessages(t *testing.T) {
	t.Parallel()
	const hash = "29ed500fa64eb55fc19dc4124acb300e5dcca0f822a301ae99944db29ed500fa"
	const hash64 = "Ke1QD6ZOtV/BncQSSsswDl3MoPgiowGumZRNsp7VAPo="
	media := func(kind, extra string) string {
		return `"type":"` + kind + `","` + kind + `":{"id":"1003383421387256","mime_type":"x/y","sha256":"` + hash64 + `"` + extra + `}`
	}
	file := channel.Media{ID: "1003383421387256", Type: "x/y", SHA256: hash}
	named := file
	named.Name = "bill.pdf"
	place := &heliograph.Content{Type: heliograph.LocationMessage, Coordinates: &heliograph.Coordinates{Lat: 48.85, Long: -2.5}, Venue: &heliograph.Venue{Name: "Shop", Address: "1 Rue X"}}
	bare := &heliograph.Content{Type: heliograph.LocationMessage, Coordinates: &heliograph.Coordinates{Lat: 48.85, Long: -2.5}}
	channeltest.RunIncoming(t, setup(nil), []channeltest.Incoming{
		wrote("text", `"type":"text","text":{"body":"H\u00e9 \ud83d\ude00"}`, channel.MessageFact{Text: "Hé 😀"}),
		wrote("a quote", `"type":"text","text":{"body":"Yes"},"context":{"from":"15550783881","id":"`+wamid+`"}`, channel.MessageFact{Text: "Yes", AnswersExternal: wamid}),
		wrote("forwarded", `"type":"text","text":{"body":"Yes"},"context":{"forwarded":true}`, channel.MessageFact{Text: "Yes", Info: map[string]string{"forwarded": "true"}}),
		wrote("from an ad", `"type":"text","text":{"body":"Hi"},"referral":{"source_url":"https://fb.me/1","source_id":"120","headline":"Sale","ctwa_clid":"c","source_type":"ad"}`,
			channel.MessageFact{Text: "Hi", Info: map[string]string{"adUrl": "https://fb.me/1", "adId": "120", "adHeadline": "Sale", "adClick": "c"}}),
		wrote("an image", media("image", `,"caption":"Look"`), channel.MessageFact{Text: "Look", Media: []channel.Media{file}}),
		wrote("a video", media("video", ""), channel.MessageFact{Media: []channel.Media{file}}),
		wrote("a sound", media("audio", `,"voice":true`), channel.MessageFact{Media: []channel.Media{file}}),
		wrote("a voice", media("voice", ""), channel.MessageFact{Media: []channel.Media{file}}),
		wrote("a sticker", media("sticker", `,"animated":false`), channel.MessageFact{Media: []channel.Media{file}}),
		wrote("a document", media("document", `,"filename":"bill.pdf"`), channel.MessageFact{Media: []channel.Media{named}}),
		wrote("a hash in hex", strings.Replace(media("image", ""), hash64, hash, 1), channel.MessageFact{Media: []channel.Media{file}}),
		wrote("a hash that is none", strings.Replace(media("image", ""), hash64, "zz", 1), channel.MessageFact{Media: []channel.Media{{ID: file.ID, Type: file.Type}}}),
		wrote("lost media", `"type":"image","image":{"caption":"Look"},"errors":[{"code":131052,"title":"Media download error","message":"m","error_data":{"details":"Media file not found."}}]`,
			channel.MessageFact{Text: "Look\nThe person sent something that cannot be shown here: Media file not found."}),
		wrote("a place", `"type":"location","location":{"latitude":48.85,"longitude":-2.5,"name":"Shop","address":"1 Rue X","url":"https://x"}`, channel.MessageFact{Content: place}),
		wrote("coordinates alone", `"type":"location","location":{"latitude":48.85,"longitude":-2.5}`, channel.MessageFact{Content: bare}),
		wrote("contacts", `"type":"contacts","contacts":[{"name":{"formatted_name":"Bo Li"},"org":{"company":"X"},"phones":[{"phone":"+1 555","wa_id":"1555"}],"emails":[{"email":"b@x.test"}]},{"name":{"first_name":"Cy","last_name":"D"}}]`,
			channel.MessageFact{Text: "Bo Li, X, +1 555, b@x.test\nCy D"}),
		wrote("a template's button", `"type":"button","button":{"text":"Yes","payload":"Y1"},"context":{"id":"`+wamid+`"}`, channel.MessageFact{Text: "Yes", Payload: "Y1", AnswersExternal: wamid}),
		wrote("a button", `"type":"interactive","interactive":{"type":"button_reply","button_reply":{"id":"P1","title":"Yes"}}`, channel.MessageFact{Text: "Yes", Payload: "P1"}),
		wrote("a row", `"type":"interactive","interactive":{"type":"list_reply","list_reply":{"id":"P2","title":"Red","description":"Warm"}}`, channel.MessageFact{Text: "Red", Payload: "P2"}),
		wrote("a flow", `"type":"interactive","interactive":{"type":"nfm_reply","nfm_reply":{"name":"flow","body":"Sent","response_json":"{\"a\":1}"}}`, channel.MessageFact{Text: "Sent", Payload: `{"a":1}`}),
		wrote("a reaction", `"type":"reaction","reaction":{"message_id":"`+wamid+`","emoji":"\u2764\ufe0f"}`, channel.MessageFact{Reaction: true, Text: "❤️", AnswersExternal: wamid}),
		wrote("a reaction taken back", `"type":"reaction","reaction":{"message_id":"`+wamid+`"}`, channel.MessageFact{Reaction: true, AnswersExternal: wamid}),
		wrote("an order", `"type":"order","order":{"catalog_id":"c","text":"Soon please","product_items":[{"product_retailer_id":"sku-1","quantity":2,"item_price":9.5,"currency":"EUR"},{"product_retailer_id":"sku-2","quantity":"1"}]}`,
			channel.MessageFact{Text: "Soon please\n2 × sku-1, 9.5 EUR\n1 × sku-2"}),
		wrote("unsupported", `"type":"unsupported","errors":[{"code":131051,"title":"Message type unknown","details":"x"}]`,
			channel.MessageFact{Text: "The person sent something that cannot be shown here: Message type unknown."}),
		wrote("a type that is new", `"type":"hologram","hologram":{"x":1}`, channel.MessageFact{Text: `The person sent something that cannot be shown here ("hologram").`}),
		wrote("a text that is none", `"type":"text","text":"x"`, channel.MessageFact{Text: `The person sent something that cannot be shown here ("text").`}),
	})
}

func TestSenders(t *testing.T) {
	t.Parallel()
	say := func(name, contacts, who string, m channel.MessageFact) channeltest.Incoming {
		m.To, m.External, m.Text = ours, "wamid.in", "Hi"
		return in(name, told(contacts+`"messages":[{`+who+`"id":"wamid.in","timestamp":"1739321024","type":"text","text":{"body":"Hi"}}]`),
			channel.Fact{Key: "wamid.in", At: 1739321024000, For: number, Message: &m})
	}
	late := say("milliseconds", "", `"from":"16505551234",`, channel.MessageFact{From: theirs})
	late.Body = strings.Replace(late.Body, "1739321024", "1739321024123", 2)
	late.Body = strings.Replace(late.Body, `"time":1739321024123`, `"time":1739321024`, 1)
	late.Want[0].At = 1739321024123
	moved := func(name, from, system string, m channel.MovedFact) channeltest.Incoming {
		return in(name, told(`"messages":[{`+from+`"id":"wamid.in","timestamp":1739321024,"type":"system","system":{"body":"User Ana changed",`+system+`}}]`),
			channel.Fact{Key: "wamid.in", At: 1739321024000, For: number, Moved: &m})
	}
	nobody := in("from nobody", told(`"messages":[{"id":"wamid.in","type":"text","text":{"body":"Hi"}}]`))
	two := in("two people in a batch", told(`"contacts":[{"profile":{"name":"Ana"},"wa_id":"16505551234"},{"profile":{"name":"Bo"},"user_id":"`+scoped+`"}],"messages":[`+
		`{"from":"16505551234","id":"wamid.1","type":"text","text":{"body":"1"}},{"from_user_id":"`+scoped+`","id":"wamid.2","type":"text","text":{"body":"2"}},`+
		`{"from":"16505551234","id":"wamid.1","type":"text","text":{"body":"1"}}]`),
		channel.Fact{Key: "wamid.1", For: number, Message: &channel.MessageFact{From: theirs, To: ours, External: "wamid.1", Text: "1", Name: "Ana"}},
		channel.Fact{Key: "wamid.2", For: number, Message: &channel.MessageFact{From: scoped, To: ours, External: "wamid.2", Text: "2", Name: "Bo"}})
	channeltest.RunIncoming(t, setup(nil), []channeltest.Incoming{
		say("a number alone", "", `"from":"16505551234",`, channel.MessageFact{From: theirs}),
		say("both", `"contacts":[{"profile":{"name":"Ana","username":"ana"},"wa_id":"16505551234","user_id":"`+scoped+`","parent_user_id":"`+parent+`"}],`,
			`"from":"16505551234","from_user_id":"`+scoped+`",`,
			channel.MessageFact{From: theirs, Aliases: []string{scoped, parent}, Name: "Ana", Info: map[string]string{"username": "ana"}}),
		say("the id alone", `"contacts":[{"profile":{"name":"Ana"},"user_id":"`+scoped+`"}],`, `"from_user_id":"`+scoped+`","from_parent_user_id":"`+parent+`",`,
			channel.MessageFact{From: scoped, Aliases: []string{parent}, Name: "Ana"}),
		say("the contact knows more", `"contacts":[{"wa_id":"16505551234","user_id":"`+scoped+`"}],`, `"from_user_id":"`+scoped+`",`, channel.MessageFact{From: theirs, Aliases: []string{scoped}}),
		say("a contact of somebody else", `"contacts":[{"wa_id":"16505550000","profile":{"name":"Bo"}}],`, `"from":"16505551234",`, channel.MessageFact{From: theirs}),
		say("a number that is none", "", `"from":"42",`, channel.MessageFact{From: "42"}),
		late, nobody, two,
		moved("a new number", `"from":"16505551234",`, `"wa_id":"12195555358","type":"user_changed_number"`, channel.MovedFact{From: theirs, To: "+12195555358"}),
		moved("a new number and id", `"from":"16505551234",`, `"wa_id":"12195555358","user_id":"US.NEW","previous_user_id":"US.OLD","type":"user_changed_number"`,
			channel.MovedFact{From: theirs, To: "+12195555358", Aliases: []string{"US.NEW"}}),
		moved("a new number, in the old words", `"from":"16505551234",`, `"new_wa_id":12195555358,"type":"customer_changed_number"`, channel.MovedFact{From: theirs, To: "+12195555358"}),
		moved("a new id alone", "", `"previous_user_id":"US.OLD","user_id":"US.NEW","type":"user_changed_user_id"`, channel.MovedFact{From: "US.OLD", To: "US.NEW"}),
		in("another identity", told(`"messages":[{"from":"16505551234","id":"wamid.in","type":"system","system":{"type":"customer_identity_changed"}}]`)),
		in("they opened the chat", told(`"messages":[{"from":"16505551234","id":"wamid.in","type":"request_welcome"}]`)),
	})
}
