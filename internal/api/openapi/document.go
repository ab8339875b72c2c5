// Package openapi describes an HTTP surface: as an OpenAPI 3.1 document, and as
// a page for people made from the same description. Schemas come from the Go
// types that the surface reads and writes, so they cannot tell something else.
package openapi

// Document is an OpenAPI 3.1 document.
type Document struct {
	OpenAPI    string                           `json:"openapi"`
	Info       Info                             `json:"info"`
	Servers    []Server                         `json:"servers,omitempty"`
	Tags       []Tag                            `json:"tags,omitempty"`
	Security   []map[string][]string            `json:"security,omitempty"`
	Paths      map[string]map[string]*Operation `json:"paths"`
	Components Components                       `json:"components"`

	ops []*Operation // in the order they were added
}

// Info says what is described.
type Info struct {
	Title       string `json:"title"`
	Version     string `json:"version"`
	Description string `json:"description,omitempty"`
}

// Server is where the surface is.
type Server struct {
	URL         string `json:"url"`
	Description string `json:"description,omitempty"`
}

// Tag groups operations.
type Tag struct {
	Name        string `json:"name"`
	Description string `json:"description,omitempty"`
}

// Components are what operations refer to.
type Components struct {
	Schemas         map[string]*Schema         `json:"schemas"`
	Responses       map[string]*Response       `json:"responses,omitempty"`
	SecuritySchemes map[string]*SecurityScheme `json:"securitySchemes,omitempty"`
}

// SecurityScheme is a way to prove who calls.
type SecurityScheme struct {
	Type         string `json:"type"`
	Scheme       string `json:"scheme"`
	BearerFormat string `json:"bearerFormat,omitempty"`
	Description  string `json:"description,omitempty"`
}

// Operation is one endpoint.
type Operation struct {
	ID          string                `json:"operationId"`
	Tags        []string              `json:"tags,omitempty"`
	Summary     string                `json:"summary"`
	Description string                `json:"description,omitempty"`
	Parameters  []*Parameter          `json:"parameters,omitempty"`
	Body        *Body                 `json:"requestBody,omitempty"`
	Responses   map[string]*Response  `json:"responses"`
	Security    []map[string][]string `json:"security,omitempty"`
	Aliases     []string              `json:"x-also-at,omitempty"`
	Scopes      []string              `json:"x-scopes,omitempty"`

	method, path string
}

// Parameter is a part of the path, the query or the header.
type Parameter struct {
	Name        string  `json:"name"`
	In          string  `json:"in"`
	Description string  `json:"description,omitempty"`
	Required    bool    `json:"required,omitempty"`
	Schema      *Schema `json:"schema"`
}

// Body is what is sent.
type Body struct {
	Required bool             `json:"required,omitempty"`
	Content  map[string]Media `json:"content"`
}

// Media is one representation of a body.
type Media struct {
	Schema  *Schema `json:"schema"`
	Example any     `json:"example,omitempty"`
}

// Response is what is answered.
type Response struct {
	Ref         string           `json:"$ref,omitempty"`
	Description string           `json:"description,omitempty"`
	Content     map[string]Media `json:"content,omitempty"`
}

// Add puts an operation into the document. Two at one place are a mistake in
// the program.
func (d *Document) Add(method, path string, op *Operation) {
	if d.Paths == nil {
		d.Paths = map[string]map[string]*Operation{}
	}
	if d.Paths[path] == nil {
		d.Paths[path] = map[string]*Operation{}
	}
	if d.Paths[path][method] != nil {
		panic("openapi: two operations at " + method + " " + path)
	}
	op.method, op.path = method, path
	d.Paths[path][method] = op
	d.ops = append(d.ops, op)
}

// Content is a body of one media type.
func Content(media string, s *Schema) map[string]Media { return map[string]Media{media: {Schema: s}} }

// JSON is a body in JSON.
func JSON(s *Schema) map[string]Media { return Content("application/json", s) }
