package openapi

import (
	"fmt"
	"slices"
)

// Misfits tells what of a JSON value its schema does not know, or misses: enough
// to keep examples honest, not a validator.
func (d *Document) Misfits(s *Schema, v any) []string { return d.misfits(s, v, "the body") }

func (d *Document) misfits(s *Schema, v any, at string) []string {
	s = d.Resolve(s)
	if list, ok := v.([]any); ok && s.Items != nil {
		var out []string
		for i, item := range list {
			out = append(out, d.misfits(s.Items, item, fmt.Sprintf("%s[%d]", at, i))...)
		}
		return out
	}
	object, isObject := v.(map[string]any)
	if known := d.properties(s); isObject && len(known.order) > 0 {
		var out []string
		for name, value := range object {
			if p := known.Properties[name]; p != nil {
				out = append(out, d.misfits(p, value, name)...)
			} else {
				out = append(out, fmt.Sprintf("%s has %q, which is not in its schema", at, name))
			}
		}
		for _, name := range known.Required {
			if _, there := object[name]; !there {
				out = append(out, fmt.Sprintf("%s lacks %q", at, name))
			}
		}
		return out
	}
	if kind, ok := s.Type.(string); ok && !slices.Contains(kinds(v), kind) {
		return []string{fmt.Sprintf("%s is %v, not a %s", at, v, kind)}
	}
	return nil
}

// properties joins the properties of a schema and of those it is made of. Of
// alternatives nothing is required.
func (d *Document) properties(s *Schema) *Schema {
	out := &Schema{Required: slices.Clone(s.Required)}
	for _, name := range s.order {
		out.Property(name, s.Properties[name])
	}
	for _, part := range s.AllOf {
		p := d.properties(d.Resolve(part))
		for _, name := range p.order {
			out.Property(name, p.Properties[name])
		}
		out.Required = append(out.Required, p.Required...)
	}
	for _, part := range s.AnyOf {
		p := d.properties(d.Resolve(part))
		for _, name := range p.order {
			out.Property(name, p.Properties[name])
		}
	}
	return out
}

func kinds(v any) []string {
	switch v.(type) {
	case string:
		return []string{"string"}
	case bool:
		return []string{"boolean"}
	case float64:
		return []string{"number", "integer"}
	case []any:
		return []string{"array"}
	case map[string]any:
		return []string{"object"}
	}
	return nil
}
