package content_test

import (
	"encoding/json"
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"heliograph"
	"heliograph/internal/content"
)

// guideTemplate is the template of the vendor's guide to outbound messages.
const guideTemplate = `{"type":"template","template":{"namespace":"XXXXXXXX_XXXX_XXXX_XXXX_XXXXXXXXXXXX","name":"sample_hsm",
	"language":{"policy":"deterministic","code":"en"},"components":[{"type":"body","parameters":[
	{"type":"text","text":"Sample Notification"},{"type":"text","text":"Sample Notification"}]}]}}`

func TestNative(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		in, message, text, fallback string
		template                    *heliograph.TemplateName
	}{
		"the guide's template": {in: guideTemplate,
			message: `{"type":"template","template":{"name":"sample_hsm","language":{"policy":"deterministic","code":"en"},"components":[
				{"type":"body","parameters":[{"type":"text","text":"Sample Notification"},{"type":"text","text":"Sample Notification"}]}]}}`,
			text: "[WhatsApp template sample_hsm (en)]", template: &heliograph.TemplateName{Namespace: "XXXXXXXX_XXXX_XXXX_XXXX_XXXXXXXXXXXX", Name: "sample_hsm", Language: "en"}},
		"every parameter": {in: `{"to":"1","messaging_product":"whatsapp","type":"template","template":{"name":"n","language":{"code":"en_US"},"components":[
				{"type":"HEADER","parameters":[{"type":"image","image":{"link":"https://e.test/a.png"}}]},
				{"type":"body","parameters":[{"type":"currency","currency":{"fallback_value":"$1","code":"USD","amount_1000":1000}},
					{"type":"date_time","date_time":{"fallback_value":"today"}},{"type":"text","parameter_name":"who","text":"Jo"}]},
				{"type":"button","sub_type":"URL","index":0,"parameters":[{"type":"text","text":"A-17"}]},
				{"type":"button","sub_type":"quick_reply","index":"1","parameters":[{"type":"payload","payload":"P"}]}]}}`,
			message: `{"type":"template","template":{"name":"n","language":{"code":"en_US"},"components":[
				{"type":"header","parameters":[{"type":"image","image":{"link":"https://e.test/a.png"}}]},
				{"type":"body","parameters":[{"type":"currency","currency":{"fallback_value":"$1","code":"USD","amount_1000":1000}},
					{"type":"date_time","date_time":{"fallback_value":"today"}},{"type":"text","parameter_name":"who","text":"Jo"}]},
				{"type":"button","sub_type":"url","index":"0","parameters":[{"type":"text","text":"A-17"}]},
				{"type":"button","sub_type":"quick_reply","index":"1","parameters":[{"type":"payload","payload":"P"}]}]}}`,
			text: "[WhatsApp template n (en_US)]", template: &heliograph.TemplateName{Name: "n", Language: "en_US"}},
		"an hsm": {in: `{"type":"hsm","hsm":{"namespace":"ns","element_name":"old","language":{"policy":"fallback","code":"de"},"localizable_params":[{"default":"A"},{"default":"B"}]}}`,
			message: `{"type":"template","template":{"name":"old","language":{"policy":"deterministic","code":"de"},"components":[{"type":"body","parameters":[{"type":"text","text":"A"},{"type":"text","text":"B"}]}]}}`,
			text:    "[WhatsApp template old (de)]", template: &heliograph.TemplateName{Namespace: "ns", Name: "old", Language: "de"}},
		"a template without parameters": {in: `{"type":"template","template":{"name":"n","language":"en","components":null,"localizable_params":[]}}`,
			message: `{"type":"template","template":{"name":"n","language":{"code":"en"}}}`,
			text:    "[WhatsApp template n (en)]", template: &heliograph.TemplateName{Name: "n", Language: "en"}},
		"a text": {in: `{"preview_url":true,"type":"text","text":{"body":"Hi"}}`, message: `{"type":"text","text":{"body":"Hi","preview_url":true}}`, text: "Hi", fallback: "Hi"},
		"an interactive": {in: `{"type":"interactive","interactive":{"type":"button","body":{"text":"Choose"},"action":{"buttons":[]}}}`,
			message: `{"type":"interactive","interactive":{"type":"button","body":{"text":"Choose"},"action":{"buttons":[]}}}`, text: "Choose"},
		"an unknown type": {in: `{"type":"hologram_2","hologram_2":{"n":12345678901234567890}}`,
			message: `{"type":"hologram_2","hologram_2":{"n":12345678901234567890}}`, text: "[WhatsApp hologram 2]"},
		"contacts": {in: `{"type":"contacts","contacts":[{"name":{"formatted_name":"Jo"}}]}`, message: `{"type":"contacts","contacts":[{"name":{"formatted_name":"Jo"}}]}`, text: "[WhatsApp contacts]"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c, err := content.Native("message", []byte(tc.in))
			if err != nil {
				t.Fatal(err)
			}
			var got, want any
			if err := errors.Join(json.Unmarshal(c.Native.Message, &got), json.Unmarshal([]byte(tc.message), &want)); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Error(diff)
			}
			if c.Type != heliograph.TextMessage || c.Text != tc.text || c.Native.Schema != "whatsapp" || c.Native.Fallback != tc.fallback {
				t.Errorf("content %+v, native %+v", c, c.Native)
			}
			if diff := cmp.Diff(tc.template, c.Native.Template); diff != "" {
				t.Error(diff)
			}
			again, err := content.Native("message", c.Native.Message)
			if err != nil || string(again.Native.Message) != string(c.Native.Message) {
				t.Errorf("the present form is not its own present form: %v, %s", err, c.Native.Message)
			}
		})
	}
}

func TestNativeMetadata(t *testing.T) {
	t.Parallel()
	c, err := content.Native("message", []byte(`{"type":"text","text":{"body":"Hi"},"metadata":{"order":7}}`))
	if err != nil || c.Metadata["order"] != 7.0 || string(c.Native.Message) != `{"text":{"body":"Hi"},"type":"text"}` {
		t.Errorf("%v: %v, %s", err, c.Metadata, c.Native.Message)
	}
	c, err = content.Read("", []byte(`{"metadata":{"order":8}}`), "whatsapp", "message", []byte(`{"type":"text","text":{"body":"Hi"}}`))
	if err != nil || c.Metadata["order"] != 8.0 {
		t.Errorf("%v: beside the message %v", err, c.Metadata)
	}
	_, err = content.Native("message", []byte(`{"type":"text","text":{"body":"Hi"},"metadata":{"order":[]}}`))
	if e, ok := errors.AsType[*heliograph.Error](err); !ok || e.Field != "message.metadata.order" {
		t.Error(err)
	}
}

func TestNativeRefuses(t *testing.T) {
	t.Parallel()
	template := func(s string) string {
		return `{"type":"template","template":{"name":"n","language":{"code":"en"},` + s + `}}`
	}
	components := func(s string) string { return template(`"components":[` + s + `]`) }
	body := func(s string) string { return components(`{"type":"body","parameters":[` + s + `]}`) }
	button := func(s string) string {
		return components(`{"type":"button","sub_type":"url","parameters":[{"type":"text","text":"x"}]` + s + `}`)
	}
	for in, field := range map[string]string{
		``: "message", `[]`: "message", `{"a":`: "message", `{"type":"x","x":{"a":1e999}}`: "message", "{\"type\":\"x\",\"x\":{\"a\":\"\\u0000\"}}": "message",
		`{}`:                                  "message.type",
		`{"type":1}`:                          "message.type",
		`{"type":"text"}`:                     "message.text",
		`{"type":"text","text":"Hi"}`:         "message.text",
		`{"type":"text","text":{"body":" "}}`: "message.text.body",
		`{"type":"image"}`:                    "message.image",
		`{"type":"image","image":[]}`:         "message.image",
		`{"type":"template"}`:                 "message.template",
		`{"type":"template","template":{"language":{"code":"en"}}}`:                                                                    "message.template.name",
		`{"type":"template","template":{"name":"n"}}`:                                                                                  "message.template.language",
		`{"type":"template","template":{"name":"n","language":{}}}`:                                                                    "message.template.language.code",
		`{"type":"template","template":{"name":"n","language":{"code":"en","policy":"any"}}}`:                                          "message.template.language.policy",
		`{"type":"hsm","hsm":{"language":{"code":"en"}}}`:                                                                              "message.hsm.element_name",
		`{"type":"hsm","hsm":{"element_name":"n","language":{"code":"en"},"localizable_params":[{"default":"a"},{"default":"a\nb"}]}}`: "message.hsm.localizable_params[1].default",
		template(`"components":{}`):                                                                                                    "message.template.components",
		components(`1`):                                                                                                                "message.template.components[0]",
		components(`{}`):                                                                                                               "message.template.components[0].type",
		template(`"components":[],"localizable_params":[{"default":"a"}]`):                                                             "message.template.localizable_params",
		body(`{}`):                                                  "message.template.components[0].parameters[0].type",
		body(`{"type":"text"}`):                                     "message.template.components[0].parameters[0].text",
		body(`{"type":"text","text":" "}`):                          "message.template.components[0].parameters[0].text",
		body(`{"type":"text","text":"a\nb"}`):                       "message.template.components[0].parameters[0].text",
		body(`{"type":"text","text":"a\tb"}`):                       "message.template.components[0].parameters[0].text",
		body(`{"type":"text","text":"a    b"}`):                     "message.template.components[0].parameters[0].text",
		body(`{"type":"text","text":"a"},{"type":"text","text":7}`): "message.template.components[0].parameters[1].text",
		body(`{"type":"currency"}`):                                 "message.template.components[0].parameters[0].currency",
		body(`{"type":"currency","currency":{}}`):                   "message.template.components[0].parameters[0].currency.fallback_value",
		body(`{"type":"image","image":{}}`):                         "message.template.components[0].parameters[0].image.link",
		body(`{"type":"image","image":{"link":"x"}}`):               "message.template.components[0].parameters[0].image.link",
		body(`{"type":"payload","payload":""}`):                     "message.template.components[0].parameters[0].payload",
		button(``):                                                  "message.template.components[0].index",
		button(`,"index":"a"`):                                      "message.template.components[0].index",
		button(`,"index":10`):                                       "message.template.components[0].index",
		button(`,"index":1.5`):                                      "message.template.components[0].index",
		components(`{"type":"button","index":0}`):                   "message.template.components[0].sub_type",
	} {
		c, err := content.Native("message", []byte(in))
		e, ok := errors.AsType[*heliograph.Error](err)
		if !ok || e.Kind != heliograph.Invalid || e.Field != field {
			t.Errorf("%.140s: got %+v, %v; want a refusal of %s", in, c, err, field)
		}
	}
	if _, err := content.Native("message", []byte(body(`{"type":"text","text":"a   b"}`))); err != nil {
		t.Errorf("three spaces: %v", err)
	}
}

func FuzzNative(f *testing.F) {
	f.Add([]byte(guideTemplate))
	f.Add([]byte(`{"type":"hsm","hsm":{"element_name":"n","language":{"code":"en"},"localizable_params":[{"default":"a"}]}}`))
	f.Add([]byte(`{"preview_url":true,"type":"text","text":{"body":"Hi"},"metadata":{"a":1}}`))
	f.Fuzz(func(t *testing.T, in []byte) {
		c, err := content.Native("message", in)
		if err != nil {
			if !heliograph.IsKind(err, heliograph.Invalid) {
				t.Fatalf("%v is not about the input", err)
			}
			return
		}
		again, err := content.Native("message", c.Native.Message)
		if err != nil || string(again.Native.Message) != string(c.Native.Message) {
			t.Fatalf("%s becomes %v, %v", c.Native.Message, again, err)
		}
	})
}
