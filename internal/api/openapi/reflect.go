package openapi

import (
	"encoding"
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"time"
)

// Shaper is implemented by types whose JSON is not what their fields say. Shape
// returns a value whose schema stands for theirs.
type Shaper interface{ Shape() any }

// Direction tells whether a type is read or written. What is read must name its
// required fields; what is written always has the fields that are not left out
// when they are empty.
type Direction int

// The directions.
const (
	In Direction = iota
	Out
)

// Schemas makes schemas of Go types. Named structs become components.
type Schemas struct {
	Components map[string]*Schema
	names      map[string]typeUse
	byUse      map[typeUse]string
}

type typeUse struct {
	t   reflect.Type
	dir Direction
}

// NewSchemas returns an empty set.
func NewSchemas() *Schemas {
	return &Schemas{Components: map[string]*Schema{}, names: map[string]typeUse{}, byUse: map[typeUse]string{}}
}

// Of returns the schema of v's type.
func (s *Schemas) Of(v any, dir Direction) *Schema {
	if v == nil {
		return &Schema{} // anything
	}
	return s.of(reflect.TypeOf(v), dir)
}

var (
	shaper        = reflect.TypeFor[Shaper]()
	marshaler     = reflect.TypeFor[json.Marshaler]()
	textMarshaler = reflect.TypeFor[encoding.TextMarshaler]()
	rawMessage    = reflect.TypeFor[json.RawMessage]()
	instant       = reflect.TypeFor[time.Time]()
)

func (s *Schemas) of(t reflect.Type, dir Direction) *Schema {
	switch {
	case t == instant:
		return &Schema{Type: "string", Format: "date-time"}
	case t == rawMessage:
		return &Schema{}
	case t.Implements(shaper):
		return s.Of(reflect.Zero(t).Interface().(Shaper).Shape(), dir)
	case t.Kind() == reflect.Pointer:
		return s.of(t.Elem(), dir)
	case t.Implements(marshaler):
		return probe(t)
	case t.Implements(textMarshaler):
		return &Schema{Type: "string"}
	}
	switch t.Kind() {
	case reflect.Bool:
		return &Schema{Type: "boolean"}
	case reflect.String:
		return &Schema{Type: "string"}
	case reflect.Float32, reflect.Float64:
		return &Schema{Type: "number"}
	case reflect.Slice, reflect.Array:
		return &Schema{Type: "array", Items: s.of(t.Elem(), dir)}
	case reflect.Map:
		return &Schema{Type: "object", Additional: s.of(t.Elem(), dir)}
	case reflect.Interface:
		return &Schema{}
	case reflect.Struct:
		return s.component(t, dir)
	}
	if t.Kind() >= reflect.Int && t.Kind() <= reflect.Uint64 {
		return &Schema{Type: "integer"}
	}
	panic(fmt.Sprintf("openapi: %s has no schema", t))
}

// probe asks a type that writes its own JSON what it writes.
func probe(t reflect.Type) *Schema {
	b, err := json.Marshal(reflect.Zero(t).Interface())
	if err != nil || len(b) == 0 {
		panic(fmt.Sprintf("openapi: %s writes its own JSON; give it a Shape method", t))
	}
	switch b[0] {
	case '"':
		return &Schema{Type: "string"}
	case '[':
		return &Schema{Type: "array", Items: &Schema{}}
	case '{':
		return &Schema{Type: "object"}
	case 't', 'f':
		return &Schema{Type: "boolean"}
	case 'n':
		return &Schema{}
	}
	return &Schema{Type: "number"}
}

// component returns a reference to a struct's schema; a struct without a name
// has its schema in place.
func (s *Schemas) component(t reflect.Type, dir Direction) *Schema {
	if t.Name() == "" || strings.Contains(t.Name(), "[") {
		return s.object(t, dir)
	}
	use := typeUse{t, dir}
	name, known := s.byUse[use]
	if !known {
		name = s.name(use)
		s.byUse[use], s.names[name] = name, use
		s.Components[name] = &Schema{} // so that a type may contain itself
		*s.Components[name] = *s.object(t, dir)
	}
	return &Schema{Ref: "#/components/schemas/" + name}
}

// name gives a type its name in the document: appJSON is App.
func (s *Schemas) name(use typeUse) string {
	base := strings.TrimSuffix(use.t.Name(), "JSON")
	base = strings.ToUpper(base[:1]) + base[1:]
	if had, taken := s.names[base]; taken {
		if had.t != use.t {
			pkg := use.t.PkgPath()
			base = strings.ToUpper(pkg[strings.LastIndex(pkg, "/")+1:][:1]) + pkg[strings.LastIndex(pkg, "/")+2:] + base
		} else if use.dir == In {
			base += "Input"
		} else {
			base += "Output"
		}
	}
	if _, taken := s.names[base]; taken {
		panic("openapi: two types are called " + base)
	}
	return base
}

func (s *Schemas) object(t reflect.Type, dir Direction) *Schema {
	out := &Schema{Type: "object"}
	s.fields(out, t, dir)
	return out
}

func (s *Schemas) fields(out *Schema, t reflect.Type, dir Direction) {
	for i := range t.NumField() {
		f := t.Field(i)
		name, options, _ := strings.Cut(f.Tag.Get("json"), ",")
		if f.Anonymous && name == "" {
			if ft := f.Type; ft.Kind() == reflect.Pointer {
				s.fields(out, ft.Elem(), dir)
			} else {
				s.fields(out, ft, dir)
			}
			continue
		}
		if !f.IsExported() || name == "-" {
			continue
		}
		if name == "" {
			name = f.Name
		}
		out.Property(name, s.field(f, dir))
		left := strings.Contains(options, "omit")
		if f.Tag.Get("required") == "true" || dir == Out && !left {
			out.Required = append(out.Required, name)
		}
	}
}

func (s *Schemas) field(f reflect.StructField, dir Direction) *Schema {
	p := s.of(f.Type, dir)
	doc := f.Tag.Get("doc")
	if p.Ref != "" && doc != "" {
		p = &Schema{AllOf: []*Schema{p}}
	}
	p.Description = doc
	if format := f.Tag.Get("format"); format != "" {
		p.Format = format
	}
	if enum := f.Tag.Get("enum"); enum != "" {
		p.Enum = strings.Split(enum, ",")
	}
	if name, ok := p.Type.(string); ok && dir == Out && f.Type.Kind() == reflect.Pointer && !strings.Contains(f.Tag.Get("json"), "omit") {
		p.Type = []string{name, "null"}
	}
	return p
}

// Resolve returns the schema that a reference stands for.
func (d *Document) Resolve(s *Schema) *Schema {
	for s != nil && s.Ref != "" {
		s = d.Components.Schemas[s.Ref[strings.LastIndexByte(s.Ref, '/')+1:]]
	}
	return s
}

// IsRequired reports whether an object's schema requires a property.
func (s *Schema) IsRequired(name string) bool { return slices.Contains(s.Required, name) }
