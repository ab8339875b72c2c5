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

func TestParse(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		in   string
		want heliograph.Content
	}{
		"text":              {`{"type":"text","text":"Hi \u00e9","role":"appMaker","unknown":[1,{}]}`, heliograph.Content{Type: "text", Text: "Hi é"}},
		"longest text":      {`{"type":"text","text":"` + strings.Repeat("é", 4096) + `"}`, heliograph.Content{Type: "text", Text: strings.Repeat("é", 4096)}},
		"null is absent":    {`{"type":"text","text":"a","metadata":null,"actions":null,"payload":null,"override":null}`, heliograph.Content{Type: "text", Text: "a"}},
		"text has no media": {`{"type":"text","text":"a","mediaUrl":"nonsense","altText":"x"}`, heliograph.Content{Type: "text", Text: "a"}},
		"image":             {`{"type":"image","mediaUrl":"https://e.test/a.png","mediaType":"image/png","altText":"a","text":"caption"}`, heliograph.Content{Type: "image", MediaURL: "https://e.test/a.png", MediaType: "image/png", AltText: "a", Text: "caption"}},
		"metadata":          {`{"type":"text","text":"a","metadata":{"s":"x","n":1.5,"b":true}}`, heliograph.Content{Type: "text", Text: "a", Metadata: map[string]any{"s": "x", "n": 1.5, "b": true}}},
		"override":          {`{"type":"text","text":"a","override":{"twilio":{"payload":{"a":[1]}}}}`, heliograph.Content{Type: "text", Text: "a", Override: []byte(`{"twilio":{"payload":{"a":[1]}}}`)}},
		"actions without text": {`{"type":"text","actions":[{"type":"link","text":"Go","uri":"https://e.test"},{"type":"buy","text":"Pay","amount":100,"payload":"dropped"}]}`,
			heliograph.Content{Type: "text", Actions: []heliograph.Action{{Type: "link", Text: "Go", URI: "https://e.test"}, {Type: "buy", Text: "Pay", Amount: 100, Currency: "usd", State: "offered"}}}},
		"replies": {`{"type":"text","text":"?","actions":[{"type":"reply","text":"Y","payload":"y","metadata":{"a":1}},{"type":"locationRequest","text":"Where"}]}`,
			heliograph.Content{Type: "text", Text: "?", Actions: []heliograph.Action{{Type: "reply", Text: "Y", Payload: "y", Metadata: map[string]any{"a": 1.0}}, {Type: "locationRequest", Text: "Where"}}}},
		"broken UTF-8": {"{\"type\":\"text\",\"text\":\"a\xff\"}", heliograph.Content{Type: "text", Text: "a\uFFFD"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := content.Parse([]byte(tc.in))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(&tc.want, got); diff != "" {
				t.Error(diff)
			}
			if err := content.Validate(got); err != nil {
				t.Errorf("Validate refuses what Parse returned: %v", err)
			}
		})
	}
}

func TestParseRefuses(t *testing.T) {
	t.Parallel()
	action := func(s string) string { return `{"type":"text","text":"a","actions":[` + s + `]}` }
	metadata := func(n int) string {
		return fmt.Sprintf(`{"type":"text","text":"a","metadata":{"k":"%s"}}`, strings.Repeat("x", n))
	}
	if _, err := content.Parse([]byte(metadata(4096 - 8))); err != nil {
		t.Errorf("metadata of exactly 4096 bytes: %v", err)
	}
	for in, field := range map[string]string{
		`[]`:                               "message",
		`{"type":"text"`:                   "message",
		`{"type":"text","text":tru}`:       "message",
		`{"text":"a"}`:                     "message.type",
		`{"type":"tex"}`:                   "message.type",
		`{"type":"carousel"}`:              "message.items",
		`{"type":1}`:                       "message.type",
		`{"type":"text"}`:                  "message.text",
		`{"type":"text","text":" "}`:       "message.text",
		`{"type":"text","text":{}}`:        "message.text",
		`{"type":"text","text":"a\u0000"}`: "message.text",
		`{"type":"text","text":"` + strings.Repeat("a", 4097) + `"}`:               "message.text",
		`{"type":"text","text":"a","payload":"` + strings.Repeat("a", 4097) + `"}`: "message.payload",
		`{"type":"image"}`:                        "message.mediaUrl",
		`{"type":"image","mediaUrl":"ftp://a/b"}`: "message.mediaUrl",
		`{"type":"image","mediaUrl":"https://a.test/` + strings.Repeat("a", 2048) + `"}`:            "message.mediaUrl",
		`{"type":"image","mediaUrl":"https://a.test","altText":"` + strings.Repeat("a", 129) + `"}`: "message.altText",
		metadata(4096 - 7):                                                                                      "message.metadata",
		`{"type":"text","text":"a","metadata":[]}`:                                                              "message.metadata",
		`{"type":"text","text":"a","metadata":{"a":{}}}`:                                                        "message.metadata.a",
		`{"type":"text","text":"a","metadata":{"a":null}}`:                                                      "message.metadata.a",
		`{"type":"text","text":"a","metadata":{"a":1e999}}`:                                                     "message.metadata.a",
		`{"type":"text","text":"a","metadata":{"\u0000":1}}`:                                                    "message.metadata",
		`{"type":"text","text":"a","override":3}`:                                                               "message.override",
		`{"type":"text","text":"a","override":{"a":1e999}}`:                                                     "message.override",
		`{"type":"text","text":"a","override":{"a":"\u0000"}}`:                                                  "message.override",
		`{"type":"text","text":"a","override":{"a":` + strings.Repeat("[", 40) + strings.Repeat("]", 40) + `}}`: "message.override",
		`{"type":"text","text":"a","actions":{}}`:                                                               "message.actions",
		action(`1`):                                                          "message.actions[0]",
		action(`{"text":"a"}`):                                               "message.actions[0].type",
		action(`{"type":"share"}`):                                           "message.actions[0].type",
		action(`{"type":"x","text":"a"}`):                                    "message.actions[0].type",
		action(`{"type":"link","text":"a"}`):                                 "message.actions[0].uri",
		action(`{"type":"link","uri":"https://a.test"}`):                     "message.actions[0].text",
		action(`{"type":"link","text":"a","uri":"javascript:alert(1)"}`):     "message.actions[0].uri",
		action(`{"type":"link","text":"a","uri":" JavaScript:alert(1)"}`):    "message.actions[0].uri",
		action(`{"type":"link","text":"a","uri":"java\nscript:alert(1)"}`):   "message.actions[0].uri",
		action(`{"type":"link","text":"a","uri":"\tjava\tscript:alert(1)"}`): "message.actions[0].uri",
		action(`{"type":"link","text":"a","uri":":nowhere"}`):                "message.actions[0].uri",
		action(`{"type":"postback","text":"a"}`):                             "message.actions[0].payload",
		action(`{"type":"reply","text":"a"}`):                                "message.actions[0].payload",
		action(`{"type":"webview","text":"a","uri":"https://a.test"}`):       "message.actions[0].fallback",
		action(`{"type":"webview","text":"a","uri":"https://a.test","fallback":"https://a.test","size":"big"}`): "message.actions[0].size",
		action(`{"type":"buy","text":"a","amount":1.5}`):                                                        "message.actions[0].amount",
		action(`{"type":"buy","text":"a"}`):                                                                     "message.actions[0].amount",
		action(`{"type":"link","text":"a","uri":"https://a.test","default":1}`):                                 "message.actions[0].default",
		action(`{"type":"reply","text":"a","payload":"b"},{"type":"link","text":"a","uri":"https://a.test"}`):   "message.actions",
		action(strings.TrimSuffix(strings.Repeat(`{"type":"locationRequest","text":"a"},`, 31), ",")):           "message.actions",
	} {
		c, err := content.ParseAt("message", []byte(in))
		e, ok := errors.AsType[*heliograph.Error](err)
		if !ok || e.Kind != heliograph.Invalid || e.Field != field || e.Code != heliograph.CodeBadRequest {
			t.Errorf("%.120s: got %v, %v; want a refusal of %s", in, c, err, field)
		}
	}
}

func TestStamp(t *testing.T) {
	t.Parallel()
	c := heliograph.Content{Actions: make([]heliograph.Action, 2)}
	n := 0
	content.Stamp(&c, func() string { n++; return fmt.Sprint(n) })
	if c.Actions[0].ID != "1" || c.Actions[1].ID != "2" {
		t.Errorf("ids %q, %q", c.Actions[0].ID, c.Actions[1].ID)
	}
}

func TestCheckAuthor(t *testing.T) {
	t.Parallel()
	if err := content.CheckAuthor("author", heliograph.Author{Name: "Shop", AvatarURL: "https://a.test/i.png"}); err != nil {
		t.Error(err)
	}
	err := content.CheckAuthor("author", heliograph.Author{AvatarURL: "x"})
	if e, ok := errors.AsType[*heliograph.Error](err); !ok || e.Field != "author.avatarUrl" {
		t.Error(err)
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte(`{"type":"text","text":"a","actions":[{"type":"reply","text":"a","payload":"b"}],"metadata":{"a":1}}`))
	for _, seed := range wholeTypes {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, in []byte) {
		c, err := content.Parse(in)
		if err != nil {
			if !heliograph.IsKind(err, heliograph.Invalid) {
				t.Fatalf("%v is not about the input", err)
			}
			return
		}
		if err := content.Validate(c); err != nil {
			t.Fatal(err)
		}
	})
}

func BenchmarkParse(b *testing.B) {
	in := []byte(`{"type":"text","text":"Your parcel 8812 is on its way and arrives tomorrow.","metadata":{"order":"8812"}}`)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := content.Parse(in); err != nil {
			b.Fatal(err)
		}
	}
}
