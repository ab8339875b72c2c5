package content_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"heliograph"
	"heliograph/internal/content"
)

// wholeTypes has a message of every type with every field of it.
var wholeTypes = []string{
	`{"type":"file","mediaUrl":"https://e.test/a.pdf","mediaType":"application/pdf","altText":"a.pdf","text":"Your bill"}`,
	`{"type":"carousel","displaySettings":{"imageAspectRatio":"square"},"items":[{"title":"Coat","description":"Warm","mediaUrl":"https://e.test/a.png",
		"mediaType":"image/png","altText":"a coat","size":"large","metadata":{"sku":1},
		"actions":[{"type":"link","text":"See","uri":"https://e.test"},{"type":"postback","text":"Keep","payload":"K"},{"type":"share","text":"dropped"}]}]}`,
	`{"type":"list","text":"Two","items":[{"title":"A","size":"compact","actions":[{"type":"share"}]},{"title":"B","actions":[{"type":"buy","text":"Pay","amount":5}]}]}`,
	`{"type":"location","coordinates":{"lat":-33.5,"long":180},"location":{"name":"Shop","address":"1 High St"}}`,
	`{"type":"form","blockChatInput":true,"fields":[{"type":"text","name":"n","label":"Name","placeholder":"Jo","minSize":2,"maxSize":256},
		{"type":"email","name":"e","label":"Mail"},{"type":"select","name":"s","label":"Size","options":[{"name":"s","label":"Small"},{"name":"l","label":"Large"}]}]}`,
	`{"type":"formResponse","quotedMessage":{"type":"message","content":{"_id":"5f3c1e7ab2c4d5e6f7a8b9c0","type":"form"}},"fields":[
		{"_id":"5f3c1e7ab2c4d5e6f7a8b9c1","type":"text","name":"n","text":"Jo"},{"type":"email","name":"e","label":"Mail","email":"jo@example.org"},
		{"type":"select","name":"s","select":[{"_id":"x","name":"l"}]}]}`,
}

func TestParseTypes(t *testing.T) {
	t.Parallel()
	quoted, _ := heliograph.ParseID[struct{}]("5f3c1e7ab2c4d5e6f7a8b9c0")
	want := []heliograph.Content{
		{Type: "file", MediaURL: "https://e.test/a.pdf", MediaType: "application/pdf", AltText: "a.pdf", Text: "Your bill"},
		{Type: "carousel", ImageRatio: "square", Items: []heliograph.Item{{
			Title: "Coat", Description: "Warm", MediaURL: "https://e.test/a.png", MediaType: "image/png", AltText: "a coat", Size: "large", Metadata: map[string]any{"sku": 1.0},
			Actions: []heliograph.Action{{Type: "link", Text: "See", URI: "https://e.test"}, {Type: "postback", Text: "Keep", Payload: "K"}, {Type: "share"}},
		}}},
		{Type: "list", Text: "Two", Items: []heliograph.Item{
			{Title: "A", Size: "compact", Actions: []heliograph.Action{{Type: "share"}}},
			{Title: "B", Actions: []heliograph.Action{{Type: "buy", Text: "Pay", Amount: 5, Currency: "usd", State: "offered"}}},
		}},
		{Type: "location", Coordinates: &heliograph.Coordinates{Lat: -33.5, Long: 180}, Venue: &heliograph.Venue{Name: "Shop", Address: "1 High St"}},
		{Type: "form", BlockChatInput: true, Fields: []heliograph.FormField{
			{Type: "text", Name: "n", Label: "Name", Placeholder: "Jo", MinSize: 2, MaxSize: 256}, {Type: "email", Name: "e", Label: "Mail"},
			{Type: "select", Name: "s", Label: "Size", SelectSize: 1, Options: []heliograph.FormOption{{Name: "s", Label: "Small"}, {Name: "l", Label: "Large"}}},
		}},
		{Type: "formResponse", Quoted: heliograph.MessageID(quoted), Fields: []heliograph.FormField{
			{ID: "5f3c1e7ab2c4d5e6f7a8b9c1", Type: "text", Name: "n", Text: "Jo"}, {Type: "email", Name: "e", Label: "Mail", Email: "jo@example.org"},
			{Type: "select", Name: "s", Select: []heliograph.FormOption{{ID: "x", Name: "l", Label: "l"}}},
		}},
	}
	for i, in := range wholeTypes {
		got, err := content.Parse([]byte(in))
		if err != nil {
			t.Errorf("%s: %v", in, err)
			continue
		}
		if diff := cmp.Diff(&want[i], got); diff != "" {
			t.Errorf("%s\n%s", in, diff)
		}
		if err := content.Validate(got); err != nil {
			t.Errorf("%s: Validate refuses what Parse returned: %v", in, err)
		}
	}
}

// TestParseKeepsOwnFields gives every type the fields of all.
func TestParseKeepsOwnFields(t *testing.T) {
	t.Parallel()
	const all = `"text":"t","mediaUrl":"https://e.test/a","altText":"a","payload":"p","actions":[{"type":"link","text":"a","uri":"https://e.test"}],
		"items":[{"title":"A","actions":[{"type":"share"}]}],"fields":[{"type":"text","name":"n","label":"N","text":"x"}],"blockChatInput":true,
		"coordinates":{"lat":1,"long":2},"location":{"name":"n"},"displaySettings":{"imageAspectRatio":"square"},"quotedMessageId":"5f3c1e7ab2c4d5e6f7a8b9c0"}`
	for typ, want := range map[string]string{
		"text": "text actions payload", "image": "text media actions", "file": "text media", "carousel": "text items ratio", "list": "text items",
		"location": "text place", "form": "text fields block", "formResponse": "text fields quoted",
	} {
		c, err := content.Parse([]byte(`{"type":"` + typ + `",` + all))
		if err != nil {
			t.Errorf("%s: %v", typ, err)
			continue
		}
		var got []string
		for _, f := range []struct {
			name string
			set  bool
		}{
			{"text", c.Text != ""}, {"media", c.MediaURL != "" && c.AltText != ""}, {"items", c.Items != nil}, {"ratio", c.ImageRatio != ""},
			{"place", c.Coordinates != nil && c.Venue != nil}, {"fields", c.Fields != nil}, {"block", c.BlockChatInput},
			{"quoted", !c.Quoted.IsZero()}, {"actions", c.Actions != nil}, {"payload", c.Payload != ""},
		} {
			if f.set {
				got = append(got, f.name)
			}
		}
		if have := strings.Join(got, " "); have != want {
			t.Errorf("%s keeps %s; want %s", typ, have, want)
		}
	}
}

func TestParseTypesRefuses(t *testing.T) {
	t.Parallel()
	many := func(n int, one string) string { return strings.TrimSuffix(strings.Repeat(one+",", n), ",") }
	numbered := func(n int, one string) string {
		var all []string
		for i := range n {
			all = append(all, fmt.Sprintf(one, i))
		}
		return strings.Join(all, ",")
	}
	const share = `{"title":"A","actions":[{"type":"share"}]}`
	items := func(s string) string { return `{"type":"carousel","items":[` + s + `]}` }
	item := func(s string) string { return items(`{"title":"A","actions":[{"type":"share"}],` + s + `}`) }
	itemActions := func(s string) string { return items(`{"title":"A","actions":[` + s + `]}`) }
	fields := func(s string) string { return `{"type":"form","fields":[` + s + `]}` }
	const text = `{"type":"text","name":"n%d","label":"N"}`
	choice := func(options string) string {
		return fields(`{"type":"select","name":"s","label":"S","options":[` + options + `]}`)
	}
	answers := func(s string) string { return `{"type":"formResponse","fields":[` + s + `]}` }
	place := func(s string) string { return `{"type":"location","coordinates":` + s + `}` }
	long := strings.Repeat("é", 129)
	for _, fits := range []string{
		items(many(10, share)), itemActions(many(3, `{"type":"share"}`)), fields(numbered(20, text)), choice(numbered(20, `{"name":"%d","label":"x"}`)),
		item(`"description":"` + long[2:] + `"`), place(`{"lat":90,"long":-180}`), fields(`{"type":"text","name":"a","label":"a","minSize":200}`),
	} {
		if _, err := content.Parse([]byte(fits)); err != nil {
			t.Errorf("%.100s: %v", fits, err)
		}
	}
	for in, field := range map[string]string{
		`{"type":"song"}`:                       "message.type",
		`{"type":"file"}`:                       "message.mediaUrl",
		items(``):                               "message.items",
		items(many(11, share)):                  "message.items",
		items(`1`):                              "message.items[0]",
		items(`{}`):                             "message.items[0].actions",
		items(share + `,{}`):                    "message.items[1].actions",
		`{"type":"list"}`:                       "message.items",
		`{"type":"list","items":{}}`:            "message.items",
		items(`{"actions":[{"type":"share"}]}`): "message.items[0].title",
		items(`{"title":"` + long + `","actions":[{"type":"share"}]}`): "message.items[0].title",
		item(`"description":"` + long + `"`):                           "message.items[0].description",
		item(`"altText":"` + long + `"`):                               "message.items[0].altText",
		item(`"mediaUrl":"x"`):                                         "message.items[0].mediaUrl",
		item(`"size":"huge"`):                                          "message.items[0].size",
		item(`"metadata":{"a":[]}`):                                    "message.items[0].metadata.a",
		itemActions(``):                                                "message.items[0].actions",
		itemActions(many(4, `{"type":"share"}`)):                       "message.items[0].actions",
		itemActions(`{"type":"reply","text":"a","payload":"b"}`):       "message.items[0].actions[0].type",
		itemActions(`{"type":"share"},{"type":"link","text":"a"}`):     "message.items[0].actions[1].uri",
		itemActions(many(2, `{"type":"webview","text":"a","uri":"https://a.test","fallback":"https://a.test","openOnReceive":true}`)): "message.items",
		`{"type":"carousel","displaySettings":{"imageAspectRatio":"round"},"items":[` + share + `]}`:                                  "message.displaySettings.imageAspectRatio",
		`{"type":"carousel","displaySettings":1,"items":[` + share + `]}`:                                                             "message.displaySettings",
		`{"type":"location"}`:           "message.coordinates",
		place(`1`):                      "message.coordinates",
		place(`{"lat":1}`):              "message.coordinates.long",
		place(`{"long":1}`):             "message.coordinates.lat",
		place(`{"lat":"1","long":1}`):   "message.coordinates.lat",
		place(`{"lat":90.1,"long":1}`):  "message.coordinates.lat",
		place(`{"lat":1,"long":-181}`):  "message.coordinates.long",
		place(`{"lat":1,"long":1e999}`): "message.coordinates.long",
		`{"type":"location","coordinates":{"lat":1,"long":1},"location":[]}`:                                           "message.location",
		`{"type":"location","coordinates":{"lat":1,"long":1},"location":{"name":"` + strings.Repeat("a", 1025) + `"}}`: "message.location.name",
		fields(``):                                                                    "message.fields",
		fields(numbered(21, text)):                                                    "message.fields",
		fields(many(2, fmt.Sprintf(text, 1))):                                         "message.fields[1].name",
		fields(`{"type":"date","name":"n","label":"N"}`):                              "message.fields[0].type",
		fields(`{"type":"text","label":"N"}`):                                         "message.fields[0].name",
		fields(`{"type":"text","name":"n"}`):                                          "message.fields[0].label",
		fields(`{"type":"text","name":"n","label":"` + long + `"}`):                   "message.fields[0].label",
		fields(`{"type":"text","name":"n","label":"N","placeholder":"` + long + `"}`): "message.fields[0].placeholder",
		fields(`{"type":"text","name":"n","label":"N","maxSize":257}`):                "message.fields[0].maxSize",
		fields(`{"type":"text","name":"n","label":"N","minSize":0}`):                  "message.fields[0].minSize",
		fields(`{"type":"text","name":"n","label":"N","minSize":9,"maxSize":8}`):      "message.fields[0].minSize",
		choice(``): "message.fields[0].options",
		choice(numbered(21, `{"name":"%d","label":"x"}`)):                "message.fields[0].options",
		choice(`{"name":"a","label":"A"},{"label":"A"}`):                 "message.fields[0].options[1].name",
		choice(`{"name":"a"}`):                                           "message.fields[0].options[0].label",
		answers(``):                                                      "message.fields",
		answers(`{"type":"text","name":"n"}`):                            "message.fields[0].text",
		answers(`{"type":"email","name":"n","email":"jo"}`):              "message.fields[0].email",
		answers(`{"type":"select","name":"n"}`):                          "message.fields[0].select",
		`{"type":"formResponse","quotedMessageId":"x"}`:                  "message.quotedMessageId",
		`{"type":"text","text":"a","override":{"line":[]}}`:              "message.override.line",
		`{"type":"text","text":"a","override":{"line":{}}}`:              "message.override.line",
		`{"type":"text","text":"a","override":{"line":{"payload":"x"}}}`: "message.override.line",
	} {
		c, err := content.ParseAt("message", []byte(in))
		e, ok := errors.AsType[*heliograph.Error](err)
		if !ok || e.Kind != heliograph.Invalid || e.Field != field {
			t.Errorf("%.120s: got %v, %v; want a refusal of %s", in, c, err, field)
		}
	}
}

func TestStampEverything(t *testing.T) {
	t.Parallel()
	for _, in := range wholeTypes[1:] {
		c, err := content.Parse([]byte(in))
		if err != nil {
			t.Fatal(err)
		}
		n, ids := 0, map[string]bool{}
		content.Stamp(c, func() string { n++; return fmt.Sprint("id", n) })
		for _, it := range c.Items {
			ids[it.ID] = true
			for _, a := range it.Actions {
				ids[a.ID] = true
			}
		}
		if c.Type == heliograph.FormMessage {
			for _, f := range c.Fields {
				ids[f.ID] = true
				for _, o := range f.Options {
					ids[o.ID] = true
				}
			}
		}
		if ids[""] || len(ids) != n {
			t.Errorf("%s: %d ids given, %d found: %v", c.Type, n, len(ids), ids)
		}
	}
}
