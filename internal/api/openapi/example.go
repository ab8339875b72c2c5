package openapi

import "strings"

// maxDepth ends the example of a type that contains itself.
const maxDepth = 5

// Example returns a small value that a schema allows: the required properties,
// or all of them when full.
func (d *Document) Example(s *Schema, full bool) any { return d.example(s, "", full, 0) }

func (d *Document) example(s *Schema, name string, full bool, depth int) any {
	s = d.Resolve(s)
	if s == nil {
		return nil
	}
	if len(s.AllOf) > 0 {
		return d.joined(s.AllOf, name, full, depth)
	}
	if len(s.AnyOf) > 0 {
		return d.example(s.AnyOf[0], name, full, depth)
	}
	if len(s.Enum) > 0 {
		return s.Enum[0]
	}
	kind, _ := s.Type.(string)
	if list, ok := s.Type.([]string); ok {
		kind = list[0]
	}
	switch kind {
	case "object":
		return d.object(s, full, depth)
	case "array":
		if depth >= maxDepth {
			return []any{}
		}
		return []any{d.example(s.Items, singular(name), full, depth+1)}
	case "boolean":
		return true
	case "integer":
		return 1
	case "number":
		return 1.5
	case "string":
		return text(name, s.Format)
	}
	return "…"
}

func (d *Document) object(s *Schema, full bool, depth int) any {
	out := &Object{}
	for _, name := range s.order {
		if depth < maxDepth && (full || s.IsRequired(name)) {
			out.Add(name, d.example(s.Properties[name], name, full, depth+1))
		}
	}
	return out
}

// joined makes one object of several.
func (d *Document) joined(all []*Schema, name string, full bool, depth int) any {
	out := &Object{}
	for _, one := range all {
		v := d.example(one, name, full, depth)
		o, ok := v.(*Object)
		if !ok {
			return v
		}
		for _, m := range o.Members {
			out.Add(m.Name, m.Value)
		}
	}
	return out
}

func singular(name string) string { return strings.TrimSuffix(name, "s") }

// text is a plausible text for a property of a name.
func text(name, format string) string {
	lower := strings.ToLower(name)
	switch {
	case format == "date-time", strings.HasSuffix(name, "At"), lower == "until", lower == "lastseen":
		return "2026-05-01T09:30:00.000Z"
	case name == "_id", strings.HasSuffix(name, "Id"), strings.HasSuffix(name, "_id"):
		return "5f3c1e7ab2c4d5e6f7a8b9c0"
	case strings.Contains(lower, "url"), lower == "target", lower == "uri":
		return "https://example.org/"
	case strings.Contains(lower, "email"):
		return "jo@example.org"
	case strings.Contains(lower, "phone"):
		return "+15550100"
	}
	return "…"
}
