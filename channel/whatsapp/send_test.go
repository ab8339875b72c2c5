package whatsapp_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"heliograph"
	"heliograph/channel"
	"heliograph/channel/channeltest"
)

const success = `{"messaging_product":"whatsapp","contacts":[{"input":"+16505551234","wa_id":"16505551234"}],"messages":[{"id":"` + wamid + `","message_status":"accepted"}]}`

var accepted = channeltest.Reply{Status: 200, Body: success}

// envelope is the document of a message to theirs.
func envelope(rest string) string {
	return `{"messaging_product":"whatsapp","recipient_type":"individual","to":"` + theirs + `",` +
		`"biz_opaque_callback_data":"` + channeltest.Delivery.String() + `/1",` + rest + `}`
}

// goes is the case of a message that goes out as rest says.
func goes(name string, c heliograph.Content, rest string) channeltest.Outgoing {
	return channeltest.Outgoing{
		Name: name, Content: &c, Replies: []channeltest.Reply{accepted},
		Requests: []channeltest.Request{{Method: "POST", Path: send, JSON: envelope(rest)}},
		Want:     channel.Accepted(200, wamid),
	}
}

func stays(name string, c heliograph.Content, reason string) channeltest.Outgoing {
	return channeltest.Outgoing{Name: name, Content: &c, Want: channel.Final(reason, "")}
}

func text(s string, actions ...heliograph.Action) heliograph.Content {
	return heliograph.Content{Type: heliograph.TextMessage, Text: s, Actions: actions}
}

func replies(titles ...string) []heliograph.Action {
	var out []heliograph.Action
	for i, s := range titles {
		out = append(out, heliograph.Action{Type: "reply", Text: s, Payload: fmt.Sprint("P", i+1)})
	}
	return out
}

func plainText(body string, preview bool) string {
	b, _ := json.Marshal(body)
	return fmt.Sprintf(`"type":"text","text":{"body":%s,"preview_url":%t}`, b, preview)
}

func TestSendsText(t *testing.T) {
	t.Parallel()
	auth := goes("text", text("Hi & bye"), plainText("Hi & bye", false))
	auth.Requests[0].Header = map[string]string{"Authorization": "Bearer " + token, "Content-Type": "application/json"}
	second := goes("a second attempt", text("Hi"), "")
	second.Attempt, second.Requests[0].JSON = 2, strings.Replace(envelope(plainText("Hi", false)), `/1"`, `/2"`, 1)
	hidden := goes("to an id", text("Hi"), "")
	hidden.To, hidden.Requests[0].JSON = scoped, strings.Replace(envelope(plainText("Hi", false)), `"to":"`+theirs, `"recipient":"`+scoped, 1)
	hidden.Want.Aliases = []string{theirs}
	late := goes("not yet expired", text("Hi"), plainText("Hi", false))
	late.Expires = heliograph.At(channeltest.Now) + 1000
	expired := stays("expired", text("Hi"), heliograph.ReasonExpired)
	expired.Expires = heliograph.At(channeltest.Now)
	full := strings.Repeat("é", 4096)
	channeltest.RunOutgoing(t, setup(nil), []channeltest.Outgoing{
		auth, second, hidden, late, expired,
		goes("a link", text("See https://shop.example.test/1"), plainText("See https://shop.example.test/1", true)),
		goes("as long as can be", text(full), plainText(full, false)),
		stays("too long", text(full+"é"), heliograph.ReasonContentTooLong),
		stays("nothing", text(""), heliograph.ReasonUnsupportedMessage),
		stays("a form", heliograph.Content{Type: heliograph.FormMessage, Fields: []heliograph.FormField{{Type: "text", Name: "a"}}}, heliograph.ReasonUnsupportedMessage),
		stays("an answer to a form", heliograph.Content{Type: heliograph.FormResponseMessage}, heliograph.ReasonUnsupportedMessage),
	})
}

func TestSendsActions(t *testing.T) {
	t.Parallel()
	interactive := func(kind, body, action string) string {
		return `"type":"interactive","interactive":{"type":"` + kind + `","body":{"text":"` + body + `"},"action":` + action + `}`
	}
	button := func(id, title string) string {
		return `{"type":"reply","reply":{"id":"` + id + `","title":"` + title + `"}}`
	}
	four := replies("One", "Two", "Three", "A title of 24 letters ok")
	link := heliograph.Action{Type: "link", Text: "Track", URI: "https://shop.example.test/1"}
	long := link
	long.Text = "Follow your order here"
	photo := heliograph.Content{
		Type: heliograph.ImageMessage, Text: "Like it?", MediaURL: "https://cdn.example.test/a.jpg", MediaType: "image/jpeg", Actions: replies("Yes"),
	}
	twins := replies("Yes", "Yes")
	channeltest.RunOutgoing(t, setup(map[string]any{"listButton": "Choose"}), []channeltest.Outgoing{
		goes("three replies", text("Well?", replies("Yes", "No", "Twenty letters title")...), interactive("button", "Well?",
			`{"buttons":[`+button("P1", "Yes")+`,`+button("P2", "No")+`,`+button("P3", "Twenty letters title")+`]}`)),
		goes("four replies", text("Well?", four...), interactive("list", "Well?",
			`{"button":"Choose","sections":[{"rows":[{"id":"P1","title":"One"},{"id":"P2","title":"Two"},{"id":"P3","title":"Three"},{"id":"P4","title":"A title of 24 letters ok"}]}]}`)),
		goes("three of which one is too long for a button", text("Well?", replies("A", "Twenty-one characters")...), interactive("list", "Well?",
			`{"button":"Choose","sections":[{"rows":[{"id":"P1","title":"A"},{"id":"P2","title":"Twenty-one characters"}]}]}`)),
		goes("too long for a row", text("Well?", replies("A", "A title of 25 letters here")...), plainText("Well?\nA\nA title of 25 letters here", false)),
		goes("eleven", text("Well?", replies(strings.Split("a b c d e f g h i j k", " ")...)...), plainText("Well?\na\nb\nc\nd\ne\nf\ng\nh\ni\nj\nk", false)),
		goes("twins", text("Well?", twins...), plainText("Well?\nYes\nYes", false)),
		goes("replies alone", text("", replies("Yes")...), plainText("Yes", false)),
		goes("a text that is too long for buttons", text(strings.Repeat("x", 1025), replies("Yes")...), plainText(strings.Repeat("x", 1025)+"\nYes", false)),
		goes("a reply without a payload", text("Well?", heliograph.Action{Type: "reply", Text: "Yes"}), interactive("button", "Well?", `{"buttons":[`+button("Yes", "Yes")+`]}`)),
		goes("a postback", text("Well?", heliograph.Action{Type: "postback", Text: "Yes", Payload: "Y"}), plainText("Well?\nYes", false)),
		goes("a location request", text("Where?", heliograph.Action{Type: "locationRequest", Text: "Here"}), interactive("location_request_message", "Where?", `{"name":"send_location"}`)),
		goes("a location request beside a reply", text("Where?", append(replies("Skip"), heliograph.Action{Type: "locationRequest", Text: "Here"})...), plainText("Where?\nSkip\nHere", false)),
		goes("a link", text("Done", link), interactive("cta_url", "Done", `{"name":"cta_url","parameters":{"display_text":"Track","url":"https://shop.example.test/1"}}`)),
		goes("a link whose text is too long", text("Done", long), plainText("Done\nFollow your order here https://shop.example.test/1", true)),
		goes("a link to a telephone", text("Done", heliograph.Action{Type: "link", Text: "Call", URI: "tel:+1"}), plainText("Done\nCall tel:+1", false)),
		goes("two links", text("Done", link, link), plainText("Done\nTrack https://shop.example.test/1\nTrack https://shop.example.test/1", true)),
		goes("a webview", text("Done", heliograph.Action{Type: "webview", Text: "Open", URI: "https://w.example.test", Fallback: "https://f.example.test"}),
			interactive("cta_url", "Done", `{"name":"cta_url","parameters":{"display_text":"Open","url":"https://w.example.test"}}`)),
		goes("an image with a reply", photo, `"type":"interactive","interactive":{"type":"button","header":{"type":"image","image":{"link":"https://cdn.example.test/a.jpg"}},`+
			`"body":{"text":"Like it?"},"action":{"buttons":[`+button("P1", "Yes")+`]}}`),
	})
}

func TestSendsMedia(t *testing.T) {
	t.Parallel()
	media := func(kind heliograph.MessageType, mime, caption string, size int64) heliograph.Content {
		return heliograph.Content{Type: kind, MediaURL: "https://cdn.example.test/f/a.bin?x=1", MediaType: mime, Text: caption, MediaSize: size}
	}
	const link = `"link":"https://cdn.example.test/f/a.bin?x=1"`
	named := media(heliograph.FileMessage, "application/pdf", "Your bill", 0)
	named.AltText = "bill.pdf"
	as := func(kind, more string) string { return `"type":"` + kind + `","` + kind + `":{` + link + more + `}` }
	wordy := media(heliograph.ImageMessage, "image/png", strings.Repeat("w", 1025), 0)
	linked := media(heliograph.ImageMessage, "image/png", "Look", 0)
	linked.Actions = []heliograph.Action{{Type: "link", Text: "Buy", URI: "https://shop.example.test"}}
	channeltest.RunOutgoing(t, setup(nil), []channeltest.Outgoing{
		goes("an image", media(heliograph.ImageMessage, "image/jpeg", "", 5<<20), as("image", "")),
		goes("an image of no type", media(heliograph.ImageMessage, "", "Look", 0), as("image", `,"caption":"Look"`)),
		goes("an image with a link", linked, as("image", `,"caption":"Look\nBuy https://shop.example.test"`)),
		goes("an image with a long text", wordy, plainText(wordy.Text+"\n"+wordy.MediaURL, true)),
		goes("a picture as a file", media(heliograph.FileMessage, "image/png", "", 0), as("image", "")),
		goes("a picture that WhatsApp does not show", media(heliograph.ImageMessage, "image/gif", "", 0), as("document", `,"filename":"a.bin"`)),
		goes("a video", media(heliograph.FileMessage, "video/mp4", "Look", 0), as("video", `,"caption":"Look"`)),
		goes("a sound", media(heliograph.FileMessage, "audio/ogg; codecs=opus", "", 0), as("audio", "")),
		goes("a sound with words", media(heliograph.FileMessage, "audio/ogg", "Listen", 0), as("document", `,"caption":"Listen","filename":"a.bin"`)),
		goes("a sticker", media(heliograph.ImageMessage, "image/webp", "", 100<<10), as("sticker", "")),
		goes("a document", named, as("document", `,"caption":"Your bill","filename":"bill.pdf"`)),
		goes("a file of no type", media(heliograph.FileMessage, "", "", 0), as("document", `,"filename":"a.bin"`)),
		stays("an image that is too large", media(heliograph.ImageMessage, "image/jpeg", "", 5<<20+1), heliograph.ReasonContentTooLong),
		stays("a video that is too large", media(heliograph.FileMessage, "video/mp4", "", 16<<20+1), heliograph.ReasonContentTooLong),
		stays("a sticker that is too large", media(heliograph.ImageMessage, "image/webp", "", 500<<10+1), heliograph.ReasonContentTooLong),
		stays("a document that is too large", media(heliograph.FileMessage, "application/zip", "", 100<<20+1), heliograph.ReasonContentTooLong),
	})
}

func TestSendsPlacesAndLists(t *testing.T) {
	t.Parallel()
	here := heliograph.Content{Type: heliograph.LocationMessage, Coordinates: &heliograph.Coordinates{Lat: 48.85, Long: 2.35}}
	venue := here
	venue.Venue = &heliograph.Venue{Name: "Shop", Address: "1 Rue X"}
	item := func(title, description string, actions ...heliograph.Action) heliograph.Item {
		return heliograph.Item{Title: title, Description: description, MediaURL: "https://cdn.example.test/1.png", Actions: actions}
	}
	post := heliograph.Action{Type: "postback", Text: "Take it", Payload: "T1"}
	link := heliograph.Action{Type: "link", Text: "See", URI: "https://shop.example.test"}
	list := func(text string, items ...heliograph.Item) heliograph.Content {
		return heliograph.Content{Type: heliograph.ListMessage, Text: text, Items: items}
	}
	rows := func(text, rows string) string {
		return `"type":"interactive","interactive":{"type":"list","body":{"text":"` + text + `"},"action":{"button":"Options","sections":[{"rows":[` + rows + `]}]}}`
	}
	channeltest.RunOutgoing(t, setup(nil), []channeltest.Outgoing{
		goes("a place", here, `"type":"location","location":{"latitude":48.85,"longitude":2.35}`),
		goes("a place with a name", venue, `"type":"location","location":{"latitude":48.85,"longitude":2.35,"name":"Shop","address":"1 Rue X"}`),
		goes("items with one answer each", list("", item("Red", "Warm", post), item("Blue", "", replies("Blue")...)),
			rows(`1. Red: Warm\n2. Blue`, `{"id":"T1","title":"Red","description":"Warm"},{"id":"P1","title":"Blue"}`)),
		goes("items under a text", list("Pick one", item("Red", "", post)), rows("Pick one", `{"id":"T1","title":"Red"}`)),
		goes("items with links", list("", item("Red", "Warm", link)), plainText("1. Red: Warm\n   See https://shop.example.test", true)),
		goes("items with two answers", list("", item("Red", "", post, replies("No")[0])), plainText("1. Red\n   Take it\n   No", false)),
		goes("a title too long for a row", list("", item(strings.Repeat("R", 25), "", post)), plainText("1. "+strings.Repeat("R", 25)+"\n   Take it", false)),
		goes("a description too long for a row", list("", item("R", strings.Repeat("d", 73), post)), plainText("1. R: "+strings.Repeat("d", 73)+"\n   Take it", false)),
	})
}

func TestSendsNativeMessages(t *testing.T) {
	t.Parallel()
	native := func(message, fallback string) heliograph.Content {
		return heliograph.Content{Type: heliograph.TextMessage, Text: "shown", Native: &heliograph.Native{Schema: "whatsapp", Message: json.RawMessage(message), Fallback: fallback}}
	}
	override := func(doc string) heliograph.Content {
		return heliograph.Content{Type: heliograph.TextMessage, Text: "shown", Override: json.RawMessage(doc)}
	}
	sample := native(`{"type":"template","template":{"namespace":"XXXXXXXX_XXXX","name":"sample_hsm","language":{"policy":"deterministic","code":"en"},
		"components":[{"type":"body","parameters":[{"type":"text","text":"Sample Notification"},{"type":"text","text":"Sample Notification"}]},
		{"type":"button","sub_type":"url","index":0,"parameters":[{"type":"text","text":"A-17"}]},
		{"type":"button","sub_type":"quick_reply","index":"1","parameters":[{"type":"payload","payload":"x"}]}]}}`, "")
	templated := `"type":"template","template":{"name":"sample_hsm","language":{"code":"en"},"components":[` +
		`{"type":"body","parameters":[{"type":"text","text":"Sample Notification"},{"type":"text","text":"Sample Notification"}]},` +
		`{"type":"button","sub_type":"url","index":"0","parameters":[{"type":"text","text":"A-17"}]},` +
		`{"type":"button","sub_type":"quick_reply","index":"1","parameters":[{"type":"payload","payload":"x"}]}]}`
	foreign := heliograph.Content{Type: heliograph.TextMessage, Native: &heliograph.Native{Schema: "line", Message: json.RawMessage(`{}`), Fallback: "Hello"}}
	deaf := foreign
	deaf.Native = &heliograph.Native{Schema: "line", Message: json.RawMessage(`{}`)}
	channeltest.RunOutgoing(t, setup(nil), []channeltest.Outgoing{
		goes("a template", sample, templated),
		goes("a large number keeps its digits", native(`{"type":"template","template":{"name":"t","components":[{"type":"body","parameters":[{"type":"currency","currency":{"fallback_value":"$1","code":"USD","amount_1000":12345678901234567}}]}]}}`, ""),
			`"type":"template","template":{"name":"t","components":[{"type":"body","parameters":[{"type":"currency","currency":{"fallback_value":"$1","code":"USD","amount_1000":12345678901234567}}]}]}`),
		goes("a text of the retired form", native(`{"preview_url":true,"type":"text","text":{"body":"Hi"}}`, ""), plainText("Hi", true)),
		goes("a quote", native(`{"type":"text","text":{"body":"Hi"},"context":{"message_id":"wamid.q"}}`, ""), `"type":"text","text":{"body":"Hi"},"context":{"message_id":"wamid.q"}`),
		goes("contacts", native(`{"type":"contacts","contacts":[{"name":{"formatted_name":"Ana"}}]}`, ""), `"type":"contacts","contacts":[{"name":{"formatted_name":"Ana"}}]`),
		goes("it cannot choose the recipient", native(`{"type":"text","text":{"body":"Hi"},"to":"+1999","recipient":"US.1","recipient_type":"group","biz_opaque_callback_data":"x","messaging_product":"sms"}`, ""), `"type":"text","text":{"body":"Hi"}`),
		stays("without its object", native(`{"type":"template"}`, ""), heliograph.ReasonUnsupportedMessage),
		stays("not an object", native(`[1]`, ""), heliograph.ReasonUnsupportedMessage),
		stays("a text that is too long", native(`{"type":"text","text":{"body":"`+strings.Repeat("x", 4097)+`"}}`, ""), heliograph.ReasonContentTooLong),
		goes("an override", override(`{"line":{"payload":{}},"whatsapp":{"payload":{"type":"interactive","interactive":{"type":"flow"},"to":"+1999"}}}`), `"type":"interactive","interactive":{"type":"flow"}`),
		goes("an override without a type", override(`{"whatsapp":{"payload":{"text":{"body":"Hi"}}}}`), `"type":"text","text":{"body":"Hi"}`),
		goes("an override of another channel", override(`{"line":{"payload":{}}}`), plainText("shown", false)),
		stays("an override that is no object", override(`{"whatsapp":{"payload":[]}}`), heliograph.ReasonUnsupportedMessage),
		goes("a message of another channel", foreign, plainText("Hello", false)),
		stays("a message of another channel without a fallback", deaf, heliograph.ReasonUnsupportedMessage),
	})
}

func TestSendReadsTheAnswer(t *testing.T) {
	t.Parallel()
	answer := func(body string, want channel.Result) channeltest.Outgoing {
		return channeltest.Outgoing{Name: body, Text: "Hi", Replies: []channeltest.Reply{{Status: 200, Body: body}}, Want: want}
	}
	known := channel.Accepted(200, "wamid.1")
	known.Aliases = []string{"+5511999999999", scoped, parent}
	hidden := channel.Accepted(200, "wamid.1")
	hidden.Aliases = []string{scoped}
	channeltest.RunOutgoing(t, setup(nil), []channeltest.Outgoing{
		answer(success, channel.Accepted(200, wamid)),
		answer(`{"contacts":[{"input":"+16505551234","wa_id":"5511999999999","user_id":"`+scoped+`","parent_user_id":"`+parent+`"}],"messages":[{"id":"wamid.1"}]}`, known),
		answer(`{"contacts":[{"input":"`+scoped+`","user_id":"`+scoped+`"}],"messages":[{"id":"wamid.1"}]}`, hidden),
		answer(`{"contacts":[{"wa_id":"zz"}],"messages":[{"id":"wamid.1","message_status":"held_for_quality_assessment"}]}`, channel.Accepted(200, "wamid.1")),
		answer(`{"messages":[]}`, channel.Result{Class: channel.ClassUnknown}),
		answer(`{"messages":[{"id":null}]}`, channel.Result{Class: channel.ClassUnknown}),
	})
}

func TestRender(t *testing.T) {
	t.Parallel()
	ch := opened(t, nil, "https://graph.example.test", nil)
	rebuilt := heliograph.Content{
		Type: heliograph.ImageMessage, Text: "Hello Ana", MediaURL: "https://cdn.example.test/1.png",
		Native: &heliograph.Native{Schema: "whatsapp", Rebuilt: true, Message: json.RawMessage(`{"type":"template","template":{"name":"t"}}`)},
	}
	for name, tc := range map[string]struct {
		content heliograph.Content
		text    string
		media   int
		note    string
	}{
		"buttons":  {text("Well?", replies("Yes", "No")...), "Well?", 0, `buttons: "Yes", "No"`},
		"postback": {text("Well?", heliograph.Action{Type: "postback", Text: "Yes"}), "Well?\nYes", 0, "is sent as text"},
		"image":    {heliograph.Content{Type: heliograph.ImageMessage, Text: "Look", MediaURL: "https://cdn.example.test/1.png"}, "Look", 1, ""},
		"rebuilt":  {rebuilt, "Hello Ana", 1, ""},
		"template": {heliograph.Content{Type: heliograph.TextMessage, Native: &heliograph.Native{Schema: "whatsapp", Fallback: "Plain", Message: json.RawMessage(`{"type":"template","template":{"name":"t"}}`)}}, "Plain", 0, `template "t"`},
	} {
		r, err := ch.(channel.Renderer).Render(&tc.content)
		if err != nil || r.Text != tc.text || len(r.Media) != tc.media || r.Parts != 1 || !strings.Contains(strings.Join(r.Notes, "\n"), tc.note) {
			t.Errorf("%s: %+v, %v", name, r, err)
		}
	}
}
