package openapi

// Schema is a JSON Schema, as far as it is needed here.
type Schema struct {
	Ref         string             `json:"$ref,omitempty"`
	Type        any                `json:"type,omitempty"` // a name, or a list of names
	Description string             `json:"description,omitempty"`
	Format      string             `json:"format,omitempty"`
	Enum        []string           `json:"enum,omitempty"`
	MaxLength   int                `json:"maxLength,omitempty"`
	WriteOnly   bool               `json:"writeOnly,omitempty"`
	Properties  map[string]*Schema `json:"properties,omitempty"`
	Required    []string           `json:"required,omitempty"`
	Items       *Schema            `json:"items,omitempty"`
	Additional  *Schema            `json:"additionalProperties,omitempty"`
	AllOf       []*Schema          `json:"allOf,omitempty"`
	AnyOf       []*Schema          `json:"anyOf,omitempty"`

	order []string // of the properties, as declared
}

// Property adds a property to an object's schema.
func (s *Schema) Property(name string, p *Schema) {
	if s.Properties == nil {
		s.Properties = map[string]*Schema{}
	}
	if s.Properties[name] == nil {
		s.order = append(s.order, name)
	}
	s.Properties[name] = p
}
