package openapi

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"html/template"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"
)

//go:embed page.html
var pageText string

// Page writes the document as a page for people. It needs nothing from anywhere
// else: no script, no font, no picture.
func (d *Document) Page(w io.Writer) error {
	t, err := template.New("page").Parse(pageText)
	if err != nil {
		return err
	}
	return t.Execute(w, d.view())
}

// pageView is what the page shows.
type pageView struct {
	Title, Version string
	About          []string
	Sections       []*section
}

type section struct {
	Name, About, Anchor string
	Operations          []*operationView
}

type operationView struct {
	ID, Summary, Method, Path string
	About                     string
	Aliases                   []string
	Scopes                    string
	Parameters                []row
	BodyType                  string
	Body                      []row
	Curl                      string
	Status                    string
	Answer                    []row
	AnswerExample             string
}

// row is one line of a table of fields.
type row struct {
	Name, Type, About string
	Required          bool
	Depth             int
}

func (d *Document) view() *pageView {
	v := &pageView{Title: d.Info.Title, Version: d.Info.Version, About: strings.Split(d.Info.Description, "\n\n")}
	at := map[string]*section{}
	for _, t := range d.Tags {
		s := &section{Name: t.Name, About: t.Description, Anchor: strings.ToLower(t.Name)}
		at[t.Name] = s
		v.Sections = append(v.Sections, s)
	}
	for _, op := range d.ops {
		if s := at[op.Tags[0]]; s != nil {
			s.Operations = append(s.Operations, d.operation(op))
		}
	}
	v.Sections = slices.DeleteFunc(v.Sections, func(s *section) bool { return len(s.Operations) == 0 })
	return v
}

func (d *Document) operation(op *Operation) *operationView {
	v := &operationView{
		ID: op.ID, Summary: op.Summary, Method: strings.ToUpper(op.method), Path: op.path, About: op.Description,
		Aliases: op.Aliases, Scopes: strings.Join(op.Scopes, ", "), Curl: d.curl(op),
	}
	for _, p := range op.Parameters {
		v.Parameters = append(v.Parameters, row{Name: p.Name, Type: p.In + ", " + d.typeName(p.Schema), About: p.Description, Required: p.Required})
	}
	if op.Body != nil {
		for media, m := range op.Body.Content {
			v.BodyType, v.Body = media, d.rows(m.Schema, 0)
		}
	}
	for _, status := range slices.Sorted(maps.Keys(op.Responses)) {
		for _, m := range op.Responses[status].Content {
			v.Status, v.Answer = status, d.rows(m.Schema, 0)
			v.AnswerExample = indent(d.Example(m.Schema, true))
		}
	}
	return v
}

// rows lists the fields of an object, those of objects in it below them.
func (d *Document) rows(s *Schema, depth int) []row {
	s = d.Resolve(s)
	if s == nil || depth > 4 {
		return nil
	}
	var out []row
	for _, one := range append(slices.Clone(s.AllOf), s.AnyOf...) {
		if title := d.Resolve(one).Description; title != "" && len(s.AnyOf) > 0 {
			out = append(out, row{Name: title, Type: "one of these groups", Depth: depth})
		}
		out = append(out, d.rows(one, depth)...)
	}
	if s.Items != nil {
		return d.rows(s.Items, depth)
	}
	for _, name := range s.order {
		p := s.Properties[name]
		about := p.Description
		if len(p.Enum) > 0 && len(p.Enum) > 1 {
			about = strings.TrimSpace("One of " + strings.Join(p.Enum, ", ") + ". " + about)
		}
		if p.WriteOnly {
			about = strings.TrimSpace(about + " Secret: it is never shown again.")
		}
		out = append(out, row{Name: name, Type: d.typeName(p), About: about, Required: s.IsRequired(name), Depth: depth})
		out = append(out, d.rows(p, depth+1)...)
	}
	return out
}

func (d *Document) typeName(s *Schema) string {
	for s != nil && len(s.AllOf) == 1 {
		s = s.AllOf[0]
	}
	s = d.Resolve(s)
	switch t := s.Type.(type) {
	case string:
		if t == "array" {
			return "array of " + d.typeName(s.Items)
		}
		return t
	case []string:
		return strings.Join(t, " or ")
	}
	return "any"
}

// curl is a call of an operation that works when its names are filled in.
func (d *Document) curl(op *Operation) string {
	var b strings.Builder
	b.WriteString(`curl -u "$KEY:$SECRET"`)
	if op.method != "get" {
		b.WriteString(" -X " + strings.ToUpper(op.method))
	}
	b.WriteString(` "$BASE` + shellPath(op.path) + `"`)
	if op.Body == nil {
		return b.String()
	}
	for media, m := range op.Body.Content {
		example := m.Example
		if example == nil {
			example = d.Example(m.Schema, false)
		}
		if media == "multipart/form-data" {
			b.WriteString(formFields(example))
			continue
		}
		b.WriteString(" \\\n  -H 'Content-Type: " + media + "' \\\n  ")
		if media == "application/json" {
			b.WriteString("-d '" + strings.ReplaceAll(indent(example), "'", `'\''`) + "'")
		} else {
			b.WriteString("--data-binary @FILE")
		}
	}
	return b.String()
}

// formFields gives each field of a form to curl.
func formFields(example any) string {
	var fields map[string]string
	if text, ok := example.(json.RawMessage); !ok || json.Unmarshal(text, &fields) != nil {
		return ""
	}
	var b strings.Builder
	for _, name := range slices.Sorted(maps.Keys(fields)) {
		b.WriteString(" \\\n  -F '" + name + "=" + fields[name] + "'")
	}
	return b.String()
}

// shellPath makes a path's parameters variables of the shell: {appId} is $APP, as
// in the guides. $KEY is the caller's own, and $USER whom the shell runs for: these
// stay $KEY_ID and $USER_ID.
func shellPath(path string) string {
	var b strings.Builder
	for seg := range strings.SplitSeq(strings.TrimPrefix(path, "/"), "/") {
		b.WriteByte('/')
		name := strings.Trim(seg, "{}")
		if name == seg {
			b.WriteString(seg)
			continue
		}
		b.WriteByte('$')
		if name != "keyId" && name != "userId" {
			name = strings.TrimSuffix(name, "Id")
		}
		for _, r := range name {
			if r >= 'A' && r <= 'Z' {
				b.WriteByte('_')
			}
			b.WriteString(strings.ToUpper(string(r)))
		}
	}
	return b.String()
}

func indent(v any) string {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	if enc.Encode(v) != nil {
		return strconv.Quote("…")
	}
	return strings.TrimSpace(b.String())
}
