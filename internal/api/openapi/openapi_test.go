package openapi_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"heliograph/internal/api/openapi"
)

type leaf struct {
	Name string `json:"name" doc:"What it is called." required:"true"`
}

type named string

func (named) MarshalText() ([]byte, error) { return []byte("n"), nil }

type unixTime int64

func (unixTime) MarshalJSON() ([]byte, error) { return []byte("1.5"), nil }

type shaped struct{ json.RawMessage }

func (shaped) Shape() any { return leaf{} }

type embedded struct {
	Early bool `json:"early"`
}

type node struct {
	embedded
	Text   string          `json:"text,omitempty" enum:"a,b"`
	Count  *int            `json:"count"`
	At     time.Time       `json:"at"`
	Raw    json.RawMessage `json:"raw"`
	Label  named           `json:"label"`
	Moment unixTime        `json:"moment"`
	Shaped shaped          `json:"shaped"`
	Leaf   leaf            `json:"leaf" doc:"The leaf of it."`
	Next   []*node         `json:"next"`
	Bag    map[string]any  `json:"bag"`
	hidden int
	Hidden int `json:"-"`
}

func TestSchemas(t *testing.T) {
	t.Parallel()
	s := openapi.NewSchemas()
	if ref := s.Of(&node{hidden: 1}, openapi.Out).Ref; ref != "#/components/schemas/Node" {
		t.Fatal(ref)
	}
	s.Of(leaf{}, openapi.In)
	got, err := json.Marshal(s.Components["Node"])
	if err != nil {
		t.Fatal(err)
	}
	want := `{"type":"object","properties":{` +
		`"at":{"type":"string","format":"date-time"},"bag":{"type":"object","additionalProperties":{}},"count":{"type":["integer","null"]},` +
		`"early":{"type":"boolean"},"label":{"type":"string"},"leaf":{"description":"The leaf of it.","allOf":[{"$ref":"#/components/schemas/Leaf"}]},` +
		`"moment":{"type":"number"},"next":{"type":"array","items":{"$ref":"#/components/schemas/Node"}},"raw":{},` +
		`"shaped":{"$ref":"#/components/schemas/Leaf"},"text":{"type":"string","enum":["a","b"]}},` +
		`"required":["early","count","at","raw","label","moment","shaped","leaf","next","bag"]}`
	if string(got) != want {
		t.Fatalf("got  %s\nwant %s", got, want)
	}
	// The same type read and written may require different fields.
	if in := s.Components["LeafInput"]; in == nil || !slices.Equal(in.Required, []string{"name"}) {
		t.Fatalf("%+v", in)
	}
}

func TestExamplesAndMisfits(t *testing.T) {
	t.Parallel()
	s := openapi.NewSchemas()
	body := s.Of(node{}, openapi.Out)
	d := &openapi.Document{Components: openapi.Components{Schemas: s.Components}}
	text, err := json.Marshal(d.Example(body, true))
	if err != nil {
		t.Fatal(err)
	}
	var v any
	if err := json.Unmarshal(text, &v); err != nil {
		t.Fatal(err)
	}
	for _, wrong := range d.Misfits(body, v) {
		if !strings.Contains(wrong, "next") && !strings.Contains(wrong, "lacks") { // where the example ends
			t.Errorf("an example that does not fit: %s", wrong)
		}
	}
	for body, want := range map[string]string{
		`{"nam":"x"}`: `has "nam"`, `{}`: `lacks "name"`, `{"name":5}`: "not a string",
	} {
		var v any
		if err := json.Unmarshal([]byte(body), &v); err != nil {
			t.Fatal(err)
		}
		if got := strings.Join(d.Misfits(s.Of(leaf{}, openapi.In), v), "; "); !strings.Contains(got, want) {
			t.Errorf("%s: %q, want %q", body, got, want)
		}
	}
}

func TestPageEscapes(t *testing.T) {
	t.Parallel()
	d := &openapi.Document{Info: openapi.Info{Title: "A <b> C"}, Tags: []openapi.Tag{{Name: "T"}}}
	d.Add("post", "/things/{thingId}", &openapi.Operation{
		ID: "x", Tags: []string{"T"}, Summary: "Do <i>", Responses: map[string]*openapi.Response{"200": {}},
		Body: &openapi.Body{Content: map[string]openapi.Media{"application/json": {Schema: &openapi.Schema{}, Example: "it's"}}},
	})
	var page strings.Builder
	if err := d.Page(&page); err != nil {
		t.Fatal(err)
	}
	if strings.Contains(page.String(), "<i>") || strings.Contains(page.String(), "<b>") {
		t.Error("text became markup")
	}
	if !strings.Contains(page.String(), `$BASE/things/$THING`) || !strings.Contains(page.String(), `it&#39;\&#39;&#39;s`) {
		t.Errorf("the call cannot be pasted: %s", page.String())
	}
}
