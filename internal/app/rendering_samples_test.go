package app

import (
	"encoding/json"
	"strings"

	"heliograph"
)

// renderingSettings are integrations whose renderings are shown, by channel. The
// first is shown in full; of the others what differs from it. Every channel of
// the build needs a line.
var renderingSettings = map[string][]variant{
	"android": {{"in the app", `{}`}},
	"ios":     {{"in the app", `{}`}},
	"web":     {{"on a page", `{}`}},
	"twilio": {
		{"", `{"accountSid":"AC0","authToken":"x","phoneNumberSid":"PN0"}`},
		{"with `smartEncoding` and `imagesAsLinks`", `{"accountSid":"AC0","authToken":"x","phoneNumberSid":"PN0","smartEncoding":true,"imagesAsLinks":true}`},
	},
	"mailgun": {{"", `{"apiKey":"x","domain":"mg.example.com","incomingAddress":"shop@mg.example.com"}`}},
	"smtp":    {{"", `{"host":"mx.example","fromAddress":"shop@mail.example"}`}},
	"smshttp": {{"", `{"url":"https://sms.example","body":"to={{to}}&text={{text}}"}`}},
	"messagebird": {
		{"", `{"accessKey":"x","originator":"+14155550199"}`},
		{"from a name or a number outside North America", `{"accessKey":"x","originator":"Shop"}`},
		{"with `smartEncoding` and `imagesAsLinks`", `{"accessKey":"x","originator":"+14155550199","smartEncoding":true,"imagesAsLinks":true}`},
	},
	"whatsapp": {{"", `{"phoneNumberId":"1","accessToken":"x","appSecret":"x","verifyToken":"x"}`}},
}

// variant is one way to configure a channel.
type variant struct{ title, settings string }

// sample is a message, and what it is in words.
type sample struct {
	title, words string
	content      heliograph.Content
}

func text(s string, actions ...heliograph.Action) heliograph.Content {
	return heliograph.Content{Type: heliograph.TextMessage, Text: s, Actions: actions}
}

const photo = "https://shop.example/boots.jpg"

// renderingSamples are messages of every type, with every action.
func renderingSamples() []sample {
	return append(append(append(textSamples(), actionSamples()...), mediaSamples()...), structuredSamples()...)
}

func textSamples() []sample {
	return []sample{
		{"Plain text", "A text that the GSM 7-bit alphabet has.", text("Your parcel arrives today between 2 and 4 pm.")},
		{"Several lines", "Lines are kept.", text("Your parcel:\n- boots\n- hat")},
		{"Characters that count twice", "The euro sign and brackets are in GSM-7, for two units each.", text("[Shop] 20 € {refund} ~ 5 days")},
		{"Typographic characters", "Curly quotes, a dash and an ellipsis, as editors put them in.", text("It’s here – “boots”, size 42…")},
		{"Another alphabet", "Cyrillic is not in GSM-7.", text("Ваша посылка придёт сегодня")},
		{"Emoji", "Emoji are two units each; a family is many.", text("Thank you 😀👨‍👩‍👧")},
		{"Just one part", "160 characters of GSM-7.", text(strings.Repeat("0123456789", 16))},
		{"Just over one part", "161 characters of GSM-7.", text(strings.Repeat("0123456789", 16) + "!")},
		{"Just over one part, not GSM-7", "71 characters of UCS-2.", text(strings.Repeat("ж", 71))},
		{"Long", "1,300 characters of GSM-7.", text(strings.Repeat("All work and no play. ", 59) + "ok")},
		{"As long as a text may be", "4,096 characters.", text(strings.Repeat("0123456789abcdef", 256))},
	}
}

func actionSamples() []sample {
	link := heliograph.Action{Type: "link", Text: "Track it", URI: "https://shop.example/t/1"}
	return []sample{
		{"Link", "A text with one link.", text("Your parcel is on its way.", link)},
		{"Webview", "A text with a page that opens inside an app; elsewhere it has a fallback.", text("Choose a time.",
			heliograph.Action{Type: "webview", Text: "Calendar", URI: "https://shop.example/app/calendar", Fallback: "https://shop.example/calendar"})},
		{"Postbacks", "A text with two buttons that send something back unseen.", text("May we leave it at the door?",
			heliograph.Action{Type: "postback", Text: "Yes, please", Payload: "door"}, heliograph.Action{Type: "postback", Text: "No", Payload: "wait"})},
		{"Quick replies", "A text with two replies to choose from.", text("How was it?",
			heliograph.Action{Type: "reply", Text: "Great", Payload: "5"}, heliograph.Action{Type: "reply", Text: "Not so great", Payload: "2"})},
		{"Request for a place", "A text that asks where the person is.", text("Where shall we come?", heliograph.Action{Type: "locationRequest", Text: "Send my place"})},
		{"Purchase", "A text with a button to pay.", text("Boots, size 42.", heliograph.Action{Type: "buy", Text: "Buy now", Amount: 8900, Currency: "eur"})},
		{"Several actions", "A link, a postback and a purchase.", text("Boots, size 42.", link,
			heliograph.Action{Type: "postback", Text: "Remind me", Payload: "later"}, heliograph.Action{Type: "buy", Text: "Buy now", Amount: 8900, Currency: "eur"})},
	}
}

func mediaSamples() []sample {
	image := heliograph.Content{Type: heliograph.ImageMessage, MediaURL: photo, MediaType: "image/jpeg", MediaSize: 200 << 10}
	captioned, large, svg, tapped := image, image, image, image
	captioned.Text, captioned.AltText = "Your boots", "A pair of black boots"
	large.MediaSize, tapped.Text = 6<<20, "Your boots"
	svg.MediaURL, svg.MediaType = "https://shop.example/logo.svg", "image/svg+xml"
	tapped.Actions = []heliograph.Action{{Type: "link", Text: "See them", URI: "https://shop.example/boots"}}
	file := heliograph.Content{Type: heliograph.FileMessage, MediaURL: "https://shop.example/invoice.pdf", MediaType: "application/pdf", MediaSize: 80 << 10, AltText: "invoice.pdf"}
	explained := file
	explained.Text = "Your invoice"
	return []sample{
		{"Image", "A JPEG of 200 KB.", image},
		{"Image with a caption", "The same with a text, and a description for those who cannot see it.", captioned},
		{"Image with a link", "A caption and a link.", tapped},
		{"Large image", "A JPEG of 6 MB.", large},
		{"Image of an uncommon type", "An SVG.", svg},
		{"File", "A PDF with a name.", file},
		{"File with a text", "The same with a text.", explained},
	}
}

func structuredSamples() []sample {
	items := []heliograph.Item{
		{Title: "Boots", Description: "Black, size 42", MediaURL: photo, Actions: []heliograph.Action{
			{Type: "link", Text: "See them", URI: "https://shop.example/boots"}, {Type: "postback", Text: "Keep for me", Payload: "boots"},
		}},
		{Title: "Hat", Actions: []heliograph.Action{{Type: "buy", Text: "Buy now", Amount: 2500, Currency: "eur"}, {Type: "share", Text: "Tell a friend"}}},
	}
	carousel := heliograph.Content{Type: heliograph.CarouselMessage, Items: items}
	list := heliograph.Content{Type: heliograph.ListMessage, Items: items, Actions: []heliograph.Action{{Type: "link", Text: "All", URI: "https://shop.example"}}}
	replaced := carousel
	replaced.Text = "Boots and hats: https://shop.example"
	place := &heliograph.Coordinates{Lat: 45.5017, Long: -73.5673}
	form := heliograph.Content{Type: heliograph.FormMessage, Fields: []heliograph.FormField{
		{Type: "email", Name: "mail", Label: "Your address"},
		{Type: "select", Name: "size", Label: "Size", Options: []heliograph.FormOption{{Name: "s", Label: "Small"}, {Name: "l", Label: "Large"}}},
	}}
	override := text("Pick one.")
	override.Override = json.RawMessage(`{"whatsapp":{"payload":{"type":"interactive","interactive":{"type":"button","body":{"text":"Pick one."},"action":{"buttons":[{"type":"reply","reply":{"id":"a","title":"A"}}]}}}}}`)
	return append([]sample{
		{"Carousel", "Two cards: one with a picture, a link and a postback; one with a purchase and a button to share.", carousel},
		{"Carousel with a text instead", "The same cards, and a text for where they cannot be shown.", replaced},
		{"List", "The same as rows, with a link below.", list},
		{"Place", "Coordinates alone.", heliograph.Content{Type: heliograph.LocationMessage, Coordinates: place}},
		{"Place with a name", "Coordinates, a name and an address.", heliograph.Content{Type: heliograph.LocationMessage, Coordinates: place, Venue: &heliograph.Venue{Name: "Our shop", Address: "1 Main St"}}},
		{"Form", "Two questions.", form},
		{"Override", "A text, with a body of its own for WhatsApp.", override},
	}, nativeSamples()...)
}

func nativeSamples() []sample {
	template := func(fallback string) heliograph.Content {
		return heliograph.Content{Type: heliograph.TextMessage, Native: &heliograph.Native{
			Schema: "whatsapp", Fallback: fallback, Template: &heliograph.TemplateName{Name: "order_sent", Language: "en"},
			Message: json.RawMessage(`{"type":"template","template":{"name":"order_sent","language":{"code":"en"},"components":[{"type":"body","parameters":[{"type":"text","text":"Anna"}]}]}}`),
		}}
	}
	rebuilt := template("")
	rebuilt.Text, rebuilt.Native.Rebuilt = "Hello Anna, your order was sent.", true
	mail := text("Thank you for your order.")
	mail.Mail = &heliograph.Mail{Subject: "Your order"}
	return []sample{
		{"WhatsApp template with a fallback", "A template of WhatsApp, and a text for other channels.", template("Your order was sent.")},
		{"WhatsApp template without a fallback", "A template of WhatsApp alone.", template("")},
		{"WhatsApp template that was rebuilt", "A template whose text is known, without a fallback.", rebuilt},
		{"Text with a subject", "A text that has a subject when it goes as mail.", mail},
	}
}
