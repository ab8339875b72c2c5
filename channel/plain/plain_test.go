package plain_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"heliograph"
	"heliograph/channel/plain"
)

func TestWrite(t *testing.T) {
	t.Parallel()
	images := func(kind string) bool { return kind == "image/*" || kind == "image/png" }
	link := heliograph.Action{Type: "link", Text: "Track", URI: "https://e.test/t"}
	for name, tc := range map[string]struct {
		in      heliograph.Content
		carries func(string) bool
		want    plain.Message
	}{
		"text":      {heliograph.Content{Type: "text", Text: "Hi"}, nil, plain.Message{Text: "Hi"}},
		"a link":    {heliograph.Content{Type: "text", Text: "Hi", Actions: []heliograph.Action{link}}, nil, plain.Message{Text: "Hi\nTrack https://e.test/t"}},
		"a webview": {heliograph.Content{Type: "text", Text: "Hi", Actions: []heliograph.Action{{Type: "webview", Text: "Pick", URI: "https://e.test/app", Fallback: "https://e.test/page"}}}, nil, plain.Message{Text: "Hi\nPick https://e.test/page"}},
		"buttons":   {heliograph.Content{Type: "text", Text: "?", Actions: []heliograph.Action{{Type: "reply", Text: "Yes"}, {Type: "buy", Text: "Pay"}}}, nil, plain.Message{Text: "?\nYes", Notes: []string{"reply “Yes” is sent as text", "buy “Pay” is left out"}}},
		"an image beside": {heliograph.Content{Type: "image", Text: "Look", MediaURL: "https://e.test/a", AltText: "A"}, images,
			plain.Message{Text: "Look", Media: []plain.Media{{URL: "https://e.test/a", Name: "A"}}}},
		"an image as a link": {heliograph.Content{Type: "image", Text: "Look", MediaURL: "https://e.test/a"}, nil, plain.Message{Text: "Look\nhttps://e.test/a", Notes: []string{"the image is sent as a link"}}},
		"a file as a link":   {heliograph.Content{Type: "file", MediaURL: "https://e.test/a.pdf"}, images, plain.Message{Text: "https://e.test/a.pdf", Notes: []string{"the file is sent as a link"}}},
		"cards": {heliograph.Content{Type: "carousel", Items: []heliograph.Item{{Title: "Boots", Description: "black", Actions: []heliograph.Action{link}}, {Title: "Hat"}}}, nil,
			plain.Message{Text: "1. Boots: black\n   Track https://e.test/t\n2. Hat", Notes: []string{"the carousel is sent as numbered text"}}},
		"cards with a text": {heliograph.Content{Type: "list", Text: "See our shop", Items: []heliograph.Item{{Title: "Boots"}}}, nil, plain.Message{Text: "See our shop", Notes: []string{"the list is replaced by its text"}}},
		"a place":           {heliograph.Content{Type: "location", Coordinates: &heliograph.Coordinates{Lat: 45.5, Long: -73.5}, Venue: &heliograph.Venue{Name: "Shop"}}, nil, plain.Message{Text: "Location: Shop\nhttps://maps.google.com/maps?q=45.5,-73.5"}},
		"a fallback":        {heliograph.Content{Type: "text", Native: &heliograph.Native{Schema: "whatsapp", Fallback: "Hello"}}, nil, plain.Message{Text: "Hello", Notes: []string{"the whatsapp message is replaced by its fallback"}}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := plain.Write(&tc.in, tc.carries)
			if d := cmp.Diff(tc.want, got); d != "" || err != nil {
				t.Errorf("%v\n%s", err, d)
			}
		})
	}
	for name, c := range map[string]heliograph.Content{
		"a form":                     {Type: "form"},
		"native, without a fallback": {Type: "text", Native: &heliograph.Native{Schema: "whatsapp"}},
	} {
		if _, err := plain.Write(&c, nil); heliograph.AsError(err).Code != heliograph.ReasonUnsupportedMessage {
			t.Errorf("%s: %v", name, err)
		}
	}
}
