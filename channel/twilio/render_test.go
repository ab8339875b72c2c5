package twilio_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"heliograph"
	"heliograph/channel"
	"heliograph/channel/twilio"
)

func TestRender(t *testing.T) {
	t.Parallel()
	text := func(s string, actions ...heliograph.Action) heliograph.Content {
		return heliograph.Content{Type: heliograph.TextMessage, Text: s, Actions: actions}
	}
	image := heliograph.Content{Type: heliograph.ImageMessage, Text: "Look", MediaURL: "https://e.test/a.png"}
	huge := image
	huge.MediaSize = 5<<20 + 1
	smart, links := map[string]any{"smartEncoding": true}, map[string]any{"imagesAsLinks": true}
	tests := []struct {
		name    string
		extra   map[string]any
		content heliograph.Content
		want    channel.Rendering
		err     string
	}{
		{"plain", nil, text("Hi"), channel.Rendering{Text: "Hi", Parts: 1, Units: 2, Encoding: "GSM-7"}, ""},
		{"two parts", nil, text(strings.Repeat("ж", 71)), channel.Rendering{Text: strings.Repeat("ж", 71), Parts: 2, Units: 71, Encoding: "UCS-2"}, ""},
		{"a curly quote is dear", nil, text("It’s"), channel.Rendering{Text: "It’s", Parts: 1, Units: 4, Encoding: "UCS-2"}, ""},
		{"a curly quote is replaced", smart, text("It’s"), channel.Rendering{
			Text: "It's", Parts: 1, Units: 4, Encoding: "GSM-7", Notes: []string{"typographic characters were replaced by plain ones"},
		}, ""},
		{"a link", nil, text("Hi", heliograph.Action{Type: "link", Text: "Shop", URI: "https://e.test"}),
			channel.Rendering{Text: "Hi\nShop https://e.test", Parts: 1, Units: 22, Encoding: "GSM-7"}, ""},
		{"a webview", nil, text("Hi", heliograph.Action{Type: "webview", Text: "Shop", Fallback: "https://e.test"}),
			channel.Rendering{Text: "Hi\nShop https://e.test", Parts: 1, Units: 22, Encoding: "GSM-7"}, ""},
		{"buttons", nil, text("Ok?", heliograph.Action{Type: "reply", Text: "Yes", Payload: "y"}, heliograph.Action{Type: "postback", Text: "No", Payload: "n"}),
			channel.Rendering{Text: "Ok?\nYes\nNo", Parts: 1, Units: 10, Encoding: "GSM-7", Notes: []string{"reply “Yes” is sent as text", "postback “No” is sent as text"}}, ""},
		{"what only an app can do", nil, text("Ok?", heliograph.Action{Type: "buy", Text: "Pay"}),
			channel.Rendering{Text: "Ok?", Parts: 1, Units: 3, Encoding: "GSM-7", Notes: []string{"buy “Pay” is left out"}}, ""},
		{"actions alone", nil, text("", heliograph.Action{Type: "link", Text: "Shop", URI: "https://e.test"}),
			channel.Rendering{Text: "Shop https://e.test", Parts: 1, Units: 19, Encoding: "GSM-7"}, ""},
		{"an image", nil, image, channel.Rendering{Text: "Look", Media: []string{"https://e.test/a.png"}, Parts: 1}, ""},
		{"an image as a link", links, image, channel.Rendering{
			Text: "Look\nhttps://e.test/a.png", Parts: 1, Units: 25, Encoding: "GSM-7", Notes: []string{"the image is sent as a link"},
		}, ""},
		{"an image that is too large", nil, huge, channel.Rendering{}, heliograph.ReasonUnsupportedMessage},
		{"an image without a place", nil, heliograph.Content{Type: heliograph.ImageMessage}, channel.Rendering{}, heliograph.ReasonUnsupportedMessage},
		{"a picture that phones do not show", nil, heliograph.Content{Type: heliograph.ImageMessage, MediaURL: "https://e.test/a.svg", MediaType: "image/svg+xml"},
			channel.Rendering{Text: "https://e.test/a.svg", Parts: 1, Units: 20, Encoding: "GSM-7", Notes: []string{"the image is sent as a link"}}, ""},
		{"a file", nil, heliograph.Content{Type: heliograph.FileMessage, Text: "Read", MediaURL: "https://e.test/a.pdf", MediaType: "application/pdf"},
			channel.Rendering{Text: "Read\nhttps://e.test/a.pdf", Parts: 1, Units: 25, Encoding: "GSM-7", Notes: []string{"the file is sent as a link"}}, ""},
		{"cards", nil, heliograph.Content{Type: heliograph.CarouselMessage, Items: []heliograph.Item{{Title: "Boots"}, {Title: "Hat", Description: "red"}}},
			channel.Rendering{Text: "1. Boots\n2. Hat: red", Parts: 1, Units: 20, Encoding: "GSM-7", Notes: []string{"the carousel is sent as numbered text"}}, ""},
		{"a place", nil, heliograph.Content{Type: heliograph.LocationMessage, Coordinates: &heliograph.Coordinates{Lat: 1.5, Long: -2}},
			channel.Rendering{Text: "Location: https://maps.google.com/maps?q=1.5,-2", Parts: 1, Units: 47, Encoding: "GSM-7"}, ""},
		{"a form", nil, heliograph.Content{Type: heliograph.FormMessage}, channel.Rendering{}, heliograph.ReasonUnsupportedMessage},
		{"nothing", nil, text(""), channel.Rendering{}, heliograph.ReasonUnsupportedMessage},
		{"too long", nil, text(strings.Repeat("😀", 801)), channel.Rendering{}, heliograph.ReasonContentTooLong},
		{"too long with its link", nil, text(strings.Repeat("a", 1590), heliograph.Action{Type: "link", Text: "Shop", URI: "https://e.test"}), channel.Rendering{}, heliograph.ReasonContentTooLong},
	}
	for _, tc := range tests {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			ch, err := twilio.Type.Open(channel.Config{Settings: []byte(settings(tc.extra))}, channel.Deps{})
			if err != nil {
				t.Fatal(err)
			}
			got, err := ch.(channel.Renderer).Render(&tc.content)
			if tc.err != "" {
				if !heliograph.IsKind(err, heliograph.Invalid) || heliograph.AsError(err).Code != tc.err {
					t.Fatalf("%v, want %s", err, tc.err)
				}
				return
			}
			if d := cmp.Diff(tc.want, got); d != "" || err != nil {
				t.Errorf("(-want +got) %v\n%s", err, d)
			}
		})
	}
}
