package suncov1_test

import (
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"heliograph/internal/api/openapi"
	"heliograph/internal/api/suncov1"
	"heliograph/internal/app"
	"heliograph/internal/testkit"
)

var update = flag.Bool("update", false, "write docs/reference/openapi.json again, or the file that HELIOGRAPH_OPENAPI names")

func document() *openapi.Document { return (&suncov1.API{}).Document("dev", app.Channels()) }

func TestDocumentIsCurrent(t *testing.T) {
	t.Parallel()
	got, err := json.MarshalIndent(document(), "", " ")
	if err != nil {
		t.Fatal(err)
	}
	got = append(got, '\n')
	file := os.Getenv("HELIOGRAPH_OPENAPI")
	if file == "" {
		file = filepath.Join(testkit.Root(t), "docs/reference/openapi.json")
	}
	if *update {
		if err := os.WriteFile(file, got, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(file)
	if err != nil || string(want) != string(got) {
		t.Fatalf("%s is not what the routes say (%v); run: make generate", file, err)
	}
}

func TestDocumentIsComplete(t *testing.T) {
	t.Parallel()
	d := document()
	tags, ids := map[string]bool{}, map[string]string{}
	for _, tag := range d.Tags {
		tags[tag.Name] = true
	}
	for path, methods := range d.Paths {
		for method, op := range methods {
			at := method + " " + path
			if op.Summary == "" || len(op.Tags) != 1 || !tags[op.Tags[0]] {
				t.Errorf("%s: summary %q, tags %q", at, op.Summary, op.Tags)
			}
			if other := ids[op.ID]; other != "" || op.ID == "" {
				t.Errorf("%s has the operation id %q, as has %s", at, op.ID, other)
			}
			ids[op.ID] = at
			if strings.Contains(op.Description, "  ") || (op.Description != "" && !strings.HasSuffix(op.Description, ".")) {
				t.Errorf("%s: the description is no sentence: %q", at, op.Description)
			}
			for _, p := range op.Parameters {
				if p.Description == "" {
					t.Errorf("%s: parameter %s is not described", at, p.Name)
				}
			}
		}
	}
}

// TestExamplesFitTheirRoutes checks every example against the schema of its route.
func TestExamplesFitTheirRoutes(t *testing.T) {
	t.Parallel()
	d := document()
	used := 0
	for path, methods := range d.Paths {
		for method, op := range methods {
			if op.Body == nil {
				continue
			}
			for _, m := range op.Body.Content {
				text, ok := m.Example.(json.RawMessage)
				if !ok {
					t.Errorf("%s %s has no example: add one to examples.json", method, path)
					continue
				}
				used++
				var example any
				if err := json.Unmarshal(text, &example); err != nil {
					t.Fatal(err)
				}
				for _, wrong := range d.Misfits(m.Schema, example) {
					t.Errorf("the example of %s %s: %s", method, path, wrong)
				}
			}
		}
	}
	if all := suncov1.BodiesShown(); len(all) != used {
		t.Errorf("%d examples, %d of them of a route", len(all), used)
	}
}

// TestReferencesResolve follows every reference in the document.
func TestReferencesResolve(t *testing.T) {
	t.Parallel()
	text, err := json.Marshal(document())
	if err != nil {
		t.Fatal(err)
	}
	var doc any
	if err := json.Unmarshal(text, &doc); err != nil {
		t.Fatal(err)
	}
	var walk func(any)
	walk = func(v any) {
		switch v := v.(type) {
		case map[string]any:
			if ref, ok := v["$ref"].(string); ok {
				at := doc
				for part := range strings.SplitSeq(strings.TrimPrefix(ref, "#/"), "/") {
					m, _ := at.(map[string]any)
					at = m[part]
				}
				if at == nil {
					t.Errorf("%s leads nowhere", ref)
				}
			}
			for _, w := range v {
				walk(w)
			}
		case []any:
			for _, w := range v {
				walk(w)
			}
		}
	}
	walk(doc)
}
