package sms_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"heliograph"
	"heliograph/channel"
	"heliograph/channel/sms"
)

func TestRender(t *testing.T) {
	t.Parallel()
	mms := channel.MediaLimits{"image/jpeg": 1 << 20, "image/png": 2 << 20}
	picture := func(kind string, size int64, text string) heliograph.Content {
		return heliograph.Content{Type: heliograph.ImageMessage, Text: text, MediaURL: "https://e.test/a", MediaType: kind, MediaSize: size}
	}
	long := func(s string, n int) heliograph.Content {
		return heliograph.Content{Type: heliograph.TextMessage, Text: strings.Repeat(s, n)}
	}
	beside := channel.Rendering{Text: "Look", Media: []string{"https://e.test/a"}, Parts: 1}
	link := channel.Rendering{Text: "Look\nhttps://e.test/a", Parts: 1, Units: 21, Encoding: "GSM-7", Notes: []string{"the image is sent as a link"}}
	tests := []struct {
		name    string
		carrier sms.Carrier
		content heliograph.Content
		want    channel.Rendering
		err     string
	}{
		{"beside", sms.Carrier{MMS: mms}, picture("image/png", 2<<20, "Look"), beside, ""},
		{"a type in capitals, with a parameter", sms.Carrier{MMS: mms}, picture("Image/PNG; q=1", 0, "Look"), beside, ""},
		{"a type that nobody told", sms.Carrier{MMS: mms}, picture("", 1<<20, "Look"), beside, ""},
		{"too large whatever its type", sms.Carrier{MMS: mms}, picture("", 1<<20+1, "Look"), channel.Rendering{}, heliograph.ReasonUnsupportedMessage},
		{"too large", sms.Carrier{MMS: mms}, picture("image/jpeg", 1<<20+1, "Look"), channel.Rendering{}, heliograph.ReasonUnsupportedMessage},
		{"too large, so a link", sms.Carrier{MMS: mms, LinkLarge: true}, picture("image/jpeg", 1<<20+1, "Look"), link, ""},
		{"a type that is not carried", sms.Carrier{MMS: mms}, picture("image/webp", 1, "Look"), link, ""},
		{"no MMS", sms.Carrier{}, picture("image/png", 1, "Look"), link, ""},
		{"a caption that is too long", sms.Carrier{MMS: mms, MaxUnits: 1000, MaxCaption: 10}, picture("image/png", 1, strings.Repeat("a", 11)), channel.Rendering{}, heliograph.ReasonContentTooLong},
		{"a caption may be longer than a text", sms.Carrier{MMS: mms, MaxParts: 1, MaxCaption: 2000}, picture("image/png", 1, strings.Repeat("a", 2000)),
			channel.Rendering{Text: strings.Repeat("a", 2000), Media: beside.Media, Parts: 1}, ""},
		{"nine parts", sms.Carrier{MaxParts: 9}, long("a", 1377), channel.Rendering{Text: strings.Repeat("a", 1377), Parts: 9, Units: 1377, Encoding: "GSM-7"}, ""},
		{"a character more", sms.Carrier{MaxParts: 9}, long("a", 1378), channel.Rendering{}, heliograph.ReasonContentTooLong},
		{"nine wide parts", sms.Carrier{MaxParts: 9}, long("ж", 603), channel.Rendering{Text: strings.Repeat("ж", 603), Parts: 9, Units: 603, Encoding: "UCS-2"}, ""},
		{"a wide character more", sms.Carrier{MaxParts: 9}, long("ж", 604), channel.Rendering{}, heliograph.ReasonContentTooLong},
		{"units", sms.Carrier{MaxUnits: 4}, long("😀", 2), channel.Rendering{Text: "😀😀", Parts: 1, Units: 4, Encoding: "UCS-2"}, ""},
		{"a unit more", sms.Carrier{MaxUnits: 4}, long("😀", 3), channel.Rendering{}, heliograph.ReasonContentTooLong},
		{"smart", sms.Carrier{Smart: true}, long("It’s", 1), channel.Rendering{
			Text: "It's", Parts: 1, Units: 4, Encoding: "GSM-7", Notes: []string{"typographic characters were replaced by plain ones"},
		}, ""},
		{"nothing", sms.Carrier{}, long("", 0), channel.Rendering{}, heliograph.ReasonUnsupportedMessage},
		{"a form", sms.Carrier{}, heliograph.Content{Type: heliograph.FormMessage}, channel.Rendering{}, heliograph.ReasonUnsupportedMessage},
	}
	for _, tc := range tests {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			got, err := tc.carrier.Render(&tc.content)
			if d := cmp.Diff(tc.want, got); d != "" {
				t.Errorf("(-want +got)\n%s", d)
			}
			if (err != nil) != (tc.err != "") || err != nil && heliograph.AsError(err).Code != tc.err {
				t.Errorf("%v, want %q", err, tc.err)
			}
		})
	}
}
