package content_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"heliograph"
	"heliograph/internal/content"
)

// knows is a shorthand with a few stored templates.
func knows() content.Shorthand {
	return content.Shorthand{
		Language: func() (string, error) { return "en_GB", nil },
		Stored: func(name string) (*heliograph.Content, error) {
			texts := map[string]string{"hello": "Hello!", "pair": "One %[Go](https://e.test) ![](https://e.test/p.png)", "loop": "again %((template:loop))%"}
			if text, ok := texts[name]; ok {
				return &heliograph.Content{Type: heliograph.TextMessage, Text: text}, nil
			}
			return nil, heliograph.Errorf(heliograph.NotFound, heliograph.CodeNotFound, "no")
		},
	}
}

// shown is a message in one line.
func shown(c *heliograph.Content) string {
	out := string(c.Type) + ":" + c.Text + c.MediaURL
	for _, a := range c.Actions {
		out += fmt.Sprintf(" <%s %s %s%s", a.Type, a.Text, a.URI, a.Payload)
		if a.Amount != 0 {
			out += fmt.Sprint(a.Amount, a.Currency)
		}
		out += ">"
	}
	if c.Native != nil {
		out = "native:" + string(c.Native.Message)
	}
	return out
}

func TestExpand(t *testing.T) {
	t.Parallel()
	for in, want := range map[string][]string{
		"Go %[here](https://e.test/a?b=(c)) now":                  {"text:Go now <link here https://e.test/a?b=(c)>"},
		"%[Call](tel:+15550100)":                                  {"text: <link Call tel:+15550100>"},
		"Pick %[A](postback:x y) %[B](postback:z)":                {"text:Pick <postback A x y> <postback B z>"},
		"Yes? %[Yes](reply:Y)%[Where](location)":                  {"text:Yes? <reply Yes Y> <locationRequest Where >"},
		"Pay $[Now](25.00) or $[Later](3)":                        {"text:Pay or <buy Now 2500usd> <buy Later 300usd>"},
		"Look ![](https://e.test/i.png) nice":                     {"text:Look", "image:https://e.test/i.png", "text:nice"},
		"%((template:hello))%":                                    {"text:Hello!"},
		"A %{{template:hello}}% B":                                {"text:A", "text:Hello!", "text:B"},
		"%((template: pair ))% end":                               {"text:One <link Go https://e.test>", "image:https://e.test/p.png", "text:end"},
		"a%[X](https://e.test)![](https://e.test/i)%[Y](reply:1)": {"text:a <link X https://e.test>", "image:https://e.test/i", "text: <reply Y 1>"},
		"&((template=[[t]]body_text=[[one]] body_text=[[two]]))&": {
			`native:{"template":{"components":[{"parameters":[{"text":"one","type":"text"},{"text":"two","type":"text"}],"type":"body"}],"language":{"code":"en_GB","policy":"deterministic"},"name":"t"},"type":"template"}`},
		"&(( namespace=[[NS]]\n template=[[t]] language=[[de]] header_image=[[https://e.test/a.png]] button_url=[[A-1]] button_payload_3=[[P]] fallback=[[Hi]] ))&": {
			`native:{"template":{"components":[{"parameters":[{"image":{"link":"https://e.test/a.png"},"type":"image"}],"type":"header"},` +
				`{"index":"0","parameters":[{"text":"A-1","type":"text"}],"sub_type":"url","type":"button"},` +
				`{"index":"3","parameters":[{"payload":"P","type":"payload"}],"sub_type":"quick_reply","type":"button"}],"language":{"code":"de","policy":"deterministic"},"name":"t"},"type":"template"}`},
	} {
		got, err := content.Expand("", &heliograph.Content{Type: heliograph.TextMessage, Text: in}, knows())
		var lines []string
		for _, c := range got {
			lines = append(lines, shown(c))
		}
		if diff := cmp.Diff(want, lines); diff != "" || err != nil {
			t.Errorf("%s: %v\n%s", in, err, diff)
		}
	}
}

// TestExpandLeaves: what cannot be read as a block is left as it is.
func TestExpandLeaves(t *testing.T) {
	t.Parallel()
	for _, in := range []string{
		"", "100 % [sure]", "50% (half) & ((more))", "%[a]", "%[a](", "%[a]()", "%[](https://e.test)", "%[a](no link)", "%[a](javascript:alert(1))", "%[a](postback:)",
		"%[a\nb](https://e.test)", "%[a](https://\ne.test)", "$[a](x)", "$[a](-1)", "$[a](0)", "$[a](1.234)", "$[a](1.)", "$[a](.5)", "![](x)", "![a]", "[a](https://e.test)",
		"%((template:))%", "%((template:a", "%((template:a))", "%{{template:a))%", "%((templates:a))%", "&((", "&(())&", "&((template=[[x]]))", "&((template=[[x))&", "&((template=[x]))&", "&((Template=[[x]]))&", "&((template=[[x]] junk))&",
		"Hey! (really) $(5) 3 & (4)",
	} {
		c := &heliograph.Content{Type: heliograph.TextMessage, Text: in}
		got, err := content.Expand("", c, knows())
		if err != nil || len(got) != 1 || got[0] != c || c.Text != in {
			t.Errorf("%q: %v, %v", in, got, err)
		}
	}
	other := &heliograph.Content{Type: heliograph.ImageMessage, Text: "%[a](https://e.test)", MediaURL: "https://e.test"}
	if got, err := content.Expand("", other, knows()); err != nil || got[0] != other {
		t.Errorf("a caption was expanded: %v", err)
	}
}

func TestExpandRefuses(t *testing.T) {
	t.Parallel()
	for _, in := range []string{
		"%((template:gone))%", "%((template:loop))%", "%[A](reply:1) %[B](https://e.test)", strings.Repeat("![](https://e.test)", 21),
		"&((body_text=[[x]]))&", "&((template=[[t]]body_txt=[[x]]))&", "&((template=[[t]]template=[[u]]))&", "&((template=[[t]]body_text=[[ ]]))&",
		"&((template=[[t]]body_text=[[a\nb]]))&", "&((template=[[t]]header_image=[[x]]))&", "&((template=[[t]]button_url_x=[[x]]))&", "&((template=[[t]]button_url_77=[[x]]))&", "&((template=[[t]]button_dance=[[x]]))&", "&((template=[[t]]body_image=[[https://e.test]]))&",
	} {
		got, err := content.Expand("message", &heliograph.Content{Type: heliograph.TextMessage, Text: in}, knows())
		e, ok := errors.AsType[*heliograph.Error](err)
		if !ok || e.Kind != heliograph.Invalid || !strings.HasPrefix(e.Field, "message.") {
			t.Errorf("%.80s: %v, %v", in, got, err)
		}
	}
}

func TestExpandKeepsWhatWasSaid(t *testing.T) {
	t.Parallel()
	c := &heliograph.Content{
		Type: heliograph.TextMessage, Text: "A ![](https://e.test/i) B %((template:hello))%", Metadata: map[string]any{"n": 1.0}, Author: heliograph.Author{Name: "Bo"},
		Override: json.RawMessage(`{"line":{"payload":{}}}`), Actions: []heliograph.Action{{Type: "link", Text: "See", URI: "https://e.test"}},
	}
	got, err := content.Expand("", c, knows())
	if err != nil || len(got) != 4 {
		t.Fatal(err, got)
	}
	for i, m := range got {
		if m.Author.Name != "Bo" || m.Metadata["n"] != 1.0 {
			t.Errorf("message %d has %+v, %v", i, m.Author, m.Metadata)
		}
		if (len(m.Override) > 0) != (i == 0) || (len(m.Actions) > 0) != (i == 2) {
			t.Errorf("message %d has the override %s and the actions %v", i, m.Override, m.Actions)
		}
	}
	fallback, err := content.Expand("", &heliograph.Content{Type: heliograph.TextMessage, Text: "&((template=[[t]]fallback=[[Your parcel]]))&"}, knows())
	if err != nil || fallback[0].Text != "Your parcel" || fallback[0].Native.Fallback != "Your parcel" {
		t.Errorf("%v: %+v", err, fallback)
	}
}

// TestExpandAnything: whatever is between the blocks comes back, in order.
func TestExpandAnything(t *testing.T) {
	t.Parallel()
	pieces := []string{"%[A](https://e.test)", "![](https://e.test/i)", "%((template:hello))%", "&((template=[[t]]))&", "%[", "](", "&((", "))&", "%", "$[", "!", "(", ")", "word", " ", "é", "\n"}
	rapid.Check(t, func(t *rapid.T) {
		in := strings.Join(rapid.SliceOfN(rapid.OneOf(rapid.SampledFrom(pieces), rapid.String()), 0, 12).Draw(t, "text"), "")
		c := &heliograph.Content{Type: heliograph.TextMessage, Text: in}
		got, err := content.Expand("", c, knows())
		if err != nil {
			if !heliograph.IsKind(err, heliograph.Invalid) {
				t.Fatal(err)
			}
			return
		}
		if c.Text != in {
			t.Fatal("the caller's own was changed")
		}
		if len(got) == 1 && got[0] == c {
			return
		}
		// The texts that are left are pieces of the text, in their order.
		rest := in
		for _, m := range got {
			if m.Type != heliograph.TextMessage || m.Native != nil || m.Text == "Hello!" {
				continue
			}
			for _, r := range m.Text {
				_, after, ok := strings.Cut(rest, string(r))
				if !ok {
					t.Fatalf("%q is not what is left of %q", m.Text, in)
				}
				rest = after
			}
		}
	})
}

func FuzzExpand(f *testing.F) {
	for _, s := range []string{"Go %[here](https://e.test) now", "&((template=[[t]]body_text=[[one]]))&", "A %{{template:pair}}% ![x](https://e.test)", "$[Pay](2.50)"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, in string) {
		c := &heliograph.Content{Type: heliograph.TextMessage, Text: in}
		got, err := content.Expand("", c, knows())
		if err != nil {
			if !heliograph.IsKind(err, heliograph.Invalid) {
				t.Fatalf("%v is not about the input", err)
			}
			return
		}
		if len(got) == 0 || len(got) > content.MaxExpanded {
			t.Fatalf("%d messages", len(got))
		}
		if !content.HasShorthand(in) && got[0] != c {
			t.Fatal("HasShorthand says that there is none")
		}
	})
}
